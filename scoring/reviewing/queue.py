"""The queue: which checks wait for a decision, by day, shift and building.

A fixed number of queries, whether three checks wait or three hundred.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Case, CharField, Count, F, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import pgettext_lazy

from campus.models import Role, Shift, User
from campus.selectors import today
from dormitories.models import Building
from inspections.models import Area, Category, Inspection, Outcome
from scoring.facts import UNDECIDED, unanswered
from scoring.reviewing.rows import Mark, Row, marked, rows, with_parts
from scoring.rights import against_own, deciding, own

ROWS = 200  # that one page shows
DAYS = 14  # that the batches list

# Short, for a narrow column
SHIFTS = {
    Shift.MORNING: pgettext_lazy("shift", "Morning"),
    Shift.NOON: pgettext_lazy("shift", "Noon"),
    Shift.EVENING: pgettext_lazy("shift", "Evening"),
}


@dataclass(frozen=True, slots=True)
class Scope:
    """Which part of the queue; empty is all of it. `building` is a code, `kind` that of an area."""

    date: date | None = None
    shift: str = ""
    building: str = ""
    kind: str = ""

    def restricting(self) -> Q:
        """The part of one day's checks; the day itself is chosen apart."""
        wanted = {"shift": self.shift, "room__building__code": self.building, "area__kind": self.kind}
        return Q(**{name: value for name, value in wanted.items() if value})

    @property
    def whole_day(self) -> bool:
        return not (self.shift or self.building or self.kind)

    @property
    def query(self) -> str:
        """As an address says it, without the question mark."""
        return urlencode({name: str(value) for name, value in asdict(self).items() if value})


@dataclass(frozen=True, slots=True)
class Batch:
    """One shift of the day in one building, or at the areas of one kind, and how many of its checks wait.

    Those that are left to colleagues (`barred`) are not among the `waiting`.
    """

    day: date
    shift: Shift
    building: Building | None
    kind: Area.AreaKind | None
    waiting: int
    looks: int
    barred: int

    @property
    def key(self) -> tuple[str, str, str]:
        return self.shift.value, self.building.code if self.building else "", self.kind.value if self.kind else ""

    @property
    def shift_label(self) -> str:
        return str(SHIFTS[self.shift])

    @property
    def place_label(self) -> str:
        return self.building.name if self.building else str(Category(self.kind).label) if self.kind else ""

    @property
    def sort_label(self) -> str:
        """What is looked at there, where the place does not say it."""
        return str(Category.DORM.label) if self.building else ""

    @property
    def name(self) -> str:
        """As a form names it."""
        return "|".join(self.key)

    @property
    def scope(self) -> Scope:
        return Scope(self.day, *self.key)


@dataclass(frozen=True, slots=True)
class ShiftDone:
    """A shift of the day in which nothing waits any more."""

    label: str


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one batch that this page shows; several clean ones that may pass are `folded` into one."""

    batch: Batch
    rows: list[Row]
    folded: list[Row]

    @property
    def passable(self) -> list[Row]:
        return [row for row in (*self.rows, *self.folded) if row.unquestionable]


@dataclass(frozen=True, slots=True)
class Day:
    """A day in the list of batches, how many of its checks wait, and how many are left to colleagues."""

    date: date
    waiting: int
    barred: int

    @property
    def scope(self) -> Scope:
        return Scope(self.date)

    @property
    def yesterday(self) -> bool:
        return self.date == today() - timedelta(days=1)


@dataclass(frozen=True)
class Tally:
    """What became of a day's checks."""

    total: int = 0
    waiting: int = 0
    barred: int = 0
    passed: int = 0
    returned: int = 0
    aside: int = 0


@dataclass(frozen=True)
class Queue:
    """The page: one day or a part of it (`scope`), and what else waits; for an advisor what no reviewer may decide.

    `barred` are the rows that wait for a colleague, `unanswered` the checks sent back that wait for their inspectors.
    """

    scope: Scope
    day: date
    days: list[Day]
    batches: list[Batch]
    groups: list[Group]
    barred: list[Row]
    unanswered: list[Inspection]
    tally: Tally
    in_scope: list[Batch]
    advising: bool

    @property
    def here(self) -> Scope:
        """The scope with the day that is shown."""
        return replace(self.scope, date=self.day)

    @property
    def waiting(self) -> int:
        return sum(batch.waiting for batch in self.in_scope)

    @property
    def looks(self) -> int:
        return sum(batch.looks for batch in self.in_scope)

    @cached_property
    def rows(self) -> list[Row]:
        """In the order shown."""
        return [row for group in self.groups for row in (*group.rows, *group.folded)]

    @property
    def passable(self) -> list[Row]:
        return [row for row in self.rows if row.unquestionable]

    @property
    def cut(self) -> int:
        """How many more wait than the page shows."""
        return max(self.waiting - len(self.rows), 0)

    @property
    def today(self) -> bool:
        return self.day == today()

    @property
    def lines(self) -> list[Batch | ShiftDone]:
        """The day's batches as they are listed: a shift that is done takes one line."""
        lines: list[Batch | ShiftDone] = []
        for shift, batches in groupby(self.batches, key=lambda batch: batch.shift):
            of_shift = list(batches)
            done = not any(batch.waiting or batch.barred for batch in of_shift)
            lines += [ShiftDone(str(SHIFTS[shift]))] if done else of_shift
        return lines

    @property
    def other_days(self) -> list[Day]:
        return [one for one in self.days if one.date != self.day]

    @property
    def elsewhere(self) -> Scope | None:
        """Where to go on when nothing waits here: the rest of the day, else the last other day with something."""
        if self.tally.waiting > self.waiting:
            return Scope(self.day)
        return next((one.scope for one in self.other_days if one.waiting), None)

    def first(self, wanted: Iterable[UUID] = ()) -> Row | None:
        """The first of `wanted` that is shown, else the first row; None where nothing waits."""
        shown = {row.id: row for row in self.rows}
        return next((shown[pk] for pk in wanted if pk in shown), next(iter(self.rows), None))

    def place_of(self, pk: UUID) -> tuple[int, int] | None:
        """Which of those that want a look it is, and of how many on this page; None where it wants none."""
        looks = [row.id for row in self.rows if row.look]
        return (looks.index(pk) + 1, len(looks)) if pk in looks else None


def queue_for(user: User, scope: Scope) -> Queue:
    """The queue of one day: the day asked for, else today, else the last day on which something waits."""
    days = list(_days(user))
    day = scope.date or _first_day(days)
    of_day = _of_day(user, day)
    counted = list(_batches_of(of_day, day, user))
    in_scope = [one for one, _ in counted if _within(one, scope)]
    found = rows(with_parts(_waiting(of_day, scope, user))[:ROWS], user)
    return Queue(
        scope=scope,
        day=day,
        days=days,
        batches=[one for one, _ in counted],
        groups=list(_groups([row for row in found if row.hindrance is None], in_scope, day)),
        barred=[row for row in found if row.hindrance],
        unanswered=list(_unanswered(user)),
        tally=_added(tally for _, tally in counted),
        in_scope=in_scope,
        advising=not user.holds(Role.REVIEWER),
    )


def in_order(checks: QuerySet[Inspection]) -> QuerySet[Inspection]:
    """Marked checks as the queue shows them: the latest shift first, place by place, the clean last.

    Behind them all come those that are left to colleagues.
    """
    pressing = Case(*[When(**{f"is_{mark}": True}, then=n) for n, mark in enumerate(Mark)], default=len(Mark))
    folded = Case(When(look=False, outcome=Outcome.CLEAN, then=1), default=0)
    # Two of one place stand together; the clean are looked up, not gone through
    by_code = Case(
        When(Q(is_duplicate=True) | Q(look=False, outcome=Outcome.CLEAN), then=Coalesce("room__code", "area__code")),
        default=Value(""),
        output_field=CharField(),
    )
    return checks.order_by(F("barred"), *_batch_order(), pressing, folded, by_code, "performed_at", "pk")


def _batch_order() -> list[Any]:
    shifts = Case(*[When(shift=shift.value, then=n) for n, shift in enumerate(reversed(Shift))])
    kinds = Case(*[When(area__kind=kind, then=n) for n, kind in enumerate(Area.AreaKind.values, 1)], default=0)
    return [shifts, kinds, "room__building__code"]


def following(user: User, scope: Scope, pk: UUID) -> list[UUID]:
    """The checks that come after one in the queue, in order: where to go on once it is decided."""
    of_day = _of_day(user, scope.date or _first_day(_days(user)))
    order = list(_waiting(of_day, scope, user).values_list("pk", flat=True)[:ROWS])
    return order[order.index(pk) + 1 :] if pk in order else []


def _of_day(user: User, day: date) -> QuerySet[Inspection]:
    return Inspection.objects.visible_to(user).filter(deciding(user), performed_on=day)


def _waiting(of_day: QuerySet[Inspection], scope: Scope, user: User) -> QuerySet[Inspection]:
    return in_order(marked(of_day.filter(UNDECIDED, scope.restricting()), user))


def _days(user: User) -> Iterator[Day]:
    """The last days on which something waits, newest first; today and yesterday also where nothing does any more."""
    recent, barred = today() - timedelta(days=1), own(user) | against_own(user)
    days = (
        Inspection.objects.visible_to(user)
        .filter(deciding(user), UNDECIDED | Q(performed_on__gte=recent))
        .order_by("-performed_on")
        .values("performed_on")
        .annotate(waiting=Count("pk", filter=UNDECIDED & ~barred), barred=Count("pk", filter=UNDECIDED & barred))
    )
    return (Day(row["performed_on"], row["waiting"], row["barred"]) for row in days[:DAYS])


def _first_day(days: Iterable[Day]) -> date:
    waiting = [one.date for one in days if one.waiting]
    return today() if today() in waiting or not waiting else waiting[0]


def _batches_of(of_day: QuerySet[Inspection], day: date, user: User) -> Iterator[tuple[Batch, Tally]]:
    counted = (
        marked(of_day, user)
        .order_by(*_batch_order())
        .values("shift", "room__building", "room__building__code", "room__building__name", "area__kind")
        .annotate(
            total=Count("pk"),
            waiting=Count("pk", filter=UNDECIDED & Q(barred=False)),
            looks=Count("pk", filter=UNDECIDED & Q(barred=False, look=True)),
            left=Count("pk", filter=UNDECIDED & Q(barred=True)),
            passed=Count("verification"),
            returned=Count("sent_back"),
            aside=Count("set_aside"),
        )
    )
    for row in counted:
        code, name = row["room__building__code"], row["room__building__name"]
        building = Building(pk=row["room__building"], code=code, name=name) if code else None
        kind = Area.AreaKind(row["area__kind"]) if row["area__kind"] else None
        yield (
            Batch(day, Shift(row["shift"]), building, kind, row["waiting"], row["looks"], row["left"]),
            Tally(row["total"], row["waiting"], row["left"], row["passed"], row["returned"], row["aside"]),
        )


def _within(batch: Batch, scope: Scope) -> bool:
    asked = (scope.shift, scope.building, scope.kind)
    return all(not wanted or wanted == has for wanted, has in zip(asked, batch.key, strict=True))


def _groups(found: Iterable[Row], batches: Iterable[Batch], day: date) -> Iterator[Group]:
    by_key = {batch.key: batch for batch in batches}
    for key, members in groupby(found, key=lambda row: row.batch):
        of_batch = list(members)
        folded = [row for row in of_batch if row.foldable]
        if len(folded) < 2:
            folded = []
        # A batch may begin between the count and the rows
        batch = by_key.get(key) or _begun(of_batch, day)
        yield Group(batch, [row for row in of_batch if row not in folded], folded)


def _begun(found: Sequence[Row], day: date) -> Batch:
    first, looks = found[0].inspection, sum(row.look for row in found)
    building = first.room.building if first.room else None
    kind = Area.AreaKind(first.area.kind) if first.area else None
    return Batch(day, Shift(first.shift), building, kind, len(found), looks, 0)


def _unanswered(user: User) -> QuerySet[Inspection]:
    """The checks sent back that wait for their inspectors, the oldest first; for reviewers, who sent them."""
    if not user.holds(Role.REVIEWER):
        return Inspection.objects.none()
    found = Inspection.objects.visible_to(user).filter(unanswered()).order_by("performed_at", "pk")
    return found.select_related("room", "area", "inspector", "sent_back")


def _added(tallies: Iterable[Tally]) -> Tally:
    found = list(tallies)
    return Tally(
        total=sum(one.total for one in found),
        waiting=sum(one.waiting for one in found),
        barred=sum(one.barred for one in found),
        passed=sum(one.passed for one in found),
        returned=sum(one.returned for one in found),
        aside=sum(one.aside for one in found),
    )
