"""Where an instant falls, by the terms and weeks of the database."""

from __future__ import annotations

from datetime import date

import pytest

from campus.calendar import NoTermError, Shift
from campus.selectors import when
from config.tests.school import MONDAY, School, at

pytestmark = pytest.mark.django_db


def test_an_instant_falls_in_its_week(school: School) -> None:
    found = when(at(MONDAY, "19:20"))
    assert (found.date, found.shift, found.week) == (MONDAY, Shift.EVENING, school.week)


def test_a_term_that_ends_later_than_its_weeks_has_none_there(school: School) -> None:
    school.term.ends_on = date(2027, 1, 31)
    school.term.save()
    assert when(at(date(2027, 1, 17))).week == school.term.weeks.last()
    with pytest.raises(NoTermError, match="2027-01-18"):
        when(at(date(2027, 1, 18)))
