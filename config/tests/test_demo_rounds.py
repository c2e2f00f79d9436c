"""The demo's rounds: there at whatever time of day it is loaded, and no mark of a real week moves by them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from campus.calendar import WEEK
from campus.models import User
from campus.selectors import shift_times, week_holding
from config import demo
from config.tests.school import at
from inspections.models import Inspection, Round
from inspections.rounds.attendance import Presence, attendance
from inspections.rounds.clock import days_ahead
from inspections.rounds.coverage import coverage
from inspections.rounds.selectors import next_round, rounds_of, undrawn

pytestmark = pytest.mark.django_db
SUNDAY, MONDAY = date(2026, 11, 22), date(2026, 11, 23)
CLOCKS = ["00:10", "08:10", "11:20", "14:00", "17:00", "19:21", "22:30", "23:58"]


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the real weeks, which take long and have tests of their own."""
    monkeypatch.setattr(demo._Demo, "live_through", lambda self, mondays: None)


@pytest.mark.parametrize("clock", CLOCKS)
def test_the_inspector_has_a_round_of_thirty_rooms_in_the_present_shift(clock: str, time_machine: Any) -> None:
    time_machine.move_to(at(SUNDAY, clock), tick=False)
    demo.load(today=SUNDAY)
    (mine,) = rounds_of(User.objects.get(number="inspector"), SUNDAY)
    assert mine.shift == shift_times().shift_at(timezone.localtime().time())
    assert len(mine.stops.all()) == 30
    assert len(mine.walking) == 2
    ahead = next_round(User.objects.get(number="inspector"), SUNDAY)
    assert ahead is not None
    assert ahead.date > SUNDAY
    # The week after is left for the reviewer to draw up
    assert undrawn(days_ahead(week_holding(ahead.date), SUNDAY)) == 0
    assert undrawn(days_ahead(week_holding(ahead.date + WEEK), SUNDAY)) > 0


def test_in_the_evening_the_round_is_under_way_with_its_partner_late(time_machine: Any) -> None:
    time_machine.move_to(at(SUNDAY, "20:30"), tick=False)
    demo.load(today=SUNDAY)
    board = coverage(SUNDAY)
    (out,) = board.out
    assert (out.names, out.left) == (["王晓明", "刘洋"], 23)
    assert [again.visit.target.code for again in board.again] == ["5407"]
    assert {missed.slot.shift for missed in board.missed} == {"noon"}
    came = {record.user.name: record.rounds[-1].presence for record in attendance(SUNDAY, SUNDAY)}
    assert (came["王晓明"], came["刘洋"], came["孙悦"]) == (Presence.ON_TIME, Presence.LATE, Presence.ABSENT)


def test_yesterday_tells_who_came_who_was_late_on_leave_and_absent(time_machine: Any) -> None:
    time_machine.move_to(at(SUNDAY, "20:30"), tick=False)
    demo.load(today=SUNDAY)
    saturday = SUNDAY - timedelta(days=1)
    found = {(record.user.name, one.presence) for record in attendance(saturday, saturday) for one in record.rounds}
    assert found == {
        ("周凯", Presence.ON_TIME),
        ("孙悦", Presence.LATE),
        ("李婷", Presence.ON_TIME),
        ("何敏", Presence.EXCUSED),
        ("孙悦", Presence.UNRECORDED),
    }
    assert [missed.target.code for missed in coverage(saturday).missed] == ["3318"]
    assert not Inspection.objects.filter(performed_on=saturday, verification__isnull=True).exists()


def test_on_a_monday_nothing_of_the_real_week_before_is_passed(time_machine: Any) -> None:
    time_machine.move_to(at(MONDAY, "20:30"), tick=False)
    demo.load(today=MONDAY)
    assert Round.objects.filter(date=SUNDAY).exists()
    of_last_week = Inspection.objects.filter(performed_on__lt=MONDAY)
    assert of_last_week.exists()
    assert not of_last_week.filter(verification__isnull=False).exists()
    assert not of_last_week.filter(room__isnull=False).exists()
