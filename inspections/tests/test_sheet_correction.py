"""A record of one's own is corrected: the sheet comes filled in, and what is saved replaces it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from time_machine import Traveller

from config.tests.school import MONDAY, School, at
from inspections.models import Defect, Inspection, Item, Standard
from inspections.tests.pages import filled_in, rows, seen
from inspections.tests.test_sheet import save, sheet_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday_evening")]


@pytest.fixture
def inspector(school: School, client: Client) -> Client:
    client.force_login(school.inspector)
    return client


def correcting(check: Inspection) -> str:
    """The sheet as one's own page of checks opens it, to correct this one."""
    return sheet_of(check.target.code, f"?replaces={check.pk}")


def pressed(client: Client, address: str, button: str, **changes: Any) -> Any:
    """Open the sheet, change something, press a button."""
    data = filled_in(client.get(address)) | {name.replace("__", "-"): value for name, value in changes.items()}
    return client.post(address, data | {"outcome": button}, follow=True)


def newest() -> Inspection:
    return Inspection.objects.latest("received_at")


def said_of(check: Inspection) -> list[tuple[Any, ...]]:
    return list(
        check.findings.order_by("position").values_list("defect", "text", "points", "school_class", "corrected")
    )


def test_all_that_was_recorded_stands_there(school: School, inspector: Client, monday_evening: Traveller) -> None:
    save(
        inspector,
        sheet_of("5420"),
        "bags-hanging",
        "hats-hanging",
        **{"class__bags-hanging": "0853", "corrected__hats-hanging": "on"},
        own_text="仙人掌",
        own_points="1.50",
        own_class="0852",
        own_corrected="on",
        told="refused",
        note="门后",
    )
    first = newest()
    monday_evening.move_to(at(MONDAY, "19:25"))
    page = inspector.get(sheet_of("5420"))
    assert "更正 19:20 那次： 物品悬挂 袋子乱挂 (0853)、帽子乱挂、仙人掌 (0852) 存好后，由审核决定用哪一条" in seen(
        page
    )
    assert "保存更正" in seen(page)
    assert "下一间" not in seen(page)

    page = pressed(inspector, sheet_of("5420"), "defects", note="门后，两个")
    assert "5420 记下了，等审核" in seen(page)
    new = newest()
    assert (new.replaces, new.told, new.note) == (first, "refused", "门后，两个")
    assert said_of(new) == said_of(first)


def test_one_chip_is_taken_back(school: School, inspector: Client) -> None:
    school.check("5413", None, "bags-hanging", "sill-cluttered", clock="19:05")
    pressed(inspector, sheet_of("5413"), "defects", defects=["sill-cluttered"])
    assert [str(finding) for finding in newest().findings.all()] == ["窗台 乱放"]


def test_it_was_clean_after_all(school: School, inspector: Client) -> None:
    first = school.check("5413", None, "bags-hanging", clock="19:05")
    refused = pressed(inspector, sheet_of("5413"), "clean")
    assert "已经选了问题" in seen(refused)
    page = pressed(inspector, sheet_of("5413"), "clean", defects=[])
    assert rows(page)["5413"].startswith("5413 0852 5413 干净")
    assert (newest().outcome, newest().replaces) == ("clean", first)


def test_it_is_read_by_the_version_it_was_made_with(school: School, inspector: Client) -> None:
    school.check("5413", None, "bags-hanging", clock="19:05")
    newer = Standard.objects.create(kind="dorm", version=2, effective_from=MONDAY)
    item = Item.objects.create(standard=newer, code="desk", name="书桌", position=1)
    Defect.objects.create(standard=newer, item=item, code="desk-dirty", name="不干净", points=3, position=1)
    Standard.objects.filter(pk=newer.pk).update(published_at=timezone.now())
    pressed(inspector, sheet_of("5413"), "defects", note="门后")
    assert ([str(finding) for finding in newest().findings.all()], newest().note) == (["物品悬挂 袋子乱挂"], "门后")


def test_once_locked_again_it_is_offered_still(school: School, inspector: Client) -> None:
    school.check("5413", "locked", clock="12:10", shift="noon")
    school.check("5413", None, "locked-again", clock="19:05")
    page = inspector.get(sheet_of("5413"))
    assert "11月9日 周一 12:10 锁过门" in seen(page)
    assert filled_in(page)["defects"] == ["locked-again"]


@pytest.mark.parametrize(
    ("code", "outcome", "said"),
    [("5413", "refused", "拒检"), ("5413", "clean", "干净"), ("教101", "locked", "锁门"), ("门厅", "clean", "正常")],
)
def test_how_it_came_out_before_is_told(school: School, inspector: Client, code: str, outcome: str, said: str) -> None:
    school.check(code, outcome, clock="19:05")
    assert f"更正 19:05 那次： {said} 存好后" in seen(inspector.get(sheet_of(code)))


@pytest.mark.parametrize("outcome", ["locked", "nobody", "skipped"])
def test_a_visit_is_corrected_while_one_is_still_there_and_later_is_another(
    school: School, inspector: Client, monday_evening: Traveller, outcome: str
) -> None:
    visit = school.check("5413", outcome, clock="19:20")
    said = visit.get_outcome_display()
    monday_evening.move_to(at(MONDAY, "19:29"))
    assert f"更正 19:20 那次： {said} 存好后" in seen(inspector.get(sheet_of("5413")))
    drawn = filled_in(inspector.get(sheet_of("5413")))
    monday_evening.move_to(at(MONDAY, "19:31"))
    assert f"你 19:20 记过： {said} 这次另记一条" in seen(inspector.get(sheet_of("5413")))
    assert "下一间" in seen(inspector.get(sheet_of("5413")))

    # The page that said so is believed, however long it was looked at
    inspector.post(sheet_of("5413"), drawn | {"outcome": "clean"})
    assert (newest().replaces, newest().outcome) == (visit, "clean")


def test_a_later_visit_stands_beside_the_first(school: School, inspector: Client) -> None:
    school.check("5413", "nobody", clock="19:05")
    pressed(inspector, sheet_of("5413"), "clean")
    assert (newest().replaces, newest().performed_at) == (None, at(MONDAY, "19:20"))


def test_a_correction_keeps_the_time_of_the_visit(school: School, inspector: Client, monday_evening: Traveller) -> None:
    first = school.check("5413", clock="19:05")
    pressed(inspector, sheet_of("5413"), "defects", defects=["bags-hanging"])
    assert (newest().performed_at, newest().received_at) == (first.performed_at, at(MONDAY, "19:20"))


def test_what_the_sheet_cannot_say_whole_is_told_before_it_is_gone(school: School, inspector: Client) -> None:
    """A phone may tell more of one check than this sheet has room for."""
    school.check(
        "5420",
        None,
        {"defect": "bags-hanging", "school_class": "0853"},
        {"defect": "bags-hanging", "school_class": "0852"},
        {"defect": "desk-dirty", "text": "三号床"},
        {"text": "仙人掌", "points": "1"},
        {"text": "水桶", "points": "0.5"},
        clock="19:05",
    )
    page = inspector.get(sheet_of("5420"))
    told = "这一页填不全的，存了就没有了，要留就写进备注： 物品悬挂 袋子乱挂 (0852)、桌面 不干净 (三号床)、水桶"
    assert told in seen(page)
    said = filled_in(page)
    assert (said["defects"], said["class-bags-hanging"]) == (["bags-hanging", "desk-dirty"], "0853")
    assert (said["own_text"], said["own_points"]) == ("仙人掌", "1")


def test_so_is_a_defect_that_is_offered_no_more(school: School, inspector: Client) -> None:
    visit = school.check("5413", "locked", clock="12:10", shift="noon")
    school.check("5413", None, "locked-again", "bags-hanging", clock="19:05")
    school.check("5413", "nobody", clock="12:10", shift="noon", replaces=visit.pk)
    page = inspector.get(sheet_of("5413"))
    assert "要留就写进备注： 锁门 再次锁门" in seen(page)
    assert filled_in(page)["defects"] == ["bags-hanging"]


def test_so_is_the_class_of_a_finding_that_all_bear(school: School, inspector: Client) -> None:
    """A finding that names a class charges no other (§5.2.1); the sheet asks for it of personal ones alone."""
    school.check("5420", None, {"defect": "sill-cluttered", "school_class": "0853"}, clock="19:05")
    assert "要留就写进备注： 窗台 乱放 (0853)" in seen(inspector.get(sheet_of("5420")))


# From one's own page of checks, by the record's id


def test_a_check_of_another_day_and_shift_is_corrected_as_of_then(school: School, inspector: Client) -> None:
    first = school.check("教101", None, "lights-on", day=MONDAY - timedelta(days=2), clock="07:30", shift="morning")
    assert "11月7日 周六 早检 · 日查 教101" in seen(inspector.get(correcting(first)))
    assert filled_in(inspector.get(correcting(first)))["defects"] == ["lights-on"]
    data = filled_in(inspector.get(correcting(first))) | {"defects": ["floor-dirty"], "outcome": "defects"}
    answer = inspector.post(correcting(first), data)
    assert answer["Location"] == f"{reverse('scoring:mine')}?day=2026-11-07"
    new = newest()
    assert (new.replaces, new.performed_at, new.shift, new.week) == (first, first.performed_at, "morning", first.week)


def test_a_spot_check_is_corrected_by_its_own_id(school: School, inspector: Client) -> None:
    first = school.check("5413", None, "bags-hanging", clock="18:05", occasion="spot")
    school.check("5413", clock="18:40", occasion="spot")
    assert "更正 18:05 那次" in seen(inspector.get(correcting(first)))
    pressed(inspector, correcting(first), "clean", defects=[])
    assert newest().replaces == first


def test_a_record_that_was_corrected_already_leads_to_the_newer_one(school: School, inspector: Client) -> None:
    first = school.check("5413", None, "bags-hanging", clock="19:05")
    second = school.check("5413", None, "sill-cluttered", clock="19:06", replaces=first.pk)
    assert "更正 19:06 那次： 窗台 乱放" in seen(inspector.get(correcting(first)))
    pressed(inspector, correcting(first), "clean", defects=[])
    assert newest().replaces == second


@pytest.mark.parametrize("occasion", ["spot", "routine"])
def test_so_it_does_where_the_newer_one_is_no_bar_to_another(school: School, inspector: Client, occasion: str) -> None:
    """A spot check, and a visit that is no check: what is saved is a correction all the same, and of that day."""
    said: dict[str, Any] = {"day": MONDAY - timedelta(days=2), "clock": "18:05", "occasion": occasion}
    first = school.check("5413", "locked", **said)
    second = school.check("5413", "nobody", **said, replaces=first.pk)
    pressed(inspector, correcting(first), "skipped")
    assert (newest().replaces, newest().performed_at) == (second, second.performed_at)


def test_going_back_and_saving_something_else_corrects_the_correction(school: School, inspector: Client) -> None:
    first = school.check("5413", "locked", day=MONDAY - timedelta(days=2), clock="18:05")
    drawn = filled_in(inspector.get(correcting(first)))
    inspector.post(correcting(first), drawn | {"outcome": "nobody"})
    second = Inspection.objects.get(replaces=first)
    asked = inspector.post(correcting(first), drawn | {"outcome": "skipped"})
    assert "刚才已经存过一次" in seen(asked)
    inspector.post(correcting(first), filled_in(asked) | {"outcome": "skipped"})
    third = Inspection.objects.get(replaces=second)
    assert (third.outcome, third.performed_at) == ("skipped", first.performed_at)


def test_a_correction_by_id_that_was_made_elsewhere_meanwhile_asks(school: School, inspector: Client) -> None:
    first = school.check("5413", None, "bags-hanging", clock="18:05", occasion="spot")
    school.check("5413", clock="18:40", occasion="spot")
    stale = filled_in(inspector.get(correcting(first))) | {"defects": ["hats-hanging"], "outcome": "defects"}
    second = school.check("5413", None, "sill-cluttered", clock="18:05", occasion="spot", replaces=first.pk)
    asked = inspector.post(correcting(first), stale)
    assert "这一页打开以后你已经记过这里" in seen(asked)
    assert "更正 18:05 那次： 窗台 乱放" in seen(asked)
    inspector.post(correcting(first), filled_in(asked) | {"outcome": "defects"})
    assert str(Inspection.objects.get(replaces=second).findings.get()) == "物品悬挂 帽子乱挂"


def test_a_correction_sent_twice_is_one(school: School, inspector: Client, monday_evening: Traveller) -> None:
    first = school.check("5413", None, "bags-hanging", clock="19:05")
    for address in (sheet_of("5413"), correcting(first)):
        data = filled_in(inspector.get(address)) | {"outcome": "defects", "note": address}
        for second in range(2):
            monday_evening.move_to(at(MONDAY, f"19:2{second}"))
            assert inspector.post(address, data).status_code == 302
    assert Inspection.objects.count() == 3


def test_only_a_record_of_ones_own_and_of_the_place_can_be_corrected(school: School, inspector: Client) -> None:
    others = school.check("5413", by=school.inspector2)
    elsewhere = school.check("5403")
    for named in (others.pk, elsewhere.pk, uuid4(), "all"):
        assert inspector.get(sheet_of("5413", f"?replaces={named}")).status_code == 404


# Its photos


def pictures_of(check: Inspection) -> dict[str, list[UUID]]:
    return {
        str(finding): list(finding.photos.order_by("position").values_list("photo_id", flat=True))
        for finding in check.findings.order_by("position")
    }


def pictured(school: School, *photos: UUID, code: str = "5413") -> Inspection:
    """A record with two photos of the bags, one of what stands there in own words, and a defect without."""
    bags: dict[str, Any] = {"defect": "bags-hanging", "photos": photos[:2]}
    own: dict[str, Any] = {"text": "仙人掌", "points": "1", "photos": photos[2:]}
    return school.check(code, None, bags, "hats-hanging", own, clock="19:05")


def test_a_correction_keeps_the_photos_of_what_it_says_again(school: School, inspector: Client) -> None:
    one, two, three = photos = [uuid4() for _ in range(3)]
    pictured(school, *photos)
    page = pressed(inspector, sheet_of("5413"), "defects", defects=["bags-hanging"], own_text="仙人掌两盆")
    assert "5413 记下了，等审核" in seen(page)
    assert pictures_of(newest()) == {"物品悬挂 袋子乱挂": [one, two], "仙人掌两盆": [three]}


def test_pressed_twice_it_names_them_once_more(school: School, inspector: Client, monday_evening: Traveller) -> None:
    pictured(school, *(uuid4() for _ in range(3)))
    data = filled_in(inspector.get(sheet_of("5413"))) | {"outcome": "defects", "note": "门后"}
    for minute in (20, 21):
        monday_evening.move_to(at(MONDAY, f"19:{minute}"))
        assert inspector.post(sheet_of("5413"), data).status_code == 302
    assert Inspection.objects.count() == 2


@pytest.mark.parametrize(
    ("button", "changes", "gone"),
    [
        ("defects", {"defects": ["hats-hanging"]}, "物品悬挂 袋子乱挂"),
        ("defects", {"own_text": "", "own_points": "0"}, "仙人掌"),
        ("clean", {"defects": [], "own_text": "", "own_points": "0"}, "物品悬挂 袋子乱挂、仙人掌"),
    ],
)
def test_what_is_taken_back_takes_its_photos_with_it_and_that_is_told_first(
    school: School, inspector: Client, button: str, changes: dict[str, Any], gone: str
) -> None:
    first = pictured(school, *(uuid4() for _ in range(3)))
    asked = pressed(inspector, sheet_of("5413"), button, **changes)
    assert "去掉的问题里有照片，照片也会一起没了，再按一次就存" in seen(asked)
    assert f"要留就写进备注： {gone}" in seen(asked)
    assert newest() == first
    page = inspector.post(sheet_of("5413"), filled_in(asked) | {"outcome": button}, follow=True)
    assert "5413" in seen(page)
    assert (newest().replaces, newest().outcome) == (first, button)


def test_a_record_beside_it_takes_no_photos_over(school: School, inspector: Client, monday_evening: Traveller) -> None:
    """A correction made elsewhere has them by now; the page asks, and then says what stands there."""
    one, two, _three = photos = [uuid4() for _ in range(3)]
    first = pictured(school, *photos)
    stale = filled_in(inspector.get(sheet_of("5413"))) | {"outcome": "defects"}
    bags: dict[str, Any] = {"defect": "bags-hanging", "photos": (one, two)}
    school.check("5413", None, bags, clock="19:05", replaces=first.pk)
    asked = inspector.post(sheet_of("5413"), stale)
    assert "这一页打开以后你已经记过这里" in seen(asked)
    inspector.post(sheet_of("5413"), filled_in(asked) | {"outcome": "defects"})
    assert pictures_of(newest()) == {"物品悬挂 袋子乱挂": [one, two], "物品悬挂 帽子乱挂": [], "仙人掌": []}
