"""One round as its page shows it: people, whose turn it would be, and the route with what was found. Read-only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from campus.models import SchoolClass
from campus.selectors import today
from inspections.models import Inspection, Round
from inspections.rounds.attendance import Attendance, attendance_on
from inspections.rounds.people import Chance, chances, ground_of, own_to_all
from inspections.rounds.selectors import checks_on
from inspections.selectors import FINDINGS, Target


@dataclass(frozen=True, slots=True)
class OnRoute:
    """A place of the route, the classes that answer for it, and the newest check of it in the round's slot."""

    target: Target
    classes: Sequence[SchoolClass]
    check: Inspection | None


@dataclass(frozen=True, slots=True)
class Detail:
    """`warning` says which places nobody on it may check."""

    round: Round
    people: Sequence[Attendance]
    route: Sequence[OnRoute]
    chances: Sequence[Chance]
    warning: str

    @property
    def wanting(self) -> int:
        """How many people it has too few, while that can be mended."""
        ended = self.round.called_off_at or self.round.date < today()
        return 0 if ended else self.round.wanting

    @property
    def done(self) -> int:
        return sum(place.check is not None for place in self.route)


def detail_of(one: Round) -> Detail:
    people = attendance_on(one)
    walking = [p.walker.user for p in people if p.walker.user.is_active and not p.walker.excused_at]
    there = {person.walker.user for person in people}
    ground = ground_of(one)
    checks = checks_on(one).filter(replacement__isnull=True).select_related("room", "area", "inspector", "standard")
    newest = {
        check.target: check for check in checks.prefetch_related(FINDINGS).order_by("performed_at", "received_at")
    }
    left = ground.left_over(walking) if walking else []
    return Detail(
        one,
        people,
        [OnRoute(target, classes, newest.get(target)) for target, classes in ground.places],
        [chance for chance in chances(ground, one.date, one.shift) if chance.user not in there],
        own_to_all(left) if left else "",
    )
