"""Which places a round goes to, and in which order. Read-only."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Exists, OuterRef, QuerySet

from campus.models import Exemption
from dormitories.models import Residency, Room
from inspections.models import Area, Kind, Responsibility, RoundTemplate
from inspections.selectors import Target, answering


def route_of(template: RoundTemplate, day: date) -> list[Target]:
    """The template's places that a class answers for on `day`, as they are walked; not where all of these are away."""
    return in_walking_order(_rooms(template, day) if template.building_id else _areas(template, day))


def kind_of(template: RoundTemplate) -> Kind:
    return Kind.DORM if template.building_id else Kind(template.area_kind)


def in_walking_order(targets: Iterable[Target]) -> list[Target]:
    """Areas by kind and name; then building by building from the top floor down, rooms by number."""
    return sorted(targets, key=_step)


def _step(target: Target) -> tuple[int, str, int, int, str]:
    if isinstance(target, Area):
        return 0, target.kind, 0, 0, target.code
    return 1, target.building.code, -target.floor, len(target.number), target.number


def _rooms(template: RoundTemplate, day: date) -> QuerySet[Room]:
    lived_in = _present(Residency, day).filter(room=OuterRef("pk"))
    rooms = Room.objects.filter(Exists(lived_in), building=template.building_id).select_related("building")
    if template.lowest_floor is not None:
        rooms = rooms.filter(floor__gte=template.lowest_floor)
    if template.highest_floor is not None:
        rooms = rooms.filter(floor__lte=template.highest_floor)
    return rooms


def _areas(template: RoundTemplate, day: date) -> QuerySet[Area]:
    answered_for = _present(Responsibility, day).filter(area=OuterRef("pk"))
    return Area.objects.filter(Exists(answered_for), kind=template.area_kind).select_related("building")


def _present(model: type[Residency] | type[Responsibility], day: date) -> QuerySet[Residency | Responsibility]:
    away = Exemption.objects.standing(day).filter(school_class=OuterRef("school_class"))
    return answering(model, day).filter(~Exists(away))
