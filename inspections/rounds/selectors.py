"""Rounds as they stand, and the checks made on them. Read-only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils import timezone

from campus.models import User
from inspections.models import Inspection, Round, RoundTemplate, Stop, Walker
from inspections.rounds.clock import counts_from, shift_ends
from inspections.rounds.routes import Routes
from inspections.selectors import Place, Target, place_in, place_of

# Those who come: not on leave, and with an account that was not closed
COMING = Walker.objects.filter(excused_at=None, user__is_active=True)
WALKING = Prefetch("walkers", COMING.select_related("user"), to_attr="walking")
EVERYBODY = Prefetch("walkers", Walker.objects.select_related("user").order_by("pk"))
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
    """The checks of the round's places in its slot, whoever made them; none from before it was made on its own day."""
    here = on_route(Round.objects.filter(pk=round.pk))
    checks = Inspection.objects.filter(here, performed_on=round.date, shift=round.shift, occasion=round.occasion)
    since = counts_from(round)
    return checks.filter(performed_at__gte=since) if since else checks


def rounds_between(first: date, last: date) -> QuerySet[Round]:
    """All rounds of these days, also called off, with everybody on them and how many places each has (`count`)."""
    rounds = Round.objects.filter(date__range=(first, last)).annotate(count=Count("stops"))
    return cast("QuerySet[Round]", rounds.prefetch_related(EVERYBODY).order_by("date", "starts_at", "name", "pk"))


@dataclass(frozen=True, slots=True)
class Due:
    """A round that a template gives on a day, and its places in walking order."""

    template: RoundTemplate
    day: date
    targets: Sequence[Target]


def due(templates: Collection[RoundTemplate], days: Collection[date]) -> Iterator[Due]:
    """The rounds that `templates` give on `days` and that are not there yet; of shifts that are not over.

    What a template made for a date stays as it is, also called off. Nor does one fall due where every place of it
    stands on rounds of that slot which no template of now made: by hand, or by one that was removed since.
    """
    there = set(Round.objects.filter(date__in=days, template__isnull=False).values_list("template", "date"))
    now = timezone.now()
    wanted = [
        (template, day)
        for day in days
        for template in templates
        if day.weekday() in template.days and (template.pk, day) not in there and now < shift_ends(day, template.shift)
    ]
    if not wanted:
        return
    routes, others = Routes([template for template, _day in wanted], days), _of_no_template(days)
    for template, day in wanted:
        targets = routes.of(template, day)
        if not {place_of(target) for target in targets} <= others[day, template.shift, template.occasion]:
            yield Due(template, day, targets)


def _of_no_template(days: Collection[date]) -> defaultdict[tuple[date, str, str], set[Place]]:
    """The places on the rounds that no template made, by the slot."""
    found: defaultdict[tuple[date, str, str], set[Place]] = defaultdict(set)
    held = Round.objects.held().filter(date__in=days, template=None)
    for stop in Stop.objects.filter(round__in=held).select_related("round").order_by():
        found[stop.round.date, stop.round.shift, stop.round.occasion].add(place_in(stop))
    return found


def undrawn(days: Collection[date]) -> int:
    """How many rounds the templates would give on `days` that are not there yet."""
    return sum(1 for _one in due(RoundTemplate.objects.all(), days))
