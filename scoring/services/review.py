"""The review: pass a check and charge it (通过), send it back (退回), set it aside (搁置). Design §5.2, §6.3."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeVar
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from campus.models import SchoolClass, User
from inspections.models import Concern, Finding, Inspection
from scoring import engine
from scoring.facts import CONCERNS, FINDINGS, NO_NAMES, TARGET, as_check, exempted_since, slot_of, unnamed
from scoring.models import Attribution, Entry, Return, SetAside, Verification
from scoring.rights import against_own, beyond_reviewers, hindrance
from scoring.selectors import policy_of
from scoring.services.ledger import lock_counting_week
from scoring.services.refusals import AlreadyDecided, NotAllowed, Refusal, reason_given

D = TypeVar("D", Return, SetAside)

DECISIONS = ("verification", "sent_back", "set_aside")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one check: `errors` say why it was refused, `set_aside` are the checks that gave way to it."""

    id: UUID
    status: Literal["verified", "already", "refused"]
    errors: list[str] = field(default_factory=list)
    set_aside: tuple[UUID, ...] = ()


def verify(
    *, inspections: Sequence[UUID], by: User, names: Mapping[UUID, str] = NO_NAMES, at: datetime | None = None
) -> list[Verdict]:
    """Pass checks and post their lines, each in a transaction of its own: a bad one never blocks its neighbours.

    `names` gives the class (code) of a personal finding (id) whose class nobody has named in a place of several
    classes. `at` is when, now unless told. Verdicts stand in the order asked.
    """
    return [_verdict(pk, by, names, at or timezone.now()) for pk in inspections]


def _verdict(pk: UUID, by: User, names: Mapping[UUID, str], at: datetime) -> Verdict:
    # A second look says what a quicker colleague did; the first one may have met him only at a constraint
    for attempt in range(2):
        try:
            with transaction.atomic():
                return Verdict(pk, "verified", set_aside=_pass(_locked(pk, by), by, names, at))
        except IntegrityError:
            if attempt and not _decided_meanwhile(pk):
                raise
        except AlreadyDecided as refusal:
            return Verdict(pk, "already" if _is_verified(pk) else "refused", [str(refusal)])
        except Refusal as refusal:
            return Verdict(pk, "refused", [str(refusal)])
    return Verdict(pk, "refused", [_("Somebody else is deciding on it right now. Look once more.")])


def _is_verified(pk: UUID) -> bool:
    return Verification.objects.filter(inspection=pk).exists()


def _decided_meanwhile(pk: UUID) -> bool:
    """Whether a constraint can have been met because of a colleague; else it tells of a fault, which is to be seen."""
    inspection = Inspection.objects.select_related(*DECISIONS, "standard").get(pk=pk)
    slot = slot_of(inspection)
    taken = slot is not None and Verification.objects.filter(slot=slot).exists()
    return taken or any(hasattr(inspection, decision) for decision in DECISIONS)


@dataclass(frozen=True, slots=True)
class _Case:
    """A check under review and those that it stands against, all locked."""

    inspection: Inspection
    others: tuple[Inspection, ...]
    replaced: frozenset[UUID]

    def rivals(self) -> Iterator[Inspection]:
        """Of which only one may pass: the checks of its slot, and what it corrects; not visits that are no check."""
        return (other for other in self.others if other.counts or other.pk in self.replaced)


def _locked(pk: UUID, by: User) -> _Case:
    """The check with all its slot, locked in one order so that two reviewers never wait for each other.

    Raises `Refusal` for one that does not exist or is not `by`'s to see.
    """
    seen = Inspection.objects.visible_to(by).filter(pk=pk).select_related("standard").first()
    if seen is None:
        raise Refusal(_("There is no such check."))
    replaced = frozenset(_corrected(seen))
    involved = Q(pk__in=[pk, *replaced])
    if slot_of(seen) is not None:
        involved |= Q(pk__in=Inspection.objects.of_same_slot(seen).values("pk"))
    ids = list(Inspection.objects.filter(involved).order_by("pk").select_for_update().values_list("pk", flat=True))
    # Read only now: what was decided while we waited for the lock shows
    rows = Inspection.objects.filter(pk__in=ids).select_related(*DECISIONS, *TARGET, "replacement", "week__term")
    by_id = {row.pk: row for row in rows.prefetch_related(CONCERNS, FINDINGS)}
    inspection = by_id.pop(pk)
    return _Case(inspection, tuple(by_id.values()), replaced)


def _corrected(inspection: Inspection) -> Iterator[UUID]:
    """The records that this one replaces, newest first."""
    replaced = inspection.replaces
    while replaced is not None:
        yield replaced.pk
        replaced = replaced.replaces


def _pass(case: _Case, by: User, names: Mapping[UUID, str], at: datetime) -> tuple[UUID, ...]:
    """Verify the check, post what it costs, set aside what it stands against; the ids of those. Raises `Refusal`."""
    inspection = case.inspection
    _must_be_undecided(inspection)
    if hasattr(inspection, "replacement"):
        raise Refusal(_corrected_since())
    _must_be_allowed(inspection, by)
    _must_stand_alone(case)
    _leave_out_exempted(inspection)
    named = _named(inspection, names)
    week = lock_counting_week(inspection.week)
    policy = policy_of(week)
    verification = Verification.objects.create(
        inspection=inspection, by=by, at=at, week=week, policy=policy, slot=slot_of(inspection)
    )
    Attribution.objects.bulk_create(
        Attribution(finding=finding, school_class=klass, by=by, at=at) for finding, klass in named.items()
    )
    codes = {finding.pk: klass.code for finding, klass in named.items()}
    Entry.objects.bulk_create(_lines(inspection, codes, verification))
    return _set_others_aside(case, verification)


def _leave_out_exempted(inspection: Inspection) -> None:
    """An exemption entered since the check was recorded: the class is neither charged nor counted as checked."""
    Concern.objects.bulk_update(exempted_since([inspection]), ["exemption"])


def _corrected_since() -> str:
    return _("The inspector has corrected it: a newer record replaces it. Decide on that one.")


def _must_be_undecided(inspection: Inspection) -> None:
    told = {
        "verification": _("It has passed already."),
        "sent_back": _("It has been sent back to its inspector."),
        "set_aside": _("It has been set aside."),
    }
    for decision, text in told.items():
        if hasattr(inspection, decision):
            raise AlreadyDecided(text)


def _must_be_allowed(inspection: Inspection, by: User) -> None:
    classes = [concern.school_class_id for concern in inspection.concerns.all()]
    beyond = inspection.pk in beyond_reviewers([inspection], by)
    against = Inspection.objects.filter(against_own(by), pk=inspection.pk).exists()
    if why := hindrance(by, inspection, classes, beyond_reviewers=beyond, against_own=against):
        raise NotAllowed(str(why.label))


def _must_stand_alone(case: _Case) -> None:
    for rival in case.rivals():
        if not hasattr(rival, "verification"):
            continue
        if rival.pk in case.replaced:
            raise Refusal(_("What it corrects has passed and counts: this one cannot. Set it aside, with a reason."))
        raise Refusal(_("Another check of the same place and shift has passed. Set this one aside, or send it back."))


def _named(inspection: Inspection, names: Mapping[UUID, str]) -> dict[Finding, SchoolClass]:
    """The class of each finding that waits for one. Raises `Refusal` where it is not said, or not one concerned."""
    concerned = {concern.school_class.code: concern.school_class for concern in inspection.concerns.all()}
    named: dict[Finding, SchoolClass] = {}
    for finding in unnamed(inspection):
        code = names.get(finding.pk)
        if not code:
            raise Refusal(_("%(finding)s: say which class it was.") % {"finding": finding.label})
        if code not in concerned:
            raise Refusal(_("Class %(code)s does not answer for this place.") % {"code": code[:40]})
        named[finding] = concerned[code]
    return named


def _lines(inspection: Inspection, names: Mapping[UUID, str], verification: Verification) -> Iterator[Entry]:
    """A line for each finding and class charged, those of 0 points too; what the outcome costs has no finding."""
    classes = {concern.school_class.code: concern.school_class for concern in inspection.concerns.all()}
    findings = {str(finding.pk): finding for finding in inspection.findings.all()}
    for charge in engine.charge(as_check(inspection, names), verification.policy.as_value()):
        yield Entry(
            school_class=classes[charge.klass],
            week=verification.week,
            category=inspection.category,
            points=-charge.points,
            worth=charge.worth,
            serious=charge.serious,
            standing=1,
            policy=verification.policy,
            inspection=inspection,
            finding=findings.get(charge.finding_id),
            posted_by=verification.by,
            posted_at=verification.at,
        )


def _set_others_aside(case: _Case, verification: Verification) -> tuple[UUID, ...]:
    aside = [rival for rival in case.rivals() if not any(hasattr(rival, decision) for decision in DECISIONS)]
    SetAside.objects.bulk_create(
        SetAside(inspection=rival, by=verification.by, at=verification.at, in_favour_of=verification) for rival in aside
    )
    return tuple(rival.pk for rival in aside)


def send_back(*, inspection: UUID, by: User, reason: str) -> Return:
    """Send a check back to its inspector, who answers with a new record. `reason` is for him, 200 characters at most.

    Raises `Inspection.DoesNotExist` for one that is not `by`'s to see, `NotAllowed` for his own, `AlreadyDecided`,
    and `Refusal` for a want of reason.
    """
    return _decide(Return, inspection, by, reason)


def set_aside(*, inspection: UUID, by: User, reason: str) -> SetAside:
    """Set a check aside: it does not count, nobody is asked anything. Raises as `send_back` does."""
    return _decide(SetAside, inspection, by, reason)


def _decide(decision: type[D], pk: UUID, by: User, reason: str) -> D:
    try:
        with transaction.atomic():
            Inspection.objects.visible_to(by).select_for_update().get(pk=pk)
            rows = Inspection.objects.select_related(*DECISIONS, "replacement").prefetch_related("concerns")
            inspection = rows.get(pk=pk)
            _must_be_undecided(inspection)
            _must_be_allowed(inspection, by)
            if decision is Return and hasattr(inspection, "replacement"):
                raise AlreadyDecided(_corrected_since())
            return decision.objects.create(inspection=inspection, by=by, reason=reason_given(reason))
    except IntegrityError as error:
        if not _decided_meanwhile(pk):
            raise
        raise AlreadyDecided(_("Somebody else has just decided on it. Look once more.")) from error
