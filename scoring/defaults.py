"""The default policy (design §5.3, §5.4), as the first migration puts it in force: version 1."""

from __future__ import annotations

from datetime import date
from typing import Any

SINCE = date(2000, 1, 1)
CATEGORIES = {
    "classroom": ("sum", 1),
    "area": ("sum", 1),
    "dorm": ("mean", 5),
    "duty": ("sum", 1),
    "event": ("sum", 1),
    "correction": ("sum", 1),
}
MULTIPLIERS = {"routine": 1, "spot": 1, "deep_clean": 1, "department": 2, "school": 2}
TIE_BREAKS = ["findings", "dorm", "classroom"]


def make_default_policy(Policy: Any, CategoryRule: Any, OccasionMultiplier: Any) -> None:
    """Make version 1 with the model classes given (a migration's or the real ones)."""
    policy = Policy.objects.create(
        version=1,
        in_force_from=SINCE,
        base=100,
        check_cap=10,
        corrected_share="0.5",
        tie_breaks=TIE_BREAKS,
        flags_percent=10,
        min_checks=3,
    )
    CategoryRule.objects.bulk_create(
        CategoryRule(policy=policy, category=category, aggregation=aggregation, weight=weight)
        for category, (aggregation, weight) in CATEGORIES.items()
    )
    OccasionMultiplier.objects.bulk_create(
        OccasionMultiplier(policy=policy, occasion=occasion, multiplier=multiplier)
        for occasion, multiplier in MULTIPLIERS.items()
    )
