"""Who came to which round, where one person walks several of one shift, or two people share a phone."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from time_machine import Traveller

from campus.models import User
from config.tests.school import MONDAY, School, at
from inspections.models import Round, Walker
from inspections.rounds.attendance import Presence, attendance
from inspections.rounds.coverage import coverage
from inspections.rounds.detail import detail_of
from inspections.rounds.services import CannotBe, call_off, confirm, excuse, lay_route, put_on
from inspections.tests.pages import seen
from inspections.tests.walking import a_round, inspector, tell_men_from_women, walker

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday_evening")]
SUNDAY, TUESDAY = MONDAY - timedelta(days=1), MONDAY + timedelta(days=1)
ROOMS = ["5403", "5413", "5420"]
CLASSROOMS = ["教101", "教103"]


@pytest.fixture(autouse=True)
def men_and_women(school: School) -> None:
    tell_men_from_women(school)


@pytest.fixture
def reviewer(school: School, client: Client) -> Client:
    client.force_login(school.reviewer)
    return client


def came(user: User) -> dict[str, Presence]:
    """How `user` came to each of his rounds of Monday, by the round's name."""
    found = [one for record in attendance(MONDAY, MONDAY) for one in record.rounds if record.user == user]
    return {one.walker.round.name: one.presence for one in found}


def in_the_morning(school: School, *users: User, **fields: Any) -> Round:
    usual: dict[str, Any] = {"name": "早检", "shift": "morning", "starts_at": time(7, 30), "at": at(SUNDAY, "20:00")}
    return a_round(school, CLASSROOMS, *users, **(usual | fields))


def sent(school: School, *users: User, **fields: Any) -> Round:
    """To what was missed in the morning, now, to begin in a quarter of an hour."""
    return in_the_morning(school, *users, **({"name": "补查", "at": None, "starts_at": time(15, 15)} | fields))


# To what was missed (补查): the shift is over, and the day is not


def test_who_is_sent_when_the_shift_is_over_is_awaited_for_the_rest_of_the_day(
    school: School, monday_evening: Traveller
) -> None:
    other = inspector(school, "m1")
    in_the_morning(school, school.inspector)
    monday_evening.move_to(at(MONDAY, "15:00"))
    one = sent(school, other)
    assert (came(school.inspector), came(other)) == ({"早检": Presence.ABSENT}, {"补查": Presence.AWAITED})
    monday_evening.move_to(at(MONDAY, "23:59"))
    assert [person.presence for person in detail_of(one).people] == [Presence.AWAITED]
    monday_evening.move_to(at(TUESDAY, "00:00"))
    assert came(other) == {"补查": Presence.ABSENT}


def test_who_is_put_on_a_round_whose_shift_is_over_is_awaited_too(school: School, monday_evening: Traveller) -> None:
    one = in_the_morning(school, school.inspector)
    monday_evening.move_to(at(MONDAY, "15:00"))
    put_on(round=one, users=[school.reviewer2])
    assert (came(school.inspector)["早检"], came(school.reviewer2)["早检"]) == (Presence.ABSENT, Presence.AWAITED)


def test_who_was_sent_to_what_was_missed_stands_among_those_out_now(school: School, monday_evening: Traveller) -> None:
    other = inspector(school, "m1")
    in_the_morning(school, school.inspector)
    monday_evening.move_to(at(MONDAY, "15:00"))
    one = sent(school, other)
    school.check("教101", clock="15:16", shift="morning", by=other)
    monday_evening.move_to(at(MONDAY, "15:18"))
    assert [(out.round, out.left, out.minutes) for out in coverage(MONDAY).out] == [(one, 1, 2)]
    monday_evening.move_to(at(TUESDAY, "00:00"))
    assert coverage(MONDAY).out == []


# A check is of the round that was meant


@pytest.mark.parametrize("clock", ["15:02", "15:20"])  # before it was to begin, and after
def test_making_good_in_the_afternoon_does_not_mend_the_morning(
    school: School, monday_evening: Traveller, clock: str
) -> None:
    in_the_morning(school, school.inspector)
    monday_evening.move_to(at(MONDAY, "15:00"))
    one = sent(school, school.inspector)
    school.check("教101", clock=clock, shift="morning")
    monday_evening.move_to(at(MONDAY, "16:00"))
    assert came(school.inspector) == {"早检": Presence.ABSENT, "补查": Presence.ON_TIME}
    assert [person.presence for person in detail_of(one).people] == [Presence.ON_TIME]


def test_of_two_rounds_of_an_evening_each_has_the_checks_made_after_it_began(school: School) -> None:
    for name, starts_at in (("晚一", time(18, 30)), ("晚二", time(21))):
        a_round(school, ROOMS, school.inspector, name=name, starts_at=starts_at, at=at(SUNDAY, "20:00"))
    school.check("5403", clock="18:31")
    assert came(school.inspector) == {"晚一": Presence.ON_TIME, "晚二": Presence.AWAITED}
    school.check("5403", clock="21:30")
    assert came(school.inspector) == {"晚一": Presence.ON_TIME, "晚二": Presence.LATE}


class TestSentAgain:
    """At 19:45 to 5403, which was locked at 19:21: the visit before was not of this round."""

    @pytest.fixture
    def again(self, school: School, monday_evening: Traveller) -> Round:
        a_round(school, ["5403", "5413"], school.inspector, at=at(SUNDAY, "20:00"))
        school.check("5403", "locked", clock="19:21")
        monday_evening.move_to(at(MONDAY, "19:45"))
        return a_round(school, ["5403"], school.inspector, name="再去", starts_at=time(20), at=None)

    def test_nothing_of_it_is_done_at_birth(self, school: School, again: Round) -> None:
        assert (detail_of(again).done, came(school.inspector)["再去"]) == (0, Presence.AWAITED)
        assert [out.round.name for out in coverage(MONDAY).out] == ["晚检"]

    def test_it_may_still_be_changed(self, school: School, again: Round) -> None:
        excuse(walker=walker(again, school.inspector), reason="上课", by=school.reviewer)
        lay_route(round=again, targets=[school.rooms["5420"]])

    def test_it_may_still_be_called_off(self, school: School, again: Round) -> None:
        call_off(round=again, by=school.reviewer)

    def test_the_next_visit_is_of_this_one_and_the_first_of_the_other(self, school: School, again: Round) -> None:
        school.check("5403", clock="19:50")
        assert detail_of(again).done == 1
        found = {one.walker.round.name: one for record in attendance(MONDAY, MONDAY) for one in record.rounds}
        assert (found["再去"].first, found["晚检"].first) == (at(MONDAY, "19:50"), at(MONDAY, "19:21"))

    def test_the_board_counts_a_place_as_seen_by_whichever_round_saw_it(self, school: School, again: Round) -> None:
        (cell,) = (cell for line in coverage(MONDAY).lines for cell in line.cells if cell.total)
        assert (cell.done, cell.total) == (1, 2)

    def test_where_no_round_had_gone_there_before_it_is_to_be_done(
        self, school: School, monday_evening: Traveller
    ) -> None:
        school.check("5420", "locked", clock="19:21")
        monday_evening.move_to(at(MONDAY, "19:45"))
        a_round(school, ["5420"], school.inspector, name="再去", starts_at=time(20), at=None)
        (cell,) = (cell for line in coverage(MONDAY).lines for cell in line.cells if cell.total)
        assert (cell.done, cell.total) == (0, 1)


# Two people, one phone


class TestOneWhoHasNoRecordOfHisOwn:
    @pytest.fixture
    def other(self, school: School) -> User:
        return inspector(school, "m1")

    @pytest.fixture
    def walked(self, school: School, other: User, monday_evening: Traveller) -> Round:
        """The inspector and m1, all of it recorded by the inspector; the day is over."""
        walked = a_round(school, ROOMS, school.inspector, other, at=at(SUNDAY, "20:00"))
        for code in ROOMS:
            school.check(code, clock="19:25")
        monday_evening.move_to(at(TUESDAY, "08:00"))
        return walked

    def test_he_is_not_absent_where_somebody_walked_it(self, school: School, walked: Round, other: User) -> None:
        assert came(other) == {"晚检": Presence.UNRECORDED}
        assert came(school.inspector) == {"晚检": Presence.ON_TIME}

    def test_where_nobody_walked_it_both_were_absent(
        self, school: School, other: User, monday_evening: Traveller
    ) -> None:
        a_round(school, ROOMS, school.inspector, other, at=at(SUNDAY, "20:00"))
        monday_evening.move_to(at(TUESDAY, "08:00"))
        assert (came(school.inspector), came(other)) == ({"晚检": Presence.ABSENT}, {"晚检": Presence.ABSENT})

    def test_it_is_counted_apart_and_stands_on_the_pages(self, school: School, walked: Round, reviewer: Client) -> None:
        page = seen(reviewer.get("/coverage/attendance/", {"week": "2026-11-11"}))
        assert "m1同学 准时 0 迟到 0 没来 0 没有自己的记录 1 请假 0" in page
        assert "没有自己的记录，同伴查了" in seen(reviewer.get(f"/rounds/{walked.pk}/"))

    def test_the_reviewer_confirms_that_he_was_there(
        self, school: School, walked: Round, other: User, reviewer: Client
    ) -> None:
        address = f"/rounds/walkers/{walker(walked, other).pk}/confirm/"
        page = seen(reviewer.post(address, follow=True))
        assert "到了，吴同学确认" in page
        assert "确认到场" not in page
        assert came(other) == {"晚检": Presence.ON_TIME}
        assert (walker(walked, other).confirmed_by, walker(walked, other).confirmed_at) == (
            school.reviewer,
            at(TUESDAY, "08:00"),
        )

    def test_or_puts_him_on_leave(self, school: School, walked: Round, other: User) -> None:
        excuse(walker=walker(walked, other), reason="发烧", by=school.reviewer)
        assert came(other) == {"晚检": Presence.EXCUSED}

    def test_there_is_nothing_to_confirm_of_others(self, school: School, walked: Round, other: User) -> None:
        with pytest.raises(CannotBe, match="自己的记录"):
            confirm(walker=walker(walked, school.inspector), by=school.reviewer)
        excuse(walker=walker(walked, other), reason="发烧", by=school.reviewer)
        with pytest.raises(CannotBe, match="请假"):
            confirm(walker=walker(walked, other), by=school.reviewer)
        alone = a_round(school, ["教101"], school.reviewer2, shift="noon", at=at(SUNDAY, "20:00"))
        with pytest.raises(CannotBe, match="没人"):
            confirm(walker=walker(alone, school.reviewer2), by=school.reviewer)

    def test_the_database_wants_to_know_who_confirmed(self, school: School, walked: Round, other: User) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            Walker.objects.filter(user=other).update(confirmed_at=at(TUESDAY, "08:00"))


def test_many_rounds_and_checks_take_as_many_queries_as_few(
    school: School, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    a_round(school, ROOMS, school.inspector, at=at(SUNDAY, "20:00"))
    with django_assert_num_queries(3):
        attendance(MONDAY, MONDAY)
    people = [inspector(school, f"m{n}", "2101") for n in range(5)]
    for n in range(6):
        a_round(school, CLASSROOMS, *people, day=MONDAY + timedelta(days=n), shift="noon", at=at(SUNDAY, "20:00"))
    for code in ROOMS:
        school.check(code)
    with django_assert_num_queries(3):
        attendance(MONDAY, MONDAY + timedelta(days=6))
