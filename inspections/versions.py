"""The published versions of the standard, kept in memory by each process: they never change (`config.guards`)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from inspections.models import Defect, Standard, most_own_points

_kept: dict[int, Version] = {}


@dataclass(frozen=True, slots=True)
class Version:
    """A version as checks are read by it; `defects` by their codes."""

    standard: Standard
    defects: Mapping[str, Defect]
    most_own_points: Decimal


def published_versions(wanted: Collection[int]) -> dict[int, Version]:
    """Those of the `wanted` ids that are published versions. Two queries at most, none for what was asked before."""
    missing = {pk for pk in wanted if pk not in _kept and 0 < pk < 1 << 63}
    if missing:
        for standard in Standard.objects.published().filter(pk__in=missing).prefetch_related("defects"):
            defects = {defect.code: defect for defect in standard.defects.all()}
            _kept[standard.pk] = Version(standard, defects, most_own_points(defects.values()))
    return {pk: _kept[pk] for pk in wanted if pk in _kept}


def forget_versions() -> None:
    """For tests, whose rows are rolled back and their ids given out again."""
    _kept.clear()
