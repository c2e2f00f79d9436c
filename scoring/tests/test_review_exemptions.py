"""A class exempted after the check was recorded is left out all the same, where that is before the review."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from campus.models import Exemption
from config.tests.school import MONDAY, School
from inspections.models import Inspection
from scoring.models import Entry
from scoring.reviewing import Scope, detail_of, queue_for
from scoring.selectors import tallies
from scoring.services import verify
from scoring.templatetags.review import exempt


@pytest.fixture
def check(school: School) -> Inspection:
    """Litter in an area of two classes, recorded before one of them was exempted."""
    check = school.check("硬化路", None, "area-litter")
    away(school)
    return check


def away(school: School, code: str = "0852", first: int = -1, last: int = 1) -> Exemption:
    return Exemption.objects.create(
        school_class=school.classes[code],
        starts_on=MONDAY + timedelta(days=first),
        ends_on=MONDAY + timedelta(days=last),
        reason="见习",
    )


def test_passing_the_check_charges_and_counts_the_other_class_alone(school: School, check: Inspection) -> None:
    verify(inspections=[check.pk], by=school.reviewer)
    assert [(entry.school_class.code, entry.points) for entry in Entry.objects.all()] == [("0853", Decimal(-2))]
    assert {tally.klass for tally in tallies(school.week)} == {"0853"}
    assert check.concerns.get(school_class=school.classes["0852"]).exemption == Exemption.objects.get()


def test_the_review_shows_it_before(school: School, check: Inspection) -> None:
    (row,) = queue_for(school.reviewer, Scope()).rows
    detail = detail_of(Inspection.objects.all(), check.pk, school.reviewer)
    for shown in (row, detail.row):
        assert shown.price.classes == {"0853": -2}
        assert exempt(shown) == "0852"
    assert not check.concerns.filter(exemption__isnull=False).exists()


def test_what_has_passed_is_shown_as_it_was_charged(school: School) -> None:
    passed = school.verified("硬化路", None, "area-litter")
    away(school)
    row = detail_of(Inspection.objects.all(), passed.pk, school.reviewer).row
    assert (row.price.classes, exempt(row)) == ({"0852": -2, "0853": -2}, "")


@pytest.mark.parametrize("days", [(-3, -1), (1, 3)])
def test_days_beside_the_checks_own_exempt_nobody(school: School, days: tuple[int, int]) -> None:
    check = school.check("硬化路", None, "area-litter")
    away(school, "0852", *days)
    verify(inspections=[check.pk], by=school.reviewer)
    assert Entry.objects.count() == 2
