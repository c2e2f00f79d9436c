"""Which places a round goes to, and in which order. Read-only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date

from campus.models import Exemption
from campus.querysets import standing_during
from dormitories.models import Residency
from inspections.models import Area, Kind, Responsibility, RoundTemplate
from inspections.selectors import Target


class Routes:
    """The routes of some templates on some days; three queries, however many of both."""

    def __init__(self, templates: Collection[RoundTemplate], days: Collection[date]) -> None:
        first, last = min(days), max(days)
        buildings = {template.building_id for template in templates if template.building_id}
        kinds = {template.area_kind for template in templates if template.area_kind}
        then = standing_during(first, last)
        lives = Residency.objects.filter(then, room__building__in=buildings)
        answers = Responsibility.objects.filter(then, area__kind__in=kinds)
        # By building, or by kind of area
        self._relations: defaultdict[int | str | None, list[Residency | Responsibility]] = defaultdict(list)
        for life in lives.select_related("room__building", "school_class"):
            self._relations[life.room.building_id].append(life)
        for answer in answers.select_related("area__building", "school_class"):
            self._relations[answer.area.kind].append(answer)
        away = Exemption.objects.filter(starts_on__lte=last, ends_on__gte=first)
        self._away = {
            (school_class, day)
            for school_class, starts, ends in away.values_list("school_class", "starts_on", "ends_on")
            for day in days
            if starts <= day <= ends
        }

    def of(self, template: RoundTemplate, day: date) -> list[Target]:
        """The places that a class answers for on `day`, as they are walked; not where all of these are away."""
        relations = self._relations[template.building_id or template.area_kind]
        there = dict.fromkeys(_place(relation) for relation in relations if self._stands(relation, day))
        return in_walking_order(target for target in there if _goes_to(template, target))

    def _stands(self, relation: Residency | Responsibility, day: date) -> bool:
        left = relation.school_class.left_on
        return (
            relation.starts_on <= day
            and (relation.ends_on is None or day <= relation.ends_on)
            and (left is None or day <= left)
            and (relation.school_class_id, day) not in self._away
        )


def _place(relation: Residency | Responsibility) -> Target:
    return relation.room if isinstance(relation, Residency) else relation.area


def _goes_to(template: RoundTemplate, target: Target) -> bool:
    if isinstance(target, Area):
        return target.kind == template.area_kind
    lowest, highest = template.lowest_floor, template.highest_floor
    return (
        target.building_id == template.building_id
        and (lowest is None or lowest <= target.floor)
        and (highest is None or target.floor <= highest)
    )


def kind_of(template: RoundTemplate) -> Kind:
    return Kind.DORM if template.building_id else Kind(template.area_kind)


def in_walking_order(targets: Iterable[Target]) -> list[Target]:
    """Areas by kind and name; then building by building from the top floor down, rooms by number."""
    return sorted(targets, key=_step)


def _step(target: Target) -> tuple[int, str, int, int, str]:
    if isinstance(target, Area):
        return 0, target.kind, 0, 0, target.code
    return 1, target.building.code, -target.floor, len(target.number), target.number
