"""What is told after a decision: what passed, what gave way to it, what did not pass and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campus.models import User
from campus.templatetags.figures import in_english
from inspections.models import Inspection
from scoring import services
from scoring.reviewing import Detail
from scoring.services import Verdict

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
    if before:
        yield (
            messages.INFO,
            ngettext("%(count)d had passed already.", "%(count)d had passed already.", len(before))
            % {"count": len(before)},
        )
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
    aside = sum(len(verdict.set_aside) for verdict in passed)
    if len(passed) == 1:
        said = _("%(code)s passed.") % {"code": codes.get(passed[0].id, _("One check"))}
    else:
        said = ngettext("%(count)d check passed.", "%(count)d checks passed.", len(passed)) % {"count": len(passed)}
    if not aside:
        return said
    return (" " if in_english() else "").join(
        [
            said,
            ngettext(
                "%(count)d other record of the same shift was set aside.",
                "%(count)d other records of the same shift were set aside.",
                aside,
            )
            % {"count": aside},
        ]
    )


def told_declined(detail: Detail, verb: Callable[..., Any]) -> Told:
    """What became of a check that was sent back or set aside."""
    said = {"code": detail.row.code, "inspector": detail.inspection.inspector.name}
    if verb is services.send_back:
        return messages.SUCCESS, _("%(code)s went back to %(inspector)s, with your reason.") % said
    return messages.SUCCESS, _("%(code)s is set aside and does not count.") % said


def _codes(ids: Sequence[UUID], user: User) -> dict[UUID, str]:
    checks = Inspection.objects.visible_to(user).filter(pk__in=ids).select_related("room", "area")
    return {check.pk: check.target.code for check in checks}
