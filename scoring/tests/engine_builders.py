"""Short words for the engine's tests: `found("1", serious=True)`, `checked("room:5413", "0852")`."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from scoring.engine import DEFAULT_POLICY, CategoryRule, Check, Finding, Policy, Score, Tally, fold

D = Decimal
KLASS = "1135"


def policy(**changes: Any) -> Policy:
    """The default policy, with changes."""
    return replace(DEFAULT_POLICY, **changes)


def with_rule(category: str, aggregation: str, weight: str, weekly_cap: str | None = None) -> Policy:
    """The default policy, with another rule for one category."""
    rule = CategoryRule(aggregation, D(weight), None if weekly_cap is None else D(weekly_cap))
    return policy(categories={**DEFAULT_POLICY.categories, category: rule})


def found(points: str, name: str = "f", **marks: Any) -> Finding:
    """A finding of so many points; marks are klass, serious and corrected."""
    return Finding(id=name, points=D(points), **marks)


def checked(
    target: str,
    *classes: str,
    findings: Iterable[Finding] = (),
    category: str = "dorm",
    occasion: str = "routine",
    name: str = "c",
    counts: bool = True,
) -> Check:
    """A verified check: clean without findings."""
    findings = tuple(findings)
    return Check(
        id=name,
        category=category,
        target=target,
        classes=classes,
        occasion=occasion,
        outcome="defects" if findings else "clean",
        findings=findings,
        counts=counts,
    )


def tallied(category: str, target: str, checks: int, ordinary: str = "0", serious: str = "0", **counts: int) -> Tally:
    """One class's week at one target."""
    return Tally(KLASS, category, target, checks, D(ordinary), D(serious), **counts)


def week(*tallies: Tally, bonus: str = "0", under: Policy = DEFAULT_POLICY) -> Score:
    """The score of the class whose tallies these are."""
    return fold(KLASS, tallies, D(bonus), under)
