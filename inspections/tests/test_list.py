"""The list of places: what is there, what was recorded, one tap for a clean one."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from time_machine import Traveller

from campus.models import Membership, Role, Term, User, Week
from campus.services import open_term
from config.tests.school import MONDAY, School, at
from dormitories.models import Building, Residency, Room
from inspections.models import Area, Inspection
from inspections.places import A_PAGE, FOUND_AT_MOST
from inspections.tests.pages import current, press_ids, rows, seen

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday_evening")]
LIST = "/checks/new/"


@pytest.fixture
def inspector(school: School, client: Client) -> Client:
    client.force_login(school.inspector)
    return client


def rooms(school: School, number: int, *, building: str = "5", floor: int = 6) -> list[Room]:
    """More rooms of one class, on a floor of their own."""
    house = Building.objects.get(code=building)
    made = Room.objects.bulk_create(
        Room(building=house, number=f"6{n:03}", code=f"6{n:03}", floor=floor) for n in range(number)
    )
    Residency.objects.bulk_create(
        Residency(room=room, school_class=school.classes["0852"], starts_on=MONDAY) for room in made
    )
    return made


def test_the_rooms_of_a_building_stand_floor_by_floor_with_their_classes(school: School, inspector: Client) -> None:
    page = inspector.get(LIST, {"building": "5"})
    assert rows(page) == {
        "5403": "5403 0853 5403 干净",
        "5413": "5413 0852 5413 干净",
        "5420": "5420 0852 / 0853 混合宿舍 5420 干净",
    }
    assert "5号楼 晚检 0 / 3" in seen(page)
    assert "4 层 已查 0 / 3" in seen(page)


def test_the_shift_is_the_clocks_until_somebody_says_another(
    school: School, inspector: Client, monday_evening: Traveller
) -> None:
    assert "晚检 · 日查" in seen(inspector.get(LIST))
    monday_evening.move_to(at(MONDAY, "07:31"))
    assert "早检 · 日查" in seen(inspector.get(LIST))
    assert "午检 · 大扫除" in seen(inspector.get(LIST, {"shift": "noon", "occasion": "deep_clean"}))
    assert "早检 · 日查" in seen(inspector.get(LIST, {"shift": "night", "occasion": "party"}))


def test_areas_stand_by_their_kind(school: School, inspector: Client) -> None:
    page = inspector.get(LIST, {"kind": "classroom"})
    assert list(rows(page)) == ["教101", "教102", "教103", "教201"]
    assert rows(inspector.get(LIST, {"kind": "duty"})) == {"门厅": "门厅 0851 门厅 正常"}


def test_it_opens_where_one_recorded_last_and_goes_on_behind_it(
    school: School, inspector: Client, monday_evening: Traveller
) -> None:
    assert "3318" in rows(inspector.get(LIST))
    school.check("教102", clock="19:00")
    assert current(inspector.get(LIST)) == "教103"
    school.check("5403", clock="19:10")
    assert current(inspector.get(LIST)) == "5413"


def test_a_man_starts_in_a_mens_building(school: School, inspector: Client) -> None:
    school.inspector.gender = "male"
    school.inspector.save()
    assert "5403" in rows(inspector.get(LIST))


def test_one_tap_records_a_clean_room_and_goes_on_to_the_next(school: School, inspector: Client) -> None:
    page = inspector.get(LIST, {"building": "5"})
    assert current(page) == "5403"
    address, press = press_ids(page)["5403"]
    page = inspector.post(address, {"id": press, "outcome": "clean"}, follow=True)

    check = Inspection.objects.get()
    assert (check.target.code, check.outcome, check.shift, check.occasion) == ("5403", "clean", "evening", "routine")
    assert check.inspector == school.inspector
    assert "5403 记下了，等审核" in seen(page)
    assert rows(page)["5403"] == "5403 0853 5403 干净 更正"
    assert current(page) == "5413"
    assert "1 / 3" in seen(page)


def test_two_taps_on_one_button_are_one_check(school: School, inspector: Client, monday_evening: Traveller) -> None:
    address, press = press_ids(inspector.get(LIST, {"building": "5"}))["5403"]
    for second in range(2):
        monday_evening.move_to(at(MONDAY, f"19:2{second}"))
        assert inspector.post(address, {"id": press, "outcome": "clean"}).status_code == 302
    assert Inspection.objects.count() == 1


def test_the_tap_of_a_browser_with_htmx_changes_only_what_changed(school: School, inspector: Client) -> None:
    address, press = press_ids(inspector.get(LIST, {"building": "5"}))["5403"]
    part = inspector.post(address, {"id": press, "outcome": "clean", "now": "room-0"}, headers={"HX-Request": "true"})
    assert list(rows(part)) == ["5403", "5413"]
    assert current(part) == "5413"
    assert "1 / 3" in seen(part)
    assert "<html" not in part.content.decode()


def test_the_newest_row_says_that_it_can_be_corrected(school: School, inspector: Client) -> None:
    school.check("5413", None, "bags-hanging", clock="19:05")
    school.check("5420", clock="19:06")
    page = inspector.get(LIST, {"building": "5"})
    assert rows(page)["5413"].endswith("1 处问题 点按更正")  # said where nobody sees it
    assert rows(page)["5420"].endswith("干净 更正")
    address, press = press_ids(page)["5403"]
    part = rows(inspector.post(address, {"id": press, "outcome": "clean"}, headers={"HX-Request": "true"}))
    assert (part["5403"], part["5420"]) == ("5403 0853 5403 干净 更正", "5420 0852 / 0853 混合宿舍 5420 干净 点按更正")
    found = rows(inspector.get(LIST, {"q": "54"}))
    assert [code for code, row in found.items() if row.endswith(" 更正")] == ["5403"]


def test_visits_in_vain_are_counted_apart(school: School, inspector: Client) -> None:
    school.check("5413", "locked", clock="19:05")
    school.check("5420", "nobody", clock="19:06")
    school.check("5403", clock="19:07")
    page = seen(inspector.get(LIST, {"building": "5"}))
    assert "1 / 3 已查 还要再去 2" in page
    assert "4 层 已查 1 / 3" in page
    school.check("教102", "locked", clock="19:08")  # costs, and so counts
    page = seen(inspector.get(LIST, {"kind": "classroom"}))
    assert "1 / 4 已查" in page
    assert "还要再去" not in page


def test_a_tap_that_cannot_be_leaves_the_row_and_says_why(school: School, inspector: Client) -> None:
    address, press = press_ids(inspector.get(LIST, {"building": "5"}))["5403"]
    school.inspector.home_class = school.classes["0853"]
    school.inspector.save()
    part = inspector.post(address, {"id": press, "outcome": "clean"}, headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["HX-Reswap"]) == (422, "none")
    assert "这是你自己的班级或宿舍，换别人来查" in seen(part)


def test_what_i_recorded_stands_in_the_row(school: School, inspector: Client) -> None:
    school.check("5403", None, "bags-hanging", "hats-hanging", "sill-cluttered", clock="19:05")
    school.check("5413", "locked", clock="19:06")
    school.check("5420", "refused", clock="19:07")
    assert rows(inspector.get(LIST, {"building": "5"})) == {
        "5403": "5403 0853 物品悬挂 袋子乱挂、帽子乱挂、窗台 乱放 5403 3 处问题 点按更正",
        "5413": "5413 0852 还要再去 5413 锁门 点按更正",
        "5420": "5420 0852 / 0853 混合宿舍 5420 拒检 更正",
    }


def test_a_locked_room_is_gone_to_again_when_all_others_are_done(school: School, inspector: Client) -> None:
    school.check("5413", "locked", clock="19:06")
    school.check("5420", clock="19:07")
    assert current(inspector.get(LIST, {"building": "5"})) == "5403"
    school.check("5403", clock="19:08")
    page = inspector.get(LIST, {"building": "5"})
    assert current(page) == "5413"
    school.check("5413", clock="19:15")
    page = inspector.get(LIST, {"building": "5"})
    assert (current(page), "这一页查完了" in seen(page)) == (None, True)


def test_other_shifts_and_occasions_have_a_list_of_their_own(school: School, inspector: Client) -> None:
    school.check("5403", clock="12:10", shift="noon")
    school.check("5403", clock="19:10", occasion="school")
    assert rows(inspector.get(LIST, {"building": "5"}))["5403"] == "5403 0853 5403 干净"
    school_wide = inspector.get(LIST, {"building": "5", "occasion": "school"})
    assert "更正" in rows(school_wide)["5403"]


def test_somebody_elses_check_is_told_and_does_not_stand_in_the_way(school: School, inspector: Client) -> None:
    school.check("5403", None, "bags-hanging", clock="19:05", by=school.inspector2)
    assert rows(inspector.get(LIST, {"building": "5"}))["5403"] == "5403 0853 别人 19:05 记过 5403 干净"


def test_a_check_that_was_corrected_is_seen_no_more(school: School, inspector: Client) -> None:
    first = school.check("5403", None, "bags-hanging", clock="19:05")
    school.check("5403", clock="19:06", replaces=first.pk)
    assert rows(inspector.get(LIST, {"building": "5"}))["5403"] == "5403 0853 5403 干净 更正"
    inspector.force_login(school.inspector2)
    sheet = seen(inspector.get(reverse("inspections:sheet", args=["room", "5403"])))
    assert "19:06 记了： 干净" in sheet
    assert "袋子乱挂 看到什么" not in sheet


def test_ones_own_class_and_room_offer_nothing(school: School, inspector: Client) -> None:
    school.inspector.home_room = school.rooms["3318"]
    school.inspector.save()
    page = inspector.get(LIST, {"building": "3"})
    assert rows(page)["3318"] == "3318 0851 自己的，换人查"
    assert rows(page)["3427"] == "3427 10311 自己的，换人查"
    assert list(press_ids(page)) == ["3501"]


def test_a_class_that_has_left_the_school_is_not_shown(school: School, inspector: Client) -> None:
    school.classes["0852"].left_on = MONDAY - timedelta(days=1)
    school.classes["0852"].save()
    page = rows(inspector.get(LIST, {"building": "5"}))
    assert (page["5413"], page["5420"]) == ("5413 没有责任班级 5413 干净", "5420 0853 5420 干净")


def test_a_place_that_nobody_answers_for_says_so(school: School, inspector: Client) -> None:
    Area.objects.create(code="旧车棚", kind="area")
    assert rows(inspector.get(LIST, {"kind": "area"}))["旧车棚"] == "旧车棚 没有责任班级 旧车棚 干净"


# Finding


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("54", ["5403", "5413", "5420"]),
        (" 5413 ", ["5413"]),
        ("５４１３", ["5413"]),
        ("54 13", ["5413"]),
        ("５　４１３", ["5413"]),
        ("教 101", ["教101"]),
        ("０８５３", ["5403", "5420", "教103", "硬化路"]),
        ("硬化", ["硬化路"]),
        ("10", ["教101", "教102", "教103"]),
        ("0852", ["5413", "5420", "硬化路", "教102"]),
        ("nothing", []),
        ("5413\x00", ["5413"]),
        ("%", []),
    ],
)
def test_finding_by_number_name_or_class(school: School, inspector: Client, query: str, found: list[str]) -> None:
    page = inspector.get(LIST, {"q": query})
    assert sorted(rows(page)) == sorted(found)
    assert ("没有找到" in seen(page)) == (not found)


def test_a_name_with_spaces_and_wide_brackets_is_found(school: School, inspector: Client) -> None:
    Area.objects.create(code="操场 （东侧）", kind="area")
    for query in ("操场（东", "操场 （东侧）", "场（"):
        assert list(rows(inspector.get(LIST, {"q": query}))) == ["操场"], query  # the code up to its space


def test_the_button_beside_the_thumb_says_what_is_typed_there(school: School, inspector: Client) -> None:
    assert "按房号" in seen(inspector.get(LIST, {"building": "5"}))
    page = seen(inspector.get(LIST, {"kind": "classroom"}))
    assert "按房号" not in page
    assert "查找 有问题" in page


def test_a_number_that_two_buildings_have_is_found_in_both(school: School, inspector: Client) -> None:
    Room.objects.create(building=Building.objects.get(code="3"), number="5413", code="3-5413", floor=5)
    assert list(rows(inspector.get(LIST, {"q": "5413"}))) == ["3-5413", "5413"]


def test_too_many_finds_are_cut_and_it_says_so(school: School, inspector: Client) -> None:
    rooms(school, FOUND_AT_MOST + 1)
    page = inspector.get(LIST, {"q": "6"})
    assert len(rows(page)) == FOUND_AT_MOST
    assert "再多输一位" in seen(page)


# Many


def test_a_long_building_comes_in_pages_and_opens_at_the_place_one_left(school: School, inspector: Client) -> None:
    made = rooms(school, A_PAGE + 10)
    first = inspector.get(LIST, {"building": "5"})
    assert (len(rows(first)), "1 / 2" in seen(first)) == (A_PAGE, True)
    second = inspector.get(LIST, {"building": "5", "page": "2"})
    assert list(rows(second)) == [*(room.code for room in made[-10:]), "5403", "5413", "5420"]
    assert "6 层 已查 0 / 130" in seen(second)
    behind = inspector.get(LIST, {"building": "5", "after": f"room-{school.rooms['5403'].pk}"})
    assert current(behind) == "5413"
    assert len(rows(inspector.get(LIST, {"building": "5", "page": "99"}))) == 13


@pytest.mark.parametrize("number", [3, 30])
@pytest.mark.parametrize("shown", [{"building": "5"}, {"q": "6"}])
def test_more_places_take_no_more_queries(
    school: School,
    inspector: Client,
    number: int,
    shown: dict[str, str],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for room in rooms(school, number):
        school.rooms[room.code] = room
        school.check(room.code, None, "bags-hanging", "sill-cluttered", clock="19:05")
        school.check(room.code, clock="19:06", by=school.inspector2)
    inspector.get(LIST)  # the session is there
    with django_assert_num_queries(14 if "building" in shown else 13):
        assert len(rows(inspector.get(LIST, shown))) >= number


# Where there is nothing


def test_a_school_without_places_says_what_to_do(db: None, client: Client) -> None:
    open_term(name="2026-2027-1", starts_on=date(2026, 8, 31), ends_on=date(2027, 1, 17))
    inspector = User.objects.create_user("inspector", name="王同学")
    Membership.objects.create(user=inspector, role=Role.INSPECTOR)
    client.force_login(inspector)
    assert "还没有可查的地方" in seen(client.get(LIST))


def test_between_terms_nothing_can_be_recorded(school: School, inspector: Client) -> None:
    Week.objects.all().delete()
    Term.objects.all().delete()
    assert "今天不在任何学期里" in seen(inspector.get(LIST))
    address = reverse("inspections:sheet", args=["room", "5413"])
    assert inspector.post(address, {"outcome": "clean"}).status_code == 409
