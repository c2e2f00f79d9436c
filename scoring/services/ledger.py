"""The ledger's own verbs: in which week a line counts, and how a line is taken back. It only grows (design §5.2.4)."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from campus.models import User, Week, WeekClosing
from inspections.drafts import figure
from scoring.facts import counting_week
from scoring.models import Entry, Reversal
from scoring.services.refusals import Refusal, reason_given

MILLIONTH = Decimal("0.000001")
CENT = Decimal("0.01")


def lock_counting_week(week: Week) -> Week:
    """The week that a line of `week` counts in, held open until the transaction ends. Raises `Refusal` for none.

    Whoever closes a week takes the same lock first, so that no line slips into a week that is just being closed.
    """
    while True:
        _lock(week)
        counting = counting_week(week)
        if counting is None:
            raise Refusal(
                _("Every week is closed, and no later one is set up. Ask your administrator to open the next term.")
            )
        if counting.pk == week.pk:
            return counting
        week = counting


def _lock(week: Week) -> None:
    # Not the key: checks of the week go on being recorded meanwhile
    Week.objects.select_for_update(no_key=True).filter(pk=week.pk).first()


@transaction.atomic
def reverse(*, entry: Entry, points: Decimal | None = None, cause: Reversal.Cause, reason: str, by: User) -> Entry:
    """Take back `entry`, whole or `points` of it, by a line that names it; returns that line.

    `points` are positive, with six decimals at most (two where it gave a bonus) and no more than is left of the line;
    None is all that is left.
    What stands of a line is counted until nothing is left of it. Whoever calls has made sure that `by` may.
    Raises `Refusal`: nothing is left, too much, a closed week, a line that reverses another.
    """
    entry = Entry.objects.select_for_update(of=("self",)).select_related("week").get(pk=entry.pk)
    reason = reason_given(reason)
    left = _left(entry)
    taken = left if points is None else _checked(points, left, entry)
    _lock(entry.week)
    if WeekClosing.objects.filter(week=entry.week).exists():
        raise Refusal(
            _("The week of this line is closed: its figures stand. It can only be corrected in an open week.")
        )
    reversal = Reversal.objects.create(cause=Reversal.Cause(cause), reason=reason, by=by)
    return Entry.objects.create(
        school_class_id=entry.school_class_id,
        week=entry.week,
        category=entry.category,
        points=taken if entry.points <= 0 else -taken,
        serious=entry.serious,
        standing=-entry.standing if taken == left else 0,
        policy_id=entry.policy_id,
        inspection_id=entry.inspection_id,
        finding_id=entry.finding_id,
        bonus_id=entry.bonus_id,
        reverses=entry,
        reversal=reversal,
        posted_by=by,
    )


def _left(entry: Entry) -> Decimal:
    """Points of the line that stand; a line of 0 stands until it is reversed. Raises `Refusal` where nothing does."""
    if entry.reverses_id is not None:
        raise Refusal(_("This line takes back another one already."))
    taken_back = list(entry.reversed_by.all())
    left = abs(entry.points + sum((line.points for line in taken_back), Decimal(0)))
    if taken_back and left == 0:
        raise Refusal(_("This line has been taken back in full."))
    return left


def _checked(points: Decimal, left: Decimal, entry: Entry) -> Decimal:
    if not points.is_finite() or points <= 0 or points % MILLIONTH:
        raise Refusal(_("Say how many points are given back."))
    # What bonuses add is shown and added up in cents, never rounded
    if entry.bonus_id is not None and points % CENT:
        raise Refusal(_("Two decimals at most."))
    if points > left:
        raise Refusal(_("Only %(left)s of this line are left to give back.") % {"left": figure(left)})
    return points
