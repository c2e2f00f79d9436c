"""When a round begins, when its shift is over, and the days it can still be drawn up for."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.conf import settings

from campus.calendar import Shift
from campus.models import Week
from campus.selectors import school_zone, shift_times
from inspections.models import Kind


def usual_start(shift: str, kind: Kind | None = None) -> time:
    """When rounds of `shift` begin, from the setting `SHIFT_STARTS`: the kind's own time where it has one."""
    starts = settings.SHIFT_STARTS
    return time.fromisoformat(starts.get(f"{kind}.{shift}") or starts[shift])


def days_ahead(week: Week, today: date) -> list[date]:
    """The days of `week` that lie in its term, from `today` on."""
    first, last = max(week.starts_on, week.term.starts_on, today), min(week.ends_on, week.term.ends_on)
    return [day for day in week.span.days if first <= day <= last]


def shift_ends(day: date, shift: str) -> datetime:
    """The instant from which no check of that shift is awaited: the next one's beginning, the evening's at midnight."""
    times = shift_times()
    ends = {Shift.MORNING: times.noon, Shift.NOON: times.evening}
    if Shift(shift) in ends:
        return datetime.combine(day, ends[Shift(shift)], school_zone())
    return datetime.combine(day + timedelta(days=1), time(0), school_zone())
