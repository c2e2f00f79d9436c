"""What recording needs to know: places, who answers for them, standards, and what was recorded already. Read-only."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from django.db.models import Prefetch, Q, QuerySet

from campus.models import Exemption, User, Week
from dormitories.models import Residency, Room
from inspections.drafts import one_line
from inspections.models import Area, Concern, Finding, Inspection, Kind, Occasion, Outcome, Responsibility, Standard

# The defect of a dorm room that was found locked before in the same week (§5.1)
LOCKED_AGAIN = "locked-again"

Target = Room | Area

FINDINGS = Prefetch("findings", Finding.objects.select_related("defect__item", "school_class").order_by("position"))


# One target


def as_target(target: Target) -> dict[str, Any]:
    """The target as the fields of an inspection."""
    return {"room" if isinstance(target, Room) else "area": target}


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


def answering(model: type[Residency] | type[Responsibility], day: date) -> QuerySet[Any]:
    """The relations that stand on `day`, of classes that had not left the school; by the class's code."""
    present = Q(school_class__left_on__isnull=True) | Q(school_class__left_on__gte=day)
    standing = model.objects.standing(day).filter(present)
    return cast("QuerySet[Any]", standing.select_related("school_class").order_by("school_class__code"))


def concerns_on(target: Target, day: date) -> list[Concern]:
    """The classes that a check of `target` on `day` concerns, with their exemptions; not yet of any inspection."""
    model = Residency if isinstance(target, Room) else Responsibility
    classes = [relation.school_class for relation in answering(model, day).filter(**as_target(target))]
    away = Exemption.objects.standing(day).filter(school_class__in=classes).values_list("school_class_id", "pk")
    exempted_by = dict(away)
    return [Concern(school_class=c, exemption_id=exempted_by.get(c.pk)) for c in classes]


def locked_visits(target: Target, week: Week) -> QuerySet[Inspection]:
    """The visits of `week` that found `target` locked, those corrected since left out.

    One that the review sent back or set aside is among them until it is corrected: the review is not known here.
    """
    visits = Inspection.objects.filter(**as_target(target), week=week, outcome=Outcome.LOCKED, replacement__isnull=True)
    return visits.order_by("performed_at")


# Standards


def standards_in_force(day: date) -> QuerySet[Standard]:
    """The versions in force on `day`, one a kind, with items and defects."""
    return cast("QuerySet[Standard]", Standard.objects.in_force(day).prefetch_related("items__defects"))


def versions_of(standard: Standard) -> QuerySet[Standard]:
    """The published versions of its kind, newest first."""
    return cast("QuerySet[Standard]", Standard.objects.published().filter(kind=standard.kind).order_by("-version"))


# Checks


def recorded_by(user: User, day: date) -> QuerySet[Inspection]:
    """The checks that `user` made on `day`, newest first, as a list shows them."""
    return (
        Inspection.objects.filter(inspector=user, performed_on=day)
        .select_related("room", "area", "replacement")
        .prefetch_related(FINDINGS)
        .order_by("-performed_at", "-received_at")
    )
