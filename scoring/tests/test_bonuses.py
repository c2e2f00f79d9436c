"""Bonuses: one act, a line for each class it reaches."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from campus.models import SchoolClass, Week, WeekClosing
from campus.selectors import today
from config.tests.school import MONDAY, School
from scoring.models import Bonus, Entry
from scoring.services import NotAllowed, Refusal, give_bonus

D = Decimal


def given(school: School, patterns: Sequence[str], exceptions: Sequence[str] = (), **changes: Any) -> Bonus:
    asked: dict[str, Any] = {
        "points": D(2),
        "date": MONDAY,
        "reason": "运动会期间配合工作",
        "by": school.reviewer,
    } | changes
    return give_bonus(patterns=patterns, exceptions=exceptions, **asked)


def reached() -> list[str]:
    return [entry.school_class.code for entry in Entry.objects.select_related("school_class")]


def test_every_class_that_a_pattern_matches_has_a_line_save_the_exceptions(school: School) -> None:
    bonus = given(school, ["085*", "2101"], ["0852"])
    assert reached() == ["0851", "0853", "2101"]
    assert (bonus.patterns, bonus.exceptions, bonus.by) == ("085* 2101", "0852", school.reviewer)
    for entry in Entry.objects.all():
        assert (entry.points, entry.category, entry.standing, entry.worth) == (D(2), "bonus", 0, 0)
        assert (entry.week, entry.bonus, entry.posted_by) == (school.week, bonus, school.reviewer)


def test_a_class_that_two_patterns_match_gets_it_once(school: School) -> None:
    given(school, ["0851", "085*", "0851", "*51"])
    assert reached() == ["0851", "0852", "0853"]


def test_a_pattern_that_matches_no_class_is_named(school: School) -> None:
    with pytest.raises(Refusal, match="999"):
        given(school, ["0851", "999*"])
    with pytest.raises(Refusal, match="0859"):
        given(school, ["085*"], ["0859"])
    assert not Bonus.objects.exists()


def test_an_exception_may_leave_nobody(school: School) -> None:
    with pytest.raises(Refusal):
        given(school, ["0851"], ["085*"])


@pytest.mark.parametrize("pattern", ["08?1", "[0]851", "0851,0852", "08 51", "'; --"])
def test_a_star_is_all_that_a_pattern_knows(school: School, pattern: str) -> None:
    with pytest.raises(Refusal):
        given(school, [pattern])


def test_the_classes_are_those_of_that_day(school: School) -> None:
    left = school.classes["0851"]
    left.left_on = MONDAY - timedelta(days=1)
    left.save()
    given(school, ["085*"])
    assert reached() == ["0852", "0853"]


@pytest.mark.parametrize("points", ["0", "-1", "1.005", "1000.01", "NaN", "Infinity"])
def test_points_are_above_nought_with_two_decimals_at_most(school: School, points: str) -> None:
    with pytest.raises(Refusal):
        given(school, ["0851"], points=D(points))


@pytest.mark.parametrize("asked", [{"reason": " "}, {"reason": "字" * 201}, {"date": date(2020, 1, 1)}])
def test_a_reason_and_a_day_of_a_term_are_wanted(school: School, asked: dict[str, Any]) -> None:
    with pytest.raises(Refusal):
        given(school, ["0851"], **asked)


@pytest.mark.parametrize("patterns", [[], ["", " "], ["0851x"] * 2 + [f"{n:020}" for n in range(30)]])
def test_classes_are_named_and_not_too_many(school: School, patterns: list[str]) -> None:
    with pytest.raises(Refusal):
        given(school, patterns)


def test_many_stars_take_no_time(school: School) -> None:
    with pytest.raises(Refusal):
        given(school, ["*" * 300 + "x"])


def test_a_closed_weeks_bonus_goes_to_the_next_open_one_and_keeps_its_date(school: School) -> None:
    WeekClosing.objects.create(week=school.week)
    bonus = given(school, ["0851"])
    assert Entry.objects.get().week == Week.objects.get(starts_on=MONDAY + timedelta(days=7))
    assert bonus.date == MONDAY


def test_nobody_gives_his_own_class_a_bonus(school: School) -> None:
    with pytest.raises(NotAllowed, match="10311"):
        given(school, ["103*"])
    given(school, ["10*"], ["2101"], by=school.admin)
    assert reached() == ["10311"]


@pytest.mark.parametrize("who", ["inspector", "officer", "head", "advisor", "nobody"])
def test_reviewers_and_administrators_give_bonuses(school: School, who: str) -> None:
    with pytest.raises(NotAllowed):
        given(school, ["0851"], by=school.people[who])


def test_the_demonstration_gives_them_in_nobodys_name(school: School) -> None:
    assert given(school, ["0851"], by=None).by is None


@pytest.mark.parametrize("code", ["护理1班(2)", "09-1/甲", "10.311", "a_b·丙"])
def test_whatever_the_roster_calls_a_class_can_be_asked_for(school: School, code: str) -> None:
    school.classes[code] = SchoolClass.objects.create(
        code=code, entry_year=2009, department=school.classes["0851"].department
    )
    assert given(school, [code]).patterns == code
    given(school, [f"{code[:-1]}*"])
    assert reached() == [code, code]


@pytest.mark.parametrize("pattern", ["0851\t", "0851\u30000852", "08\x0051", "085\n1", "0851" * 11])
def test_blanks_control_characters_and_a_whole_page_are_no_code(school: School, pattern: str) -> None:
    with pytest.raises(Refusal, match="不是班级代码"):
        given(school, ["0851", f"x{pattern}x"])


def test_no_bonus_for_a_day_to_come(school: School) -> None:
    with pytest.raises(Refusal, match="还没到"):
        given(school, ["0851"], date=today() + timedelta(days=1))
    assert not Bonus.objects.exists()
    given(school, ["0851"], date=today())
