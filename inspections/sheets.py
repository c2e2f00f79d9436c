"""The sheet of one target: what can be found there, and what is known of it already. Read-only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.utils import timezone

from campus.models import Role, User
from inspections.models import Defect, Inspection, Item, Kind, Occasion, Outcome, Standard
from inspections.places import Place, Slot, places_of
from inspections.selectors import (
    FINDINGS,
    LOCKED_AGAIN,
    SAME_VISIT,
    Target,
    as_target,
    instead_of,
    kind_wanted,
    locked_visits,
    standards_in_force,
    versions_of,
)

Items = tuple[tuple[Item, tuple[Defect, ...]], ...]

# Who reads inspectors' names (§6.3)
NAME_READERS = (Role.REVIEWER, Role.ADVISOR, Role.ADMINISTRATOR)


@dataclass(frozen=True, slots=True)
class Instead:
    """An outcome other than clean and defects, and what it costs."""

    outcome: Outcome
    points: Decimal


@dataclass(frozen=True, slots=True)
class Sheet:
    """One target in one slot. `standard` is None where no version is in force.

    `corrects` is one's own record that a new one would be instead of; `locked` the first visit of the week that found
    the room locked, where 再次锁门 is offered.
    """

    place: Place
    slot: Slot
    kind: Kind
    standard: Standard | None
    items: Items
    corrects: Inspection | None
    locked: Inspection | None
    names_shown: bool

    @property
    def most_own_points(self) -> Decimal:
        return self.standard.most_own_points if self.standard else Decimal(0)

    @property
    def instead(self) -> list[Instead]:
        assert self.standard is not None
        costs = {Outcome.LOCKED: self.standard.locked_points, Outcome.REFUSED: self.standard.refused_points}
        return [Instead(outcome, costs.get(outcome, Decimal(0))) for outcome in instead_of(self.kind)]

    @property
    def newest(self) -> Inspection | None:
        """One's own newest record of what the sheet is about: a page drawn before it does not know of it."""
        return self.corrects or self.place.mine

    @property
    def asks_class(self) -> bool:
        return len(self.place.classes) > 1


def gives_way(check: Inspection, moment: datetime) -> bool:
    """Whether what its inspector records of the slot at `moment` is instead of it.

    A slot has room for one check (§5.2.3). A spot check, or a visit that is no check, gives way to what is recorded
    while one is still there.
    """
    alone = check.counts and check.occasion != Occasion.SPOT
    return alone or moment - check.performed_at < SAME_VISIT


def record_of(user: User, target: Target, pk: UUID | None) -> Inspection | None:
    """The record of `target` that `user` made under this id; where he has corrected it since, the newest one."""
    own = Inspection.objects.filter(inspector=user, **as_target(target))
    record = own.select_related("standard", "replacement").prefetch_related(FINDINGS).filter(pk=pk).first()
    if record is not None and hasattr(record, "replacement"):
        return record_of(user, target, record.replacement.pk)
    return record


def sheet_for(
    *, target: Target, slot: Slot, user: User, standard: int | None = None, earlier: Inspection | None = None
) -> Sheet:
    """The sheet that `user` fills in, to correct `earlier` where that is given.

    It is read by the version `standard` where that fits the place, else by that of what it corrects, else by the one in
    force.
    """
    (place,) = places_of([target], user, slot)
    corrects = earlier or _corrected(place)
    moment = corrects.performed_at if corrects else timezone.now()
    kind = kind_wanted(target, slot.occasion)
    version = _version(kind, slot, standard or (corrects.standard_id if corrects else None))
    locked = locked_visits(target, slot.when.week, moment).first() if kind is Kind.DORM else None
    return Sheet(place, slot, kind, version, _items(version, locked), corrects, locked, user.holds(*NAME_READERS))


def _corrected(place: Place) -> Inspection | None:
    mine = place.mine
    return mine if mine is not None and gives_way(mine, timezone.now()) else None


def _version(kind: Kind, slot: Slot, number: int | None) -> Standard | None:
    in_force = standards_in_force(slot.day).filter(kind=kind).first()
    if number is None or in_force is None or number == in_force.pk:
        return in_force
    # The page was open while a newer version came into force: it is read as it was filled in
    older = versions_of(in_force).filter(effective_from__lte=slot.day).prefetch_related("items__defects")
    return older.filter(pk=number).first() or in_force


def _items(standard: Standard | None, locked: Inspection | None) -> Items:
    """Items with the defects that can be chosen: 再次锁门, where it is offered (§5.1), comes first."""
    if standard is None:
        return ()
    offered = (
        (item, tuple(defect for defect in item.defects.all() if locked or defect.code != LOCKED_AGAIN))
        for item in standard.items.all()
    )
    items = [(item, defects) for item, defects in offered if defects]
    return tuple(sorted(items, key=lambda item: all(defect.code != LOCKED_AGAIN for defect in item[1])))
