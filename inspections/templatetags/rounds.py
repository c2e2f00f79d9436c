"""How the pages of rounds put people and places into words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from campus.calendar import Shift
from campus.models import SHIFT_LABELS
from campus.templatetags.figures import day, weekday
from inspections.models import Area, RoundTemplate
from inspections.places import Group
from inspections.rounds.forms import A_MONDAY
from inspections.selectors import Target

register = template.Library()


@register.filter
def names(people: Iterable[str]) -> str:
    """王同学、李同学."""
    return pgettext("between two names", ", ").join(people)


@register.filter
def shift_name(shift: str) -> str:
    """早检."""
    return str(SHIFT_LABELS[Shift(shift)])


@register.filter
def places(count: int, group: Group | None = None) -> str:
    """21 间 where there are doors, 4 处 elsewhere."""
    outdoors = group is not None and group.name == "kind" and group.value != Area.AreaKind.CLASSROOM
    said = (
        ngettext("%(count)d place", "%(count)d places", count)
        if outdoors or group is None
        else ngettext("%(count)d room", "%(count)d rooms", count)
    )
    return said % {"count": count}


@register.filter
def sort(target: Target) -> str:
    """教室, 宿舍: what kind of place it is."""
    return str(target.get_kind_display()) if isinstance(target, Area) else _("Dorm room")


@register.filter
def soon(on: date, today: date) -> str:
    """周日 within a week, else 5月24日 周日."""
    return weekday(on) if on - today < timedelta(days=7) else day(on)


@register.filter
def ago(minutes: int) -> str:
    """刚刚, 6 分钟前."""
    if minutes < 1:
        return _("just now")
    return ngettext("%(count)d minute ago", "%(count)d minutes ago", minutes) % {"count": minutes}


@register.filter
def where(plan: RoundTemplate) -> str:
    """5号楼 3–5 层, 教室."""
    if plan.building is None:
        return str(plan.get_area_kind_display())
    low, high = plan.lowest_floor, plan.highest_floor
    if low is None and high is None:
        return plan.building.name
    told = {"building": plan.building.name, "low": low, "high": high}
    if low is None:
        return _("%(building)s, up to floor %(high)d") % told
    if high is None:
        return _("%(building)s, floor %(low)d and up") % told
    return _("%(building)s, floor %(low)d") % told if low == high else _("%(building)s, floors %(low)d–%(high)d") % told


@register.filter
def weekdays(plan: RoundTemplate) -> str:
    """周一、周三."""
    if len(plan.days) == 7:
        return _("every day")
    return pgettext("between two names", ", ").join(weekday(A_MONDAY + timedelta(days=n)) for n in plan.days)
