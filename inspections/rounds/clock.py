"""When a round begins, when its shift is over, and the days it can still be drawn up for."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.conf import settings

from campus.calendar import Shift
from campus.models import Week
from campus.selectors import school_zone, shift_times
from inspections.models import Kind, Round


def usual_start(shift: str, kind: Kind | None = None) -> time:
    """When rounds of `shift` begin, from the setting `SHIFT_STARTS`: the kind's own time where it has one."""
    starts = settings.SHIFT_STARTS
    return time.fromisoformat(starts.get(f"{kind}.{shift}") or starts[shift])


def days_ahead(week: Week, today: date) -> list[date]:
    """The days of `week` that lie in its term, from `today` on."""
    first, last = max(week.starts_on, week.term.starts_on, today), min(week.ends_on, week.term.ends_on)
    return [day for day in week.span.days if first <= day <= last]


def shift_span(shift: str) -> tuple[time, time]:
    """From when to when in the day; midnight, where the evening's ends, is `time(0)`."""
    times = shift_times()
    spans = {Shift.MORNING: (time(0), times.noon), Shift.NOON: (times.noon, times.evening)}
    return spans.get(Shift(shift), (times.evening, time(0)))


def shift_ends(day: date, shift: str) -> datetime:
    """The instant from which no check of that shift is awaited: the next one's beginning, the evening's at midnight."""
    ends = shift_span(shift)[1]
    return day_ends(day) if ends == time(0) else datetime.combine(day, ends, school_zone())


def day_ends(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(0), school_zone())


def awaited_until(day: date, shift: str, since: datetime) -> datetime:
    """When whoever is out since then is awaited no more: sent when the shift was over (补查), he has the day."""
    ends = shift_ends(day, shift)
    return ends if since < ends else day_ends(day)


def counts_from(one: Round) -> datetime | None:
    """From when on a check is one of that round: made while its day ran, it has none of those before. None: always."""
    return one.made_at if one.made_at.astimezone(school_zone()).date() == one.date else None
