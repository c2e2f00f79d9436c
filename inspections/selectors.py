"""What recording needs to know: places, who answers for them, standards, and what was recorded already. Read-only."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from campus.models import Week
from dormitories.models import Residency, Room
from inspections.drafts import one_line
from inspections.models import (
    Area,
    Finding,
    Inspection,
    Kind,
    Occasion,
    Outcome,
    Photo,
    Responsibility,
    Standard,
    Stop,
)

# The defect of a dorm room that was found locked before in the same week (§5.1)
LOCKED_AGAIN = "locked-again"

# Within this time one is still there: what the same person records again is no second visit
SAME_VISIT = timedelta(minutes=10)

Target = Room | Area
Place = tuple[str, int]  # a target by its type, `room` or `area`, and its key

# What can stand in the way of a check, by the kind of place (in a classroom nobody need be in)
WITHOUT_A_DOOR = (Outcome.REFUSED, Outcome.SKIPPED)
INSTEAD: dict[Kind, tuple[Outcome, ...]] = {
    Kind.DORM: (Outcome.LOCKED, Outcome.NOBODY, Outcome.REFUSED, Outcome.SKIPPED),
    Kind.DUTY: WITHOUT_A_DOOR,
    Kind.EVENT: WITHOUT_A_DOOR,
}
INSTEAD_ELSEWHERE = (Outcome.LOCKED, Outcome.REFUSED, Outcome.SKIPPED)

FINDINGS = Prefetch("findings", Finding.objects.select_related("defect__item", "school_class").order_by("position"))


# One target


def as_target(target: Target) -> dict[str, Any]:
    """The target as the fields of an inspection."""
    return {"room" if isinstance(target, Room) else "area": target}


def place_of(target: Target) -> Place:
    return "room" if isinstance(target, Room) else "area", target.pk


def place_in(row: Inspection | Stop) -> Place:
    """The place of the room or area that `row` names."""
    return ("room", row.room_id) if row.room_id else ("area", cast("int", row.area_id))


def find_target(target_type: str, code: str) -> Target | None:
    """The room or area of this code; `target_type` is `room` or `area`."""
    code = one_line(code)
    if target_type == "room":
        return Room.objects.filter(code=code).first()
    return Area.objects.filter(code=code).first() if target_type == "area" else None


def kind_wanted(target: Target, occasion: str) -> Kind:
    """The kind of standard that a check of `target` is made with."""
    if isinstance(target, Room):
        return Kind.DORM
    if target.kind == Area.AreaKind.CLASSROOM and occasion == Occasion.DEEP_CLEAN:
        return Kind.CLASSROOM_DEEP
    return Kind(target.kind)


def instead_of(kind: Kind) -> tuple[Outcome, ...]:
    """The outcomes other than clean and defects that a place of this kind can have."""
    return INSTEAD.get(kind, INSTEAD_ELSEWHERE)


def answering(model: type[Residency] | type[Responsibility], day: date) -> QuerySet[Any]:
    """The relations that stand on `day`, of classes that had not left the school; by the class's code."""
    present = Q(school_class__left_on__isnull=True) | Q(school_class__left_on__gte=day)
    standing = model.objects.standing(day).filter(present)
    return cast("QuerySet[Any]", standing.select_related("school_class").order_by("school_class__code"))


def locked_visits(target: Target, week: Week, moment: datetime) -> QuerySet[Inspection]:
    """The visits of `week` that found `target` locked, and that one at `moment` is no longer part of; the first first.

    Those corrected since are left out. One that the review sent back or set aside is among them until it is corrected:
    the review is not known here.
    """
    visits = Inspection.objects.filter(**as_target(target), week=week, outcome=Outcome.LOCKED, replacement__isnull=True)
    return visits.filter(performed_at__lte=moment - SAME_VISIT).order_by("performed_at")


# Standards


def standards_in_force(day: date) -> QuerySet[Standard]:
    """The versions in force on `day`, one a kind, with items and defects."""
    return cast("QuerySet[Standard]", Standard.objects.in_force(day).prefetch_related("items__defects"))


def versions_of(standard: Standard) -> QuerySet[Standard]:
    """The published versions of its kind, newest first."""
    return cast("QuerySet[Standard]", Standard.objects.published().filter(kind=standard.kind).order_by("-version"))


# Photos


def photos_held(photos: Collection[UUID]) -> set[UUID]:
    """Those of `photos` that have arrived."""
    if not photos:
        return set()
    return set(Photo.objects.filter(pk__in=photos).values_list("pk", flat=True))
