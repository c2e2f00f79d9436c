"""The verbs of rounds: drawn up, given to people, left, taken over, sent out once more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campus.models import User, Week
from inspections.models import Round, RoundTemplate, Stop, Walker
from inspections.rounds.clock import days_ahead, usual_start
from inspections.rounds.people import Ground, Rota, ground_of
from inspections.rounds.routes import in_walking_order, kind_of, route_of
from inspections.rounds.selectors import checks_on
from inspections.selectors import Target, as_target


class CannotBe(Exception):
    """A round as it was asked for cannot be; the message says why, in the reader's language."""


@transaction.atomic
def draw_up(*, week: Week, by: User, today: date) -> list[Round]:
    """Make the rounds of `week` from the templates, from `today` on, and give each its people by turn.

    What a template made for a date stays as it is, also called off: a second time makes only what is new since. Where
    nobody free fits, a round has fewer people than it wants.
    """
    days = days_ahead(week, today)
    if not days:
        return []
    # Two reviewers who draw up at once take turns here
    templates = list(RoundTemplate.objects.select_for_update().order_by("shift", "starts_at", "name", "pk"))
    there = set(Round.objects.filter(date__range=(days[0], days[-1])).values_list("template", "date"))
    rota = Rota(days[0], days[-1])
    due = [(t, day) for day in days for t in templates if day.weekday() in t.days and (t.pk, day) not in there]
    return [made for template, day in due if (made := _draw(template, day, by, rota))]


@transaction.atomic
def draw_once(*, plan: RoundTemplate, day: date, by: User) -> Round:
    """Make one round of a plan that is no template, for `day`, with its people by turn. Raises `CannotBe`."""
    made = _draw(plan, day, by, Rota(day, day))
    if made is None:
        raise CannotBe(_("No class answers for a place there on that day."))
    return made


def _draw(plan: RoundTemplate, day: date, by: User, rota: Rota) -> Round | None:
    targets = route_of(plan, day)
    if not targets:
        return None
    made = Round.objects.create(
        date=day,
        shift=plan.shift,
        occasion=plan.occasion,
        name=plan.name,
        starts_at=plan.starts_at or usual_start(plan.shift, kind_of(plan)),
        headcount=plan.headcount,
        template=plan if plan.pk else None,
        made_by=by,
    )
    _lay(made, targets)
    people = rota.choose(Ground.of(targets, day), day, plan.shift, plan.headcount)
    Walker.objects.bulk_create(Walker(round=made, user=user) for user in people)
    return made


def _lay(round: Round, targets: Sequence[Target]) -> None:
    Stop.objects.bulk_create(
        Stop(round=round, position=n, **as_target(target)) for n, target in enumerate(targets, start=1)
    )


@transaction.atomic
def send_out(
    *,
    name: str,
    targets: Sequence[Target],
    users: Sequence[User],
    day: date,
    shift: str,
    occasion: str,
    starts_at: time,
    by: User,
    at: datetime | None = None,
) -> Round:
    """Make a round of chosen places and people: to what was missed (补查), or wherever somebody must go.

    `at`, when it was made, is now unless told. Raises `CannotBe`.
    """
    if not targets:
        raise CannotBe(_("Choose at least one place."))
    if not users:
        raise CannotBe(_("Choose at least one person."))
    made = Round.objects.create(
        date=day,
        shift=shift,
        occasion=occasion,
        name=name,
        starts_at=starts_at,
        headcount=len(users),
        made_by=by,
        made_at=at or timezone.now(),
    )
    _lay(made, in_walking_order(targets))
    put_on(round=made, users=users, at=at)
    return made


@transaction.atomic
def put_on(*, round: Round, users: Sequence[User], at: datetime | None = None) -> None:
    """Put people on a round. Raises `CannotBe` where one of them may not walk it, or a place is left to nobody."""
    _take(round)
    walking = [walker.user for walker in _walking(round)]
    new = [user for user in users if user not in walking]
    if on_leave := round.walkers.filter(user__in=new).select_related("user").first():
        raise CannotBe(_("%(name)s is on leave. End the leave instead.") % {"name": on_leave.user.name})
    _try(ground_of(round), [*walking, *new])
    Walker.objects.bulk_create(Walker(round=round, user=user, since=at or timezone.now()) for user in new)


def _take(round: Round) -> None:
    """Two who change a round at once take turns. Raises `CannotBe` where it was called off."""
    if Round.objects.select_for_update().get(pk=round.pk).called_off_at:
        raise CannotBe(_("This round was called off."))


def _walking(round: Round) -> list[Walker]:
    return list(round.walkers.filter(excused_at=None).select_related("user__home_class"))


def _try(ground: Ground, users: Sequence[User]) -> None:
    if refusal := ground.refusal(users):
        raise CannotBe(refusal)


@transaction.atomic
def excuse(
    *, walker: Walker, reason: str, by: User, substitute: User | None = None, at: datetime | None = None
) -> None:
    """Leave (请假): the person walks this round no more, and is not absent from it; `substitute` does in his place.

    Raises `CannotBe`, and then nothing has changed.
    """
    _take(walker.round)
    if not reason:
        raise CannotBe(_("Say why, in a word."))
    walker.reason, walker.excused_by, walker.excused_at = reason, by, at or timezone.now()
    walker.save(update_fields=["reason", "excused_by", "excused_at"])
    if substitute:
        stand_in(walker=walker, user=substitute, at=at)


@transaction.atomic
def end_leave(*, walker: Walker) -> None:
    """The person walks after all. Raises `CannotBe` where somebody stands in by now."""
    _take(walker.round)
    if Walker.objects.filter(stands_in_for=walker).exists():
        raise CannotBe(_("Somebody stands in. Take the substitute off the round first."))
    walker.reason, walker.excused_by, walker.excused_at = "", None, None
    walker.save(update_fields=["reason", "excused_by", "excused_at"])


@transaction.atomic
def stand_in(*, walker: Walker, user: User, at: datetime | None = None) -> None:
    """Put `user` in the place of one on leave (替班). Raises `CannotBe`."""
    _take(walker.round)
    if Walker.objects.filter(stands_in_for=walker).exists():
        raise CannotBe(_("Somebody stands in already."))
    if walker.round.walkers.filter(user=user).exists():
        raise CannotBe(_("%(name)s is on this round already.") % {"name": user.name})
    _try(ground_of(walker.round), [*(w.user for w in _walking(walker.round)), user])
    Walker.objects.create(round=walker.round, user=user, stands_in_for=walker, since=at or timezone.now())


@transaction.atomic
def take_off(*, walker: Walker) -> None:
    """Take somebody off a round, as if never put on it. Raises `CannotBe` where he has checked something on it."""
    _take(walker.round)
    if Walker.objects.filter(stands_in_for=walker).exists():
        raise CannotBe(_("Somebody stands in. Take the substitute off the round first."))
    if checks_on(walker.round).filter(inspector=walker.user).exists():
        raise CannotBe(_("%(name)s has checked on this round already, and stays on it.") % {"name": walker.user.name})
    walker.delete()


@transaction.atomic
def lay_route(*, round: Round, targets: Sequence[Target]) -> None:
    """The places of a round, anew, in walking order. Raises `CannotBe` where its people may not go there."""
    _take(round)
    if not targets:
        raise CannotBe(_("A round has one place at least. Call it off instead."))
    _try(Ground.of(targets, round.date), [walker.user for walker in _walking(round)])
    round.stops.all().delete()
    _lay(round, in_walking_order(targets))


@transaction.atomic
def call_off(*, round: Round, by: User) -> None:
    """Nobody walks it, and nothing of it is missed. Raises `CannotBe`."""
    _take(round)
    if checks_on(round).exists():
        raise CannotBe(_("Something was checked on it already. Take the other places off it instead."))
    round.called_off_by, round.called_off_at = by, timezone.now()
    round.save(update_fields=["called_off_by", "called_off_at"])
