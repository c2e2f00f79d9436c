"""What a week's cleanliness comes to: pure arithmetic, without Django, a clock or a file.

Frozen dataclasses in and out, `Decimal` at the edges, exact fractions inside, one rounding.

    charge(check, policy)             a check's findings  -> the lines each class is charged
    fold(klass, tallies, bonus, …)    a week's lines      -> one class's score, with its figures
    fold_week(classes, tallies, …)    the same for every class named
    rank(contestants, policy)         the classes' scores -> ranks, bars and red flags by group
    reckon(facts, policy)             all of it from a week's raw facts, under any policy

The rules are the design's: charging §5.2, scores §5.3, rankings and flags §5.4.
"""

from .charging import Charge, charge, worth
from .facts import (
    AGGREGATIONS,
    DEFAULT_POLICY,
    GROUPINGS,
    RANKINGS,
    TIE_BREAKS,
    Category,
    CategoryRule,
    Check,
    Finding,
    Occasion,
    Policy,
)
from .folding import CategoryScore, Score, Tally, TargetScore, cents, fold, fold_week
from .ranking import (
    WHOLE_SCHOOL,
    Bar,
    ClassFacts,
    Contestant,
    GroupRanking,
    Row,
    bar,
    contestant,
    exempt_all_week,
    flag_quota,
    group_of,
    rank,
)
from .reckoning import BonusLine, Reversal, WeekFacts, reckon, reckon_scores, tally

__all__ = [
    "AGGREGATIONS",
    "DEFAULT_POLICY",
    "GROUPINGS",
    "RANKINGS",
    "TIE_BREAKS",
    "WHOLE_SCHOOL",
    "Bar",
    "BonusLine",
    "Category",
    "CategoryRule",
    "CategoryScore",
    "Charge",
    "Check",
    "ClassFacts",
    "Contestant",
    "Finding",
    "GroupRanking",
    "Occasion",
    "Policy",
    "Reversal",
    "Row",
    "Score",
    "Tally",
    "TargetScore",
    "WeekFacts",
    "bar",
    "cents",
    "charge",
    "contestant",
    "exempt_all_week",
    "flag_quota",
    "fold",
    "fold_week",
    "group_of",
    "rank",
    "reckon",
    "reckon_scores",
    "tally",
    "worth",
]
