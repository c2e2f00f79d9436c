"""When something happened: one pure function turns an instant into its date, shift, term and week (design §2).

No Django here, no clock: terms and boundaries come in as plain values.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum

WEEK = timedelta(days=7)
DAY = timedelta(days=1)
SUNDAY = 6


class Shift(StrEnum):
    """When in the day a check is made (早检/午检/晚检)."""

    MORNING = "morning"
    NOON = "noon"
    EVENING = "evening"


@dataclass(frozen=True, slots=True)
class ShiftTimes:
    """Local times of day from which it is noon's and evening's shift; before `noon` it is morning's."""

    noon: time = time(11, 0)
    evening: time = time(16, 30)

    def shift_at(self, moment: time) -> Shift:
        """The shift that the local time of day `moment` falls in."""
        if moment < self.noon:
            return Shift.MORNING
        return Shift.NOON if moment < self.evening else Shift.EVENING


@dataclass(frozen=True, slots=True)
class WeekSpan:
    """Seven whole days, both ends included; `number` counts from 1, the week of the term's first day."""

    number: int
    starts_on: date
    ends_on: date

    def __contains__(self, day: date) -> bool:
        return self.starts_on <= day <= self.ends_on

    @property
    def days(self) -> tuple[date, ...]:
        """The seven days, first to last."""
        return tuple(self.starts_on + n * DAY for n in range(7))


@dataclass(frozen=True, slots=True)
class TermSpan:
    """A term's first and last day, both included, and its cut-off weekday (0 Monday … 6 Sunday)."""

    key: int
    starts_on: date
    ends_on: date
    cutoff_weekday: int = SUNDAY

    def __contains__(self, day: date) -> bool:
        return self.starts_on <= day <= self.ends_on

    def week_of(self, day: date) -> WeekSpan:
        """The scoring week that holds `day`: it ends on the cut-off weekday; week 1 holds the term's first day."""
        first_end = _end_of_week(self.starts_on, self.cutoff_weekday)
        end = _end_of_week(day, self.cutoff_weekday)
        return WeekSpan((end - first_end) // WEEK + 1, end - 6 * DAY, end)

    def weeks(self) -> tuple[WeekSpan, ...]:
        """All weeks of the term; the first and the last may reach beyond its days."""
        last = self.week_of(self.ends_on).number
        return tuple(self.week_of(self.starts_on + (n * WEEK)) for n in range(last))


@dataclass(frozen=True, slots=True)
class Placement:
    """Where in the calendar an instant falls."""

    date: date
    shift: Shift
    term: TermSpan
    week: WeekSpan


class NoTermError(ValueError):
    """The date lies in no term."""

    def __init__(self, day: date) -> None:
        super().__init__(f"{day.isoformat()} lies in no term")
        self.day = day


def place(instant: datetime, terms: Iterable[TermSpan], tz: tzinfo, shifts: ShiftTimes) -> Placement:
    """Turn an instant into (date, shift, term, week), all of them read on the school's own clock `tz`.

    Raises `ValueError` for a naive `instant`, `NoTermError` where its date lies in no term.
    """
    if instant.tzinfo is None:
        raise ValueError("an instant needs its offset from UTC")
    local = instant.astimezone(tz)
    day = local.date()
    term = next((term for term in terms if day in term), None)
    if term is None:
        raise NoTermError(day)
    return Placement(day, shifts.shift_at(local.time()), term, term.week_of(day))


def _end_of_week(day: date, cutoff_weekday: int) -> date:
    return day + DAY * ((cutoff_weekday - day.weekday()) % 7)
