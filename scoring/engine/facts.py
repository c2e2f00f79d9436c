"""What the engine is told: the policy, and the checks with what they found.

Points are positive here: what a finding costs. Only the ledger's lines are signed.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType


class Category(StrEnum):
    """Where a line belongs, in the order shown. A bonus is no category."""

    CLASSROOM = "classroom"
    AREA = "area"
    DORM = "dorm"
    DUTY = "duty"
    EVENT = "event"
    CORRECTION = "correction"


class Occasion(StrEnum):
    """What a check was for."""

    ROUTINE = "routine"
    SPOT = "spot"
    DEEP_CLEAN = "deep_clean"
    DEPARTMENT = "department"
    SCHOOL = "school"


CATEGORIES = tuple(Category)
OCCASIONS = tuple(Occasion)
AGGREGATIONS = ("sum", "mean")
GROUPINGS = ("department", "school", "entry_year", "department_year")
RANKINGS = ("total", "check")
TIE_BREAKS = ("findings", *CATEGORIES)


@dataclass(frozen=True, slots=True)
class CategoryRule:
    """How a category's charges become its points: design §5.3.

    `weight` is points of the score for a point charged; `weekly_cap` is the most that a week's
    ordinary charges may take off, after the weight, or None for no cap.
    """

    aggregation: str
    weight: Decimal
    weekly_cap: Decimal | None = None

    def __post_init__(self) -> None:
        _one_of("aggregation", self.aggregation, AGGREGATIONS)
        _not_negative("weight", self.weight)
        _not_negative("weekly_cap", self.weekly_cap)


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of the scoring policy: design §5.2 to §5.4.

    A cap of None is no cap. `multipliers` are by occasion, 1 where none is named; `categories` needs
    a rule for every category. Exactly one of `flags_percent` (of the ranked classes, 0 to 100) and
    `flags_per_group` is set. Raises ValueError, in words, for a policy that cannot be applied.
    """

    version: int
    base: Decimal
    check_cap: Decimal | None
    bonus_cap: Decimal | None
    corrected_share: Decimal
    multipliers: Mapping[str, Decimal]
    categories: Mapping[str, CategoryRule]
    group_by: str
    rank_on: str
    tie_breaks: tuple[str, ...]
    flags_percent: Decimal | int | None
    flags_per_group: int | None
    min_checks: int

    def __post_init__(self) -> None:
        self._validate_charging()
        self._validate_categories()
        self._validate_ranking()
        self._validate_flags()

    def multiplier(self, occasion: str) -> Decimal:
        """What a finding's points are multiplied by. Raises ValueError for an unknown occasion."""
        _one_of("occasion", occasion, OCCASIONS)
        return self.multipliers.get(occasion, Decimal(1))

    def _validate_charging(self) -> None:
        for name, points in (("base", self.base), ("bonus_cap", self.bonus_cap)):
            _not_negative(name, points)
            _whole_cents(name, points)
        _not_negative("check_cap", self.check_cap)
        _not_negative("corrected_share", self.corrected_share)
        if self.corrected_share > 1:
            raise ValueError("corrected_share is over 1")
        for occasion, multiplier in self.multipliers.items():
            _one_of("occasion", occasion, OCCASIONS)
            _not_negative(f"multiplier for {occasion}", multiplier)

    def _validate_categories(self) -> None:
        for category in self.categories:
            _one_of("category", category, CATEGORIES)
        for category in CATEGORIES:
            if category not in self.categories:
                raise ValueError(f"category {category} has no rule")
        # A correction is posted as the change it made to its own week, weighted there already.
        if self.categories[Category.CORRECTION] != CategoryRule("sum", Decimal(1)):
            raise ValueError("category correction must be a sum of weight 1, without a cap")

    def _validate_ranking(self) -> None:
        _one_of("group_by", self.group_by, GROUPINGS)
        _one_of("rank_on", self.rank_on, RANKINGS)
        for name in self.tie_breaks:
            _one_of("tie break", name, TIE_BREAKS)
        if len(set(self.tie_breaks)) < len(self.tie_breaks):
            raise ValueError("a tie break is named twice")
        _not_negative("min_checks", self.min_checks)

    def _validate_flags(self) -> None:
        if (self.flags_percent is None) == (self.flags_per_group is None):
            raise ValueError("exactly one of flags_percent and flags_per_group must be set")
        _not_negative("flags_percent", self.flags_percent)
        _not_negative("flags_per_group", self.flags_per_group)
        if self.flags_percent is not None and self.flags_percent > 100:
            raise ValueError("flags_percent is over 100")


@dataclass(frozen=True, slots=True)
class Finding:
    """One defect seen, at its listed points (not negative), or what *locked* or *refused* cost.

    `klass` is the class that it names, None for a public one. The last two kinds stand as findings
    `locked:<check id>` and `refused:<check id>`.
    """

    id: str
    points: Decimal
    klass: str | None = None
    serious: bool = False
    corrected: bool = False

    def __post_init__(self) -> None:
        _not_negative(f"points of finding {self.id}", self.points)


@dataclass(frozen=True, slots=True)
class Check:
    """One verified visit, the classes that it concerns and its findings in the order recorded.

    `counts` is false for a visit that is no check (nobody in, skipped, locked where that costs
    nothing): it adds nothing to coverage or to a mean.
    """

    id: str
    category: str
    target: str
    classes: tuple[str, ...]
    occasion: str
    outcome: str
    findings: tuple[Finding, ...] = ()
    counts: bool = True

    def __post_init__(self) -> None:
        _one_of("category", self.category, CATEGORIES)
        if len(set(self.classes)) < len(self.classes):
            raise ValueError(f"check {self.id} names a class twice")


def _one_of(what: str, value: str, known: Collection[str]) -> None:
    if value not in known:
        raise ValueError(f"{what} {value!r} is not one of {', '.join(known)}")


def _not_negative(what: str, value: Decimal | int | None) -> None:
    """Also refuses what is no number: NaN and infinity."""
    if value is not None and not (Decimal(value).is_finite() and value >= 0):
        raise ValueError(f"{what} is negative or no number")


def _whole_cents(what: str, points: Decimal | None) -> None:
    if points is not None and points * 100 % 1:
        raise ValueError(f"{what} has more than two decimals")


DEFAULT_POLICY = Policy(
    version=1,
    base=Decimal(100),
    check_cap=Decimal(10),
    bonus_cap=None,
    corrected_share=Decimal("0.5"),
    multipliers=MappingProxyType(
        {
            Occasion.ROUTINE: Decimal(1),
            Occasion.SPOT: Decimal(1),
            Occasion.DEEP_CLEAN: Decimal(1),
            Occasion.DEPARTMENT: Decimal(2),
            Occasion.SCHOOL: Decimal(2),
        }
    ),
    categories=MappingProxyType(
        {
            Category.CLASSROOM: CategoryRule("sum", Decimal(1)),
            Category.AREA: CategoryRule("sum", Decimal(1)),
            Category.DORM: CategoryRule("mean", Decimal(5)),
            Category.DUTY: CategoryRule("sum", Decimal(1)),
            Category.EVENT: CategoryRule("sum", Decimal(1)),
            Category.CORRECTION: CategoryRule("sum", Decimal(1)),
        }
    ),
    group_by="department",
    rank_on="total",
    tie_breaks=("findings", Category.DORM, Category.CLASSROOM),
    flags_percent=10,
    flags_per_group=None,
    min_checks=3,
)
"""The policy in force unless another is set: design §5.3 and §5.4."""
