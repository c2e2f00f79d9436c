"""互查: a class's officer records what stands on a round of another class that he was put on, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from config.tests.school import MONDAY, School, at
from inspections.models import Inspection, Round
from inspections.rounds.services import call_off, excuse, take_off
from inspections.services import NotAllowed, Rejected
from inspections.tests.walking import a_round, tell_men_from_women, walker

pytestmark = pytest.mark.django_db


@pytest.fixture
def walked(school: School) -> Round:
    """The officer of 0852 on a round of 0853's and the mixed room, with an inspector."""
    tell_men_from_women(school)
    return a_round(school, ["5403", "5420", "教103"], school.officer, school.inspector)


def why(school: School, code: str, **fields: Any) -> list[str]:
    with pytest.raises(Rejected) as rejected:
        school.check(code, by=school.officer, **fields)
    told: list[str] = rejected.value.errors["target"]
    return told


def test_an_officer_records_on_a_round_of_his(school: School, walked: Round) -> None:
    assert school.check("5403", None, "bags-hanging", by=school.officer).inspector == school.officer
    assert school.check("教103", by=school.officer).classes.get().code == "0853"


@pytest.mark.parametrize(
    "fields",
    [
        {"code": "教101"},
        {"shift": "noon", "clock": "13:30"},
        {"occasion": "school"},
        {"day": MONDAY + timedelta(days=1)},
    ],
)
def test_what_stands_on_no_round_of_his_is_rejected(school: School, walked: Round, fields: dict[str, Any]) -> None:
    assert why(school, **({"code": "5403"} | fields)) == ["这个地方不在你那一轮里"]
    assert not Inspection.objects.exists()


def test_his_own_class_stays_his_partners(school: School, walked: Round) -> None:
    assert why(school, "5420") == ["这是你自己的班级或宿舍，换别人来查"]
    assert school.check("5420").inspector == school.inspector


def test_on_leave_he_records_no_more_but_what_he_had_checked_before_still_comes(school: School, walked: Round) -> None:
    """His phone had no signal in the basement, and sends once he is out of it."""
    with time_machine.travel(at(MONDAY, "19:30"), tick=False):
        excuse(walker=walker(walked, school.officer), reason="上课", by=school.reviewer)
    why(school, "5403", clock="19:30")
    assert school.check("5403", by=school.officer, clock="19:29", late=timedelta(hours=1)).inspector == school.officer


def test_of_a_round_that_was_called_off_too(school: School, walked: Round) -> None:
    with time_machine.travel(at(MONDAY, "19:30"), tick=False):
        call_off(round=walked, by=school.reviewer)
    why(school, "5403", clock="19:31")
    assert school.check("5403", by=school.officer, clock="19:10", late=timedelta(hours=1))


def test_a_round_of_the_evening_runs_on_past_midnight(school: School, walked: Round) -> None:
    tuesday = MONDAY + timedelta(days=1)
    assert school.check("5403", by=school.officer, day=tuesday, clock="00:20").performed_on == tuesday
    why(school, "5403", day=tuesday, clock="03:00")
    a_round(school, ["教103"], school.officer, shift="noon")
    why(school, "教103", day=tuesday, clock="00:20", shift="noon")


def test_taken_off_he_records_no_more(school: School) -> None:
    tell_men_from_women(school)
    other = a_round(school, ["教103"], school.officer, shift="noon")
    take_off(walker=walker(other, school.officer))
    why(school, "教103", shift="noon", clock="13:30")


def test_without_a_round_an_officer_records_nothing_and_a_room_head_never(school: School) -> None:
    why(school, "5403")
    with pytest.raises(NotAllowed):
        school.check("5403", by=school.head)
