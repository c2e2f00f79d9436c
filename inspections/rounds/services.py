"""The verbs of rounds: drawn up, given to people, left, taken over, sent out once more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campus.models import User, Week
from inspections.models import MOST_WALKERS, Round, RoundTemplate, Stop, Walker
from inspections.rounds.clock import days_ahead, shift_ends, usual_start
from inspections.rounds.coverage import Errand, still_wanted
from inspections.rounds.people import Ground, Rota, ground_of, told_briefly
from inspections.rounds.routes import Routes, in_walking_order, kind_of
from inspections.rounds.selectors import COMING, checks_on, due
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
    rota = Rota(days[0], days[-1])
    return [_draw(one.template, one.day, one.targets, by, rota) for one in list(due(templates, days))]


@transaction.atomic
def draw_once(*, plan: RoundTemplate, day: date, by: User, key: UUID | None = None) -> Round:
    """Make one round of a plan that is no template, for `day`, with its people by turn. Raises `CannotBe`.

    What was made for `key` before is that round.
    """
    if there := made_for(key):
        return there
    if timezone.now() >= shift_ends(day, plan.shift):
        raise CannotBe(_("That shift is over."))
    targets = Routes([plan], [day]).of(plan, day)
    if not targets:
        raise CannotBe(_("No class answers for a place there on that day."))
    return _draw(plan, day, targets, by, Rota(day, day), key)


def made_for(key: UUID | None) -> Round | None:
    return Round.objects.filter(key=key).first() if key else None


def _draw(
    plan: RoundTemplate, day: date, targets: Sequence[Target], by: User, rota: Rota, key: UUID | None = None
) -> Round:
    made, new = _make(
        key,
        date=day,
        shift=plan.shift,
        occasion=plan.occasion,
        name=plan.name,
        starts_at=plan.starts_at or usual_start(plan.shift, kind_of(plan)),
        headcount=plan.headcount,
        template=plan if plan.pk else None,
        made_by=by,
    )
    if new:
        _lay(made, targets)
        people = rota.choose(Ground.of(targets, day), day, plan.shift, plan.headcount)
        Walker.objects.bulk_create(Walker(round=made, user=user) for user in people)
    return made


def _make(key: UUID | None, **fields: Any) -> tuple[Round, bool]:
    """The round, and whether it is new: of two presses at the same moment the unique key lets one through."""
    if key is None:
        return Round.objects.create(**fields), True
    return Round.objects.get_or_create(key=key, defaults=fields)


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
    key: UUID | None = None,
) -> Round:
    """Make a round of chosen places and people: to what was missed (补查), or wherever somebody must go.

    `at`, when it was made, is now unless told; what was made for `key` before is that round. Raises `CannotBe`.
    """
    if not targets:
        raise CannotBe(_("Choose at least one place."))
    if not users:
        raise CannotBe(_("Choose at least one person."))
    _room_for(len(users))
    made, new = _make(
        key,
        date=day,
        shift=shift,
        occasion=occasion,
        name=name,
        starts_at=starts_at,
        headcount=len(users),
        made_by=by,
        made_at=at or timezone.now(),
    )
    if new:
        _lay(made, in_walking_order(targets))
        put_on(round=made, users=users, at=at)
    return made


@transaction.atomic
def send_on(
    *,
    errand: Errand,
    name: str,
    targets: Sequence[Target],
    users: Sequence[User],
    starts_at: time,
    by: User,
    key: UUID | None = None,
) -> Round:
    """Send people on an errand: to those of `targets` that nobody was sent to meanwhile. Raises `CannotBe`."""
    # Two reviewers who send at once take turns here; who only names the week is not kept waiting
    list(Week.objects.holding(errand.day).select_for_update(of=("self",), no_key=True))
    if there := made_for(key):
        return there
    wanted = set(still_wanted(errand))
    left = [target for target in targets if target in wanted]
    if targets and not left:
        raise CannotBe(_("Somebody was sent there already, or has been there."))
    return send_out(
        name=name,
        targets=left,
        users=users,
        day=errand.day,
        shift=errand.shift,
        occasion=errand.occasion,
        starts_at=starts_at,
        by=by,
        key=key,
    )


@transaction.atomic
def put_on(*, round: Round, users: Sequence[User], at: datetime | None = None) -> None:
    """Put people on a round. Raises `CannotBe` where one of them may not walk it, or a place is left to nobody."""
    _take(round)
    walking = _walking(round)
    new = [user for user in users if user not in walking]
    if on_leave := round.walkers.filter(user__in=new, excused_at__isnull=False).select_related("user").first():
        raise CannotBe(_("%(name)s is on leave. End the leave instead.") % {"name": on_leave.user.name})
    _try(ground_of(round), new, walking)
    Walker.objects.bulk_create(Walker(round=round, user=user, since=at or timezone.now()) for user in new)


def _take(round: Round) -> None:
    """Two who change a round at once take turns. Raises `CannotBe` where it was called off."""
    if Round.objects.select_for_update().get(pk=round.pk).called_off_at:
        raise CannotBe(_("This round was called off."))


def _take_with(walker: Walker) -> Walker:
    """The same, and the walker as he stands now. Raises `CannotBe` where he was taken off the round meanwhile."""
    _take(walker.round)
    there = Walker.objects.select_related("round", "user").filter(pk=walker.pk).first()
    if there is None:
        raise CannotBe(_("%(name)s is not on this round any more.") % {"name": walker.user.name})
    return there


def _walking(round: Round) -> list[User]:
    return [walker.user for walker in COMING.filter(round=round).select_related("user__home_class")]


def _try(ground: Ground, users: Sequence[User], walking: Sequence[User] = ()) -> None:
    """Whether `users` may come to those who walk already. Raises `CannotBe`."""
    _room_for(len(users) + len(walking))
    if refusal := ground.refusal(users, walking):
        raise CannotBe(refusal)


def _room_for(count: int) -> None:
    if count > MOST_WALKERS:
        raise CannotBe(_("A round has %(most)d people at most.") % {"most": MOST_WALKERS})


@transaction.atomic
def excuse(
    *, walker: Walker, reason: str, by: User, substitute: User | None = None, at: datetime | None = None
) -> None:
    """Leave (请假): the person walks this round no more, and is not absent from it; `substitute` does in his place.

    Raises `CannotBe`, and then nothing has changed.
    """
    walker = _take_with(walker)
    if not reason:
        raise CannotBe(_("Say why, in a word."))
    if walker.excused_at:
        raise CannotBe(_("%(name)s is on leave already.") % {"name": walker.user.name})
    if _has_checked(walker):
        raise CannotBe(
            _("%(name)s has checked on this round. Put somebody else on it who goes on.") % {"name": walker.user.name}
        )
    walker.reason, walker.excused_by, walker.excused_at = reason, by, at or timezone.now()
    walker.save(update_fields=["reason", "excused_by", "excused_at"])
    if substitute:
        stand_in(walker=walker, user=substitute, at=at)


def _has_checked(walker: Walker) -> bool:
    return checks_on(walker.round).filter(inspector=walker.user).exists()


@transaction.atomic
def end_leave(*, walker: Walker) -> None:
    """The person walks after all. Raises `CannotBe` where somebody stands in by now."""
    walker = _take_with(walker)
    if Walker.objects.filter(stands_in_for=walker).exists():
        raise CannotBe(_("Somebody stands in. Take the substitute off the round first."))
    if walker.excused_at:
        _room_for(1 + len(_walking(walker.round)))
    walker.reason, walker.excused_by, walker.excused_at = "", None, None
    walker.save(update_fields=["reason", "excused_by", "excused_at"])


@transaction.atomic
def stand_in(*, walker: Walker, user: User, at: datetime | None = None) -> None:
    """Put `user` in the place of one on leave (替班). Raises `CannotBe`."""
    walker = _take_with(walker)
    if not walker.excused_at:
        raise CannotBe(_("%(name)s is not on leave any more.") % {"name": walker.user.name})
    if Walker.objects.filter(stands_in_for=walker).exists():
        raise CannotBe(_("Somebody stands in already."))
    if walker.round.walkers.filter(user=user).exists():
        raise CannotBe(_("%(name)s is on this round already.") % {"name": user.name})
    _try(ground_of(walker.round), [user], _walking(walker.round))
    Walker.objects.create(round=walker.round, user=user, stands_in_for=walker, since=at or timezone.now())


@transaction.atomic
def confirm(*, walker: Walker, by: User) -> None:
    """Say that somebody was there, though the checks are all the partner's: they shared a phone. Raises `CannotBe`."""
    walker = _take_with(walker)
    if walker.excused_at:
        raise CannotBe(_("%(name)s is on leave already.") % {"name": walker.user.name})
    checks = checks_on(walker.round)
    if checks.filter(inspector=walker.user).exists():
        raise CannotBe(
            _("%(name)s has checked on this round: there is nothing to confirm.") % {"name": walker.user.name}
        )
    if not checks.exists():
        raise CannotBe(_("Nobody has checked anything on this round."))
    walker.confirmed_by, walker.confirmed_at = by, timezone.now()
    walker.save(update_fields=["confirmed_by", "confirmed_at"])


@transaction.atomic
def take_off(*, walker: Walker) -> None:
    """Take somebody off a round, as if never put on it. Raises `CannotBe` where he has checked something on it."""
    walker = _take_with(walker)
    if Walker.objects.filter(stands_in_for=walker).exists():
        raise CannotBe(_("Somebody stands in. Take the substitute off the round first."))
    if _has_checked(walker):
        raise CannotBe(_("%(name)s has checked on this round already, and stays on it.") % {"name": walker.user.name})
    walker.delete()


@transaction.atomic
def lay_route(*, round: Round, targets: Sequence[Target]) -> None:
    """The places of a round, anew, in walking order. Raises `CannotBe` where its people may not go there."""
    _take(round)
    if not targets:
        raise CannotBe(_("A round has one place at least. Call it off instead."))
    checked = {check.target for check in checks_on(round).select_related("room__building", "area")}
    if gone := in_walking_order(checked.difference(targets)):
        raise CannotBe(_("%(places)s: checked already, and stays on the round.") % {"places": told_briefly(gone)})
    _try(Ground.of(targets, round.date), _walking(round))
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
