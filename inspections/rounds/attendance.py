"""Who came to a round and when: the first check that a person made on it, against its beginning. Read-only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campus.models import User
from inspections.models import Walker
from inspections.rounds.clock import shift_ends


class Presence(models.TextChoices):
    ON_TIME = "on_time", _("On time")
    LATE = "late", _("Late")
    ABSENT = "absent", _("Absent")
    EXCUSED = "excused", _("On leave")
    AWAITED = "awaited", _("Awaited")


@dataclass(frozen=True, slots=True)
class Attendance:
    """One person on one round. `late_by` are whole minutes after the round's, or the substitute's own, beginning."""

    walker: Walker
    presence: Presence
    first: datetime | None = None
    late_by: int = 0


def attendance_of(walker: Walker, now: datetime) -> Attendance:
    """`walker` comes from `with_first_check`, with its round."""
    if walker.excused_at:
        return Attendance(walker, Presence.EXCUSED)
    # Who was put on a round that had begun is awaited from then on
    expected = max(walker.round.begins, walker.since)
    if walker.first is None:
        over = now >= shift_ends(walker.round.date, walker.round.shift)
        return Attendance(walker, Presence.ABSENT if over else Presence.AWAITED)
    if walker.first <= expected + timedelta(minutes=settings.ROUND_GRACE):
        return Attendance(walker, Presence.ON_TIME, walker.first)
    return Attendance(walker, Presence.LATE, walker.first, (walker.first - expected) // timedelta(minutes=1))


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
    """Everybody on a round from `first` to `last`; who was absent or late most often comes first. One query."""
    now = timezone.now()
    walkers = Walker.objects.filter(round__called_off_at=None, round__date__range=(first, last)).with_first_check()
    walkers = walkers.select_related("user__home_class", "round", "stands_in_for__user", "substitute__user")
    records = []
    for _user, found in groupby(walkers.order_by("user__number", "round__date", "round__starts_at"), _person):
        rounds = [attendance_of(walker, now) for walker in found]
        records.append(Record(rounds[0].walker.user, rounds))
    return sorted(records, key=lambda record: (-record.count(Presence.ABSENT), -record.count(Presence.LATE)))


def _person(walker: Walker) -> int:
    return walker.user_id
