"""Bonuses (加分): one act may reach many classes, `103*` except `10311`; each has a line of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from campus.calendar import NoTermError
from campus.models import Role, SchoolClass, User, Week
from campus.selectors import today, week_holding
from scoring.models import Bonus, Entry, LedgerCategory
from scoring.selectors import policy_of
from scoring.services.ledger import lock_counting_week
from scoring.services.refusals import NotAllowed, Refusal, reason_given

PATTERN_LENGTH = 40
PATTERNS_LENGTH = 400
MOST_BONUS = Decimal(1000)


@transaction.atomic
def give_bonus(
    *,
    patterns: Sequence[str],
    exceptions: Sequence[str] = (),
    points: Decimal,
    date: date,
    reason: str,
    by: User | None,
) -> Bonus:
    """Give `points` (over 0, two decimals at most) to every class that `patterns` match and `exceptions` do not.

    A pattern is a class code, in which `*` stands for any rest: `1135`, `103*`. Each class gets one line, in the week
    that holds `date` or, once that is closed, in the first open one after it. `by` is None for the demonstration alone.
    Raises `NotAllowed` for one's own class and for who holds no office; `Refusal` for a pattern that matches no class
    of that day, for a day to come, and for anything else that cannot be.
    """
    if date > today():
        raise Refusal(_("This day is still to come. Give the bonus once it is there."))
    wanted, excepted = _tidied(patterns), _tidied(exceptions)
    reached = _reached(wanted, excepted, date)
    if by is not None:
        _must_be_allowed(by, reached)
    _must_be_points(points)
    reason = reason_given(reason)
    week = lock_counting_week(_week_of(date))
    bonus = Bonus.objects.create(
        patterns=" ".join(wanted), exceptions=" ".join(excepted), points=points, date=date, reason=reason, by=by
    )
    policy = policy_of(week)
    Entry.objects.bulk_create(
        Entry(
            school_class=klass,
            week=week,
            category=LedgerCategory.BONUS,
            points=points,
            policy=policy,
            bonus=bonus,
            posted_by=by,
        )
        for klass in reached
    )
    return bonus


def _tidied(patterns: Iterable[str]) -> list[str]:
    """Each once, in the order given. Raises `Refusal` for one that is no pattern, or for too many."""
    stripped = (re.sub(r"\*+", "*", pattern.strip()) for pattern in patterns)
    tidied = list(dict.fromkeys(filter(None, stripped)))
    for pattern in tidied:
        if not _is_pattern(pattern):
            raise Refusal(
                _("“%(pattern)s” is no class code. Write it like 1135, or 103* for several.")
                % {"pattern": pattern[:40]}
            )
    if len(" ".join(tidied)) > PATTERNS_LENGTH:
        raise Refusal(_("Too many class codes at once. Give the bonus in two parts."))
    return tidied


def _is_pattern(text: str) -> bool:
    """Whatever a roster may call a class, in one word: patterns are kept with spaces between them."""
    return text.isprintable() and " " not in text and len(text) <= PATTERN_LENGTH


def _reached(wanted: Sequence[str], excepted: Sequence[str], day: date) -> list[SchoolClass]:
    """The classes present on `day` that are wanted and not excepted, by code. Raises `Refusal`."""
    present = list(SchoolClass.objects.present(day).order_by("code"))
    if not wanted:
        raise Refusal(_("Say which classes the bonus is for."))
    for pattern in [*wanted, *excepted]:
        if not any(_matches(pattern, klass.code) for klass in present):
            raise Refusal(_("No class matches “%(pattern)s”.") % {"pattern": pattern})
    reached = [
        klass
        for klass in present
        if any(_matches(pattern, klass.code) for pattern in wanted)
        and not any(_matches(pattern, klass.code) for pattern in excepted)
    ]
    if not reached:
        raise Refusal(_("The exceptions leave no class."))
    return reached


def _matches(pattern: str, code: str) -> bool:
    """`*` alone is special: `fnmatch` would also read `?` and brackets."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), code) is not None


def _must_be_allowed(by: User, reached: Iterable[SchoolClass]) -> None:
    if not by.holds(Role.REVIEWER, Role.ADMINISTRATOR):
        raise NotAllowed(_("Only a reviewer or an administrator gives bonuses."))
    for klass in reached:
        if klass.pk in by.own_class_ids():
            raise NotAllowed(
                _("%(code)s is your own class. Except it, and let somebody else give its bonus.") % {"code": klass.code}
            )


def _must_be_points(points: Decimal) -> None:
    if not points.is_finite() or not 0 < points <= MOST_BONUS:
        raise Refusal(_("A bonus is more than 0 and at most %(most)d points.") % {"most": MOST_BONUS})
    if points != round(points, 2):
        raise Refusal(_("Two decimals at most."))


def _week_of(day: date) -> Week:
    try:
        return week_holding(day)
    except NoTermError as error:
        raise Refusal(_("This day lies in no term.")) from error
