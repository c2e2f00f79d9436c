"""A whole week from its raw facts, as `export_week` tells them: charge, tally, fold, rank.

What the ledger holds says how a week stands; this says how it would stand under any policy.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .charging import Charge, charge
from .facts import Category, Check, Policy
from .folding import ZERO, Score, Tally, fold_week
from .ranking import ClassFacts, GroupRanking, contestant, rank


@dataclass(frozen=True, slots=True)
class BonusLine:
    """Points given to one class, negative where a bonus was undone."""

    klass: str
    points: Decimal


@dataclass(frozen=True, slots=True)
class Reversal:
    """Points given back to one class, positive as the ledger posts them.

    `reverses` names the finding whose line is taken back, in full or in part. A correction of a
    closed week (category `correction`) names none, and may have either sign.
    """

    klass: str
    category: str
    points: Decimal
    reverses: str | None = None
    full: bool = False


@dataclass(frozen=True, slots=True)
class WeekFacts:
    """The raw facts of a week: nothing in them is computed. Its days are those in the term, both ends included."""

    starts_on: date
    ends_on: date
    classes: tuple[ClassFacts, ...]
    checks: tuple[Check, ...]
    bonuses: tuple[BonusLine, ...] = ()
    reversals: tuple[Reversal, ...] = ()


def reckon(facts: WeekFacts, policy: Policy) -> tuple[GroupRanking, ...]:
    """The rankings of a week under a policy. Raises ValueError as `tally` does."""
    scores = reckon_scores(facts, policy)
    return rank(
        (contestant(one, scores[one.code], policy, facts.starts_on, facts.ends_on) for one in facts.classes),
        policy,
    )


def reckon_scores(facts: WeekFacts, policy: Policy) -> dict[str, Score]:
    """The score of every class listed, by code. Raises ValueError as `tally` does."""
    bonuses: dict[str, Decimal] = {}
    for line in facts.bonuses:
        bonuses[line.klass] = bonuses.get(line.klass, ZERO) + line.points
    tallies = tally(facts.checks, facts.reversals, policy)
    return fold_week((one.code for one in facts.classes), tallies, bonuses, policy)


def tally(checks: Iterable[Check], reversals: Iterable[Reversal], policy: Policy) -> list[Tally]:
    """Charge the checks, take back what was reversed, one tally a check, a line and a correction.

    A reversal in full takes back whatever its line costs under this policy, and its finding no
    longer counts; one in part takes back its points, at most what the line costs.
    Raises ValueError for a reversal that names no line charged, or another category than its line's.
    """
    corrections, taken_back = _sorted_out(reversals)
    tallies = [Tally(r.klass, r.category, "", ordinary=r.points) for r in corrections]
    for check in checks:
        tallies += _visits(check)
        for line in charge(check, policy):
            undone = taken_back.pop((line.finding_id, line.klass), [])
            tallies.append(_line(check, line, undone))
    for finding_id, klass in taken_back:
        raise ValueError(f"a reversal names finding {finding_id}, not charged to class {klass}")
    return tallies


def _sorted_out(
    reversals: Iterable[Reversal],
) -> tuple[list[Reversal], dict[tuple[str, str], list[Reversal]]]:
    """Corrections, and the reversals of each line: a finding and a class."""
    corrections: list[Reversal] = []
    by_line: dict[tuple[str, str], list[Reversal]] = {}
    for reversal in reversals:
        if reversal.category == Category.CORRECTION:
            corrections.append(reversal)
        elif reversal.reverses is None:
            raise ValueError(f"a reversal for class {reversal.klass} names no finding")
        else:
            by_line.setdefault((reversal.reverses, reversal.klass), []).append(reversal)
    return corrections, by_line


def _visits(check: Check) -> Iterator[Tally]:
    for klass in check.classes:
        yield Tally(klass, check.category, check.target, checks=int(check.counts))


def _line(check: Check, line: Charge, undone: Iterable[Reversal]) -> Tally:
    stands, full = line.points, False
    for reversal in undone:
        if reversal.category != check.category:
            raise ValueError(
                f"a reversal of finding {line.finding_id} is in category {reversal.category},"
                f" its line in {check.category}"
            )
        full = full or reversal.full
        stands = max(stands - reversal.points, ZERO)
    points, findings = (ZERO, 0) if full else (-stands, 1)
    if line.serious:
        return Tally(
            line.klass,
            check.category,
            check.target,
            serious=points,
            findings=findings,
            serious_findings=findings,
        )
    return Tally(line.klass, check.category, check.target, ordinary=points, findings=findings)
