"""Rounds are drawn up from templates and given to people, by rules that nobody has to remember."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import override_settings
from pytest_django import DjangoAssertNumQueries

from campus.models import Exemption, Membership, Role, User, Week
from config.tests.school import MONDAY, School, at
from dormitories.models import Building, Residency, Room
from inspections.models import Round, RoundTemplate, Stop, Walker
from inspections.rounds.people import Ground, Rota
from inspections.rounds.services import (
    CannotBe,
    call_off,
    draw_up,
    end_leave,
    excuse,
    lay_route,
    put_on,
    send_out,
    stand_in,
    take_off,
)
from inspections.tests.walking import (
    EVERY_DAY,
    a_round,
    inspector,
    route,
    tell_men_from_women,
    template,
    walker,
    walking,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday_evening")]
TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
NEXT_MONDAY = MONDAY + timedelta(days=7)
MANY = ["5403", "5413", "5420"]


@pytest.fixture(autouse=True)
def men_and_women(school: School) -> None:
    tell_men_from_women(school)


def next_week() -> Week:
    return Week.objects.holding(NEXT_MONDAY).get()


def drawn(school: School, today: date = MONDAY) -> list[Round]:
    return draw_up(week=next_week(), by=school.reviewer, today=today)


def why(verb: Any, **asked: Any) -> str:
    """What the verb says when it refuses; nothing has changed."""
    before = (Round.objects.count(), Stop.objects.count(), Walker.objects.count())
    with pytest.raises(CannotBe) as refused:
        verb(**asked)
    assert (Round.objects.count(), Stop.objects.count(), Walker.objects.count()) == before
    return str(refused.value)


# Drawing up a week


class TestDrawingUp:
    def test_a_template_gives_a_round_on_each_of_its_weekdays(self, school: School) -> None:
        template(highest_floor=4)
        made = drawn(school)
        assert [(r.date, r.shift, r.name, r.made_by) for r in made] == [
            (NEXT_MONDAY, "evening", "5号楼", school.reviewer),
            (NEXT_MONDAY + timedelta(days=2), "evening", "5号楼", school.reviewer),
        ]

    def test_the_route_goes_from_the_top_floor_down_and_by_number(self, school: School) -> None:
        house = Building.objects.get(code="5")
        for number, floor in (("5102", 1), ("5099", 1), ("5501", 5), ("5502", 5)):
            room = Room.objects.create(building=house, number=number, code=number, floor=floor)
            Residency.objects.create(room=room, school_class=school.classes["0852"], starts_on=MONDAY)
        template()
        assert route(drawn(school)[0]) == ["5501", "5502", "5403", "5413", "5420", "5099", "5102"]

    @pytest.mark.parametrize(
        ("floors", "rooms"), [({"lowest_floor": 4}, 3), ({"highest_floor": 4}, 4), ({"highest_floor": 3}, 1)]
    )
    def test_floors_may_be_said(self, school: School, floors: dict[str, Any], rooms: int) -> None:
        room = Room.objects.create(building=Building.objects.get(code="5"), number="5101", code="5101", floor=1)
        Residency.objects.create(room=room, school_class=school.classes["0852"], starts_on=MONDAY)
        template(**floors)
        assert len(route(drawn(school)[0])) == rooms

    def test_a_kind_of_area_is_walked_by_name(self, school: School) -> None:
        template("教室", area_kind="classroom", shift="morning")
        made = drawn(school)[0]
        assert (route(made), made.starts_at) == (["教101", "教102", "教103", "教201"], time(7, 30))

    @override_settings(SHIFT_STARTS={"morning": "07:30", "noon": "13:30", "evening": "19:20", "dorm.evening": "18:30"})
    def test_it_begins_when_the_template_says_else_when_such_places_are_usually_seen(self, school: School) -> None:
        template("晚一点", starts_at=time(21, 10), weekdays=1)
        template("宿舍", weekdays=1)
        template("值岗", area_kind="duty", weekdays=1)
        times = {r.name: r.starts_at for r in drawn(school)}
        assert times == {"晚一点": time(21, 10), "宿舍": time(18, 30), "值岗": time(19, 20)}

    def test_a_place_that_nobody_answers_for_or_whose_classes_are_away_is_left_out(self, school: School) -> None:
        Room.objects.create(building=Building.objects.get(code="5"), number="5499", code="5499", floor=4)
        Exemption.objects.create(
            school_class=school.classes["0853"], starts_on=NEXT_MONDAY, ends_on=NEXT_MONDAY, reason="见习"
        )
        template()
        monday, wednesday = drawn(school)
        # 5420 is 0852's too
        assert (route(monday), route(wednesday)) == (["5413", "5420"], ["5403", "5413", "5420"])

    def test_where_there_is_no_place_there_is_no_round(self, school: School) -> None:
        template("活动", area_kind="event")
        assert drawn(school) == []

    def test_a_second_time_makes_only_what_is_new(self, school: School) -> None:
        template()
        assert len(drawn(school)) == 2
        assert drawn(school) == []
        template("3号楼", "3")
        assert [r.name for r in drawn(school)] == ["3号楼", "3号楼"]
        assert Round.objects.count() == 4

    def test_what_was_called_off_is_not_drawn_up_again(self, school: School) -> None:
        template(weekdays=1)
        call_off(round=drawn(school)[0], by=school.reviewer)
        assert drawn(school) == []

    def test_days_that_are_over_or_outside_the_term_get_none(self, school: School) -> None:
        template(weekdays=EVERY_DAY)
        assert [r.date.day for r in drawn(school, today=NEXT_MONDAY + timedelta(days=5))] == [21, 22]
        last = Week.objects.filter(term=school.term).last()
        assert last is not None
        school.term.ends_on = last.starts_on + timedelta(days=1)
        school.term.save()
        last.refresh_from_db()
        assert len(draw_up(week=last, by=school.reviewer, today=MONDAY)) == 2

    def test_the_database_itself_refuses_a_second_round_of_a_template_and_date(self, school: School) -> None:
        template(weekdays=1)
        made = drawn(school)[0]
        with pytest.raises(IntegrityError), transaction.atomic():
            Round.objects.create(
                date=made.date,
                shift="noon",
                name="又一轮",
                starts_at=time(12),
                template=made.template,
                made_by=school.reviewer,
            )


# Whose turn it is


class TestChoosing:
    def test_men_go_to_mens_buildings_and_women_to_womens(self, school: School) -> None:
        inspector(school, "w2", gender="female")
        inspector(school, "m2")
        template("5号楼", "5", weekdays=1)
        template("3号楼", "3", weekdays=1)
        people = {r.name: set(walking(r)) for r in drawn(school)}
        assert people == {"5号楼": {"inspector", "m2"}, "3号楼": {"inspector2", "w2"}}

    def test_who_walked_least_of_late_goes_first(self, school: School) -> None:
        for n in range(3):
            inspector(school, f"m{n}")
        template("5号楼", weekdays=EVERY_DAY, headcount=1)
        a_round(school, MANY, school.inspector, school.people["m0"], day=MONDAY)
        a_round(school, MANY, school.people["m0"], day=TUESDAY)
        days = [walking(r)[0] for r in drawn(school)]
        # m1 and m2 have none yet, the inspector one, m0 two
        assert days == ["m1", "m2", "inspector", "m1", "m2", "m0", "inspector"]

    def test_a_round_of_long_ago_or_called_off_or_on_leave_does_not_count(self, school: School) -> None:
        other = inspector(school, "m1")
        a_round(school, MANY, school.inspector, day=MONDAY - timedelta(days=40))
        call_off(round=a_round(school, MANY, school.inspector, day=TUESDAY), by=school.reviewer)
        excused = a_round(school, MANY, school.inspector, day=WEDNESDAY)
        excuse(walker=walker(excused, school.inspector), reason="上课", by=school.reviewer)
        a_round(school, MANY, other, day=MONDAY)
        turns = Rota(NEXT_MONDAY, NEXT_MONDAY).turns(NEXT_MONDAY, "evening")
        assert [(t.user.number, t.rounds) for t in turns if t.user.gender == "male"] == [("inspector", 0), ("m1", 1)]

    def test_nobody_walks_two_rounds_of_a_shift_nor_while_his_class_is_away(self, school: School) -> None:
        inspector(school, "m2", "2101")
        Exemption.objects.create(
            school_class=school.classes["2101"], starts_on=NEXT_MONDAY, ends_on=NEXT_MONDAY, reason="见习"
        )
        template("一", weekdays=1, headcount=1)
        template("二", weekdays=1, headcount=1)
        assert [(r.name, walking(r)) for r in drawn(school)] == [("一", ["inspector"]), ("二", [])]

    def test_of_a_pair_one_at_least_may_check_each_place(self, school: School) -> None:
        for number in ("m1", "m2"):
            inspector(school, number, "0853")
        other = inspector(school, "m3", "0852")
        a_round(school, ["5403"], school.inspector, day=MONDAY)
        a_round(school, ["5403"], other, day=MONDAY)
        template(weekdays=1)
        # m1's and m2's turn; together they would leave 5403 to nobody
        assert walking(drawn(school)[0]) == ["m1", "inspector"]

    def test_where_only_one_class_is_there_the_round_stays_short(self, school: School) -> None:
        school.inspector.home_class = school.classes["0853"]
        school.inspector.save()
        inspector(school, "m1", "0853")
        template(weekdays=1)
        assert len(walking(drawn(school)[0])) == 1

    def test_reviewers_and_officers_are_not_chosen_by_turn(self, school: School) -> None:
        template(weekdays=1, headcount=3)
        assert walking(drawn(school)[0]) == ["inspector"]

    def test_the_deactivated_are_left_out(self, school: School) -> None:
        school.inspector.is_active = False
        school.inspector.save()
        template(weekdays=1)
        assert walking(drawn(school)[0]) == []

    def test_reading_whose_turn_it_is_takes_as_many_queries_for_thirty_people(
        self, school: School, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_num_queries(4):
            Rota(MONDAY, NEXT_MONDAY).turns(MONDAY, "evening")
        for n in range(30):
            inspector(school, f"m{n}", "0853")
        with django_assert_num_queries(4):
            Rota(MONDAY, NEXT_MONDAY).turns(MONDAY, "evening")


# By hand


class TestPuttingOn:
    @pytest.mark.parametrize(
        ("person", "codes", "reason"),
        [
            ("inspector2", MANY, "李同学是女生，这是男生楼"),
            ("inspector", ["3318", "3427"], "王同学是男生，这是女生楼"),
            ("officer", ["5413"], "都是陈同学本班的"),
            ("nobody", ["教102"], "冯同学没有检查的角色"),
        ],
    )
    def test_who_may_not_walk_is_refused_with_the_reason(
        self, school: School, person: str, codes: list[str], reason: str
    ) -> None:
        asked = {"name": "抽查", "day": MONDAY, "shift": "noon", "occasion": "routine", "starts_at": time(13)}
        targets = [school.target(code) for code in codes]
        told = why(send_out, targets=targets, users=[school.people[person]], by=school.reviewer, **asked)
        assert reason in told

    def test_one_whose_sex_is_not_entered_does_not_go_into_a_mens_building(self, school: School) -> None:
        walked = a_round(school, MANY, school.inspector)
        school.inspector2.gender = ""
        school.inspector2.save()
        assert "没有登记" in why(put_on, round=walked, users=[school.inspector2])
        put_on(round=a_round(school, ["教101"], school.inspector), users=[school.inspector2])

    def test_own_places_are_left_to_the_partner(self, school: School) -> None:
        walked = a_round(school, MANY, school.inspector)
        put_on(round=walked, users=[school.officer])  # of 0852, which lives in 5413 and 5420
        assert walking(walked) == ["inspector", "officer"]

    def test_places_that_are_own_to_all_are_refused_by_name(self, school: School) -> None:
        told = why(
            send_out,
            name="晚检",
            targets=[school.target(code) for code in MANY],
            users=[school.officer, inspector(school, "m1", "0852")],
            day=MONDAY,
            shift="evening",
            occasion="routine",
            starts_at=time(19, 20),
            by=school.reviewer,
        )
        assert told.startswith("5413、5420")

    def test_the_own_room_is_as_good_as_the_own_class(self, school: School) -> None:
        person = inspector(school, "m1")
        person.home_room = school.rooms["5403"]
        person.save()
        assert Ground.of([school.rooms["5403"], school.rooms["5413"]], MONDAY).own_to(person) == {school.rooms["5403"]}

    def test_more_than_a_round_can_have_are_refused(self, school: School) -> None:
        people = [inspector(school, f"m{n}") for n in range(7)]
        asked = {"name": "抽查", "day": MONDAY, "shift": "noon", "occasion": "routine", "starts_at": time(13)}
        targets = [school.rooms[code] for code in MANY]
        assert "最多 6 个人" in why(send_out, targets=targets, users=people, by=school.reviewer, **asked)
        walked = a_round(school, MANY, *people[:6])
        assert "最多 6 个人" in why(put_on, round=walked, users=people)
        on_leave = walker(walked, people[0])
        excuse(walker=on_leave, reason="上课", by=school.reviewer)
        put_on(round=walked, users=[people[6]])
        assert "最多 6 个人" in why(stand_in, walker=on_leave, user=school.reviewer2)
        assert "最多 6 个人" in why(end_leave, walker=on_leave)

    def test_one_whose_account_was_closed_is_missing_and_hinders_nobody(self, school: School) -> None:
        gone = inspector(school, "m1")
        walked = a_round(school, MANY, school.inspector, gone)
        gone.is_active = False
        gone.save()
        assert walked.wanting == 1
        put_on(round=walked, users=[school.reviewer2])
        assert Round.objects.get(pk=walked.pk).wanting == 0
        excuse(walker=walker(walked, gone), reason="退学", by=school.reviewer)
        stand_in(walker=walker(walked, gone), user=inspector(school, "m2"))
        lay_route(round=walked, targets=[school.rooms["5413"]])

    def test_what_only_he_could_check_is_left_to_nobody(self, school: School) -> None:
        gone = inspector(school, "m1")
        walked = a_round(school, ["5403", "5413"], gone)
        gone.is_active = False
        gone.save()
        assert "5413" in why(put_on, round=walked, users=[school.officer])

    def test_twice_is_once(self, school: School) -> None:
        walked = a_round(school, MANY, school.inspector)
        put_on(round=walked, users=[school.inspector])
        assert walking(walked) == ["inspector"]

    def test_a_round_of_nowhere_or_of_nobody_is_none(self, school: School) -> None:
        asked = {"name": "抽查", "day": MONDAY, "shift": "noon", "occasion": "routine", "starts_at": time(13)}
        assert "地方" in why(send_out, targets=[], users=[school.inspector], by=school.reviewer, **asked)
        assert "人" in why(send_out, targets=[school.rooms["5413"]], users=[], by=school.reviewer, **asked)

    def test_a_round_that_was_called_off_takes_nobody(self, school: School) -> None:
        walked = a_round(school, MANY, school.inspector)
        call_off(round=walked, by=school.reviewer)
        assert "取消" in why(put_on, round=walked, users=[school.reviewer2])


# Leave and substitutes


class TestLeave:
    @pytest.fixture
    def walked(self, school: School) -> Round:
        return a_round(school, MANY, school.inspector, inspector(school, "m1"))

    def test_who_is_on_leave_walks_no_more(self, school: School, walked: Round) -> None:
        excuse(walker=walker(walked, school.inspector), reason="上课", by=school.reviewer)
        assert walking(walked) == ["m1"]
        assert not Round.objects.walked_by(school.inspector).exists()
        on_leave = walker(walked, school.inspector)
        assert (on_leave.reason, on_leave.excused_by) == ("上课", school.reviewer)

    def test_leave_has_a_reason(self, school: School, walked: Round) -> None:
        assert "原因" in why(excuse, walker=walker(walked, school.inspector), reason="", by=school.reviewer)
        with pytest.raises(IntegrityError), transaction.atomic():
            Walker.objects.filter(user=school.inspector).update(excused_by=school.reviewer, excused_at=walked.made_at)

    def test_a_substitute_stands_in_by_the_same_rules(self, school: School, walked: Round) -> None:
        on_leave = walker(walked, school.inspector)
        excuse(walker=on_leave, reason="上课", by=school.reviewer)
        assert "男生楼" in why(stand_in, walker=on_leave, user=school.inspector2)
        assert "已经在这一轮" in why(stand_in, walker=on_leave, user=school.people["m1"])
        stand_in(walker=on_leave, user=school.reviewer2)
        assert walking(walked) == ["m1", "reviewer2"]
        assert walker(walked, school.reviewer2).stands_in_for == on_leave
        assert "有人替了" in why(stand_in, walker=on_leave, user=inspector(school, "m2"))

    def test_leave_ends_unless_somebody_stands_in(self, school: School, walked: Round) -> None:
        on_leave = walker(walked, school.inspector)
        excuse(walker=on_leave, reason="上课", by=school.reviewer)
        assert "销假" in why(put_on, round=walked, users=[school.inspector])
        stand_in(walker=on_leave, user=school.reviewer2)
        assert "替班" in why(end_leave, walker=on_leave)
        assert "替班" in why(take_off, walker=on_leave)
        take_off(walker=walker(walked, school.reviewer2))
        end_leave(walker=on_leave)
        assert walking(walked) == ["inspector", "m1"]

    def test_the_database_lets_nobody_stand_in_for_one_who_walks_or_on_another_round(
        self, school: School, walked: Round
    ) -> None:
        other = a_round(school, ["教101"], school.reviewer2, shift="noon")
        on_leave = walker(walked, school.inspector)
        with pytest.raises(IntegrityError), transaction.atomic():
            Walker.objects.create(round=walked, user=school.reviewer, stands_in_for=on_leave)
        excuse(walker=on_leave, reason="上课", by=school.reviewer)
        with pytest.raises(IntegrityError), transaction.atomic():
            Walker.objects.create(round=other, user=school.reviewer, stands_in_for=on_leave)

    def test_nobody_stands_in_for_one_who_came_back_meanwhile(self, school: School, walked: Round) -> None:
        """The page that one reviewer has open is older than what the other did."""
        on_leave = walker(walked, school.inspector)
        excuse(walker=on_leave, reason="上课", by=school.reviewer)
        end_leave(walker=walker(walked, school.inspector))
        assert "没有请假" in why(stand_in, walker=on_leave, user=school.reviewer2)

    def test_nor_is_there_leave_for_one_who_was_taken_off_meanwhile(self, school: School, walked: Round) -> None:
        seen_before = walker(walked, school.inspector)
        take_off(walker=walker(walked, school.inspector))
        asked: dict[str, Any]
        for verb, asked in (
            (excuse, {"reason": "上课", "by": school.reviewer}),
            (end_leave, {}),
            (stand_in, {"user": school.reviewer2}),
            (take_off, {}),
        ):
            assert "王同学已经不在这一轮" in why(verb, walker=seen_before, **asked)

    def test_leave_is_given_once_and_from_then_on(self, school: School, walked: Round) -> None:
        seen_before = walker(walked, school.inspector)
        excuse(walker=seen_before, reason="上课", by=school.reviewer, at=at(MONDAY, "18:00"))
        assert "已经请假" in why(excuse, walker=seen_before, reason="发烧", by=school.reviewer2)
        on_leave = walker(walked, school.inspector)
        assert (on_leave.reason, on_leave.excused_at) == ("上课", at(MONDAY, "18:00"))

    def test_who_has_checked_something_is_on_leave_no_more(self, school: School, walked: Round) -> None:
        school.check("5413")
        told = why(excuse, walker=walker(walked, school.inspector), reason="上课", by=school.reviewer)
        assert "王同学在这一轮查过" in told
        assert walking(walked) == ["inspector", "m1"]


# Changing a round


class TestChanging:
    def test_a_place_that_was_checked_stays_on_it(self, school: School) -> None:
        walked = a_round(school, MANY, school.inspector)
        school.check("5413")
        assert "5413 已经查过" in why(lay_route, round=walked, targets=[school.rooms["5403"]])
        lay_route(round=walked, targets=[school.rooms["5413"]])
        assert route(walked) == ["5413"]

    def test_who_has_checked_something_stays_on_it(self, school: School) -> None:
        walked = a_round(school, MANY, school.inspector, school.reviewer2)
        school.check("5413")
        assert "查过" in why(take_off, walker=walker(walked, school.inspector))
        take_off(walker=walker(walked, school.reviewer2))
        assert walking(walked) == ["inspector"]

    def test_places_are_added_and_taken_off_and_stand_in_walking_order(self, school: School) -> None:
        walked = a_round(school, ["5420", "5403"], school.inspector)
        assert route(walked) == ["5403", "5420"]
        lay_route(round=walked, targets=[school.target(code) for code in ("5420", "5413")])
        assert route(walked) == ["5413", "5420"]
        assert "至少" in why(lay_route, round=walked, targets=[])

    def test_a_place_that_its_people_may_not_go_to_is_refused(self, school: School) -> None:
        walked = a_round(school, ["5403"], school.inspector)
        assert "女生楼" in why(lay_route, round=walked, targets=[school.rooms["5403"], school.rooms["3318"]])

    def test_a_round_on_which_something_was_checked_is_not_called_off(self, school: School) -> None:
        walked = a_round(school, MANY, school.inspector)
        school.check("5413")
        assert "查过" in why(call_off, round=walked, by=school.reviewer)


def test_a_template_is_of_a_building_or_of_a_kind(school: School) -> None:
    house = Building.objects.get(code="5")
    for fields in (
        {"building": None, "area_kind": ""},
        {"building": house, "area_kind": "classroom"},
        {"building": None, "area_kind": "classroom", "lowest_floor": 1},
        {"building": house, "lowest_floor": 3, "highest_floor": 1},
        {"building": house, "weekdays": 0},
        {"building": house, "headcount": 0},
    ):
        said: dict[str, Any] = {"name": "又一轮", "weekdays": 1, "shift": "noon", **fields}
        with pytest.raises(IntegrityError), transaction.atomic():
            RoundTemplate.objects.create(**said)


def test_an_officer_is_no_inspector_but_may_be_put_on_a_round(school: School) -> None:
    assert not User.objects.filter(number="officer", memberships__role=Role.INSPECTOR).exists()
    assert Membership.objects.filter(user=school.officer, role=Role.OFFICER).exists()
    assert walking(a_round(school, ["5403"], school.officer)) == ["officer"]
