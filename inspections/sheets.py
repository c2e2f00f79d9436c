"""The sheet of one target: what can be found there, and what is known of it already. Read-only."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from campus.models import Role, User
from inspections.models import Defect, Inspection, Item, Kind, Occasion, Outcome, Standard
from inspections.places import Place, Slot, places_of
from inspections.selectors import LOCKED_AGAIN, Target, kind_wanted, locked_visits, standards_in_force, versions_of

# What can stand in the way of a check, by the kind of place (in a classroom nobody need be in)
WITHOUT_A_DOOR = (Outcome.REFUSED, Outcome.SKIPPED)
INSTEAD: dict[Kind, tuple[Outcome, ...]] = {
    Kind.DORM: (Outcome.LOCKED, Outcome.NOBODY, Outcome.REFUSED, Outcome.SKIPPED),
    Kind.DUTY: WITHOUT_A_DOOR,
    Kind.EVENT: WITHOUT_A_DOOR,
}
INSTEAD_ELSEWHERE = (Outcome.LOCKED, Outcome.REFUSED, Outcome.SKIPPED)

# Who reads inspectors' names (§6.3)
NAME_READERS = (Role.REVIEWER, Role.ADVISOR, Role.ADMINISTRATOR)


@dataclass(frozen=True, slots=True)
class Instead:
    """An outcome other than clean and defects, and what it costs."""

    outcome: Outcome
    points: Decimal


@dataclass(frozen=True, slots=True)
class Sheet:
    """One target in one slot. `standard` is None where no version is in force."""

    place: Place
    slot: Slot
    kind: Kind
    standard: Standard | None
    items: tuple[tuple[Item, tuple[Defect, ...]], ...]
    locked: tuple[Inspection, ...]
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
    def corrects(self) -> Inspection | None:
        """One's own check of the same slot, where a new one would be instead of it."""
        mine = self.place.mine
        return mine if mine is not None and stands_alone(mine) else None

    @property
    def asks_class(self) -> bool:
        return len(self.place.classes) > 1


def instead_of(kind: Kind) -> tuple[Outcome, ...]:
    """The outcomes other than clean and defects that a place of this kind can have."""
    return INSTEAD.get(kind, INSTEAD_ELSEWHERE)


def stands_alone(check: Inspection) -> bool:
    """Whether its slot has room for this one only (§5.2.3), unlike a spot check, or a visit that is no check."""
    return check.counts and check.occasion != Occasion.SPOT


def sheet_for(*, target: Target, slot: Slot, user: User, standard: int | None = None) -> Sheet:
    """The sheet that `user` fills in, with the version `standard` where it fits the place, else the one in force."""
    (place,) = places_of([target], user, slot)
    kind = kind_wanted(target, slot.occasion)
    version = _version(kind, slot, standard)
    locked = tuple(locked_visits(target, slot.when.week)) if kind is Kind.DORM else ()
    return Sheet(place, slot, kind, version, _items(version, locked), locked, user.holds(*NAME_READERS))


def _version(kind: Kind, slot: Slot, number: int | None) -> Standard | None:
    in_force = standards_in_force(slot.day).filter(kind=kind).first()
    if number is None or in_force is None or number == in_force.pk:
        return in_force
    # The page was open while a newer version came into force: it is read as it was filled in
    older = versions_of(in_force).filter(effective_from__lte=slot.day).prefetch_related("items__defects")
    return older.filter(pk=number).first() or in_force


def _items(standard: Standard | None, locked: tuple[Inspection, ...]) -> tuple[tuple[Item, tuple[Defect, ...]], ...]:
    """Items with the defects that can be chosen: 再次锁门 only where the room was found locked this week (§5.1)."""
    if standard is None:
        return ()
    offered = (
        (item, tuple(defect for defect in item.defects.all() if locked or defect.code != LOCKED_AGAIN))
        for item in standard.items.all()
    )
    return tuple((item, defects) for item, defects in offered if defects)
