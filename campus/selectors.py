"""Where an instant falls in the school's own calendar, read from the database."""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from campus.calendar import NoTermError, Shift, ShiftTimes, place
from campus.models import Term, Week


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
    placed = place(instant, [term.span for term in Term.objects.all()], school_zone(), shift_times())
    return When(placed.date, placed.shift, week_holding(placed.date))


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
