"""Rounds as they stand, and the checks made on them. Read-only."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import cast

from django.db.models import Count, Prefetch, Q, QuerySet

from campus.models import User
from inspections.models import Inspection, Round, RoundTemplate, Stop, Walker

WALKING = Prefetch("walkers", Walker.objects.filter(excused_at=None).select_related("user"), to_attr="walking")
STOPS = Prefetch("stops", Stop.objects.select_related("room__building", "area").order_by("position"))


def rounds_of(user: User, day: date) -> QuerySet[Round]:
    """What `user` walks on `day`, with people (`walking`) and route."""
    walked = Round.objects.walked_by(user).filter(date=day)
    return cast("QuerySet[Round]", walked.prefetch_related(WALKING, STOPS).order_by("starts_at", "pk"))


def next_round(user: User, day: date) -> Round | None:
    """The first that `user` walks after `day`, with its people (`walking`) and how many places it has (`count`)."""
    later = Round.objects.walked_by(user).filter(date__gt=day).annotate(count=Count("stops", distinct=True))
    return later.prefetch_related(WALKING).order_by("date", "starts_at", "pk").first()


def partners(user: User, day: date) -> set[int]:
    """The ids of those who walk a round of `user`'s on `day`, himself among them."""
    rounds = Round.objects.walked_by(user).filter(date=day).values("pk")
    walkers = Walker.objects.filter(round__in=rounds, excused_at=None)
    return {user.pk, *walkers.values_list("user", flat=True)}


def on_route(rounds: QuerySet[Round]) -> Q:
    """Checks of the places that stand on `rounds`."""
    stops = Stop.objects.filter(round__in=rounds)
    return Q(room__in=stops.values("room")) | Q(area__in=stops.values("area"))


def checks_on(round: Round) -> QuerySet[Inspection]:
    """The checks of the round's places in its slot, whoever made them."""
    here = on_route(Round.objects.filter(pk=round.pk))
    return Inspection.objects.filter(here, performed_on=round.date, shift=round.shift, occasion=round.occasion)


def rounds_between(first: date, last: date) -> QuerySet[Round]:
    """All rounds of these days, also called off, with everybody on them and how many places each has (`count`)."""
    everybody = Prefetch("walkers", Walker.objects.select_related("user").order_by("pk"))
    rounds = Round.objects.filter(date__range=(first, last)).annotate(count=Count("stops"))
    return cast("QuerySet[Round]", rounds.prefetch_related(everybody).order_by("date", "starts_at", "name", "pk"))


def undrawn(days: Collection[date]) -> int:
    """How many rounds the templates would give on `days` that are not there yet."""
    there = set(Round.objects.filter(date__in=days, template__isnull=False).values_list("template", "date"))
    templates = RoundTemplate.objects.all()
    return sum(day.weekday() in t.days and (t.pk, day) not in there for t in templates for day in days)
