"""互查: a class's officer records what stands on a round of another class that he was put on, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from config.tests.school import MONDAY, School
from inspections.models import Inspection, Round
from inspections.rounds.services import excuse, take_off
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


def test_on_leave_or_taken_off_he_records_no_more(school: School, walked: Round) -> None:
    on_it = walker(walked, school.officer)
    excuse(walker=on_it, reason="上课", by=school.reviewer)
    why(school, "5403")
    other = a_round(school, ["教103"], school.officer, shift="noon")
    take_off(walker=walker(other, school.officer))
    why(school, "教103", shift="noon", clock="13:30")


def test_without_a_round_an_officer_records_nothing_and_a_room_head_never(school: School) -> None:
    why(school, "5403")
    with pytest.raises(NotAllowed):
        school.check("5403", by=school.head)
