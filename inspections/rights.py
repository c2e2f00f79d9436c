"""Who may record a check (design §6.3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F

from campus.models import Role, User
from inspections.drafts import CheckDraft
from inspections.models import Stop
from inspections.rounds.clock import shift_ends
from inspections.selectors import Place, place_in

RECORDERS = (Role.INSPECTOR, Role.REVIEWER, Role.ADVISOR)
RUNS_ON = timedelta(hours=3)  # an evening's round, past midnight
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Walk:
    """A round that somebody walks; `until` is when he went on leave from it, or it was called off."""

    on: date
    shift: str
    occasion: str
    until: datetime | None

    def holds(self, draft: CheckDraft, day: date) -> bool:
        """Whether `draft`, made on `day`, was made on it, by the round as it stood then: it may come much later."""
        if (draft.shift, draft.occasion) != (self.shift, self.occasion):
            return False
        if self.until is not None and draft.performed_at >= self.until:
            return False
        past_midnight = day == self.on + DAY and draft.performed_at < shift_ends(self.on, self.shift) + RUNS_ON
        return day == self.on or past_midnight


Walks = Mapping[Place, Sequence[Walk]]  # by the places on the rounds


def may_record_anywhere(user: User) -> bool:
    return user.holds(*RECORDERS)


def may_record_somewhere(user: User) -> bool:
    return user.holds(*RECORDERS, Role.OFFICER)


def walked_by(user: User, days: Collection[date]) -> Walks:
    """What a class's officer may record on `days`: the places on his rounds (互查), also those that ended meanwhile."""
    if may_record_anywhere(user) or not user.holds(Role.OFFICER):
        return {}
    evenings_before = {day - DAY for day in days if day > date.min}
    stops = Stop.objects.filter(round__walkers__user=user, round__date__in={*days, *evenings_before})
    walks: dict[Place, list[Walk]] = defaultdict(list)
    for stop in stops.select_related("round").annotate(excused_at=F("round__walkers__excused_at")):
        one = stop.round
        ended = [at for at in (stop.excused_at, one.called_off_at) if at is not None]
        walks[place_in(stop)].append(Walk(one.date, one.shift, one.occasion, min(ended, default=None)))
    return walks
