"""One check with all that a decision on it needs."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from campus.models import User
from inspections.models import Inspection
from scoring.facts import slot_of
from scoring.models import Return
from scoring.photos import photos_of_findings
from scoring.reviewing.rows import STANDING, Mark, Row, marked, rows, with_parts


@dataclass(frozen=True)
class Detail:
    """One check; `twins` are the others of its place and shift that stand, a passed one also where it was corrected."""

    row: Row
    twins: list[Row]

    @property
    def inspection(self) -> Inspection:
        return self.row.inspection

    @property
    def decision(self) -> Any:
        """The verification, return or setting aside; None while it waits."""
        decisions = (getattr(self.inspection, name, None) for name in ("verification", "sent_back", "set_aside"))
        return next(filter(None, decisions), None)

    @property
    def replacement(self) -> Inspection | None:
        return getattr(self.inspection, "replacement", None)

    @property
    def answers(self) -> Return | None:
        """What this record answers, where it or one that it corrects replaces one that was sent back."""
        replaced = self.inspection.replaces
        while replaced is not None and not hasattr(replaced, "sent_back"):
            replaced = replaced.replaces
        return replaced.sent_back if replaced else None

    @property
    def corrects_passed(self) -> bool:
        """Whether what it corrects has passed, and stands."""
        return Mark.CORRECTS in self.row.marks

    @property
    def rival_passed(self) -> bool:
        return self.corrects_passed or any(hasattr(twin.inspection, "verification") for twin in self.twins)

    @property
    def all(self) -> list[Row]:
        """It and its twins, as they were made."""
        return sorted([self.row, *self.twins], key=lambda row: row.inspection.performed_at)

    @property
    def waits(self) -> bool:
        return self.decision is None and self.replacement is None

    @property
    def passable(self) -> bool:
        return self.waits and self.row.hindrance is None and not self.rival_passed

    @property
    def by_class(self) -> list[tuple[str, Decimal]]:
        """What each class would be charged, where there are several."""
        return list(self.row.price.classes.items()) if self.row.mixed else []

    @property
    def uncharged(self) -> bool:
        """Whether no class is charged before the open findings are named."""
        return self.row.open > 0 and not any(self.row.price.classes.values())


def detail_of(checks: QuerySet[Inspection], pk: UUID, user: User) -> Detail:
    """One of `checks`. Raises `Inspection.DoesNotExist`."""
    decided = ("verification__by", "sent_back__by", "set_aside__by", "set_aside__in_favour_of__inspection")
    full = with_parts(checks).select_related(*decided, "replacement", "replaces__sent_back")
    full = full.prefetch_related(photos_of_findings(user))
    inspection = marked(full, user).get(pk=pk)
    twins: QuerySet[Inspection] = Inspection.objects.none()
    if slot_of(inspection) is not None:
        others = Inspection.objects.visible_to(user).of_same_slot(inspection).counting().filter(STANDING).exclude(pk=pk)
        twins = with_parts(others).prefetch_related(photos_of_findings(user))
    row, *beside = rows([inspection, *twins.order_by("performed_at", "pk")], user)
    return Detail(row, beside)
