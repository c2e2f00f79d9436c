"""The verbs of recording: what was said is examined, then stored once, with all that is decided then (design §4)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campus.models import Role, User
from inspections.drafts import CheckDraft, FindingDraft, content_hash
from inspections.models import Concern, Finding, Inspection
from inspections.selectors import as_target
from inspections.validation import Facts, Rejected, examine, in_no_term

RECORDERS = (Role.INSPECTOR, Role.REVIEWER, Role.ADVISOR)


class NotAllowed(PermissionDenied):
    """The person's role does not include recording checks (§6.3)."""


class Conflict(Exception):
    """The id is taken by a check with other content, which stays as it is; `stored` is that check."""

    def __init__(self, stored: Inspection) -> None:
        super().__init__(str(stored.pk))
        self.stored = stored


@dataclass(frozen=True, slots=True)
class Recorded:
    """`duplicate` is a success too: the same was stored before, and nothing changed."""

    inspection: Inspection
    status: Literal["created", "duplicate"]


def record(
    *,
    draft: CheckDraft,
    inspector: User,
    received_at: datetime | None = None,
    clock_offset: timedelta = timedelta(0),
) -> Recorded:
    """Store one check with its findings and the classes it concerns; once, however often it is sent.

    `received_at` is now unless told. `clock_offset` is what the phone's clock is behind, as measured while sending; it
    is no part of the content (§6.2), so that a resend may come with another one. The date, the term week and the
    classes follow from `draft.performed_at` with the offset added; the shift is what the inspector said.

    Raises `NotAllowed`, `Rejected` (its `errors` by field), `Conflict` (the id is taken by other content).
    """
    if not inspector.holds(*RECORDERS):
        raise NotAllowed(_("Only inspectors, reviewers and advisors record checks."))
    if draft.performed_at.tzinfo is None:
        raise Rejected({"performed_at": [_("This time does not say its offset from UTC.")]})
    draft, received_at = draft.tidied(), received_at or timezone.now()
    content = content_hash(draft)
    try:
        timed = _on_time(draft, clock_offset)
        facts = examine(timed, inspector, received_at)
        with transaction.atomic():
            return Recorded(_store(timed, content, facts, inspector, received_at), "created")
    except (Rejected, IntegrityError) as error:
        # Looked for only here: most checks are new, the database's key alone can tell two that come at once, and
        # what was stored stays a success where the roster has changed since
        stored = Inspection.objects.filter(pk=draft.id).first()
        if stored is None:
            raise (_clash(draft) if isinstance(error, IntegrityError) else None) or error from None
    return _again(stored, content, inspector)


def record_press(*, draft: CheckDraft, inspector: User) -> Recorded:
    """Record what a page's form said just now; a second press of the same form keeps the time of the first.

    A page's time is the server's: there is no offset, and the time stored is the time told.
    Raises what `record` raises; `Conflict` only where the form was changed between the two.
    """
    try:
        return record(draft=draft, inspector=inspector)
    except Conflict as conflict:
        return record(draft=replace(draft, performed_at=conflict.stored.performed_at), inspector=inspector)


def _on_time(draft: CheckDraft, clock_offset: timedelta) -> CheckDraft:
    """The draft on the true clock: everything that is tried and stored goes by it. Raises `Rejected`."""
    try:
        return replace(draft, performed_at=draft.performed_at + clock_offset)
    except OverflowError:
        raise Rejected({"performed_at": [in_no_term()]}) from None


def _again(stored: Inspection, content: str, inspector: User) -> Recorded:
    # Another person's record is not one's own success, whatever it says
    if stored.content_hash != content or stored.inspector_id != inspector.pk:
        raise Conflict(stored)
    return Recorded(stored, "duplicate")


def _store(draft: CheckDraft, content: str, facts: Facts, inspector: User, received_at: datetime) -> Inspection:
    """Four statements at most, however many findings there are."""
    inspection = Inspection.objects.create(
        id=draft.id,
        **as_target(facts.target),
        category=facts.kind.category,
        shift=draft.shift,
        occasion=draft.occasion,
        performed_at=draft.performed_at,
        performed_on=facts.when.date,
        received_at=received_at,
        week=facts.when.week,
        inspector=inspector,
        standard=facts.standard,
        outcome=draft.outcome,
        told=draft.told,
        note=draft.note,
        replaces=facts.replaces,
        content_hash=content,
    )
    for concern in facts.concerns:
        concern.inspection = inspection
    for finding in facts.findings:
        finding.inspection = inspection
    Concern.objects.bulk_create(facts.concerns)
    Finding.objects.bulk_create(facts.findings)
    return inspection


def _clash(draft: CheckDraft) -> Rejected | None:
    """What else of the draft was taken already, where it was not its id."""
    if draft.replaces and Inspection.objects.filter(replaces=draft.replaces).exists():
        return Rejected({"replaces": [_("That check has been corrected already.")]})
    taken = set(Finding.objects.filter(pk__in=[f.id for f in draft.findings]).values_list("pk", flat=True))
    told = [_("This finding's id belongs to another check.")]
    return (
        Rejected({f"findings.{n}.id": told for n, f in enumerate(draft.findings) if f.id in taken}) if taken else None
    )


__all__ = [
    "CheckDraft",
    "Conflict",
    "FindingDraft",
    "NotAllowed",
    "Recorded",
    "Rejected",
    "record",
    "record_press",
]
