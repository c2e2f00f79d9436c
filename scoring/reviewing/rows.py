"""One check as the review shows it: what about it wants a look, what passing it would charge, who may decide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cached_property, reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Prefetch, Q, QuerySet, Subquery

from campus.models import User
from inspections.models import Category, Concern, Defect, Finding, FindingPhoto, Inspection, Outcome
from inspections.querysets import COUNTS
from scoring import engine
from scoring.facts import (
    CONCERNS,
    HAS_SLOT,
    TARGET,
    UNDECIDED,
    as_check,
    counting_week,
    exempted_since,
    named_class,
    others_of_slot,
    outcome_finding,
    unnamed,
)
from scoring.models import OccasionMultiplier, Policy
from scoring.rights import Hindrance, against_own, beyond_reviewers, deciding, hindrance, own
from scoring.selectors import policy_of

LATE = timedelta(hours=1)
CLOCK_OFF = timedelta(minutes=10)
CORRECTIONS = 5  # of one check, one after the other, that marks are looked for behind

FINDINGS = Prefetch(
    "findings", Finding.objects.select_related("school_class", "attribution__school_class", "defect__item")
)
# What a check of the same slot is up against: what waits, and what has passed, also where it was corrected since
STANDING = UNDECIDED | Q(verification__isnull=False)


class Mark(StrEnum):
    """What about a check wants a look before it is passed, the most pressing first."""

    CORRECTS = "corrects"  # one that has passed: it stands, so this one cannot pass
    DUPLICATE = "duplicate"
    UNNAMED = "unnamed"
    SERIOUS = "serious"
    OWNERLESS = "ownerless"
    REFUSED = "refused"
    ANSWERS = "answers"  # one that was sent back
    MOVED = "moved"  # what it corrects was of another shift or occasion
    MULTIPLIED = "multiplied"  # its points are, for the occasion
    OWN_TEXT = "own_text"  # the inspector's words, and his points
    NOTE = "note"
    CLOCK = "clock"  # the phone's was wrong, and the time put right by the server's
    LATE = "late"


@dataclass(frozen=True)
class Price:
    """What passing a check would charge, in signed points: each class, and each finding.

    A finding whose class is still to be named stands among the findings alone; one that several classes bear stands
    once in `total`: what the sheet says, not what the ledger will add up to. `factor` is the occasion's, and in them.
    """

    classes: dict[str, Decimal]
    findings: dict[str, Decimal]
    factor: Decimal

    @property
    def total(self) -> Decimal:
        return sum(self.findings.values(), Decimal(0))


class Prices:
    """Reckons what checks would cost; reads each week's policy once."""

    def __init__(self) -> None:
        self._policies: dict[int, engine.Policy] = {}

    def price(self, inspection: Inspection) -> Price:
        check, policy = as_check(inspection), self._policy(inspection)
        open_ones = {str(finding.pk) for finding in unnamed(inspection)}
        classes = dict.fromkeys(check.classes, Decimal(0))
        findings: dict[str, Decimal] = {}
        for line in engine.charge(check, policy):
            findings[line.finding_id] = min(findings.get(line.finding_id, Decimal(0)), -line.points)
            if line.finding_id not in open_ones:
                classes[line.klass] -= line.points
        return Price(classes, findings, policy.multiplier(check.occasion))

    def _policy(self, inspection: Inspection) -> engine.Policy:
        if inspection.week_id not in self._policies:
            week = counting_week(inspection.week) or inspection.week
            self._policies[inspection.week_id] = policy_of(week).as_value()
        return self._policies[inspection.week_id]


@dataclass(frozen=True, slots=True)
class Found:
    """One finding as the review shows it; `waits` says that its class is still to be named."""

    finding: Finding
    points: Decimal
    school_class: str
    waits: bool


@dataclass(frozen=True)
class Row:
    """One check of the queue. `hindrance` says why this reader may not decide on it."""

    inspection: Inspection
    price: Price
    marks: tuple[Mark, ...]
    hindrance: Hindrance | None

    @property
    def id(self) -> UUID:
        return self.inspection.pk

    @property
    def code(self) -> str:
        return self.inspection.target.code

    @property
    def classes(self) -> list[Concern]:
        return list(self.inspection.concerns.all())

    @property
    def mixed(self) -> bool:
        return len(self.classes) > 1

    @property
    def post(self) -> bool:
        """A duty post is in order (正常) where another place is clean."""
        return self.inspection.category == Category.DUTY

    @property
    def clean(self) -> bool:
        return self.inspection.outcome == Outcome.CLEAN

    @property
    def points(self) -> Decimal:
        return self.price.total

    @property
    def outcome_points(self) -> Decimal:
        return self.price.findings.get(outcome_finding(self.inspection), Decimal(0))

    @cached_property
    def findings(self) -> list[Found]:
        waiting = {finding.pk for finding in unnamed(self.inspection)}
        return [
            Found(
                finding,
                self.price.findings.get(str(finding.pk), Decimal(0)),
                named.code if self.mixed and (named := named_class(finding)) else "",
                finding.pk in waiting,
            )
            for finding in self.inspection.findings.all()
        ]

    @property
    def photos(self) -> list[FindingPhoto]:
        """The pictures that have arrived; fetched along for one check and its twins alone (`detail_of`)."""
        return [photo for photo in self._photos if photo.arrived]

    @property
    def photos_awaited(self) -> int:
        return sum(not photo.arrived for photo in self._photos)

    @property
    def _photos(self) -> Iterator[Any]:
        return (photo for finding in self.inspection.findings.all() for photo in finding.photos.all())

    @property
    def open(self) -> int:
        """How many findings wait for their class to be named."""
        return sum(found.waits for found in self.findings)

    @property
    def late_by(self) -> timedelta:
        return self.inspection.received_at - self.inspection.performed_at

    @property
    def clock_slow(self) -> timedelta:
        """What the phone's clock was behind; negative where it was ahead."""
        return self.inspection.clock_offset

    @property
    def clock_wrong(self) -> bool:
        return abs(self.clock_slow) > CLOCK_OFF

    @property
    def look(self) -> bool:
        return bool(self.marks)

    @property
    def unquestionable(self) -> bool:
        """Nothing about it wants a look, and this reader may pass it."""
        return not self.marks and self.hindrance is None

    @property
    def foldable(self) -> bool:
        return self.clean and self.unquestionable

    @property
    def batch(self) -> tuple[str, str, str]:
        return batch_of(self.inspection)


def batch_of(inspection: Inspection) -> tuple[str, str, str]:
    """Shift, and the building's code or else the area's kind: what the queue is grouped by."""
    if inspection.room:
        return inspection.shift, inspection.room.building.code, ""
    assert inspection.area is not None, "held by inspection_has_exactly_one_target"
    return inspection.shift, "", inspection.area.kind


# Which checks


def waiting_for(user: User) -> QuerySet[Inspection]:
    """The checks that wait for `user`'s decision, or for a colleague's where they are his own."""
    return Inspection.objects.visible_to(user).filter(UNDECIDED, deciding(user))


def marked(checks: QuerySet[Inspection], user: User) -> QuerySet[Inspection]:
    """`checks` with a boolean for each mark, `is_duplicate` and so on, and `look` where any is true.

    `barred` says that they are not `user`'s to decide, `against_own` that this is for another entry of his.
    """
    # What it corrects itself has a mark of its own
    rivals = others_of_slot().filter(STANDING).exclude(replacement=OuterRef("pk"))
    findings, concerns = (
        Finding.objects.filter(inspection=OuterRef("pk")),
        Concern.objects.filter(inspection=OuterRef("pk")),
    )
    nameless = findings.filter(scope=Defect.Scope.PERSONAL, school_class=None, attribution=None)
    several = concerns.filter(inspection__concerns__pk__gt=F("pk"))
    told: dict[Mark, Q] = {
        Mark.CORRECTS: _replaces("verification"),
        Mark.DUPLICATE: HAS_SLOT & Q(Exists(rivals)),
        Mark.UNNAMED: Q(Exists(nameless)) & Q(Exists(several)),
        Mark.SERIOUS: Q(Exists(findings.filter(serious=True))),
        Mark.OWNERLESS: ~Q(Exists(concerns)),
        Mark.REFUSED: Q(outcome=Outcome.REFUSED),
        Mark.ANSWERS: _replaces("sent_back"),
        Mark.MOVED: Q(replaces__isnull=False) & ~Q(replaces__shift=F("shift"), replaces__occasion=F("occasion")),
        Mark.MULTIPLIED: COUNTS & ~Q(outcome=Outcome.CLEAN) & Q(Exists(_multipliers())),
        Mark.OWN_TEXT: Q(Exists(findings.filter(defect=None))),
        Mark.NOTE: ~Q(note=""),
        Mark.CLOCK: ~Q(clock_offset__range=(-CLOCK_OFF, CLOCK_OFF)),
        Mark.LATE: Q(received_at__gte=F("performed_at") + LATE),
    }
    checks = checks.annotate(**{f"is_{mark}": _true_where(condition) for mark, condition in told.items()})
    looks = Q()
    for mark in Mark:
        looks |= Q(**{f"is_{mark}": True})
    against = against_own(user)
    return checks.annotate(
        look=_true_where(looks), against_own=_true_where(against), barred=_true_where(own(user) | against)
    )


def _replaces(decision: str) -> Q:
    """Checks that correct one of which there is such a decision, or that correct a correction of it."""
    behind = ("__".join(["replaces"] * n) for n in range(1, CORRECTIONS + 1))
    return reduce(or_, (Q(**{f"{replaced}__{decision}__isnull": False}) for replaced in behind))


def _multipliers() -> QuerySet[OccasionMultiplier]:
    """For `Exists`: what multiplies the points of the outer query's check, by the policy in force in its week."""
    in_force = Policy.objects.newest(OuterRef(OuterRef("week__starts_on"))).values("pk")
    of_occasion = OccasionMultiplier.objects.filter(policy=Subquery(in_force), occasion=OuterRef("occasion"))
    return of_occasion.exclude(multiplier=1)


def _true_where(condition: Q) -> ExpressionWrapper[Q]:
    return ExpressionWrapper(condition, output_field=BooleanField())


def rows(checks: Iterable[Inspection], user: User) -> list[Row]:
    """What the queue shows of `checks` (`with_parts`), in their order; marks only where they were `marked`."""
    checks, prices = list(checks), Prices()
    beyond = beyond_reviewers(checks, user)
    exempted_since(inspection for inspection in checks if not hasattr(inspection, "verification"))
    return [_row(inspection, user, prices, inspection.pk in beyond) for inspection in checks]


def _row(inspection: Inspection, user: User, prices: Prices, beyond: bool) -> Row:
    classes = [concern.school_class_id for concern in inspection.concerns.all()]
    return Row(
        inspection,
        prices.price(inspection),
        tuple(mark for mark in Mark if getattr(inspection, f"is_{mark}", False)),
        hindrance(
            user, inspection, classes, beyond_reviewers=beyond, against_own=getattr(inspection, "against_own", False)
        ),
    )


def with_parts(checks: QuerySet[Inspection]) -> QuerySet[Inspection]:
    beside = ("room__building", "inspector", "week__term", "verification")
    return checks.select_related(*TARGET, *beside).prefetch_related(CONCERNS, FINDINGS)


def unquestionable(ids: Iterable[UUID], user: User) -> list[Row]:
    """Of `ids`, those that wait, that nothing about wants a look, and that `user` may pass: as they stand now."""
    checks = marked(with_parts(waiting_for(user).filter(pk__in=list(ids))), user)
    return [row for row in rows(checks.filter(Q(look=False)), user) if row.unquestionable]
