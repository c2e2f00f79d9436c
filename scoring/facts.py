"""A check as the engine and the database know it: its findings with their classes, its slot, the week it counts in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from campus.models import Exemption, SchoolClass, Week
from campus.querysets import standing_during
from inspections.models import Concern, Defect, Finding, Inspection, Occasion, Outcome
from inspections.querysets import COUNTS
from scoring import engine

# Fetched along, `as_check` asks the database nothing
TARGET = ("room", "area", "standard")
CONCERNS = Prefetch("concerns", Concern.objects.select_related("school_class"))
FINDINGS = Prefetch("findings", Finding.objects.select_related("school_class", "attribution__school_class"))

# Checks that wait for a decision; one that its inspector has corrected waits no more
UNDECIDED = Q(verification=None, sent_back=None, set_aside=None, replacement=None)

# Checks of whose slot only one may stand
HAS_SLOT = ~Q(occasion=Occasion.SPOT) & COUNTS

NO_NAMES: Mapping[UUID, str] = {}


def as_check(inspection: Inspection, names: Mapping[UUID, str] = NO_NAMES) -> engine.Check:
    """An inspection as the engine charges it: classes that are exempt left out, findings in the order recorded.

    `names` are class codes by the id of a finding that names no class yet. Reads room, area, standard, concerns and
    findings with their classes: fetch `TARGET`, `CONCERNS` and `FINDINGS` along for many.
    """
    return engine.Check(
        id=str(inspection.pk),
        category=inspection.category,
        target=inspection.target_key,
        classes=tuple(
            sorted(concern.school_class.code for concern in inspection.concerns.all() if concern.exemption_id is None)
        ),
        occasion=inspection.occasion,
        outcome=inspection.outcome,
        findings=tuple(_findings(inspection, names)),
        counts=inspection.counts,
    )


def _findings(inspection: Inspection, names: Mapping[UUID, str]) -> Iterator[engine.Finding]:
    if points := outcome_points(inspection):
        yield engine.Finding(id=outcome_finding(inspection), points=points)
    for finding in sorted(inspection.findings.all(), key=lambda finding: finding.position):
        named = named_class(finding)
        yield engine.Finding(
            id=str(finding.pk),
            points=finding.points,
            klass=named.code if named else names.get(finding.pk),
            serious=finding.serious,
            corrected=finding.corrected,
        )


def named_class(finding: Finding) -> SchoolClass | None:
    """The class that a finding names, by the inspector or later by the reviewer."""
    attribution = getattr(finding, "attribution", None)
    named: SchoolClass | None = finding.school_class or (attribution and attribution.school_class)
    return named


def outcome_points(inspection: Inspection) -> Decimal:
    """What the outcome itself costs by the version of the standard, in points: *locked* and *refused*, else 0."""
    standard = inspection.standard
    costs = {Outcome.LOCKED.value: standard.locked_points, Outcome.REFUSED.value: standard.refused_points}
    return costs.get(inspection.outcome, Decimal(0))


def outcome_finding(inspection: Inspection) -> str:
    """The name under which what *locked* or *refused* cost stands: `locked:<id>`."""
    return f"{inspection.outcome}:{inspection.pk}"


def unnamed(inspection: Inspection) -> list[Finding]:
    """The personal findings that a reviewer must name a class for: nobody has, and several classes answer (§5.2.1)."""
    if len(inspection.concerns.all()) < 2:
        return []
    return [
        finding
        for finding in inspection.findings.all()
        if finding.scope == Defect.Scope.PERSONAL and named_class(finding) is None
    ]


def slot_of(inspection: Inspection) -> str | None:
    """Target, date, shift and occasion as one text, once among the verified (§5.2.3); None where several may stand.

    The database computes the same and refuses any other (`config.guards`). Reads the standard.
    """
    if inspection.occasion == Occasion.SPOT or not inspection.counts:
        return None
    target = f"room:{inspection.room_id}" if inspection.room_id else f"area:{inspection.area_id}"
    return f"{target}/{inspection.performed_on.isoformat()}/{inspection.shift}/{inspection.occasion}"


def others_of_slot() -> QuerySet[Inspection]:
    """For `Exists`: the checks of the same slot as the outer query's, which must be of `HAS_SLOT`; itself left out."""
    same = {name: OuterRef(name) for name in ("performed_on", "shift", "occasion")}
    here = Q(room=OuterRef("room")) | Q(area=OuterRef("area"))
    return Inspection.objects.counting().filter(here, **same).exclude(pk=OuterRef("pk"))


def unanswered() -> Q:
    """Checks sent back that wait for their inspector's answer, a newer record: while one could still pass."""
    passed = HAS_SLOT & Q(Exists(others_of_slot().filter(verification__isnull=False)))
    return Q(sent_back__isnull=False, replacement=None, week__closing=None) & ~passed


def exempted_since(inspections: Iterable[Inspection]) -> list[Concern]:
    """Note on the concerns read which classes were exempted after the check was recorded; those concerns.

    Nothing is saved. Fetch `CONCERNS` along; one query, however many checks.
    """
    judged = [
        (inspection.performed_on, concern)
        for inspection in inspections
        for concern in inspection.concerns.all()
        if concern.exemption_id is None
    ]
    if not judged:
        return []
    days = [day for day, _concern in judged]
    classes = {concern.school_class_id for _day, concern in judged}
    exemptions = list(Exemption.objects.filter(standing_during(min(days), max(days)), school_class__in=classes))
    for day, concern in judged:
        concern.exemption = next((one for one in exemptions if _exempts(one, concern, day)), None)
    return [concern for _day, concern in judged if concern.exemption_id]


def _exempts(exemption: Exemption, concern: Concern, day: date) -> bool:
    return exemption.school_class_id == concern.school_class_id and exemption.starts_on <= day <= exemption.ends_on


def counting_week(week: Week) -> Week | None:
    """Where a line of `week` counts now: `week` itself, or once that is closed the first open one after it.

    Weeks go by term and number: the last of one term and the first of the next may be the same seven days.
    None where every week up to the last that was set up is closed.
    """
    later = Q(term=week.term_id, number__gte=week.number) | Q(term__starts_on__gt=week.term.starts_on)
    unclosed = Week.objects.unclosed().filter(later).select_related("term")
    counting: Week | None = unclosed.order_by("term__starts_on", "number").first()
    return counting
