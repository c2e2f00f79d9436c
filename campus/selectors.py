"""Where an instant falls in the school's own calendar, read from the database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS
from django.utils import timezone

from campus.calendar import NoTermError, Shift, ShiftTimes, place
from campus.models import Term, Week
from campus.statements import Statement

WEEK = [field.attname for field in Week._meta.concrete_fields]
TERM = [field.attname for field in Term._meta.concrete_fields]


@dataclass(frozen=True, slots=True)
class When:
    """An instant in the school's calendar; `week` is the row."""

    date: date
    shift: Shift
    week: Week


def shift_times() -> ShiftTimes:
    """The boundaries of the shifts, from the settings `SHIFT_NOON_FROM` and `SHIFT_EVENING_FROM` (HH:MM)."""
    return ShiftTimes(time.fromisoformat(settings.SHIFT_NOON_FROM), time.fromisoformat(settings.SHIFT_EVENING_FROM))


def when(instant: datetime) -> When:
    """The date, shift and week of `instant`.

    Raises `NoTermError` where the date lies in no term, or in a part of one that no week was made for.
    """
    return Calendar([instant]).when(instant)


class Calendar:
    """The weeks around some instants, read at once; `days` are the dates of those instants that have one."""

    def __init__(self, instants: Iterable[datetime]) -> None:
        self.days = {day for instant in instants if (day := _day(instant))}
        self.weeks: list[Week] = []
        if self.days:
            rows = _weeks().rows(max(self.days).isoformat(), min(self.days).isoformat())
            self.weeks = [_week(row) for row in rows]
        self._zone, self._shifts = school_zone(), shift_times()
        self._terms = {week.term_id: week.term.span for week in self.weeks}
        self._by_number = {(week.term_id, week.number): week for week in self.weeks}

    def when(self, instant: datetime) -> When:
        """The date, shift and week of one of the instants. Raises `NoTermError`."""
        placed = place(instant, self._terms.values(), self._zone, self._shifts)
        week = self._by_number.get((placed.term.key, placed.week.number))
        if week is None:
            raise NoTermError(placed.date)
        return When(placed.date, placed.shift, week)


@cache
def _weeks() -> Statement:
    """Those that start by one day and end by another or later, with their terms."""
    weeks = Week.objects.order_by().filter(starts_on__lte=date.min, ends_on__gte=date.max)
    return Statement(weeks.values_list(*WEEK, *(f"term__{column}" for column in TERM)))


def _week(row: Sequence[Any]) -> Week:
    week = Week.from_db(DEFAULT_DB_ALIAS, WEEK, row[: len(WEEK)])
    week.term = Term.from_db(DEFAULT_DB_ALIAS, TERM, row[len(WEEK) :])
    return week


def _day(instant: datetime) -> date | None:
    """The date on the school's clock; None at the ends of time, where a conversion overflows."""
    try:
        return instant.astimezone(school_zone()).date()
    except OverflowError:
        return None


def school_zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


def today() -> date:
    """Today on the school's clock, whatever zone the reader is in."""
    return timezone.now().astimezone(school_zone()).date()


def week_holding(day: date) -> Week:
    """The week that holds `day`. Raises `NoTermError`."""
    week = Week.objects.select_related("term", "closing").holding(day).first()
    if week is None:
        raise NoTermError(day)
    return week


def current_week() -> Week | None:
    """This week; between terms the last one that began; None in a school without terms."""
    day = today()
    weeks = Week.objects.select_related("term", "closing")
    return weeks.holding(day).first() or weeks.filter(starts_on__lte=day).last() or weeks.first()
