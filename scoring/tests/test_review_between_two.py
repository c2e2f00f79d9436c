"""A reviewer records too: between an entry of his own and a colleague's of the same slot somebody else decides."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from campus.models import User
from config.tests.school import School
from inspections.models import Inspection
from scoring.models import SetAside
from scoring.reviewing import Scope, detail_of, queue_for, unquestionable
from scoring.services import NotAllowed, send_back, set_aside, verify


@pytest.fixture
def mine(school: School) -> Inspection:
    return school.check("5413", None, "bags-hanging", by=school.reviewer)


@pytest.fixture
def theirs(school: School, mine: Inspection) -> Inspection:
    return school.check("5413", clock="20:05")


def status(by: User, check: Inspection) -> str:
    (verdict,) = verify(inspections=[check.pk], by=by)
    return verdict.status


def test_passing_a_colleagues_check_never_sets_ones_own_aside(school: School, theirs: Inspection) -> None:
    (verdict,) = verify(inspections=[theirs.pk], by=school.reviewer)
    assert verdict.status == "refused"
    assert "由其他审核员定" in verdict.errors[0]
    assert not SetAside.objects.exists()
    assert status(school.reviewer2, theirs) == "verified"


@pytest.mark.parametrize("verb", [send_back, set_aside])
def test_nor_does_he_put_the_colleagues_out_of_the_way(school: School, theirs: Inspection, verb: Any) -> None:
    with pytest.raises(NotAllowed):
        verb(inspection=theirs.pk, by=school.reviewer, reason="重复")


def test_the_review_offers_him_neither_of_the_two(school: School, client: Client, theirs: Inspection) -> None:
    found = queue_for(school.reviewer, Scope(date=theirs.performed_on))
    assert not found.rows
    assert len(found.barred) == 2
    assert unquestionable([theirs.pk], school.reviewer) == []
    assert not detail_of(Inspection.objects.all(), theirs.pk, school.reviewer).passable
    client.force_login(school.reviewer)
    page = client.get(f"/review/{theirs.pk}/").content.decode()
    assert "用哪一条由其他审核员定" in page
    assert 'name="inspection"' not in page
    assert detail_of(Inspection.objects.all(), theirs.pk, school.reviewer2).passable


def test_once_his_own_is_decided_on_he_may_again(school: School, mine: Inspection, theirs: Inspection) -> None:
    set_aside(inspection=mine.pk, by=school.reviewer2, reason="重复")
    assert status(school.reviewer, theirs) == "verified"


@pytest.mark.parametrize("other", [{"occasion": "spot"}, {"shift": "noon", "clock": "12:10"}, {"outcome": "nobody"}])
def test_another_slot_and_a_visit_that_is_no_check_are_his_to_decide(
    school: School, mine: Inspection, other: dict[str, Any]
) -> None:
    assert status(school.reviewer, school.check("5413", **other)) == "verified"


def test_where_every_reviewer_has_recorded_one_an_advisor_decides(school: School, mine: Inspection) -> None:
    other = school.check("5413", by=school.reviewer2, clock="20:05")
    assert (status(school.reviewer, other), status(school.reviewer2, mine)) == ("refused", "refused")
    assert {row.id for row in queue_for(school.advisor, Scope()).rows} == {mine.pk, other.pk}
    assert status(school.advisor, mine) == "verified"
