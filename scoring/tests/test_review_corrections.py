"""A correction of what has passed already: it never passes beside it, and the review says what to do with it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from config.tests.school import School
from inspections.models import Inspection
from scoring.models import Entry, Return
from scoring.reviewing import Scope, detail_of, queue_for, unquestionable
from scoring.services import send_back, set_aside, verify

SLOTS = [{}, {"shift": "noon", "clock": "12:10"}, {"occasion": "spot"}]


@pytest.fixture(params=SLOTS)
def correction(school: School, request: pytest.FixtureRequest) -> Inspection:
    """Clean, for a check with a finding that has passed; in the same slot, and where it has another or none."""
    changes: dict[str, Any] = request.param
    first = school.verified("5413", None, "bags-hanging", occasion=changes.get("occasion", "routine"))
    return school.check("5413", replaces=first.pk, **changes)


def test_the_queue_marks_it_and_never_passes_it_with_the_rest(school: School, correction: Inspection) -> None:
    (row,) = queue_for(school.reviewer, Scope()).rows
    moved = ("moved",) if correction.shift == "noon" else ()
    assert row.marks == ("corrects", *moved)
    assert not row.unquestionable
    assert unquestionable([correction.pk], school.reviewer) == []


def test_the_page_of_it_says_what_to_do_and_offers_no_passing(
    school: School, client: Client, correction: Inspection
) -> None:
    detail = detail_of(Inspection.objects.all(), correction.pk, school.reviewer)
    assert detail.rival_passed
    assert not detail.passable
    client.force_login(school.reviewer)
    page = client.get(f"/review/{correction.pk}/").content.decode()
    assert "更正已通过的" in page
    assert "原来那条已经通过，照旧算分；这条不能再算。写明原因，把这条搁置" in page
    assert 'form="pass"' not in page


def test_passing_it_is_refused_and_setting_it_aside_is_not(school: School, correction: Inspection) -> None:
    (verdict,) = verify(inspections=[correction.pk], by=school.reviewer)
    assert (verdict.status, "搁置" in verdict.errors[0]) == ("refused", True)
    set_aside(inspection=correction.pk, by=school.reviewer, reason="照原来的算")
    assert not queue_for(school.reviewer, Scope()).rows
    assert sum(entry.points for entry in Entry.objects.all()) == -1


def test_it_may_go_back_as_well_and_what_has_passed_stands(school: School, correction: Inspection) -> None:
    send_back(inspection=correction.pk, by=school.reviewer, reason="照原来的算")
    assert Return.objects.get().inspection == correction
    assert not queue_for(school.reviewer, Scope()).rows
    assert sum(entry.points for entry in Entry.objects.all()) == -1


@pytest.mark.parametrize(
    ("verb", "said"), [("return", "5413 已退回给王同学，对方在“我记的”里看得到原因"), ("set-aside", "已搁置，不算分")]
)
def test_the_page_of_it_does_either(
    school: School, client: Client, correction: Inspection, verb: str, said: str
) -> None:
    client.force_login(school.reviewer)
    answer = client.post(f"/review/{correction.pk}/{verb}/", {"reason": "照原来的算", "one": "1"}, follow=True)
    assert said in answer.content.decode()


def test_the_correction_of_a_correction_is_none_the_better(school: School, correction: Inspection) -> None:
    again = school.check("5413", None, "desk-untidy", occasion=correction.occasion, replaces=correction.pk)
    (row,) = queue_for(school.reviewer, Scope()).rows
    assert (row.id, "corrects" in row.marks, row.unquestionable) == (again.pk, True, False)


def test_what_has_passed_stands_in_its_slot_though_it_was_corrected(school: School) -> None:
    first = school.verified("5413", None, "bags-hanging", clock="19:52")
    corrected = school.check("5413", clock="19:52", replaces=first.pk)
    set_aside(inspection=corrected.pk, by=school.reviewer, reason="照原来的算")
    late = school.check("5413", clock="20:05", by=school.inspector2)
    (row,) = queue_for(school.reviewer, Scope()).rows
    assert (row.id, row.marks) == (late.pk, ("duplicate",))
    detail = detail_of(Inspection.objects.all(), late.pk, school.reviewer)
    assert [twin.id for twin in detail.twins] == [first.pk]
    assert detail.rival_passed
