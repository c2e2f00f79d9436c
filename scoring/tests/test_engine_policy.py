"""What a policy may say, and what the first one says (design §5.3, §5.4)."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from scoring.engine import DEFAULT_POLICY, Category, CategoryRule, Occasion
from scoring.tests.engine_builders import D, checked, found, policy

SUM = CategoryRule("sum", D(1))
WITHOUT_DUTY = {name: rule for name, rule in DEFAULT_POLICY.categories.items() if name != "duty"}


def test_the_default_policy_is_the_designs() -> None:
    one = DEFAULT_POLICY
    assert one.version == 1
    assert one.base == 100
    assert one.check_cap == 10
    assert one.bonus_cap is None
    assert one.corrected_share == D("0.5")
    assert dict(one.multipliers) == {"routine": 1, "spot": 1, "deep_clean": 1, "department": 2, "school": 2}
    assert dict(one.categories) == {
        "classroom": SUM,
        "area": SUM,
        "dorm": CategoryRule("mean", D(5)),
        "duty": SUM,
        "event": SUM,
        "correction": SUM,
    }
    assert all(rule.weekly_cap is None for rule in one.categories.values())
    assert (one.group_by, one.rank_on) == ("department", "total")
    assert one.tie_breaks == ("findings", "dorm", "classroom")
    assert (one.flags_percent, one.flags_per_group) == (10, None)
    assert one.min_checks == 3


def test_categories_come_in_the_order_shown() -> None:
    assert list(Category) == ["classroom", "area", "dorm", "duty", "event", "correction"]


def test_an_occasion_that_the_policy_does_not_name_counts_once() -> None:
    assert policy(multipliers={}).multiplier("school") == 1
    assert policy(multipliers={"school": D(3)}).multiplier(Occasion.SCHOOL) == 3


OCCASIONS = "routine, spot, deep_clean, department, school"
CATEGORIES = "classroom, area, dorm, duty, event, correction"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"base": D(-1)}, "base is negative or no number"),
        ({"base": D("100.005")}, "base has more than two decimals"),
        ({"check_cap": D(-1)}, "check_cap is negative or no number"),
        ({"check_cap": D("NaN")}, "check_cap is negative or no number"),
        ({"check_cap": D("Infinity")}, "check_cap is negative or no number"),
        ({"bonus_cap": D("-0.01")}, "bonus_cap is negative or no number"),
        ({"bonus_cap": D("0.001")}, "bonus_cap has more than two decimals"),
        ({"corrected_share": D("-0.5")}, "corrected_share is negative or no number"),
        ({"corrected_share": D("1.01")}, "corrected_share is over 1"),
        ({"multipliers": {"sunday": D(1)}}, f"occasion 'sunday' is not one of {OCCASIONS}"),
        ({"multipliers": {"school": D(-2)}}, "multiplier for school is negative or no number"),
        (
            {"categories": {**DEFAULT_POLICY.categories, "bonus": SUM}},
            f"category 'bonus' is not one of {CATEGORIES}",
        ),
        ({"categories": WITHOUT_DUTY}, "category duty has no rule"),
        (
            {"categories": {**DEFAULT_POLICY.categories, "correction": CategoryRule("mean", D(1))}},
            "category correction must be a sum of weight 1, without a cap",
        ),
        (
            {"categories": {**DEFAULT_POLICY.categories, "correction": CategoryRule("sum", D(2))}},
            "category correction must be a sum of weight 1, without a cap",
        ),
        ({"group_by": "floor"}, "group_by 'floor' is not one of department, school, entry_year, department_year"),
        ({"rank_on": "dorm"}, "rank_on 'dorm' is not one of total, check"),
        ({"tie_breaks": ("luck",)}, f"tie break 'luck' is not one of findings, {CATEGORIES}"),
        ({"tie_breaks": ("dorm", "dorm")}, "a tie break is named twice"),
        ({"min_checks": -1}, "min_checks is negative or no number"),
        ({"flags_percent": None}, "exactly one of flags_percent and flags_per_group must be set"),
        ({"flags_per_group": 1}, "exactly one of flags_percent and flags_per_group must be set"),
        ({"flags_percent": -1}, "flags_percent is negative or no number"),
        ({"flags_percent": D("100.5")}, "flags_percent is over 100"),
        ({"flags_percent": None, "flags_per_group": -1}, "flags_per_group is negative or no number"),
    ],
)
def test_a_policy_that_cannot_be_applied_is_refused_in_words(changes: Mapping[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(told)}$"):
        policy(**changes)


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (("median", D(1), None), "aggregation 'median' is not one of sum, mean"),
        (("sum", D(-1), None), "weight is negative or no number"),
        (("sum", D(1), D(-1)), "weekly_cap is negative or no number"),
    ],
)
def test_a_category_rule_that_cannot_be_applied_is_refused(rule: tuple[str, Decimal, Decimal], told: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(told)}$"):
        CategoryRule(*rule)


@pytest.mark.parametrize(
    "changes",
    [
        {"base": D(0)},
        {"base": D("99.99")},
        {"check_cap": D(0)},
        {"bonus_cap": D(0)},
        {"corrected_share": D(0)},
        {"corrected_share": D(1)},
        {"multipliers": {"school": D(0)}},
        {"flags_percent": 0},
        {"flags_percent": 100},
        {"flags_percent": None, "flags_per_group": 0},
        {"tie_breaks": ()},
        {"min_checks": 0},
        {"categories": {**DEFAULT_POLICY.categories, "duty": CategoryRule("mean", D(0), D(0))}},
    ],
)
def test_the_ends_of_what_a_policy_may_say_are_in(changes: Mapping[str, Any]) -> None:
    policy(**changes)


def test_a_finding_never_gives_points() -> None:
    with pytest.raises(ValueError, match=r"^points of finding f is negative or no number$"):
        found("-1")
    found("0")


def test_a_check_belongs_to_a_known_category_and_names_a_class_once() -> None:
    with pytest.raises(ValueError, match=f"^category 'roof' is not one of {CATEGORIES}$"):
        checked("roof", "1135", category="roof")
    with pytest.raises(ValueError, match=r"^check c names a class twice$"):
        checked("room:5413", "1135", "0852", "1135")


def test_a_check_counts_and_a_finding_is_public_and_ordinary_unless_told() -> None:
    assert checked("room:5413").counts
    finding = found("1")
    assert (finding.klass, finding.serious, finding.corrected) == (None, False, False)
