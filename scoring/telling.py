"""What is told after a decision: what passed, what gave way to it, what did not pass and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campus.models import User
from campus.templatetags.figures import clock, in_english
from inspections.models import Inspection
from scoring import services
from scoring.models import Verification
from scoring.reviewing import Detail
from scoring.services import Verdict
from scoring.words import listed

Told = tuple[int, str]
REASONS = 3  # told one by one; of more only how many


def told_passed(verdicts: Sequence[Verdict], user: User) -> Iterator[Told]:
    """What became of checks that were to pass: a message each for those that did, those before, those that did not."""
    codes = _codes([verdict.id for verdict in verdicts], user)
    passed = [verdict for verdict in verdicts if verdict.status == "verified"]
    before = [verdict for verdict in verdicts if verdict.status == "already"]
    refused = [verdict for verdict in verdicts if verdict.status == "refused"]
    if not verdicts:
        yield messages.WARNING, _("Nothing was chosen.")
    if passed:
        yield messages.SUCCESS, _passed(passed, codes)
    yield from _passed_before(before, codes)
    for verdict in refused[:REASONS]:
        yield (
            messages.ERROR,
            _("%(code)s did not pass. %(why)s")
            % {
                "code": codes.get(verdict.id, _("One check")),
                "why": " ".join(verdict.errors),
            },
        )
    if more := refused[REASONS:]:
        yield (
            messages.ERROR,
            ngettext(
                "%(count)d more did not pass: look at it one by one.",
                "%(count)d more did not pass: look at them one by one.",
                len(more),
            )
            % {"count": len(more)},
        )


def _passed(passed: Sequence[Verdict], codes: dict[UUID, str]) -> str:
    if len(passed) == 1:
        said = _("%(code)s passed.") % {"code": codes.get(passed[0].id, _("One check"))}
    else:
        said = ngettext("%(count)d check passed.", "%(count)d checks passed.", len(passed)) % {"count": len(passed)}
    return (" " if in_english() else "").join([said, *_gave_way(passed, codes)])


def _passed_before(before: Sequence[Verdict], codes: dict[UUID, str]) -> Iterator[Told]:
    """Which ones and by whom; of more than a few only how many."""
    told = before[:REASONS]
    passed = Verification.objects.filter(inspection__in=[verdict.id for verdict in told])
    names = dict(passed.values_list("inspection", "by__name"))
    for verdict in told:
        said = {"code": codes.get(verdict.id, _("One check")), "name": names[verdict.id]}
        yield messages.INFO, _("%(code)s had been passed already by %(name)s.") % said
    if more := len(before) - len(told):
        text = ngettext("%(count)d more had passed already.", "%(count)d more had passed already.", more)
        yield messages.INFO, text % {"count": more}


def _gave_way(passed: Sequence[Verdict], codes: dict[UUID, str]) -> Iterator[str]:
    """How many others were set aside, and of which places where several passed."""
    over = [verdict for verdict in passed if verdict.set_aside]
    count = sum(len(verdict.set_aside) for verdict in over)
    said = {"count": count, "codes": listed(codes.get(verdict.id, _("One check")) for verdict in over)}
    if count and len(passed) == 1:
        yield (
            ngettext(
                "%(count)d other record of the same shift was set aside and does not count.",
                "%(count)d other records of the same shift were set aside and do not count.",
                count,
            )
            % said
        )
    elif count:
        yield (
            ngettext(
                "%(codes)s: %(count)d other record of the same shift was set aside and does not count.",
                "%(codes)s: %(count)d other records of the same shift were set aside and do not count.",
                count,
            )
            % said
        )


def told_declined(detail: Detail, verb: Callable[..., Any]) -> Told:
    """What became of a check that was sent back or set aside."""
    check = detail.inspection
    said = {"code": detail.row.code, "inspector": check.inspector.name, "time": clock(check.performed_at)}
    if verb is services.send_back:
        text = _("%(code)s went back to %(inspector)s, who finds your reason under “What I recorded”.")
    else:
        text = _("%(code)s, recorded by %(inspector)s at %(time)s, is set aside and does not count.")
    return messages.SUCCESS, text % said


def told_refused(detail: Detail, refusal: services.Refusal) -> Told:
    """Why a check was neither sent back nor set aside."""
    return messages.ERROR, _("%(code)s stays as it is. %(why)s") % {"code": detail.row.code, "why": refusal}


def _codes(ids: Sequence[UUID], user: User) -> dict[UUID, str]:
    checks = Inspection.objects.visible_to(user).filter(pk__in=ids).select_related("room", "area")
    return {check.pk: check.target.code for check in checks}
