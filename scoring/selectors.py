"""What the ledger and the checks say about a week: read-only rows and plain values for the engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, Prefetch, Q, QuerySet, Sum

from campus.models import Exemption, SchoolClass, User, Week
from inspections.models import Concern, FindingPhoto, Inspection, Occasion, target_key
from scoring import engine
from scoring.facts import (
    CONCERNS,
    FINDINGS,
    TARGET,
    UNDECIDED,
    as_check,
    named_class,
    outcome_finding,
    outcome_points,
)
from scoring.models import Entry, LedgerCategory, Policy, Verification
from scoring.photos import PHOTOS_OF_LINES

EXACT = Decimal("0.000001")


# The policy


def policy_of(week: Week) -> Policy:
    """The policy that rules `week`: the one its lines were charged by, else the one in force on its first day.

    Its category rules and multipliers are read with it. Raises `Policy.DoesNotExist` in a school without any.
    """
    policies = Policy.objects.prefetch_related("categories", "multipliers")
    used = Q(pk__in=Verification.objects.filter(week=week).values("policy")) | Q(
        pk__in=Entry.objects.of_week(week).values("policy")
    )
    policy: Policy = policies.filter(used).first() or policies.in_force(week.starts_on)
    return policy


# What the ranking is folded from: a fixed number of queries, however many classes


def tallies(week: Week) -> list[engine.Tally]:
    """What each class's lines add up to and how often it was checked, by category and target (`room:5413`, `area:…`).

    Two queries, each grouped in the database; the engine adds the two kinds of tally up. Points are signed.
    """
    return [*_line_tallies(week), *_check_tallies(week)]


def bonus_totals(week: Week) -> dict[str, Decimal]:
    """The sum of each class's bonus lines, by class code; undone bonuses taken out. Classes without any are absent."""
    rows = (
        Entry.objects.of_week(week)
        .filter(category=LedgerCategory.BONUS)
        .order_by()
        .values("school_class__code")
        .annotate(total=Sum("points"))
    )
    return {row["school_class__code"]: exact(row["total"]) for row in rows}


def classes_present(week: Week) -> QuerySet[SchoolClass]:
    """The classes of the school in `week`, with their departments."""
    return SchoolClass.objects.present(week.starts_on).select_related("department")


def class_facts(
    week: Week, classes: Iterable[SchoolClass], last_flags: Mapping[str, date] | None = None
) -> tuple[engine.ClassFacts, ...]:
    """What the ranking needs to know of `classes`; `last_flags` are the first days of the weeks of their last flags."""
    exempt = exempt_days(week)
    return tuple(
        engine.ClassFacts(
            code=klass.code,
            department=klass.department.name,
            entry_year=klass.entry_year,
            exempt_days=exempt.get(klass.pk, frozenset()),
            last_flag=(last_flags or {}).get(klass.code),
        )
        for klass in classes
    )


def days_in_term(week: Week) -> tuple[date, date]:
    """The first and last day of `week` that lie in its term: those that a class may be exempt on, for the ranking."""
    return max(week.starts_on, week.term.starts_on), min(week.ends_on, week.term.ends_on)


def exempt_days(week: Week) -> dict[int, frozenset[date]]:
    """The days of `week` on which a class is exempt, by the class's key. Classes without any are absent."""
    days: dict[int, frozenset[date]] = {}
    for exemption in Exemption.objects.filter(starts_on__lte=week.ends_on, ends_on__gte=week.starts_on):
        covered = exemption.days_within(week.span)
        days[exemption.school_class_id] = days.get(exemption.school_class_id, frozenset()).union(covered)
    return days


def _line_tallies(week: Week) -> Iterator[engine.Tally]:
    rows = (
        Entry.objects.of_week(week)
        .exclude(category=LedgerCategory.BONUS)
        .order_by()
        .values("school_class__code", "category", "inspection__room__code", "inspection__area__code")
        .annotate(
            ordinary=Sum("points", filter=Q(serious=False)),
            grave=Sum("points", filter=Q(serious=True)),
            stand=Sum("standing"),
            grave_stand=Sum("standing", filter=Q(serious=True)),
        )
    )
    for row in rows:
        correction = row["category"] == LedgerCategory.CORRECTION
        yield engine.Tally(
            klass=row["school_class__code"],
            category=row["category"],
            # A correction belongs to a closed week; it is about no target of this one
            target="" if correction else target_key(row["inspection__room__code"], row["inspection__area__code"]),
            ordinary=exact(row["ordinary"]),
            serious=exact(row["grave"]),
            findings=0 if correction else row["stand"],
            serious_findings=0 if correction else row["grave_stand"] or 0,
        )


def _check_tallies(week: Week) -> Iterator[engine.Tally]:
    rows = (
        Concern.objects.filter(exemption=None, inspection__in=checks_of(week))
        .order_by()
        .values("school_class__code", "inspection__category", "inspection__room__code", "inspection__area__code")
        .annotate(checks=Count("pk"))
    )
    for row in rows:
        yield engine.Tally(
            klass=row["school_class__code"],
            category=row["inspection__category"],
            target=target_key(row["inspection__room__code"], row["inspection__area__code"]),
            checks=row["checks"],
        )


def checks_of(week: Week) -> QuerySet[Inspection]:
    """The verified checks that count in `week`, those carried over to it among them."""
    return Inspection.objects.counting().filter(verification__week=week)


def waiting(week: Week) -> QuerySet[Inspection]:
    """The checks made in `week` that wait for a decision, those corrected since left out; nothing of them is scored."""
    return Inspection.objects.filter(UNDECIDED, week=week)


def exact(total: Decimal | None) -> Decimal:
    """A sum of ledger points as it is: SQLite adds them as floats, which six decimals put right again."""
    return (total or Decimal(0)).quantize(EXACT)


# The raw facts, for `export_week` and for reckoning a week under another policy


@dataclass(frozen=True, slots=True)
class CheckFacts:
    """A check that counts, and when it was made; carried over from an earlier week that was closed."""

    check: engine.Check
    performed_at: datetime
    carried_over: bool


@dataclass(frozen=True, slots=True)
class BonusFacts:
    line: engine.BonusLine
    reason: str


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of a week, and the policy it goes by; nothing in it is computed."""

    week: Week
    policy: engine.Policy
    classes: tuple[engine.ClassFacts, ...]
    checks: tuple[CheckFacts, ...]
    bonuses: tuple[BonusFacts, ...]
    reversals: tuple[engine.Reversal, ...]

    def value(self) -> engine.WeekFacts:
        """As `engine.reckon` takes them."""
        first, last = days_in_term(self.week)
        return engine.WeekFacts(
            starts_on=first,
            ends_on=last,
            classes=self.classes,
            checks=tuple(one.check for one in self.checks),
            bonuses=tuple(one.line for one in self.bonuses),
            reversals=self.reversals,
        )


def facts_of(week: Week, last_flags: Mapping[str, date] | None = None) -> Facts:
    """All that the ranking of `week` is computed from, in a fixed number of queries."""
    checks = tuple(_check_facts(week))
    return Facts(
        week=week,
        policy=policy_of(week).as_value(),
        classes=class_facts(week, classes_present(week), last_flags),
        checks=checks,
        bonuses=tuple(_bonus_facts(week)),
        reversals=tuple(_reversals(week, {one.check.id: one.check.classes for one in checks})),
    )


def _check_facts(week: Week) -> Iterator[CheckFacts]:
    checks = checks_of(week).select_related(*TARGET).prefetch_related(CONCERNS, FINDINGS)
    for inspection in checks.order_by("performed_at", "pk"):
        yield CheckFacts(as_check(inspection), inspection.performed_at, inspection.week_id != week.pk)


def _bonus_facts(week: Week) -> Iterator[BonusFacts]:
    lines = Entry.objects.of_week(week).filter(category=LedgerCategory.BONUS)
    for entry in lines.select_related("school_class", "bonus").order_by("pk"):
        assert entry.bonus is not None, "held by entry_charges_gives_or_reverses"
        yield BonusFacts(engine.BonusLine(entry.school_class.code, exact(entry.points)), entry.bonus.reason)


def _reversals(week: Week, classes_of: Mapping[str, tuple[str, ...]]) -> Iterator[engine.Reversal]:
    """Those of lines that stand, of the checks in `classes_of` (check -> classes it counts for), and corrections."""
    entries = (
        Entry.objects.of_week(week)
        .filter(reverses__isnull=False)
        .exclude(category=LedgerCategory.BONUS)
        .select_related("school_class", "inspection")
        .order_by("pk")
    )
    for entry in entries:
        if entry.category == LedgerCategory.CORRECTION:
            yield engine.Reversal(entry.school_class.code, entry.category, exact(entry.points))
        elif entry.school_class.code in classes_of.get(str(entry.inspection_id), ()):
            yield engine.Reversal(
                klass=entry.school_class.code,
                category=entry.category,
                points=exact(entry.points),
                reverses=str(entry.finding_id) if entry.finding_id else outcome_finding(entry.inspection),
                full=entry.standing < 0,
            )


# The lines themselves, for people


@dataclass(frozen=True)
class Line:
    """One line of the ledger with all that a page tells of it. Points are signed and exact."""

    entry: Entry
    policy: engine.Policy

    @property
    def category(self) -> str:
        return self.entry.category

    @property
    def points(self) -> Decimal:
        return self.entry.points.normalize()

    @property
    def inspection(self) -> Inspection | None:
        return self.entry.inspection

    @property
    def place(self) -> str:
        """The room's or area's code; empty for a bonus."""
        return self.inspection.target.code if self.inspection else ""

    @property
    def item(self) -> str:
        """The item of the standard; empty for own text, an outcome and a bonus."""
        finding = self.entry.finding
        return finding.defect.item.local_name if finding and finding.defect else ""

    @property
    def defect(self) -> str:
        """What was wrong: the defect, the inspector's own words, or the outcome that costs; why a bonus was given."""
        finding = self.entry.finding
        if finding:
            return finding.defect.local_name if finding.defect else finding.text
        if self.inspection:
            return str(self.inspection.get_outcome_display())
        given = self.entry.bonus or self.entry.reversal
        assert given is not None, "held by entry_charges_gives_or_reverses"
        return given.reason

    @property
    def text(self) -> str:
        """The inspector's words beside a listed defect."""
        finding = self.entry.finding
        return finding.text if finding and finding.defect else ""

    @property
    def own_text(self) -> bool:
        return bool(self.entry.finding and not self.entry.finding.defect)

    @property
    def photos(self) -> tuple[FindingPhoto, ...]:
        """The pictures of its finding that have arrived; of a line that takes another back, none."""
        finding = self.entry.finding if self.entry.reverses_id is None else None
        return tuple(photo for photo in finding.photos.all() if photo.arrived) if finding else ()

    @property
    def listed(self) -> Decimal | None:
        """The points of the standard's version: before multiplier, share and cap. None for a bonus."""
        if self.entry.finding:
            return self.entry.finding.points
        return outcome_points(self.inspection) if self.inspection else None

    @property
    def multiplier(self) -> Decimal:
        """What the occasion multiplied the points by; 1 for a serious finding and a bonus."""
        if self.inspection is None or self.entry.serious:
            return Decimal(1)
        return self.policy.multiplier(self.inspection.occasion)

    @property
    def out_of_the_ordinary(self) -> bool:
        """Whether the check was for anything but the daily round."""
        return self.inspection is not None and self.inspection.occasion != Occasion.ROUTINE

    @property
    def share(self) -> Decimal:
        """What being put right on the spot left of the points; 1 where it was not, and for a serious finding."""
        finding = self.entry.finding
        shared = finding is not None and finding.corrected and not self.entry.serious
        return self.policy.corrected_share if shared else Decimal(1)

    @property
    def capped(self) -> bool:
        """Whether the check's cap left less of the line than it was worth."""
        return self.entry.reverses_id is None and self.inspection is not None and -self.points < self.entry.worth

    @property
    def carried_over(self) -> bool:
        """Whether the check was made in an earlier week, which was closed."""
        return self.inspection is not None and self.inspection.week_id != self.entry.week_id

    @property
    def shared_with(self) -> tuple[str, ...]:
        """The other classes that answered for the place that day."""
        if self.inspection is None:
            return ()
        codes = sorted(concern.school_class.code for concern in self.inspection.concerns.all())
        return tuple(code for code in codes if code != self.entry.school_class.code)

    @property
    def named(self) -> bool:
        """Whether the finding names this class alone, in a place that several answer for."""
        finding = self.entry.finding
        return bool(finding and named_class(finding) and self.shared_with)

    @property
    def taken_back(self) -> tuple[Entry, ...]:
        """The lines that reverse this one."""
        return tuple(sorted(self.entry.reversed_by.all(), key=lambda entry: entry.pk))

    @property
    def reversed_in_full(self) -> bool:
        return any(entry.standing < 0 for entry in self.taken_back)


def lines(week: Week, school_class: SchoolClass | None = None, reader: User | None = None) -> list[Line]:
    """The lines of `week`: of one class, and those that `reader` may read, where given.

    By category in the order shown, bonuses last; within it by when the check was made or the line posted, the lines
    of one check each followed by those that reverse it. A fixed number of queries.
    """
    policy = policy_of(week).as_value()
    entries = Entry.objects.all()
    if reader is not None:
        # Whoever reads a line sees its pictures
        entries = Entry.objects.visible_to(reader).prefetch_related(PHOTOS_OF_LINES)
    if school_class is not None:
        entries = entries.filter(school_class=school_class)
    return sorted((Line(entry, policy) for entry in _with_all(entries.of_week(week))), key=_in_order)


def _with_all(entries: QuerySet[Entry]) -> QuerySet[Entry]:
    return entries.select_related(
        "school_class",
        "bonus",
        "reversal",
        "inspection__room",
        "inspection__area",
        "inspection__week",
        "inspection__standard",
        "inspection__inspector",
        "finding__defect__item",
        "finding__school_class",
        "finding__attribution__school_class",
        "reverses",
    ).prefetch_related(
        Prefetch("inspection__concerns", Concern.objects.select_related("school_class")),
        Prefetch("reversed_by", Entry.objects.select_related("reversal")),
    )


def _in_order(line: Line) -> tuple[int, datetime, int, int]:
    entry = line.entry
    at = line.inspection.performed_at if line.inspection else (entry.reverses or entry).posted_at
    return LedgerCategory.values.index(entry.category), at, entry.reverses_id or entry.pk, entry.pk
