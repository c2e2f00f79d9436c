"""From a week's ledger to a class's score: design §5.3."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from .facts import Category, CategoryRule, Policy

ZERO = Decimal(0)
FULL_MARK = 100


@dataclass(frozen=True, slots=True)
class Tally:
    """One class's week at one target, in one category, added up from checks and ledger lines.

    `checks` are those that count. `ordinary` and `serious` are signed points, reversing lines taken
    in: -1 is a point charged. `findings` are those charged (at 0 too) and not reversed in full, and
    `serious_findings` the serious among them. A correction has target "" and no checks.

    The points must be exact sums; a database that adds decimals as floats is no place to make them.
    """

    klass: str
    category: str
    target: str
    checks: int = 0
    ordinary: Decimal = ZERO
    serious: Decimal = ZERO
    findings: int = 0
    serious_findings: int = 0

    @property
    def visits(self) -> int:
        """How many checks the target's average is over; 0 leaves it out of the mean.

        Points that stand where no check counts were charged on a visit all the same: they are
        averaged as one, rather than vanish. Coverage is not fooled, it looks at `checks`.
        """
        return self.checks or int(self.ordinary != 0)


@dataclass(frozen=True, slots=True)
class TargetScore:
    """One target's part in a category, for the page that explains it."""

    target: str
    checks: int
    findings: int
    ordinary: Decimal
    serious: Decimal
    average: Fraction
    exact_mark: Fraction

    @property
    def mark(self) -> Decimal:
        """Out of 100 as shown, serious charges apart: a room with two findings at 5 has 90."""
        return cents(self.exact_mark)


@dataclass(frozen=True, slots=True)
class CategoryScore:
    """A category's points, and the figures to tell them with.

    `points` is what is shown and added up. It is `ordinary` (weighted, capped, exact) and `serious`
    together, rounded once. `charged` is the plain sum of ordinary points, before averages and
    weight; `uncapped` is `ordinary` without the weekly cap, and `capped` says that the cap bit.
    All points are signed.
    """

    category: Category
    rule: CategoryRule
    points: Decimal
    charged: Decimal
    uncapped: Fraction
    ordinary: Fraction
    serious: Decimal
    checks: int
    findings: int
    serious_findings: int
    tallies: tuple[Tally, ...]

    @property
    def capped(self) -> bool:
        return self.ordinary != self.uncapped

    @property
    def targets(self) -> tuple[TargetScore, ...]:
        """The targets checked, by name; each mark moves by the category's weight a point."""
        weight = Fraction(self.rule.weight)
        return tuple(_target_score(tally, weight) for tally in self.tallies if tally.visits)

    @property
    def exact_mark(self) -> Fraction | None:
        """The average of the targets' marks; None for a sum, and where nothing was checked."""
        if self.rule.aggregation == "sum" or not any(tally.visits for tally in self.tallies):
            return None
        return FULL_MARK + self.uncapped

    @property
    def mark(self) -> Decimal | None:
        """The average mark as shown."""
        exact = self.exact_mark
        return None if exact is None else cents(exact)


@dataclass(frozen=True, slots=True)
class Score:
    """One class's week: all figures as shown, with two decimals, adding up.

    `check_score` is `base` and the categories' points; `score` is that and `bonus`, which is
    `bonus_lines` cut at the policy's cap. `categories` holds all of them, in the order shown.
    """

    klass: str
    base: Decimal
    categories: Mapping[Category, CategoryScore]
    check_score: Decimal
    bonus_lines: Decimal
    bonus: Decimal
    score: Decimal
    checks: int
    findings: int
    serious_findings: int


def cents(points: Decimal | Fraction) -> Decimal:
    """Points with two decimals, ties away from zero: the only rounding there is. Never -0.00."""
    exact = Fraction(points)
    hundredths = (200 * abs(exact.numerator) + exact.denominator) // (2 * exact.denominator)
    return Decimal(-hundredths if exact < 0 else hundredths).scaleb(-2)


def fold(klass: str, tallies: Iterable[Tally], bonus_lines: Decimal, policy: Policy) -> Score:
    """Score one class's week from its tallies and the sum of its bonus lines.

    Several tallies of one target are added up first, so checks and lines may be counted apart.
    Raises ValueError for another class's tally or an unknown category.
    """
    sorted_out = _by_category(klass, tallies)
    categories = {
        category: _category_score(category, policy.categories[category], sorted_out[category]) for category in Category
    }
    check_score = policy.base + sum(part.points for part in categories.values())
    bonus = bonus_lines if policy.bonus_cap is None else min(bonus_lines, policy.bonus_cap)
    return Score(
        klass=klass,
        base=cents(policy.base),
        categories=categories,
        check_score=cents(check_score),
        bonus_lines=cents(bonus_lines),
        bonus=cents(bonus),
        score=cents(check_score + bonus),
        checks=sum(part.checks for part in categories.values()),
        findings=sum(part.findings for part in categories.values()),
        serious_findings=sum(part.serious_findings for part in categories.values()),
    )


def fold_week(
    classes: Iterable[str],
    tallies: Iterable[Tally],
    bonus_lines: Mapping[str, Decimal],
    policy: Policy,
) -> dict[str, Score]:
    """Score every class named, by code; tallies and bonuses of others are left aside."""
    own: dict[str, list[Tally]] = {klass: [] for klass in classes}
    for tally in tallies:
        if tally.klass in own:
            own[tally.klass].append(tally)
    return {klass: fold(klass, mine, bonus_lines.get(klass, ZERO), policy) for klass, mine in own.items()}


def _by_category(klass: str, tallies: Iterable[Tally]) -> dict[str, dict[str, Tally]]:
    """The tallies by category and target, one for each."""
    found: dict[str, dict[str, Tally]] = {category: {} for category in Category}
    for tally in tallies:
        if tally.klass != klass:
            raise ValueError(f"a tally of class {tally.klass} is not one of class {klass}")
        if tally.category not in found:
            raise ValueError(f"a tally of class {klass} has the unknown category {tally.category}")
        targets = found[tally.category]
        before = targets.get(tally.target)
        targets[tally.target] = tally if before is None else _added(before, tally)
    return found


def _added(one: Tally, other: Tally) -> Tally:
    return Tally(
        klass=one.klass,
        category=one.category,
        target=one.target,
        checks=one.checks + other.checks,
        ordinary=one.ordinary + other.ordinary,
        serious=one.serious + other.serious,
        findings=one.findings + other.findings,
        serious_findings=one.serious_findings + other.serious_findings,
    )


def _category_score(category: Category, rule: CategoryRule, by_target: Mapping[str, Tally]) -> CategoryScore:
    tallies = tuple(by_target[target] for target in sorted(by_target))
    charged = sum((tally.ordinary for tally in tallies), ZERO)
    serious = sum((tally.serious for tally in tallies), ZERO)
    aggregate = _mean(tallies) if rule.aggregation == "mean" else Fraction(charged)
    uncapped = Fraction(rule.weight) * aggregate
    ordinary = uncapped
    if rule.weekly_cap is not None:
        ordinary = max(uncapped, -Fraction(rule.weekly_cap))
    return CategoryScore(
        category=category,
        rule=rule,
        points=cents(ordinary + Fraction(serious)),
        charged=charged,
        uncapped=uncapped,
        ordinary=ordinary,
        serious=serious,
        checks=sum(tally.checks for tally in tallies),
        findings=sum(tally.findings for tally in tallies),
        serious_findings=sum(tally.serious_findings for tally in tallies),
        tallies=tallies,
    )


def _mean(tallies: Iterable[Tally]) -> Fraction:
    """The average over targets of each one's average over its visits; 0 without any.

    Targets visited equally often share a divisor, which spares a fraction for each of them.
    """
    charged: dict[int, Decimal] = {}
    targets = 0
    for tally in tallies:
        if visits := tally.visits:
            charged[visits] = charged.get(visits, ZERO) + tally.ordinary
            targets += 1
    if not targets:
        return Fraction(0)
    return sum((Fraction(points) / visits for visits, points in charged.items()), Fraction(0)) / targets


def _target_score(tally: Tally, weight: Fraction) -> TargetScore:
    average = Fraction(tally.ordinary) / tally.visits
    return TargetScore(
        target=tally.target,
        checks=tally.checks,
        findings=tally.findings,
        ordinary=tally.ordinary,
        serious=tally.serious,
        average=average,
        exact_mark=FULL_MARK + weight * average,
    )
