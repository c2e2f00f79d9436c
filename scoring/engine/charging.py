"""From a check to the lines it is charged: design §5.2.2."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from .facts import Check, Finding, Policy


@dataclass(frozen=True, slots=True)
class Charge:
    """What one finding costs one class: `worth` before the check's cap, `points` after it.

    Both are positive points, exact (six decimals at most); the ledger posts `points` negative, also
    where they are 0.
    """

    klass: str
    finding_id: str
    worth: Decimal
    points: Decimal
    serious: bool


def charge(check: Check, policy: Policy) -> tuple[Charge, ...]:
    """Charge a check's findings, class by class, each in the order recorded.

    A finding that names no class is charged to every class of the check, in full to each; one that
    names a class charges no other, and nobody where that class is not among the check's (exempt).
    A personal finding whose class nobody has named yet must be held back by the caller.
    Raises ValueError for an unknown occasion.
    """
    return tuple(line for klass in check.classes for line in _charges_of(klass, check, policy))


def worth(finding: Finding, occasion: str, policy: Policy) -> Decimal:
    """Points of a finding before any cap. A serious one costs its points, whatever the policy."""
    if finding.serious:
        return finding.points
    share = policy.corrected_share if finding.corrected else Decimal(1)
    return finding.points * policy.multiplier(occasion) * share


def _charges_of(klass: str, check: Check, policy: Policy) -> Iterator[Charge]:
    left = policy.check_cap
    for finding in check.findings:
        if finding.klass not in (None, klass):
            continue
        full = points = worth(finding, check.occasion, policy)
        if left is not None and not finding.serious:
            points = min(full, left)
            left -= points
        yield Charge(klass, finding.id, full, points, finding.serious)
