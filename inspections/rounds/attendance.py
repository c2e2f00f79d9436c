"""Who came to a round and when: the first check that a person made on it, against its beginning. Read-only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campus.models import User
from inspections.models import Inspection, Round, Stop, Walker
from inspections.rounds.clock import awaited_until, counts_from


class Presence(models.TextChoices):
    ON_TIME = "on_time", _("On time")
    LATE = "late", _("Late")
    ABSENT = "absent", _("Absent")
    UNRECORDED = "unrecorded", _("No own record")  # the partner has some: they shared a phone, it may be
    EXCUSED = "excused", _("On leave")
    AWAITED = "awaited", _("Awaited")


@dataclass(frozen=True, slots=True)
class Attendance:
    """One person on one round. `late_by` are whole minutes after the round's, or the substitute's own, beginning."""

    walker: Walker
    presence: Presence
    first: datetime | None = None
    late_by: int = 0


def attendances(walkers: Sequence[Walker], now: datetime) -> list[Attendance]:
    """How each of `walkers` came. They have their rounds with them, and beside them are all who walk these rounds, and
    all other rounds that these people walk in the same slot. Two queries.
    """
    firsts = first_checks(walkers)
    seen = {walker.round_id for walker in walkers if walker.pk in firsts}
    return [_attendance(walker, firsts.get(walker.pk), walker.round_id in seen, now) for walker in walkers]


def _attendance(walker: Walker, first: datetime | None, seen: bool, now: datetime) -> Attendance:
    if walker.excused_at:
        return Attendance(walker, Presence.EXCUSED)
    # Who was put on a round that had begun is awaited from then on
    expected = max(walker.round.begins, walker.since)
    if first is None:
        return Attendance(walker, _without_a_check(walker, expected, seen, now))
    if first <= expected + timedelta(minutes=settings.ROUND_GRACE):
        return Attendance(walker, Presence.ON_TIME, first)
    return Attendance(walker, Presence.LATE, first, (first - expected) // timedelta(minutes=1))


def _without_a_check(walker: Walker, expected: datetime, seen: bool, now: datetime) -> Presence:
    if walker.confirmed_at:
        return Presence.ON_TIME
    if now < awaited_until(walker.round.date, walker.round.shift, expected):
        return Presence.AWAITED
    return Presence.UNRECORDED if seen else Presence.ABSENT


Spot = tuple[int, int | None, int | None, date, str, str]  # whose, which room or area, and the slot


def first_checks(walkers: Sequence[Walker]) -> dict[int, datetime]:
    """When each first checked something on his round, also where that was corrected since; by the walker's id."""
    there = _by_spot(walkers)
    days = {walker.round.date for walker in walkers}
    checks = Inspection.objects.filter(inspector__in={walker.user_id for walker in walkers}, performed_on__in=days)
    named = ("inspector", "room", "area", "performed_on", "shift", "occasion", "performed_at")
    firsts: dict[int, datetime] = {}
    for who, room, area, day, shift, occasion, at in checks.order_by("performed_at").values_list(*named):
        meant = _meant(there.get((who, room, area, day, shift, occasion), ()), at)
        if meant is not None:
            firsts.setdefault(meant.pk, at)
    return firsts


def _by_spot(walkers: Sequence[Walker]) -> Mapping[Spot, Sequence[Walker]]:
    """Who walks where and when; of several rounds of one person to one place, the last one is behind."""
    stops: dict[int, list[tuple[int | None, int | None]]] = defaultdict(list)
    on_rounds = Stop.objects.filter(round__in={walker.round_id for walker in walkers}).order_by()
    for stop in on_rounds:
        stops[stop.round_id].append((stop.room_id, stop.area_id))
    found: dict[Spot, list[Walker]] = defaultdict(list)
    for walker in sorted(walkers, key=lambda walker: max(walker.round.begins, walker.round.made_at)):
        one = walker.round
        for room, area in stops[one.pk]:
            found[walker.user_id, room, area, one.date, one.shift, one.occasion].append(walker)
    return found


def _meant(walkers: Collection[Walker], at: datetime) -> Walker | None:
    """Of one person's rounds to one place, that which a check at `at` was made on: the last one begun by then."""
    meant: Walker | None = None
    for walker in walkers:
        since = counts_from(walker.round)
        if (since is None or since <= at) and (meant is None or _takes_over(meant.round, walker.round) <= at):
            meant = walker
    return meant


def _takes_over(earlier: Round, later: Round) -> datetime:
    """From when on checks are of the later round: its beginning, or at once where it was made since the other began."""
    return later.made_at if later.made_at >= earlier.begins else later.begins


@dataclass(frozen=True, slots=True)
class Record:
    """One person's rounds of some days, with what the counts are made of."""

    user: User
    rounds: Sequence[Attendance]

    def count(self, presence: Presence) -> int:
        return sum(one.presence is presence for one in self.rounds)

    @property
    def counts(self) -> list[tuple[Presence, int]]:
        """How often on time, late, absent and on leave."""
        return [(presence, self.count(presence)) for presence in Presence if presence is not Presence.AWAITED]


def attendance(first: date, last: date) -> list[Record]:
    """Everybody on a round from `first` to `last`; who was absent or late most often comes first. Three queries."""
    walkers = Walker.objects.filter(round__called_off_at=None, round__date__range=(first, last))
    walkers = walkers.select_related(*BESIDE).order_by("user__number", "round__date", "round__starts_at")
    found = [one for one in attendances(list(walkers), timezone.now()) if not _has_left(one)]
    records = [Record(rounds[0].walker.user, rounds) for rounds in _by_person(found)]
    return sorted(records, key=lambda record: (-record.count(Presence.ABSENT), -record.count(Presence.LATE)))


BESIDE = ("user__home_class", "round", "stands_in_for__user", "substitute__user", "confirmed_by")


def _by_person(found: Sequence[Attendance]) -> Iterator[list[Attendance]]:
    for _user, rounds in groupby(found, lambda one: one.walker.user_id):
        yield list(rounds)


def _has_left(one: Attendance) -> bool:
    """Whose account was closed is not absent from what comes after."""
    return one.first is None and not one.walker.user.is_active


def attendance_on(one: Round) -> list[Attendance]:
    """How everybody on that round came. Three queries."""
    slot = {"round__date": one.date, "round__shift": one.shift, "round__occasion": one.occasion}
    others = Q(round__called_off_at=None, user__in=one.walkers.values("user"), **slot)
    walkers = Walker.objects.filter(Q(round=one) | others).select_related(*BESIDE).order_by("pk")
    return [found for found in attendances(list(walkers), timezone.now()) if found.walker.round_id == one.pk]
