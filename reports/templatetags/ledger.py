"""A line of the ledger in words."""

from __future__ import annotations

from decimal import Decimal

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from campus.models import SHIFT_LABELS, Shift
from campus.templatetags.figures import clock, day, weekday
from inspections.models import Standard
from reports.words import listed, plain
from scoring.selectors import Line

register = template.Library()


@register.filter
def when_checked(line: Line) -> str:
    """周一晚检 19:20，院查; with its date where it was made in an earlier week."""
    if line.inspection is None:
        return ""
    check = line.inspection
    words = {
        "day": day(check.performed_at) if line.carried_over else weekday(check.performed_at),
        "shift": SHIFT_LABELS[Shift(check.shift)],
        "clock": clock(check.performed_at),
    }
    said = pgettext("a day, a shift and a time of day", "%(day)s, %(shift)s, %(clock)s") % words
    return listed([said, check.get_occasion_display()]) if line.out_of_the_ordinary else said


@register.filter
def rule(line: Line) -> str:
    """The standard, its version and what it lists: 宿舍标准第 1 版，1 分; or that the inspector wrote it."""
    if line.inspection is None or line.listed is None:
        return ""
    said = _("in the inspector's own words") if line.own_text else _named(line.inspection.standard)
    return listed([said, _in_points(line.listed)])


def _named(standard: Standard) -> str:
    words = {"kind": standard.get_kind_display(), "version": standard.version}
    return _("Standard for %(kind)s, version %(version)s") % words


def _in_points(value: Decimal) -> str:
    return ngettext("%(points)s point", "%(points)s points", 1 if value == 1 else 2) % {"points": plain(value)}


@register.filter
def worked_out(line: Line) -> str:
    """1 × 2 (院查) × 0.5 (当场整改) = 1; empty where the listed points are what it is worth."""
    if line.inspection is None or line.listed is None or (line.multiplier == 1 and line.share == 1):
        return ""
    factors = [plain(line.listed)]
    if line.multiplier != 1:
        factors.append(_factor(plain(line.multiplier), line.inspection.get_occasion_display()))
    if line.share != 1:
        factors.append(_factor(plain(line.share), _("put right at once")))
    return f"{' × '.join(factors)} = {plain(line.entry.worth)}"


def _factor(figure: str, why: str) -> str:
    return pgettext("a factor and why", "%(figure)s (%(why)s)") % {"figure": figure, "why": why}


@register.filter
def cap_reached(line: Line) -> str:
    """What the cap of one check left of the line; empty where it did not bite."""
    if not line.capped:
        return ""
    words = {
        "cap": plain(line.policy.check_cap) if line.policy.check_cap is not None else "",
        "worth": plain(line.entry.worth),
        "points": plain(-line.points),
    }
    if not line.points:
        return _("This check has cost its most, %(cap)s, already: nothing more is charged.") % words
    return _("Worth %(worth)s, but one check costs at most %(cap)s: %(points)s charged.") % words
