"""A check of the queue in a few words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext, pgettext_lazy

from campus.models import SHIFT_LABELS, Shift
from campus.templatetags.figures import moment
from inspections.drafts import figure
from inspections.models import Occasion, Outcome, Standard
from scoring.forms import DeclineForm
from scoring.models import Return, SetAside, Verification
from scoring.reviewing import Detail, Found, Group, Row
from scoring.reviewing.rows import LATE, Mark
from scoring.rights import Hindrance
from scoring.words import listed

register = template.Library()

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

OWN = {
    Hindrance.ENTRY: pgettext_lazy("mark of a check", "Recorded by yourself"),
    Hindrance.CLASS: pgettext_lazy("mark of a check", "Own class: not yours to review"),
    Hindrance.ROOM: pgettext_lazy("mark of a check", "Own room: not yours to review"),
    Hindrance.AGAINST: pgettext_lazy("mark of a check", "Against your own record"),
}


@register.filter
def what(row: Row) -> str:
    """What was found, an item said once before its defects: 物品悬挂 袋子乱挂 0853、帽子乱挂; else the outcome."""
    if not row.findings:
        return outcome(row)
    return listed(_defects(found) for _item, found in groupby(row.findings, key=_item_of))


@register.filter
def what_with_photos(row: Row) -> str:
    """The same, and how many pictures there are to look at: 袋子乱挂，照片 1 张."""
    count = len(row.photos)
    told = ngettext("%(count)d photo", "%(count)d photos", count) % {"count": count}
    return pgettext("between the parts of a remark", ", ").join([what(row), *([told] if count else [])])


def _item_of(found: Found) -> str:
    defect = found.finding.defect
    return defect.item.local_name if defect else ""


def _defects(group: Iterable[Found]) -> str:
    found = list(group)
    said = listed(" ".join(filter(None, [defect(one), one.school_class])) for one in found)
    return f"{_item_of(found[0])} {said}".strip()


@register.filter
def defect(found: Found) -> str:
    """The defect without its item, with the inspector's own words behind."""
    finding = found.finding
    if finding.defect is None:
        return finding.text
    name = finding.defect.local_name
    return f"{name} ({finding.text})" if finding.text else name


@register.filter
def outcome(row: Row) -> str:
    """The outcome; a post in order, a locked dorm room that is to be visited again."""
    if row.clean and row.post:
        return pgettext("a duty post", "In order")
    if row.inspection.outcome == Outcome.LOCKED and not row.inspection.counts:
        return _("Locked, to be visited again")
    return str(row.inspection.get_outcome_display())


@register.filter
def folded(group: Group) -> str:
    """干净 17 间; posts and areas are counted as places."""
    count = len(group.folded)
    rooms = ngettext("%(outcome)s, %(count)d room", "%(outcome)s, %(count)d rooms", count)
    places = ngettext("%(outcome)s, %(count)d place", "%(outcome)s, %(count)d places", count)
    return (rooms if group.batch.building else places) % {"outcome": outcome(group.folded[0]), "count": count}


@register.filter
def classes(row: Row) -> str:
    """The class; for several only that, in the narrow column of the queue."""
    found = row.classes
    if len(found) == 1:
        return found[0].school_class.code
    if not found:
        return ""
    if row.inspection.room_id:
        return pgettext("a room of several classes", "Mixed")
    return ngettext("%(count)d class", "%(count)d classes", len(found)) % {"count": len(found)}


@register.filter
def later(delta: timedelta) -> str:
    """How much later than made a check was received: 晚 3 小时; whole hours, whole days from two on."""
    if delta < 2 * DAY:
        hours = delta // HOUR
        return ngettext("%(count)d hour late", "%(count)d hours late", hours) % {"count": hours}
    return ngettext("%(count)d day late", "%(count)d days late", delta // DAY) % {"count": delta // DAY}


@register.filter
def clock_off(row: Row) -> str:
    """How wrong the phone's clock was: 钟慢 1 天."""
    text = _("Clock %(span)s slow") if row.clock_slow > timedelta(0) else _("Clock %(span)s fast")
    return text % {"span": lasting(abs(row.clock_slow))}


@register.filter
def clock_corrected(row: Row) -> str:
    """The same in full, with what was done about it."""
    if row.clock_slow > timedelta(0):
        text = _("The phone’s clock was %(span)s slow; the time was put right by the server’s")
    else:
        text = _("The phone’s clock was %(span)s fast; the time was put right by the server’s")
    return text % {"span": lasting(abs(row.clock_slow))}


def lasting(delta: timedelta) -> str:
    """In the unit that says it best: 25 分钟, 3 小时, 1 天."""
    minutes, hours, days = (round(delta / unit) for unit in (timedelta(minutes=1), HOUR, DAY))
    if minutes < 120:
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    if hours < 48 and hours != 24:
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}


@register.filter
def times(factor: Decimal) -> str:
    """×2."""
    return f"×{figure(factor)}"


@register.filter
def own(hindrance: Hindrance) -> str:
    """Why a row is left to a colleague, as a mark."""
    return str(OWN.get(hindrance, ""))


@register.filter
def left_to_others(rows: Sequence[Row]) -> str:
    """How many rows a reviewer recorded himself, how many he has to leave for another reason, and to whom."""
    entries = sum(row.hindrance == Hindrance.ENTRY for row in rows)
    others = len(rows) - entries
    said = []
    if entries:
        mine = ngettext("%(count)d recorded by yourself", "%(count)d recorded by yourself", entries)
        said.append(mine % {"count": entries})
    if others:
        near = ngettext("%(count)d too near to you", "%(count)d too near to you", others)
        said.append(near % {"count": others})
    return _("%(rows)s: other reviewers decide") % {"rows": listed(said)}


@register.filter
def codes(rows: Iterable[Row]) -> str:
    """The codes of rows, set wide apart."""
    return "\u3000".join(row.code for row in rows)


@register.filter
def ids(rows: Iterable[Row]) -> str:
    """The ids of rows, as one box of a form stands for them all."""
    return " ".join(str(row.id) for row in rows)


# One check


@register.filter
def classes_in_full(row: Row) -> str:
    """0852 班; all of them where there are several."""
    found = [concern.school_class.code for concern in row.classes]
    if not found:
        return _("no class answers for it")
    return ngettext("Class %(codes)s", "Classes %(codes)s", len(found)) % {"codes": listed(found)}


@register.filter
def exempt(row: Row) -> str:
    """The classes that the check leaves out."""
    return listed(concern.school_class.code for concern in row.classes if concern.exemption_id)


@register.filter
def visit(row: Row) -> str:
    """Who went there and when, how soon it was received, whether the people there were told."""
    check = row.inspection
    shift = SHIFT_LABELS[Shift(check.shift)]
    said = [f"{check.inspector.name} {moment(check.performed_at)} {shift}"]
    if check.occasion != Occasion.ROUTINE:
        said.append(str(check.get_occasion_display()))
    said.append(
        _("received at once") if row.late_by < LATE else _("received %(later)s") % {"later": later(row.late_by)}
    )
    if check.told:
        said.append(str(check.get_told_display()))
    return pgettext("between the parts of a remark", ", ").join(said)


@register.filter
def moved(detail: Detail) -> str:
    """The shift and occasion of what it corrects, where it has others: 更正前记的是午检、抽查."""
    replaced = detail.inspection.replaces
    if replaced is None or Mark.MOVED not in detail.row.marks:
        return ""
    slot = listed([str(SHIFT_LABELS[Shift(replaced.shift)]), str(replaced.get_occasion_display())])
    return _("recorded as %(slot)s before the correction") % {"slot": slot}


@register.filter
def standard_name(standard: Standard) -> str:
    """宿舍 第 1 版."""
    return _("%(kind)s, version %(version)s") % {"kind": standard.get_kind_display(), "version": standard.version}


@register.filter
def whys(row: Row) -> list[Any]:
    """The usual reasons for not passing it."""
    return [*DeclineForm.WHYS, *([DeclineForm.OF_PHOTOS] if row.photos else [])]


@register.filter
def decided(detail: Detail) -> str:
    """What was decided, by whom, when and why."""
    decision = detail.decision
    said = {"name": decision.by.name, "moment": moment(decision.at)}
    if isinstance(decision, Verification):
        return _("Passed by %(name)s, %(moment)s.") % said
    if isinstance(decision, SetAside) and decision.in_favour_of:
        return _("Set aside by %(name)s, %(moment)s: another record of the same shift passed.") % said
    said["reason"] = decision.reason
    if isinstance(decision, Return):
        return _("Sent back by %(name)s, %(moment)s: %(reason)s") % said
    return _("Set aside by %(name)s, %(moment)s: %(reason)s") % said
