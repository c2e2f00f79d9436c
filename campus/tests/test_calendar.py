"""One pure function turns an instant into date, shift, term and week."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campus.calendar import DAY, NoTermError, Shift, ShiftTimes, TermSpan, place

SHANGHAI = ZoneInfo("Asia/Shanghai")
SECOND = timedelta(seconds=1)
SUNDAY, THURSDAY = 6, 3
TIMES = ShiftTimes()

FIRST, LAST = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (2020, 2041))

days = st.dates(date(2020, 1, 1), date(2040, 12, 31))
cutoffs = st.sampled_from([SUNDAY, THURSDAY])


@st.composite
def terms(draw: st.DrawFn) -> TermSpan:
    start = draw(days)
    return TermSpan(1, start, start + draw(st.integers(6, 180)) * DAY, draw(cutoffs))


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


@pytest.mark.parametrize(
    ("instant", "day", "shift", "number", "starts_on"),
    [
        # A term from Monday 31 August 2026, cut off on Sundays
        ("2026-08-31T00:00:00+08:00", "2026-08-31", Shift.MORNING, 1, "2026-08-31"),
        ("2026-09-06T23:59:59+08:00", "2026-09-06", Shift.EVENING, 1, "2026-08-31"),
        ("2026-09-07T00:00:00+08:00", "2026-09-07", Shift.MORNING, 2, "2026-09-07"),
        # Still Sunday by UTC, Monday in China
        ("2026-09-06T16:00:00+00:00", "2026-09-07", Shift.MORNING, 2, "2026-09-07"),
        ("2026-11-09T10:59:59+08:00", "2026-11-09", Shift.MORNING, 11, "2026-11-09"),
        ("2026-11-09T11:00:00+08:00", "2026-11-09", Shift.NOON, 11, "2026-11-09"),
        ("2026-11-09T16:29:59+08:00", "2026-11-09", Shift.NOON, 11, "2026-11-09"),
        ("2026-11-09T16:30:00+08:00", "2026-11-09", Shift.EVENING, 11, "2026-11-09"),
        # New Year does not break a week
        ("2027-01-01T07:30:00+08:00", "2027-01-01", Shift.MORNING, 18, "2026-12-28"),
    ],
)
def test_an_instant_falls_in_one_date_shift_and_week(
    instant: str, day: str, shift: Shift, number: int, starts_on: str
) -> None:
    term = TermSpan(1, date(2026, 8, 31), date(2027, 1, 17))
    placed = place(datetime.fromisoformat(instant), [term], SHANGHAI, TIMES)
    assert (placed.date.isoformat(), placed.shift, placed.week.number) == (day, shift, number)
    assert placed.week.starts_on.isoformat() == starts_on


def test_a_thursday_cut_off_makes_the_week_run_from_friday() -> None:
    term = TermSpan(1, date(2026, 8, 31), date(2027, 1, 17), THURSDAY)
    placed = place(datetime(2026, 9, 4, 7, 30, tzinfo=SHANGHAI), [term], SHANGHAI, TIMES)
    assert (placed.week.number, placed.week.starts_on, placed.week.ends_on) == (2, date(2026, 9, 4), date(2026, 9, 10))


def test_the_second_term_is_found_behind_the_first() -> None:
    autumn, spring = TermSpan(1, date(2026, 8, 31), date(2027, 1, 17)), TermSpan(2, date(2027, 3, 1), date(2027, 7, 4))
    placed = place(midnight(date(2027, 3, 1)), [autumn, spring], SHANGHAI, TIMES)
    assert (placed.term.key, placed.week.number) == (2, 1)


def test_a_date_in_no_term_is_refused_by_name() -> None:
    with pytest.raises(NoTermError, match="2027-02-01 lies in no term"):
        place(midnight(date(2027, 2, 1)), [TermSpan(1, date(2026, 8, 31), date(2027, 1, 17))], SHANGHAI, TIMES)


def test_a_time_without_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        place(
            midnight(date(2026, 9, 1)).replace(tzinfo=None),
            [TermSpan(1, date(2026, 8, 31), date(2027, 1, 17))],
            SHANGHAI,
            TIMES,
        )


@given(terms())
def test_the_weeks_of_a_term_cover_it_once_each_ending_on_the_cut_off(term: TermSpan) -> None:
    weeks = term.weeks()
    assert [week.number for week in weeks] == list(range(1, len(weeks) + 1))
    assert term.starts_on in weeks[0]
    assert term.ends_on in weeks[-1]
    assert all(week.ends_on.weekday() == term.cutoff_weekday for week in weeks)
    assert all(week.ends_on - week.starts_on == 6 * DAY for week in weeks)
    assert all(after.starts_on == before.ends_on + DAY for before, after in pairwise(weeks))


@given(terms(), st.data())
def test_a_second_before_and_after_each_boundary(term: TermSpan, data: st.DataObject) -> None:
    week = data.draw(st.sampled_from(term.weeks()))
    boundary = midnight(week.starts_on)
    if week.starts_on > term.starts_on:
        before = place(boundary - SECOND, [term], SHANGHAI, TIMES)
        assert (before.week.number, before.date, before.shift) == (
            week.number - 1,
            week.starts_on - DAY,
            Shift.EVENING,
        )
    if week.starts_on >= term.starts_on:
        at_once = place(boundary + SECOND, [term], SHANGHAI, TIMES)
        assert (at_once.week, at_once.date, at_once.shift) == (week, week.starts_on, Shift.MORNING)


@given(terms())
def test_the_term_begins_and_ends_at_midnight_in_the_schools_zone(term: TermSpan) -> None:
    place(midnight(term.starts_on), [term], SHANGHAI, TIMES)
    place(midnight(term.ends_on + DAY) - SECOND, [term], SHANGHAI, TIMES)
    for outside in (midnight(term.starts_on) - SECOND, midnight(term.ends_on + DAY)):
        with pytest.raises(NoTermError):
            place(outside, [term], SHANGHAI, TIMES)


@given(
    terms(),
    st.integers(FIRST, LAST).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    st.integers(-12, 14),
)
def test_the_zone_an_instant_is_written_in_says_nothing(term: TermSpan, instant: datetime, hours: int) -> None:
    elsewhere = instant.astimezone(timezone(timedelta(hours=hours)))
    try:
        expected = place(instant, [term], SHANGHAI, TIMES)
    except NoTermError:
        with pytest.raises(NoTermError):
            place(elsewhere, [term], SHANGHAI, TIMES)
    else:
        assert place(elsewhere, [term], SHANGHAI, TIMES) == expected
        assert expected.date in expected.week
