"""The board: what a day's rounds have covered, what was missed, where somebody must go again; and who came when."""

from __future__ import annotations

import re
from datetime import time, timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from time_machine import Traveller

from config.tests.school import MONDAY, School, at
from dormitories.models import Building, Residency, Room
from inspections.models import Round
from inspections.rounds.attendance import Presence, attendance
from inspections.rounds.coverage import Coverage, coverage
from inspections.rounds.services import call_off, excuse, put_on, stand_in
from inspections.tests.pages import seen, words
from inspections.tests.walking import a_round, inspector, tell_men_from_women, walker, walking

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday_evening")]
TUESDAY = MONDAY + timedelta(days=1)
ROOMS = ["5403", "5413", "5420"]
CLASSROOMS = ["教101", "教102", "教103", "教201"]
BOARD = "/coverage/"


@pytest.fixture(autouse=True)
def men_and_women(school: School) -> None:
    tell_men_from_women(school)


@pytest.fixture
def reviewer(school: School, client: Client) -> Client:
    client.force_login(school.reviewer)
    return client


def cells(board: Coverage) -> dict[tuple[str, str], tuple[int, int, str]]:
    """Done, all, and the state of every cell that has a round, by place and shift."""
    return {
        (line.group.value, cell.shift.value): (cell.done, cell.total, cell.state)
        for line in board.lines
        for cell in line.cells
        if cell.total
    }


# The cells


def test_each_shift_and_place_says_how_far_it_has_come(school: School, monday_evening: Traveller) -> None:
    a_round(school, CLASSROOMS, school.inspector, shift="morning", starts_at=time(7, 30))
    a_round(school, ["硬化路"], school.inspector, shift="noon", starts_at=time(13, 30))
    a_round(school, ROOMS, school.inspector)
    a_round(school, ["门厅"], school.inspector, starts_at=time(19, 5))
    a_round(school, CLASSROOMS, school.inspector, starts_at=time(20))
    for code in CLASSROOMS:
        school.check(code, clock="07:35", shift="morning")
    school.check("5413", clock="19:19")
    assert cells(coverage(MONDAY)) == {
        ("classroom", "morning"): (4, 4, "done"),
        ("area", "noon"): (0, 1, "missed"),
        ("5", "evening"): (1, 3, "walking"),
        ("duty", "evening"): (0, 1, "late"),
        ("classroom", "evening"): (0, 4, "ahead"),
    }
    monday_evening.move_to(at(TUESDAY, "08:00"))
    assert cells(coverage(MONDAY))["5", "evening"] == (1, 3, "missed")


def test_only_a_check_of_the_same_slot_fills_it_whoever_made_it(school: School) -> None:
    a_round(school, ["5403", "5413"], school.inspector)
    school.check("5403", occasion="spot")
    school.check("5403", clock="13:30", shift="noon")
    school.check("5413", by=school.reviewer2)
    assert cells(coverage(MONDAY)) == {("5", "evening"): (1, 2, "walking")}


def test_a_correction_does_not_count_twice(school: School) -> None:
    a_round(school, ROOMS, school.inspector)
    first = school.check("5413")
    school.check("5413", None, "bags-hanging", clock="19:21", replaces=first.pk)
    assert cells(coverage(MONDAY)) == {("5", "evening"): (1, 3, "walking")}


def test_two_rounds_to_one_place_are_one_place(school: School) -> None:
    a_round(school, ROOMS, school.inspector)
    a_round(school, ["5403", "教101"], inspector(school, "m2"))
    found = cells(coverage(MONDAY))
    assert (found["5", "evening"][1], found["classroom", "evening"][1]) == (3, 1)


def test_a_round_that_was_called_off_is_not_missed(school: School) -> None:
    call_off(round=a_round(school, ROOMS, school.inspector, shift="noon"), by=school.reviewer)
    board = coverage(MONDAY)
    assert (board.empty, list(board.missed)) == (True, [])


def test_who_it_was_is_told_by_the_checks_and_by_the_plan_only_before(school: School) -> None:
    other = inspector(school, "m1")
    a_round(school, ROOMS, school.inspector, other, at=at(MONDAY, "08:00"))

    def names() -> list[str]:
        return next(cell.names for line in coverage(MONDAY).lines for cell in line.cells if cell.total)

    assert names() == ["王同学", "m1同学"]
    school.check("5413", by=school.reviewer2, clock="19:19")
    school.check("5403", by=other, clock="19:18")
    assert names() == ["m1同学", "郑同学"]


# Missed, again, out


def test_what_nobody_checked_is_missed_when_the_shift_is_over(school: School, monday_evening: Traveller) -> None:
    a_round(school, CLASSROOMS, school.inspector, shift="noon")
    for code in ("教101", "教103", "教201"):
        school.check(code, clock="13:35", shift="noon")
    monday_evening.move_to(at(MONDAY, "16:29"))
    assert list(coverage(MONDAY).missed) == []
    monday_evening.move_to(at(MONDAY, "16:31"))
    assert [(m.target.code, m.slot.shift, m.times) for m in coverage(MONDAY).missed] == [("教102", "noon", 1)]


def test_a_locked_one_was_visited_and_is_to_be_seen_again(school: School) -> None:
    a_round(school, ["5403", "5413"], school.inspector, shift="noon")
    school.check("5403", "locked", clock="13:30", shift="noon")
    school.check("5413", "nobody", clock="13:32", shift="noon")
    a_round(school, ["5413"], school.inspector)
    board = coverage(MONDAY)
    assert list(board.missed) == []
    assert [(a.visit.target.code, a.visit.outcome, a.on_route) for a in board.again] == [
        ("5403", "locked", False),
        ("5413", "nobody", True),
    ]
    school.check("5403", clock="18:00")
    assert [a.visit.target.code for a in coverage(MONDAY).again] == ["5413"]


def test_it_is_to_be_seen_again_all_week_and_told_by_its_last_visit(school: School, monday_evening: Traveller) -> None:
    school.check("5403", "locked")
    monday_evening.move_to(at(TUESDAY, "20:00"))
    school.check("5403", "locked", day=TUESDAY)
    (again,) = coverage(TUESDAY).again
    assert again.visit.performed_on == TUESDAY
    monday_evening.move_to(at(MONDAY + timedelta(days=7), "08:00"))
    assert coverage(MONDAY + timedelta(days=7)).again.count == 0


def test_a_locked_classroom_costs_points_and_is_a_check(school: School) -> None:
    school.check("教102", "locked")
    assert coverage(MONDAY).again.count == 0


def test_missed_in_a_row_is_counted_by_the_rounds(school: School, monday_evening: Traveller) -> None:
    for n in range(4):
        a_round(school, ["教101", "教102"], school.inspector, day=MONDAY + timedelta(days=n), shift="morning")
    call_off(round=Round.objects.get(date=MONDAY + timedelta(days=2)), by=school.reviewer)
    school.check("教101", clock="07:30", shift="morning")
    thursday = MONDAY + timedelta(days=3)
    monday_evening.move_to(at(thursday, "12:00"))
    assert {m.target.code: m.times for m in coverage(thursday).missed} == {"教101": 2, "教102": 3}


def test_who_was_sent_since_is_told(school: School, monday_evening: Traveller) -> None:
    a_round(school, ["教101", "教102"], school.inspector, shift="noon", at=at(MONDAY, "08:00"))
    a_round(school, ["教102"], school.reviewer2, shift="noon", at=at(MONDAY, "17:00"))
    assert {m.target.code: list(m.sent) for m in coverage(MONDAY).missed} == {"教101": [], "教102": ["郑同学"]}


def test_who_is_out_now_and_how_far(school: School) -> None:
    a_round(school, ROOMS, school.inspector)
    a_round(school, CLASSROOMS, inspector(school, "m1"))
    school.check("5403", clock="19:10")
    school.check("5413", clock="19:14")
    (out,) = coverage(MONDAY).out
    assert (out.names, out.last.target.code, out.left, out.minutes) == (["王同学"], "5413", 1, 6)
    school.check("5420")
    assert coverage(MONDAY).out == []


# The page


def test_the_page_tells_it_in_words(school: School, reviewer: Client) -> None:
    a_round(school, ROOMS, school.inspector, inspector(school, "m1"))
    a_round(school, ["教101", "教102"], school.inspector, shift="noon", at=at(MONDAY, "08:00"))
    school.check("5413", "locked", clock="19:16")
    page = seen(reviewer.get(BOARD))
    assert "今天查到哪了" in page
    assert "晚检 1 / 3 在查 王同学 刚查完 5413，19:16" in page
    assert "教101 教室 午检，没有记录 派人补查" in page
    assert "5413 锁门 19:16 王同学 已在路线上" in page
    assert "5号楼 4 层，往下还有 2 间 4 分钟前" in page


def test_a_day_without_rounds_leads_to_the_rota(school: School, reviewer: Client) -> None:
    page = seen(reviewer.get(BOARD))
    assert "今天没有排班" in page
    assert "去排班" in page


def test_when_a_place_is_walked_next_is_told(school: School, reviewer: Client) -> None:
    a_round(school, ROOMS, school.inspector)
    a_round(school, ["教101"], school.inspector, day=MONDAY + timedelta(days=2))
    assert "今天不查，周三查" in seen(reviewer.get(BOARD))


def test_yesterday_is_told_and_asks_no_more(school: School, reviewer: Client, monday_evening: Traveller) -> None:
    a_round(school, ROOMS, school.inspector)
    monday_evening.move_to(at(TUESDAY, "08:00"))
    answer = reviewer.get(BOARD, {"date": "2026-11-09"})
    assert "漏查 3" in seen(answer)
    assert "hx-trigger" not in answer.content.decode()
    assert "派人补查" not in seen(answer)


@pytest.mark.parametrize("asked", [{"date": "2027-01-01"}, {"date": "nonsense"}, {"shift": "night"}, {"seen": "x"}])
def test_a_strange_address_shows_today(school: School, reviewer: Client, asked: dict[str, str]) -> None:
    a_round(school, ROOMS, school.inspector)
    assert "0 / 3" in seen(reviewer.get(BOARD, asked))


def test_it_asks_by_itself_and_is_answered_only_where_something_changed(school: School, reviewer: Client) -> None:
    a_round(school, ROOMS, school.inspector)
    page = reviewer.get(BOARD).content.decode()
    address = re.search(r'hx-get="([^"]+)" hx-trigger="every 10s"', page)
    assert address
    ask = address[1].replace("&amp;", "&")
    assert reviewer.get(ask, headers={"HX-Request": "true"}).status_code == 204
    school.check("5413")
    answer = reviewer.get(ask, headers={"HX-Request": "true"})
    assert "1 / 3" in seen(answer)
    assert "<html" not in answer.content.decode()


def test_the_shift_that_the_phone_shows_may_be_chosen(school: School, reviewer: Client) -> None:
    a_round(school, ROOMS, school.inspector)
    assert 'data-shift="evening"' in reviewer.get(BOARD).content.decode()
    chosen = reviewer.get(BOARD, {"shift": "noon"}).content.decode()
    assert 'data-shift="noon"' in chosen
    assert "shift=noon&amp;seen=" in chosen


def test_three_hundred_rooms_take_as_many_queries_as_three(
    school: School, reviewer: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    a_round(school, ROOMS, school.inspector, shift="noon")
    school.check("5413", clock="13:30", shift="noon")
    school.check("5420", "locked", clock="13:31", shift="noon")
    with django_assert_num_queries(16):
        reviewer.get(BOARD)
    made = Room.objects.bulk_create(
        Room(building=school.rooms["5403"].building, number=f"6{n:03}", code=f"6{n:03}", floor=6) for n in range(300)
    )
    Residency.objects.bulk_create(
        Residency(room=room, school_class=school.classes["0852"], starts_on=MONDAY) for room in made
    )
    school.rooms |= {room.code: room for room in made}
    for shift in ("morning", "noon", "evening"):
        people = [inspector(school, f"{shift}{n}") for n in range(3)]
        a_round(school, [room.code for room in made], *people, shift=shift)
    for n in range(20):
        school.check(f"6{n:03}", "locked" if n % 2 else "clean")
    with django_assert_num_queries(16):
        reviewer.get(BOARD)


# A whole school missed


class TestManyMissed:
    @pytest.fixture(autouse=True)
    def many(self, school: School, monday_evening: Traveller) -> None:
        """Sixty rooms of building 6 and four of building 5 missed at noon, and 55 doors of building 6 locked."""
        house = Building.objects.create(code="6", name="6号楼", gender="men")
        made = Room.objects.bulk_create(
            Room(building=house, number=f"{n:03}", code=f"6{n:03}", floor=6) for n in range(60)
        )
        Residency.objects.bulk_create(
            Residency(room=room, school_class=school.classes["0852"], starts_on=MONDAY) for room in made
        )
        school.rooms |= {room.code: room for room in made}
        earlier = at(MONDAY - timedelta(days=3), "20:00")
        for day in (MONDAY - timedelta(days=1), MONDAY):
            codes = [*(room.code for room in made), *ROOMS]
            a_round(school, codes, school.inspector, shift="noon", day=day, at=earlier)
        for n in range(55):
            school.check(f"6{n:03}", "locked", clock="08:00", shift="morning")

    def listed(self, page: str, heading: str) -> list[str]:
        section = page[page.index(f'id="{heading}"') :]
        return re.findall(r"<li>", section[: section.index("</section>")])

    def test_fifty_are_listed_and_the_rest_is_a_link_to_the_building(self, school: School, reviewer: Client) -> None:
        page = reviewer.get(BOARD).content.decode()
        assert "漏查 63 处" in words(page)
        assert "6号楼，还有 13 处" in words(page)
        assert "6号楼，还有 5 处" in words(page)
        assert (len(self.listed(page, "missed")), len(self.listed(page, "again"))) == (50, 50)
        links = re.findall(r'href="([^"]+)"[^>]*>6号楼，还有', page)
        assert [link.replace("&amp;", "&") for link in links] == [
            "?date=2026-11-09&shift=evening&at=building:6#missed",
            "?date=2026-11-09&shift=evening&at=building:6#again",
        ]

    def test_the_whole_of_a_building_is_one_press_away(self, school: School, reviewer: Client) -> None:
        page = reviewer.get(BOARD, {"at": "building:6"}).content.decode()
        assert (len(self.listed(page, "missed")), len(self.listed(page, "again"))) == (60, 55)
        assert "漏查 60 处" in words(page)
        assert words(page).count("6号楼 看全部地方") == 2
        assert "at=building:6&amp;seen=" in page  # and it stays so when the board renews itself
        of_five = reviewer.get(BOARD, {"at": "building:5"}).content.decode()
        assert len(self.listed(of_five, "missed")) == 3
        assert "没有敲不开的门" not in words(of_five)  # there are, elsewhere
        assert len(self.listed(reviewer.get(BOARD, {"at": "nonsense"}).content.decode(), "missed")) == 50

    def test_the_streak_is_asked_only_for_those_listed(self, school: School) -> None:
        board = coverage(MONDAY)
        assert [m.times for m in board.missed] == [2] * 50
        assert {m.target.code for m in board.missed} >= set(ROOMS)

    def test_somebody_is_sent_to_one_building_at_a_time(self, school: School, reviewer: Client) -> None:
        asked = "/coverage/send/?shift=noon&occasion=routine&place=room:5403"
        assert [t.code for t in reviewer.get(asked).context["form"].there.values()] == ROOMS
        said = {"places": ["room:5403"], "people": [str(school.inspector.pk)], "starts_at": "19:40"}
        assert reviewer.post(asked, said).status_code == 302

    def test_a_minute_later_only_the_clock_is_sent(
        self, school: School, reviewer: Client, monday_evening: Traveller
    ) -> None:
        a_round(school, ["教101", "教102"], school.inspector, at=at(MONDAY, "08:00"))
        school.check("教101", clock="19:18")
        page = reviewer.get(BOARD).content.decode()
        found = re.search(r'hx-get="([^"]+)" hx-trigger="every 10s"', page)
        assert found
        ask = found[1].replace("&amp;", "&")
        assert reviewer.get(ask, headers={"HX-Request": "true"}).status_code == 204
        monday_evening.move_to(at(MONDAY, "19:21"))
        answer = reviewer.get(ask, headers={"HX-Request": "true"})
        assert answer["HX-Reswap"] == "none"
        assert seen(answer) == "19:21，收到就更新 19:21 3 分钟前"
        assert len(answer.content) < 1000
        school.check("教102", clock="19:21")
        answer = reviewer.get(ask, headers={"HX-Request": "true"})
        assert "2 / 2" in seen(answer)
        assert not answer.has_header("HX-Reswap")


# Sending somebody


class TestSending:
    ASK = "/coverage/send/?shift=noon&occasion=routine&place=area:教102"

    @pytest.fixture(autouse=True)
    def missed(self, school: School) -> None:
        a_round(school, CLASSROOMS, school.inspector, shift="noon", at=at(MONDAY, "08:00"))
        school.check("教101", clock="13:30", shift="noon")

    def test_the_missed_place_is_ticked_and_its_neighbours_offered(self, school: School, reviewer: Client) -> None:
        page = reviewer.get(self.ASK).content.decode()
        ticks = {
            words(label): bool(on)
            for on, label in re.findall(r'name="places"[^>]*?( checked)?><label[^>]*>(.*?)</label>', page)
        }
        assert ticks == {"教102 教室": True, "教103 教室": False, "教201 教室": False}
        assert "19:30" in page

    def test_a_round_of_the_missed_shift_is_made_with_the_people_chosen(self, school: School, reviewer: Client) -> None:
        said = {
            "places": ["area:教102", "area:教201"],
            "people": [str(school.inspector.pk), str(school.reviewer2.pk)],
            "starts_at": "19:40",
        }
        page = reviewer.post(self.ASK, said, follow=True)
        made = Round.objects.latest("pk")
        assert (made.date, made.shift, made.starts_at, made.headcount) == (MONDAY, "noon", time(19, 40), 2)
        assert (made.name, made.made_by) == ("午检补查", school.reviewer)
        assert walking(made) == ["inspector", "reviewer2"]
        assert "派了王同学、郑同学，午检补查，19:40 开始" in seen(page)
        assert "教102 教室 午检，没有记录 已派王同学、郑同学" in seen(page)

    def test_what_is_recorded_for_that_shift_fills_the_gap(self, school: School, reviewer: Client) -> None:
        school.check("教102", clock="19:41", shift="noon")
        assert [m.target.code for m in coverage(MONDAY).missed] == ["教103", "教201"]

    @pytest.mark.parametrize(
        ("said", "told"),
        [
            ({"places": ["area:教102"]}, "至少选一个人"),
            ({"people": ["inspector"]}, "至少选一个地方"),
            ({"places": ["area:教102"], "people": ["officer"]}, "本班"),
            ({"places": ["room:5403"], "people": ["inspector"]}, "5403"),
        ],
    )
    def test_what_cannot_be_is_said_and_nothing_is_made(
        self, school: School, reviewer: Client, said: dict[str, Any], told: str
    ) -> None:
        said["people"] = [str(school.people[name].pk) for name in said.get("people", [])]
        answer = reviewer.post(self.ASK, {"starts_at": "19:40", **said})
        assert answer.status_code == 422
        assert told in seen(answer)
        assert Round.objects.count() == 1

    def test_to_a_locked_door_somebody_goes_in_the_present_shift(self, school: School, reviewer: Client) -> None:
        school.check("5403", "locked", clock="13:30", shift="noon")
        ask = "/coverage/send/?place=room:5403"
        assert "5403" in seen(reviewer.get(ask))
        said = {"places": ["room:5403"], "people": [str(school.inspector.pk)], "starts_at": "20:00"}
        reviewer.post(ask, said)
        made = Round.objects.latest("pk")
        assert (made.name, made.shift) == ("晚检再去一次", "evening")

    def test_where_nothing_is_left_it_says_so(self, school: School, reviewer: Client) -> None:
        assert "没有要补的了" in seen(reviewer.get("/coverage/send/?shift=morning&occasion=routine"))


# Who came


class TestAttendance:
    def presences(self, school: School) -> dict[str, tuple[Presence, int]]:
        return {
            record.user.number: (one.presence, one.late_by)
            for record in attendance(MONDAY, MONDAY)
            for one in record.rounds
        }

    def test_the_first_check_tells_who_came_and_when(self, school: School, monday_evening: Traveller) -> None:
        others = [inspector(school, f"m{n}") for n in range(4)]
        walked = a_round(school, ROOMS, school.inspector, *others, at=at(MONDAY, "08:00"))
        excuse(walker=walker(walked, others[3]), reason="上课", by=school.reviewer)
        school.check("5403", clock="19:30", by=school.inspector)
        school.check("5413", clock="19:31", by=others[0])
        school.check("5420", clock="19:05", by=others[1])
        # Neither is of the round
        school.check("教101", clock="19:20", by=others[2])
        school.check("5420", clock="19:21", by=others[2], occasion="spot")
        monday_evening.move_to(at(MONDAY, "20:00"))
        expected = {
            "inspector": (Presence.ON_TIME, 0),
            "m0": (Presence.LATE, 11),
            "m1": (Presence.ON_TIME, 0),
            "m2": (Presence.AWAITED, 0),
            "m3": (Presence.EXCUSED, 0),
        }
        assert self.presences(school) == expected
        monday_evening.move_to(at(TUESDAY, "00:00"))
        assert self.presences(school) == expected | {"m2": (Presence.UNRECORDED, 0)}

    def test_a_check_that_was_corrected_since_was_made_all_the_same(self, school: School) -> None:
        a_round(school, ROOMS, school.inspector, at=at(MONDAY, "08:00"))
        first = school.check("5403", clock="19:21")
        school.check("5403", None, "desk-dirty", clock="20:30", replaces=first.pk)
        assert self.presences(school)["inspector"] == (Presence.ON_TIME, 0)

    def test_who_is_put_on_a_round_under_way_is_awaited_from_then_on(self, school: School) -> None:
        walked = a_round(school, ROOMS, school.inspector, at=at(MONDAY, "08:00"))
        other, third = inspector(school, "m1"), inspector(school, "m2")
        put_on(round=walked, users=[other], at=at(MONDAY, "20:00"))
        excuse(walker=walker(walked, school.inspector), reason="上课", by=school.reviewer)
        stand_in(walker=walker(walked, school.inspector), user=third, at=at(MONDAY, "20:00"))
        school.check("5403", clock="20:09", by=other)
        school.check("5413", clock="20:15", by=third)
        assert self.presences(school) == {
            "inspector": (Presence.EXCUSED, 0),
            "m1": (Presence.ON_TIME, 0),
            "m2": (Presence.LATE, 15),
        }

    def test_a_round_called_off_asks_nobody(self, school: School) -> None:
        call_off(round=a_round(school, ROOMS, school.inspector), by=school.reviewer)
        assert attendance(MONDAY, MONDAY) == []

    def test_the_page_counts_by_person_the_absent_first(
        self, school: School, reviewer: Client, monday_evening: Traveller
    ) -> None:
        other = inspector(school, "m1")
        walked = a_round(school, ROOMS, school.inspector, other, at=at(MONDAY, "08:00"))
        a_round(school, ["教102"], school.inspector, shift="noon", at=at(MONDAY, "08:00"), starts_at=time(13, 30))
        excuse(walker=walker(walked, school.inspector), reason="上课", by=school.reviewer)
        stand_in(walker=walker(walked, school.inspector), user=school.reviewer2)
        school.check("教102", clock="13:45", shift="noon")
        monday_evening.move_to(at(TUESDAY, "08:00"))
        page = seen(reviewer.get("/coverage/attendance/", {"week": "2026-11-11"}))
        assert "王同学 10311 准时 0 迟到 1 没来 0 没有自己的记录 0 请假 1" in page
        assert "迟到 15 分钟，13:45 开始查" in page
        assert "请假：上课，郑同学替班" in page
        assert page.index("m1同学") < page.index("王同学 10311")

    def test_more_rounds_take_no_more_queries(
        self, school: School, reviewer: Client, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        a_round(school, ROOMS, school.inspector)
        with django_assert_num_queries(11):
            reviewer.get("/coverage/attendance/")
        people = [inspector(school, f"m{n}", "0853") for n in range(5)]
        for n in range(6):
            a_round(school, ["教101", "教102"], *people, day=MONDAY + timedelta(days=n), shift="noon")
        with django_assert_num_queries(11):
            reviewer.get("/coverage/attendance/")
