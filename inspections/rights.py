"""Who may record a check (design §6.3)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from campus.models import Role, User
from inspections.models import Round, Stop
from inspections.selectors import Place, place_in

RECORDERS = (Role.INSPECTOR, Role.REVIEWER, Role.ADVISOR)
Walked = tuple[Place, date, str, str]  # a place on a round, with its date, shift and occasion


def may_record_anywhere(user: User) -> bool:
    return user.holds(*RECORDERS)


def may_record_somewhere(user: User) -> bool:
    return user.holds(*RECORDERS, Role.OFFICER)


def walked_by(user: User, days: Collection[date]) -> set[Walked]:
    """What a class's officer may record on `days`: the places on his rounds (互查)."""
    if may_record_anywhere(user) or not user.holds(Role.OFFICER):
        return set()
    rounds = Round.objects.walked_by(user).filter(date__in=days)
    stops = Stop.objects.filter(round__in=rounds).select_related("round")
    return {(place_in(stop), stop.round.date, stop.round.shift, stop.round.occasion) for stop in stops}
