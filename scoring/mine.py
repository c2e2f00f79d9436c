"""What a person recorded, and what became of it. Read-only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from campus.models import User
from inspections.models import Inspection
from inspections.selectors import FINDINGS
from scoring.facts import unanswered


@dataclass(frozen=True, slots=True)
class Record:
    """One of a person's own checks; the review's word on it is read with it."""

    check: Inspection

    @property
    def type(self) -> str:
        """The kind of target, as the sheet's address says it."""
        return "room" if self.check.room_id else "area"

    @property
    def correctable(self) -> bool:
        """Whether a newer record may still take its place: it has none, and is neither passed nor set aside."""
        return not any(hasattr(self.check, name) for name in ("replacement", "verification", "set_aside"))


def recorded_by(user: User, day: date) -> list[Record]:
    """The checks that `user` made on `day`, newest first."""
    return _records(Inspection.objects.filter(performed_on=day), user)


def sent_back_to(user: User) -> list[Record]:
    """The checks that wait for the answer of `user`, of any day, newest first."""
    return _records(Inspection.objects.filter(unanswered()), user)


def count_sent_back(user: User) -> int:
    """How many checks wait for the answer of `user`."""
    return Inspection.objects.filter(unanswered(), inspector=user).count()


def returned_to(user: User) -> QuerySet[Inspection]:
    """The checks that wait for the answer of `user`, with all that he said, in the order they came back."""
    waiting = Inspection.objects.filter(unanswered(), inspector=user).select_related("room", "area", "sent_back")
    return waiting.prefetch_related(FINDINGS, "findings__photos").order_by("sent_back__at", "pk")


def _records(checks: QuerySet[Inspection], user: User) -> list[Record]:
    read = checks.filter(inspector=user).select_related(
        "room", "area", "replacement", "verification", "sent_back", "set_aside"
    )
    return [Record(check) for check in read.prefetch_related(FINDINGS).order_by("-performed_at", "-received_at")]
