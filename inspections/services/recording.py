"""The verbs of recording: what was said is examined, then stored once, with all that is decided then (design §4)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campus.models import User
from inspections.drafts import CheckDraft, content_hash
from inspections.known import Known, look_up
from inspections.models import Concern, Finding, FindingPhoto, Inspection
from inspections.rights import may_record_somewhere
from inspections.selectors import as_target
from inspections.validation import Facts, Rejected, examine

log = logging.getLogger(__name__)

# Faults that pass, and of which nothing that was sent is the cause: it may be sent again as it is
PASSING = (OperationalError, InterfaceError, MemoryError)


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


Result = Recorded | Conflict | Rejected


@dataclass(frozen=True, slots=True)
class Sending:
    """Who sent, when it came, and what the sender's clock is behind, as measured then."""

    inspector: User
    received_at: datetime
    clock_offset: timedelta


@dataclass(frozen=True, slots=True)
class Rows:
    """A check that passed, with all that is stored of it."""

    inspection: Inspection
    concerns: Sequence[Concern]
    findings: Sequence[Finding]
    photos: Sequence[FindingPhoto]


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
    result = _alone(draft, _sending(inspector, received_at, clock_offset))
    if isinstance(result, Recorded):
        return result
    raise result


def record_many(
    *,
    drafts: Sequence[CheckDraft],
    inspector: User,
    received_at: datetime | None = None,
    clock_offset: timedelta = timedelta(0),
) -> list[Result]:
    """Store checks as `record` does one after the other, and tell of each, in order; one never blocks another.

    All that pass are stored in one transaction. Where the database refuses that (one of them was sent at the same
    moment by somebody else), each goes alone, in a transaction of its own. Raises `NotAllowed`; and what is
    `PASSING`, where the database or the machine does not work, of which no check is at fault.
    """
    sending = _sending(inspector, received_at, clock_offset)
    if len(drafts) > 1:
        try:
            results = _together(drafts, sending, Inspection.objects.in_bulk([draft.id for draft in drafts]))
            return _not_by_itself(drafts, results, sending)
        except PASSING:
            raise
        except Exception as error:
            log.info("%d checks go one by one: %r", len(drafts), error)
    return [_unblocking(draft, sending) for draft in drafts]


def record_press(*, draft: CheckDraft, inspector: User) -> Recorded:
    """Record what a page's form said just now; a second press of the same form keeps the time of the first.

    A page's time is the server's: there is no offset, and the time stored is the time told.
    Raises what `record` raises; `Conflict` only where the form was changed between the two.
    """
    try:
        return record(draft=draft, inspector=inspector)
    except Conflict as conflict:
        return record(draft=replace(draft, performed_at=conflict.stored.performed_at), inspector=inspector)


def _sending(inspector: User, received_at: datetime | None, clock_offset: timedelta) -> Sending:
    if not may_record_somewhere(inspector):
        raise NotAllowed(_("Only inspectors, reviewers and advisors record checks."))
    return Sending(inspector, received_at or timezone.now(), clock_offset)


def _not_by_itself(drafts: Sequence[CheckDraft], results: Sequence[Result], sending: Sending) -> list[Result]:
    """Of a batch that is sent twice at once the one is looked at while the other is stored.

    A check is then found to name photos, or to replace a check, that are taken: by itself.
    """
    rejected = [draft.id for draft, result in zip(drafts, results, strict=True) if isinstance(result, Rejected)]
    stored = set(Inspection.objects.filter(pk__in=rejected).values_list("pk", flat=True))
    return [
        _second(draft, sending) if draft.id in stored else result for draft, result in zip(drafts, results, strict=True)
    ]


def _unblocking(draft: CheckDraft, sending: Sending) -> Result:
    """What came of one; what nobody foresaw is told of it alone."""
    try:
        return _alone(draft, sending)
    except PASSING:
        raise
    except Exception:
        log.exception("The check %s could not be stored", draft.id)
        return Rejected({"detail": [_("The server could not store this check. Tell your administrator.")]})


def _alone(draft: CheckDraft, sending: Sending) -> Result:
    """What came of one. It is looked for only where it cannot be stored: most checks are new, and the key decides."""
    try:
        (result,) = _together([draft], sending, {})
    except IntegrityError:
        result = None
    if isinstance(result, Recorded):
        return result
    return _second(draft, sending)


def _second(draft: CheckDraft, sending: Sending) -> Result:
    """What stood there before, or why it cannot be: by what somebody else stored meanwhile, too."""
    stored = Inspection.objects.in_bulk([draft.id])
    try:
        (result,) = _together([draft], sending, stored)
    except IntegrityError:
        taken = set(Finding.objects.filter(pk__in=[f.id for f in draft.findings]).values_list("pk", flat=True))
        if not taken:
            raise
        told = [_("This finding's id belongs to another check.")]
        return Rejected({f"findings.{n}.id": told for n, finding in enumerate(draft.findings) if finding.id in taken})
    return result


def _together(drafts: Sequence[CheckDraft], sending: Sending, stored: dict[UUID, Inspection]) -> list[Result]:
    """Examine all that is not `stored`, then store in one transaction what passed."""
    timed = [_on_time(draft, sending.clock_offset) for draft in drafts]
    known = look_up([draft for draft in timed if draft is not None], sending.inspector, stored)
    passed: list[Rows] = []
    results = [_result(draft, at, known, sending, passed) for draft, at in zip(drafts, timed, strict=True)]
    if passed:
        _store(passed)
    return results


def _on_time(draft: CheckDraft, clock_offset: timedelta) -> CheckDraft | None:
    """The tidied draft on the true clock: all that is tried and stored goes by it. None where its time is none."""
    if draft.performed_at.tzinfo is None:
        return None
    try:
        performed_at = draft.performed_at + clock_offset
    except OverflowError:
        performed_at = datetime.min.replace(tzinfo=UTC)  # which lies in no term either
    return replace(draft.tidied(), performed_at=performed_at)


def _result(draft: CheckDraft, timed: CheckDraft | None, known: Known, sending: Sending, passed: list[Rows]) -> Result:
    if timed is None:
        return Rejected({"performed_at": [_("This time does not say its offset from UTC.")]})
    content = content_hash(replace(timed, performed_at=draft.performed_at))
    stored = known.stored.get(draft.id)
    if stored is not None:
        return _again(stored, content, sending.inspector)
    try:
        facts = examine(timed, known, sending.received_at)
    except Rejected as rejected:
        return rejected
    rows = _rows(timed, content, facts, sending)
    known.note(rows.inspection, timed.photos)
    passed.append(rows)
    return Recorded(rows.inspection, "created")


def _again(stored: Inspection, content: str, inspector: User) -> Recorded | Conflict:
    # Another person's record is not one's own success, whatever it says
    if stored.content_hash != content or stored.inspector_id != inspector.pk:
        return Conflict(stored)
    return Recorded(stored, "duplicate")


def _rows(draft: CheckDraft, content: str, facts: Facts, sending: Sending) -> Rows:
    inspection = Inspection(
        id=draft.id,
        **as_target(facts.target),
        category=facts.kind.category,
        shift=draft.shift,
        occasion=draft.occasion,
        performed_at=draft.performed_at,
        performed_on=facts.when.date,
        received_at=sending.received_at,
        clock_offset=sending.clock_offset,
        week=facts.when.week,
        inspector=sending.inspector,
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
    photos = [
        FindingPhoto(finding=finding, photo_id=photo, position=n)
        for finding, said in zip(facts.findings, draft.findings, strict=True)
        for n, photo in enumerate(said.photos, 1)
    ]
    return Rows(inspection, facts.concerns, facts.findings, photos)


@transaction.atomic
def _store(passed: Sequence[Rows]) -> None:
    """Four statements at most, however many checks there are."""
    # By id: of two batches with the same checks in another order, one waits for the other instead of both for ever
    ordered = sorted(passed, key=lambda rows: rows.inspection.pk)
    Inspection.objects.bulk_create(rows.inspection for rows in ordered)
    Concern.objects.bulk_create(concern for rows in ordered for concern in rows.concerns)
    Finding.objects.bulk_create(finding for rows in ordered for finding in rows.findings)
    FindingPhoto.objects.bulk_create(photo for rows in ordered for photo in rows.photos)
