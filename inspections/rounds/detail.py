"""One round as its page shows it: people, whose turn it would be, and the route with what was found. Read-only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from campus.models import SchoolClass
from campus.selectors import today
from inspections.models import Inspection, Round
from inspections.rounds.attendance import Attendance, attendance_of
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
    now = timezone.now()
    walkers = one.walkers.with_first_check().select_related("user__home_class", "round", "stands_in_for__user")
    people = [attendance_of(walker, now) for walker in walkers.select_related("substitute__user").order_by("pk")]
    walking = [person.walker.user for person in people if not person.walker.excused_at]
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
