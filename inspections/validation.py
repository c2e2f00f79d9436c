"""Whether what was said of one check can be: every rule of §5.1 and §6.2 that needs no reviewer.

All faults are told at once, by the path of what they are about: `target`, `findings.0.points`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campus.calendar import NoTermError, Shift
from campus.models import SchoolClass, User
from campus.selectors import When
from dormitories.models import Room
from inspections.drafts import CheckDraft, FindingDraft, figure, one_line
from inspections.known import Known
from inspections.models import (
    NOTE_LENGTH,
    OWN_TEXT_LENGTH,
    PHOTOS_OF_A_CHECK,
    PHOTOS_OF_A_FINDING,
    Concern,
    Defect,
    Finding,
    Inspection,
    Kind,
    Occasion,
    Outcome,
    Standard,
    Told,
)
from inspections.selectors import (
    LOCKED_AGAIN,
    Target,
    instead_of,
    kind_wanted,
    place_in,
    place_of,
)
from inspections.versions import Version

CLOCK_MAY_BE_FAST = timedelta(minutes=10)
FINDINGS_AT_MOST = 100


class Errors(dict[str, list[str]]):
    """What is wrong, by the path of what it is about."""

    def add(self, path: str, message: str) -> None:
        self.setdefault(path, []).append(message)


class Rejected(Exception):
    """The check as it was told cannot be; `errors` says why, field by field."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__(errors)
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Facts:
    """What stands behind a good draft: its rows, looked up, and its findings, ready to be stored."""

    when: When
    target: Target
    kind: Kind
    standard: Standard
    concerns: Sequence[Concern]
    replaces: Inspection | None
    findings: Sequence[Finding]


def examine(draft: CheckDraft, known: Known, received_at: datetime) -> Facts:
    """Try every rule on the tidied `draft`, by what is `known` of all that it names. Raises `Rejected`."""
    errors = Errors()
    _try_words(draft, errors)
    placed = _place(draft.performed_at, known, received_at, errors)
    target = known.places.targets.get((draft.target_type, draft.target_code))
    if target is None and "target.type" not in errors:
        errors.add("target", _("There is no such place. Look at the number once more."))
    if placed is None or target is None:
        raise Rejected(errors)

    kind = kind_wanted(target, draft.occasion)
    _try_outcome(draft.outcome, kind, errors)
    concerns = known.concerns(target, placed.date)
    classes = [concern.school_class for concern in concerns]
    if is_own(known.inspector, target, classes):
        errors.add("target", _("This is your own class or room. Somebody else has to check it."))
    elif not known.may_record(target, placed.date, draft):
        errors.add("target", _("This place is on no round of yours for that day, shift and occasion."))
    version = _try_standard(draft.standard, known, kind, placed.date, errors)
    replaces = _try_replaces(draft, known, target, placed.date, errors)
    findings = _try_findings(draft, version, classes, errors) if version else []
    _try_photos(draft, known, errors)
    _try_locked_again(draft, known, target, placed, errors)
    if errors or version is None:
        raise Rejected(errors)
    return Facts(placed, target, kind, version.standard, concerns, replaces, findings)


def is_own(inspector: User, target: Target, classes: Iterable[SchoolClass]) -> bool:
    """Whether the place is the inspector's own class's, or his own room (§6.3)."""
    lives_there = isinstance(target, Room) and target.pk == inspector.home_room_id
    return lives_there or not inspector.own_class_ids().isdisjoint(c.pk for c in classes)


def _try_words(draft: CheckDraft, errors: Errors) -> None:
    choices: list[tuple[str, str, Iterable[str]]] = [
        ("target.type", draft.target_type, ["room", "area"]),
        ("shift", draft.shift, list(Shift)),
        ("occasion", draft.occasion, Occasion.values),
        ("outcome", draft.outcome, Outcome.values),
        ("told", draft.told, ["", *Told.values]),
    ]
    for path, word, words in choices:
        if word not in words:
            errors.add(path, _("“%(word)s” is not one of the choices.") % {"word": one_line(word)[:40]})
    if len(draft.note) > NOTE_LENGTH:
        errors.add("note", too_long(draft.note, NOTE_LENGTH))


def _try_outcome(outcome: str, kind: Kind, errors: Errors) -> None:
    possible = [Outcome.CLEAN, Outcome.DEFECTS, *instead_of(kind)]
    if outcome in Outcome.values and outcome not in possible:
        said = {"kind": kind.label, "outcome": Outcome(outcome).label}
        errors.add("outcome", _("%(kind)s: “%(outcome)s” cannot come of a check there.") % said)


def too_long(text: str, most: int) -> str:
    return ngettext(
        "%(count)d character too long: %(most)d at most.",
        "%(count)d characters too long: %(most)d at most.",
        len(text) - most,
    ) % {"count": len(text) - most, "most": most}


def _place(performed_at: datetime, known: Known, received_at: datetime, errors: Errors) -> When | None:
    if performed_at > received_at + CLOCK_MAY_BE_FAST:
        errors.add("performed_at", _("This time has not come yet. Set the clock of the phone right."))
        return None
    try:
        return known.calendar.when(performed_at)
    except (NoTermError, OverflowError):
        errors.add("performed_at", in_no_term())
        return None


def in_no_term() -> str:
    return _("This day lies in no term.")


def _try_standard(number: int, known: Known, kind: Kind, day: date, errors: Errors) -> Version | None:
    """The version it was made with, also where a newer one is in force by now."""
    version = known.versions.get(number)
    if version is None:
        errors.add("standard", _("There is no such version of the standard."))
    elif version.standard.kind != kind:
        errors.add(
            "standard", _("This standard is for another kind of place: it should be %(kind)s.") % {"kind": kind.label}
        )
    elif version.standard.effective_from > day:
        errors.add("standard", _("This version was not in force yet on that day."))
    else:
        return version
    return None


def _try_replaces(draft: CheckDraft, known: Known, target: Target, day: date, errors: Errors) -> Inspection | None:
    """What it corrects; also a mistaken shift or occasion, which the review looks at."""
    if draft.replaces is None:
        return None
    replaced = known.mine.get(draft.replaces)
    if replaced is None or place_in(replaced) != place_of(target) or replaced.performed_on != day:
        errors.add("replaces", _("A correction replaces a check of your own, of the same place and day."))
    elif replaced.pk in known.replaced:
        errors.add("replaces", _("That check has been corrected already."))
    return replaced


def _try_locked_again(draft: CheckDraft, known: Known, target: Target, placed: When, errors: Errors) -> None:
    for n, finding in enumerate(draft.findings):
        if finding.defect == LOCKED_AGAIN:
            # The visit that this one corrects never was one
            if not known.was_locked(target, placed.week, draft.performed_at, corrected=draft.replaces):
                told = _("Not found locked earlier this week (within ten minutes is one visit). Record it as locked.")
                errors.add(f"findings.{n}.defect", told)
            return


# Findings


def _try_findings(draft: CheckDraft, version: Version, classes: Sequence[SchoolClass], errors: Errors) -> list[Finding]:
    if draft.outcome == Outcome.DEFECTS and not draft.findings:
        errors.add("findings", _("Choose at least one defect, or record it as clean."))
    if draft.outcome != Outcome.DEFECTS and draft.findings:
        errors.add("findings", _("Defects were chosen: save those, or take them back."))
    if len(draft.findings) > FINDINGS_AT_MOST:
        errors.add("findings", _("%(most)d defects at most.") % {"most": FINDINGS_AT_MOST})
    if not draft.findings or len(draft.findings) > FINDINGS_AT_MOST:
        return []
    named = {school_class.code: school_class for school_class in classes}
    _try_repeats(draft.findings, errors)
    return [_try_finding(n, finding, version, named, errors) for n, finding in enumerate(draft.findings)]


def _try_repeats(findings: Sequence[FindingDraft], errors: Errors) -> None:
    ids, said = set(), set()
    for n, finding in enumerate(findings):
        words = (finding.defect, finding.text, figure(finding.points), finding.school_class, finding.corrected)
        if finding.id in ids or words in said:
            errors.add(f"findings.{n}.defect", _("The same defect stands here twice."))
        ids.add(finding.id)
        said.add(words)


def _try_photos(draft: CheckDraft, known: Known, errors: Errors) -> None:
    if len(draft.photos) > PHOTOS_OF_A_CHECK:
        errors.add("findings", _("%(most)d photos at most.") % {"most": PHOTOS_OF_A_CHECK})
        return
    taken = known.photos_taken(draft.photos, draft.replaces)
    seen: set[UUID] = set()
    for n, finding in enumerate(draft.findings):
        path, photos = f"findings.{n}.photos", set(finding.photos)
        if len(finding.photos) > PHOTOS_OF_A_FINDING:
            errors.add(path, _("%(most)d photos at most.") % {"most": PHOTOS_OF_A_FINDING})
        if len(photos) < len(finding.photos) or photos & seen:
            errors.add(path, _("The same photo stands here twice."))
        if photos & taken:
            errors.add(path, _("This photo belongs to another check."))
        seen |= photos


def _try_finding(
    n: int, draft: FindingDraft, version: Version, classes: dict[str, SchoolClass], errors: Errors
) -> Finding:
    """The finding as it would be stored; what it costs, and whom, is the version's word (§5.1)."""
    path = f"findings.{n}"
    finding = Finding(id=draft.id, position=n + 1, text=draft.text, points=0, corrected=draft.corrected)
    if len(draft.text) > OWN_TEXT_LENGTH:
        errors.add(f"{path}.text", too_long(draft.text, OWN_TEXT_LENGTH))
    if draft.school_class is not None:
        finding.school_class = classes.get(draft.school_class)
        if finding.school_class is None:
            errors.add(
                f"{path}.class", _("Class %(code)s does not answer for this place.") % {"code": draft.school_class[:40]}
            )
    if draft.defect is not None:
        _take_from_standard(finding, draft, version.defects.get(draft.defect), path, errors)
    elif not draft.text:
        errors.add(f"{path}.defect", _("Choose a defect, or say in your own words what is wrong."))
    else:
        finding.points = _own_points(draft.points, version.most_own_points, f"{path}.points", errors)
    return finding


def _take_from_standard(
    finding: Finding, draft: FindingDraft, defect: Defect | None, path: str, errors: Errors
) -> None:
    if defect is None:
        errors.add(f"{path}.defect", _("This standard has no defect “%(code)s”.") % {"code": (draft.defect or "")[:40]})
        return
    # Another figure than will be charged must not have stood before the inspector's eyes
    if draft.points is not None and figure(draft.points) != figure(defect.points):
        errors.add(
            f"{path}.points", _("The standard says %(points)s points for this.") % {"points": figure(defect.points)}
        )
    finding.defect, finding.points, finding.scope, finding.serious = defect, defect.points, defect.scope, defect.serious


def _own_points(points: Decimal | None, most: Decimal, path: str, errors: Errors) -> Decimal:
    """What own text costs: from 0 to the dearest of the version's defects that are not serious (§5.1)."""
    if points is None:
        errors.add(path, _("Say how many points it costs."))
    elif not points.is_finite() or not 0 <= points <= most:
        errors.add(path, _("From 0 to %(most)s points.") % {"most": figure(most)})
    elif points != round(points, 2):
        errors.add(path, _("Two decimals at most."))
    else:
        return points + 0  # without the sign of a nought
    return Decimal(0)
