"""Sending a check back, and setting it aside: with a reason, once, and never one's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from config.tests.school import School
from inspections.models import Inspection
from scoring.models import Entry, Policy, Return, SetAside, Verification
from scoring.services import AlreadyDecided, NotAllowed, Refusal, send_back, set_aside, verify

VERBS = [send_back, set_aside]
Verb = Callable[..., Any]


@pytest.mark.parametrize(("verb", "record"), [(send_back, Return), (set_aside, SetAside)])
def test_it_is_a_record_of_who_when_and_why(school: School, verb: Verb, record: Any) -> None:
    check = school.check("5413", None, "bags-hanging")
    decided = verb(inspection=check.pk, by=school.reviewer, reason="  班级不对 ")
    assert (decided.by, decided.reason) == (school.reviewer, "班级不对")
    assert record.objects.get().inspection == check
    assert not Entry.objects.exists()


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("reason", ["", "   ", "字" * 201])
def test_it_wants_a_reason_that_fits(school: School, verb: Verb, reason: str) -> None:
    check = school.check("5413")
    with pytest.raises(Refusal):
        verb(inspection=check.pk, by=school.reviewer, reason=reason)
    assert not Return.objects.exists()
    assert not SetAside.objects.exists()


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("before", ["verify", "send_back", "set_aside"])
def test_what_is_decided_stays_decided(school: School, verb: Verb, before: str) -> None:
    check = school.check("5413", None, "bags-hanging")
    if before == "verify":
        verify(inspections=[check.pk], by=school.reviewer)
    else:
        {"send_back": send_back, "set_aside": set_aside}[before](inspection=check.pk, by=school.reviewer, reason="重复")
    with pytest.raises(AlreadyDecided):
        verb(inspection=check.pk, by=school.reviewer2, reason="不算问题")


@pytest.mark.parametrize("verb", VERBS)
def test_nobody_decides_on_his_own_class(school: School, verb: Verb) -> None:
    check = school.check("5403", None, "bags-hanging")
    with pytest.raises(NotAllowed):
        verb(inspection=check.pk, by=school.reviewer2, reason="不算问题")


@pytest.mark.parametrize("verb", VERBS)
def test_who_is_no_reviewer_decides_nothing(school: School, verb: Verb) -> None:
    check = school.check("5413", None, "bags-hanging")
    with pytest.raises(NotAllowed):
        verb(inspection=check.pk, by=school.admin, reason="不算问题")
    with pytest.raises(Inspection.DoesNotExist):
        verb(inspection=check.pk, by=school.nobody, reason="不算问题")


def test_a_check_that_its_inspector_has_corrected_is_not_sent_back_but_may_be_set_aside(school: School) -> None:
    first = school.check("5413", None, "bags-hanging")
    school.check("5413", None, "clothes-hanging", replaces=first.pk)
    with pytest.raises(AlreadyDecided):
        send_back(inspection=first.pk, by=school.reviewer, reason="班级不对")
    set_aside(inspection=first.pk, by=school.reviewer, reason="重复")


def test_the_database_lets_one_decision_stand(school: School) -> None:
    check = school.check("5413")
    send_back(inspection=check.pk, by=school.reviewer, reason="班级不对")
    with pytest.raises(IntegrityError), transaction.atomic():
        SetAside.objects.create(inspection=check, by=school.reviewer, reason="重复")
    with pytest.raises(IntegrityError), transaction.atomic():
        Verification.objects.create(
            inspection=check, by=school.reviewer, week=school.week, policy=Policy.objects.get(), slot=None
        )
