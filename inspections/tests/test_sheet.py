"""The sheet of one place, as a browser without a script has it."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from time_machine import Traveller

from campus.models import SchoolClass
from config.tests.school import MONDAY, School, at
from dormitories.models import Residency, Room
from inspections.models import Area, Defect, Finding, Inspection, Item, Standard
from inspections.tests.pages import current, filled_in, rows, seen

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday_evening")]


@pytest.fixture
def inspector(school: School, client: Client) -> Client:
    client.force_login(school.inspector)
    return client


def sheet_of(code: str, query: str = "?shift=evening&occasion=routine") -> str:
    return reverse("inspections:sheet", args=["room" if code[0].isdigit() else "area", code]) + query


def save(client: Client, address: str, /, *chips: str, button: str = "defects", **fields: Any) -> Any:
    """Open the sheet, choose `chips`, fill in `fields`, press the button of this outcome; where that leads to."""
    data = filled_in(client.get(address)) | {"defects": chips, "outcome": button}
    data |= {name.replace("__", "-"): value for name, value in fields.items()}
    return client.post(address, data, follow=True)


def findings() -> list[tuple[str, str | None, bool]]:
    rows = Finding.objects.select_related("school_class").order_by("position")
    return [(str(f), f.school_class.code if f.school_class else None, f.corrected) for f in rows]


# What is there


def test_the_sheet_offers_the_defects_of_the_place(school: School, inspector: Client) -> None:
    page = seen(inspector.get(sheet_of("5413")))
    assert "5413 0852" in page
    assert "物品悬挂 袋子乱挂" in page
    assert "烟头 2 分" in page
    assert "违规电器 10 分" in page
    assert "不拍人，无人不进，不翻柜" in page
    assert "锁门 无人 拒检 10 分 跳过" in page
    assert "干净，下一间" in page
    assert "再次锁门" not in page
    assert "不选就由审核定" not in page


def test_a_post_is_in_order_and_a_classroom_can_be_locked(school: School, inspector: Client) -> None:
    post = seen(inspector.get(sheet_of("门厅")))
    assert "缺岗 3 分" in post
    assert "正常，下一处" in post
    assert "锁门" not in post
    room = seen(inspector.get(sheet_of("教101")))
    assert "锁门 2 分 拒检 10 分 跳过" in room
    assert "大扫除" not in room


def test_an_event_venue_has_no_door_to_lock(school: School, inspector: Client) -> None:
    Area.objects.create(code="操场", kind="event")
    page = seen(inspector.get(sheet_of("操场")))
    assert "拒检 10 分 跳过" in page
    assert "锁门" not in page


def test_a_deep_clean_has_its_own_sheet(school: School, inspector: Client) -> None:
    page = seen(inspector.get(sheet_of("教101", "?shift=noon&occasion=deep_clean")))
    assert "午检 · 大扫除" in page
    assert "天花板 有蛛网" in page


def test_a_mixed_room_asks_whose_a_personal_defect_is(school: School, inspector: Client) -> None:
    answer = inspector.get(sheet_of("5420"))
    page = answer.content.decode()
    assert "混合宿舍 0852 / 0853" in seen(answer)
    assert 'name="class-bags-hanging"' in page
    assert 'name="class-sill-cluttered"' not in page
    assert 'name="corrected-sill-cluttered"' in page


def test_what_somebody_recorded_already_is_told_without_a_name(school: School, inspector: Client) -> None:
    school.check("5413", None, "bags-hanging", clock="19:05", by=school.inspector2)
    page = seen(inspector.get(sheet_of("5413")))
    assert "另一位检查员 19:05 记了： 物品悬挂 袋子乱挂" in page
    assert "李同学" not in page
    inspector.force_login(school.advisor)
    assert "李同学 19:05 记了： 物品悬挂 袋子乱挂" in seen(inspector.get(sheet_of("5413")))


def test_unknown_places_are_not_found(school: School, inspector: Client) -> None:
    for address in ("/checks/new/room/9999/", "/checks/new/house/5413/", "/checks/new/room/%00/"):
        assert inspector.get(address).status_code == 404


def test_ones_own_room_has_no_sheet(school: School, inspector: Client) -> None:
    page = inspector.get(sheet_of("3427"))
    assert "这是你自己的 自己的班级和宿舍换别人查，跟搭档说一声。 接着查下一处" in seen(page)
    assert "干净，下一间" not in seen(page)
    answer = inspector.post(sheet_of("3427"), {"id": str(uuid4()), "outcome": "clean"})
    assert (answer.status_code, Inspection.objects.count()) == (422, 0)


def test_a_kind_without_a_standard_says_what_to_do(
    school: School, inspector: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspections.sheets.standards_in_force", lambda day: Standard.objects.none())
    assert "这种地方还没有检查标准" in seen(inspector.get(sheet_of("5413")))


# Saving


def test_a_clean_room(school: School, inspector: Client) -> None:
    page = save(inspector, sheet_of("5413"), button="clean")
    check = Inspection.objects.get()
    assert (check.outcome, check.told, check.performed_at) == ("clean", "", at(MONDAY, "19:20"))
    assert "5413 记下了，等审核" in seen(page)
    assert (current(page), rows(page)["5413"]) == ("5420", "5413 0852 5413 干净 更正")


def test_defects_with_their_class_and_what_was_put_right(school: School, inspector: Client) -> None:
    page = save(
        inspector,
        sheet_of("5420"),
        "sill-cluttered",
        "bags-hanging",
        "hats-hanging",
        **{"class__bags-hanging": "0853", "corrected__hats-hanging": "on", "class__desk-dirty": "0852"},
        told="refused",
        note="门后",
    )
    assert findings() == [
        ("物品悬挂 袋子乱挂", "0853", False),
        ("物品悬挂 帽子乱挂", None, True),
        ("窗台 乱放", None, False),
    ]
    check = Inspection.objects.get()
    assert (check.outcome, check.told, check.note) == ("defects", "refused", "门后")
    assert "3 处问题" in rows(page)["5420"]


def test_own_text_with_its_points(school: School, inspector: Client) -> None:
    save(inspector, sheet_of("5420"), own_text="床上有仙人掌", own_points="1.5", own_class="0852", own_corrected="on")
    assert findings() == [("床上有仙人掌", "0852", True)]
    assert Finding.objects.get().points == Decimal("1.5")


@pytest.mark.parametrize("fields", [{"defects": ["bags-hanging"]}, {"own_text": "仙人掌"}])
def test_enter_in_a_field_saves_what_was_found(school: School, inspector: Client, fields: dict[str, Any]) -> None:
    """The first button of the form is pressed then, which says no outcome."""
    data = filled_in(inspector.get(sheet_of("5413"))) | {"outcome": ""} | fields
    inspector.post(sheet_of("5413"), data)
    assert Inspection.objects.get().outcome == "defects"


@pytest.mark.parametrize("fields", [{}, {"note": "门后"}, {"own_text": "  "}])
def test_enter_in_a_field_never_says_that_a_place_is_clean(
    school: School, inspector: Client, fields: dict[str, str]
) -> None:
    page = save(inspector, sheet_of("5413"), button="", **fields)
    assert "还没存上，填的都还在 点“干净”，或选一处问题" in seen(page)
    assert not Inspection.objects.exists()


@pytest.mark.parametrize("button", ["clean", "defects", "locked", ""])
def test_points_without_a_word_are_asked_about(school: School, inspector: Client, button: str) -> None:
    page = save(inspector, sheet_of("5413"), "bags-hanging", button=button, own_points="2")
    assert "其他问题：写上扣的是什么，不扣就改回 0 分" in seen(page)
    assert 'href="#at-own_text"' in page.content.decode()
    assert (filled_in(page)["own_points"], Inspection.objects.exists()) == ("2", False)


def test_the_browser_stops_at_as_many_characters_as_are_kept(school: School, inspector: Client) -> None:
    page = inspector.get(sheet_of("5413")).content.decode()
    assert re.search(r'<input[^>]*name="own_text"[^>]*maxlength="120"', page)
    assert re.search(r'<input[^>]*name="note"[^>]*maxlength="500"', page)


def test_the_sum_does_not_pretend_to_be_what_is_charged(school: School, inspector: Client) -> None:
    assert "按标准，以审核为准" in seen(inspector.get(sheet_of("5413")))


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        ("locked", "5413 锁门，记下了，还要再去"),
        ("nobody", "5413 无人，记下了，还要再去"),
        ("refused", "5413 记下了，等审核"),
    ],
)
def test_what_stood_in_the_way(school: School, inspector: Client, outcome: str, told: str) -> None:
    assert told in seen(save(inspector, sheet_of("5413"), button=outcome))
    assert Inspection.objects.get().outcome == outcome


def test_shift_and_occasion_are_those_of_the_sheet(school: School, inspector: Client) -> None:
    save(inspector, sheet_of("教101", "?shift=noon&occasion=deep_clean"), "ceiling-cobwebs")
    check = Inspection.objects.get()
    assert (check.shift, check.occasion, check.standard.kind) == ("noon", "deep_clean", "classroom_deep")


# What cannot be


def test_faults_are_told_on_top_and_all_that_was_entered_stands(school: School, inspector: Client) -> None:
    page = save(
        inspector,
        sheet_of("5420"),
        "bags-hanging",
        "unsafe-wiring",
        **{"class__bags-hanging": "0853", "corrected__bags-hanging": "on"},
        own_text="床上有仙人掌",
        own_points="99",
        told="refused",
        note="门后",
    )
    assert (page.status_code, Inspection.objects.count()) == (422, 0)
    assert "还没存上，填的都还在 其他问题扣几分：0 到 2 分" in seen(page)
    assert 'href="#at-own_points"' in page.content.decode()
    assert 'id="at-own_points"' in page.content.decode()
    kept = filled_in(page)
    assert kept["defects"] == ["bags-hanging", "unsafe-wiring"]
    assert (kept["class-bags-hanging"], kept["corrected-bags-hanging"]) == ("0853", "on")
    assert (kept["own_text"], kept["own_points"], kept["told"], kept["note"]) == (
        "床上有仙人掌",
        "99",
        "refused",
        "门后",
    )

    again = inspector.post(sheet_of("5420"), kept | {"own_points": "2", "outcome": "defects"}, follow=True)
    assert "5420 记下了，等审核" in seen(again)


@pytest.mark.parametrize(
    ("chips", "fields", "told"),
    [
        ([], {"outcome": "defects"}, "点“干净”，或选一处问题"),
        (["bags-hanging"], {"outcome": "clean"}, "已经选了问题：按保存，或者先取消选中的"),
        (["bags-hanging"], {"outcome": "locked"}, "已经选了问题：按保存，或者先取消选中的"),
        (["no-such"], {"outcome": "defects"}, "no-such"),
        (["locked-again"], {"outcome": "defects"}, "locked-again"),
        ([], {"outcome": "defects", "own_text": "仙人掌", "own_points": ""}, "写上扣几分"),
        ([], {"outcome": "defects", "own_text": "仙人掌", "own_points": "many"}, "其他问题扣几分：输入一个数"),
        (
            [],
            {"outcome": "defects", "own_text": "仙" * 121, "own_points": "1"},
            "其他问题：最多写 120 字，多了 1 字",
        ),
        ([], {"outcome": "clean", "note": "很" * 502}, "备注：最多写 500 字，多了 2 字"),
        ([], {"outcome": "spotless"}, "spotless"),
        ([], {"outcome": "clean", "id": "1"}, "UUID"),
        (["bags-hanging"], {"outcome": "defects", "class-bags-hanging": "0851"}, "袋子乱挂："),
        ([], {"outcome": "clean", "standard": "1"}, "检查标准拿错了"),
    ],
)
def test_each_fault_is_told(
    school: School, inspector: Client, chips: list[str], fields: dict[str, str], told: str
) -> None:
    data = filled_in(inspector.get(sheet_of("5420"))) | {"defects": chips} | fields
    answer = inspector.post(sheet_of("5420"), data)
    assert (answer.status_code, Inspection.objects.count()) == (422, 0)
    assert told in seen(answer)


# Twice


def test_a_double_press_makes_one_check_and_is_a_success(
    school: School, inspector: Client, monday_evening: Traveller
) -> None:
    data = filled_in(inspector.get(sheet_of("5413"))) | {"defects": ["bags-hanging"], "outcome": "defects"}
    for second in range(2):
        monday_evening.move_to(at(MONDAY, f"19:2{second}"))
        assert "5413 记下了，等审核" in seen(inspector.post(sheet_of("5413"), data, follow=True))
    assert (Inspection.objects.count(), Finding.objects.count()) == (1, 1)


def test_going_back_and_saving_something_else_asks_once_and_corrects(
    school: School, inspector: Client, monday_evening: Traveller
) -> None:
    first = filled_in(inspector.get(sheet_of("5413"))) | {"defects": ["bags-hanging"], "outcome": "defects"}
    inspector.post(sheet_of("5413"), first)
    monday_evening.move_to(at(MONDAY, "19:21"))
    page = inspector.post(sheet_of("5413"), first | {"defects": ["hats-hanging"]})
    assert "刚才已经存过一次，后来改的还没存。再按一次就更正" in seen(page)
    assert Inspection.objects.count() == 1

    inspector.post(sheet_of("5413"), filled_in(page) | {"outcome": "defects"})
    old, new = Inspection.objects.order_by("received_at")
    assert (new.replaces, [str(f) for f in new.findings.all()]) == (old, ["物品悬挂 帽子乱挂"])


def test_another_spot_check_is_another_check(school: School, inspector: Client, monday_evening: Traveller) -> None:
    for minute in ("19:20", "19:40"):
        monday_evening.move_to(at(MONDAY, minute))
        save(inspector, sheet_of("5413", "?shift=evening&occasion=spot"), button="clean")
    assert Inspection.objects.filter(replaces=None).count() == 2


def test_locked_once_more_in_the_week_offers_locked_again(
    school: School, inspector: Client, monday_evening: Traveller
) -> None:
    save(inspector, sheet_of("5413"), button="locked")
    monday_evening.move_to(at(MONDAY, "20:30"))
    page = seen(inspector.get(sheet_of("5413")))
    assert (
        "你 19:20 记过： 锁门 这次另记一条 锁门 再次锁门 再次锁门 当场整改 11月9日 周一 19:20 锁过门 物品悬挂" in page
    )
    save(inspector, sheet_of("5413"), "locked-again")
    visit, check = Inspection.objects.order_by("performed_at")
    assert (visit.outcome, check.outcome, check.replaces) == ("locked", "defects", None)
    assert Finding.objects.get().points == 1


def test_the_first_of_several_locked_visits_is_the_one_told(school: School, inspector: Client) -> None:
    school.check("5413", "locked", clock="12:10", shift="noon", by=school.inspector2)
    school.check("5413", "locked", clock="19:05")
    page = seen(inspector.get(sheet_of("5413")))
    assert "11月9日 周一 12:10 锁过门" in page
    assert "你 19:05 记过： 锁门" in page


def test_a_minute_later_it_is_the_same_locked_door(school: School, inspector: Client) -> None:
    school.check("5413", "locked", clock="19:11", by=school.inspector2)
    page = seen(inspector.get(sheet_of("5413")))
    assert "另一位检查员 19:11 记了： 锁门" in page
    assert "再次锁门" not in page


def test_a_visit_recorded_as_locked_by_mistake_offers_nothing(school: School, inspector: Client) -> None:
    visit = school.check("5413", "locked", clock="18:00")
    school.check("5413", "nobody", clock="18:10", replaces=visit.pk)
    page = seen(inspector.get(sheet_of("5413")))
    assert "再次锁门" not in page


# The version


def test_a_sheet_is_read_by_the_version_it_was_opened_with(school: School, inspector: Client) -> None:
    data = filled_in(inspector.get(sheet_of("5413"))) | {"defects": ["bags-hanging"], "outcome": "defects"}
    newer = Standard.objects.create(kind="dorm", version=2, effective_from=MONDAY)
    item = Item.objects.create(standard=newer, code="desk", name="书桌", position=1)
    Defect.objects.create(standard=newer, item=item, code="desk-dirty", name="不干净", points=3, position=1)
    newer.published_at = timezone.now()
    newer.save()

    inspector.post(sheet_of("5413"), data)
    assert Inspection.objects.get().standard.version == 1
    assert "书桌 不干净 3 分" in seen(inspector.get(sheet_of("5420")))


@pytest.mark.parametrize("number", [1, 12])
def test_more_findings_and_classes_take_no_more_queries(
    school: School, inspector: Client, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    room = Room.objects.create(building=school.rooms["5413"].building, number="5600", code="5600", floor=6)
    for n in range(number):
        school_class = SchoolClass.objects.create(
            code=f"09{n:02}", entry_year=2009, department=school.classes["0851"].department
        )
        Residency.objects.create(room=room, school_class=school_class, starts_on=MONDAY)
    codes = Defect.objects.filter(standard__kind="dorm").exclude(code="locked-again").values_list("code", flat=True)
    data = filled_in(inspector.get(sheet_of("5600"))) | {"defects": list(codes)[:number], "outcome": "defects"}
    with django_assert_num_queries(21):
        assert inspector.post(sheet_of("5600"), data).status_code == 302
