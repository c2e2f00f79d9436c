"""What a day's rounds have covered: by shift and place, what was missed, where somebody must go again, who is out now.

A place with no check in its round's slot is missed (漏查) once the shift is over; a locked one was visited, and stands
among those to be seen again (还要再去). Read-only, in a fixed number of queries.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import takewhile
from typing import Generic, NamedTuple, TypeVar

from django.conf import settings
from django.db.models import Count, Max, Min, Q
from django.utils import timezone

from campus.calendar import Shift
from campus.models import Week
from campus.selectors import school_zone, shift_times
from dormitories.models import Building, Room
from inspections.models import Area, Inspection, Occasion, Round, Stop, target_key
from inspections.places import Group, group_of
from inspections.querysets import COUNTS
from inspections.rounds.clock import awaited_until, counts_from, shift_ends, usual_start
from inspections.rounds.selectors import STOPS, WALKING
from inspections.selectors import Target

Row = TypeVar("Row")
STREAK_DAYS = timedelta(days=14)
LISTED = 50  # of what is missed and what is to be seen again; the rest building by building


class Slot(NamedTuple):
    """A place that is to be checked once in a shift, for one occasion."""

    place: str  # room:5413
    shift: str
    occasion: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One shift at the places of one group. `checks` are the newest of each place seen, the last one behind."""

    shift: Shift
    rounds: Sequence[Round]
    total: int
    checks: Sequence[Inspection]
    over: bool
    now: datetime

    @property
    def done(self) -> int:
        return len(self.checks)

    @property
    def left(self) -> int:
        return self.total - self.done

    @property
    def last(self) -> Inspection | None:
        return self.checks[-1] if self.checks else None

    @property
    def names(self) -> list[str]:
        """Who it was; before anybody has come, who is to come."""
        came = [check.inspector.name for check in self.checks]
        return list(dict.fromkeys(came or [name for one in self.rounds for name in names_of(one)]))

    @property
    def begins(self) -> datetime:
        return min(one.begins for one in self.rounds)

    @property
    def state(self) -> str:
        """`none`, `done`, `missed`, `walking`, `late` where nobody has come, `ahead`."""
        if not self.total:
            return "none"
        if not self.left:
            return "done"
        if self.over:
            return "missed"
        if self.done:
            return "walking"
        return "late" if self.now > self.begins + timedelta(minutes=settings.ROUND_GRACE) else "ahead"


@dataclass(frozen=True, slots=True)
class Line:
    """A building, or a kind of place: how many places it has, who lives there, when it is walked next, its shifts."""

    group: Group
    size: int
    residents: str
    next_on: date | None
    cells: Sequence[Cell]

    @property
    def today(self) -> bool:
        return any(cell.total for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Head:
    """A shift of the day: the head of its column, and on a phone the way to it."""

    shift: Shift
    starts_at: str
    current: bool
    cells: Sequence[Cell]

    @property
    def total(self) -> int:
        return sum(cell.total for cell in self.cells)

    @property
    def done(self) -> int:
        return sum(cell.done for cell in self.cells)

    @property
    def missed(self) -> int:
        return sum(cell.left for cell in self.cells if cell.state == "missed")


@dataclass(frozen=True, slots=True)
class Missed:
    """A place that nobody checked, `times` in a row by now; `sent` are those who were sent there since."""

    target: Target
    slot: Slot
    times: int
    sent: Sequence[str]


@dataclass(frozen=True, slots=True)
class Again:
    """A visit of this week that was no check, and none has followed.

    `on_route` where a round of today goes there; `sent` where that one was made since.
    """

    visit: Inspection
    on_route: bool
    sent: bool


@dataclass(frozen=True, slots=True)
class Rest:
    """How many places of a group found no room in a list."""

    group: Group
    count: int


@dataclass(frozen=True, slots=True)
class Todo(Generic[Row]):
    """A list of places beside the board: `count` of them, those shown, and where the rest are."""

    rows: Sequence[Row]
    rest: Sequence[Rest]
    count: int

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)


@dataclass(frozen=True, slots=True)
class Out:
    """A round that is being walked: its last check and the minutes since, and how many places it has left."""

    round: Round
    last: Inspection
    left: int
    minutes: int

    @property
    def names(self) -> list[str]:
        return names_of(self.round)

    @property
    def group(self) -> Group:
        return group_of(self.last.target)


def names_of(one: Round) -> list[str]:
    return [walker.user.name for walker in one.walking]


@dataclass(frozen=True, slots=True)
class Coverage:
    """The board of one day. `shift` is the one that a phone shows; `live` is today's.

    The lists beside it are those of all places, or of the group `at`, then whole.
    """

    day: date
    now: datetime
    shift: Shift
    live: bool
    heads: Sequence[Head]
    lines: Sequence[Line]
    at: Group | None
    missed: Todo[Missed]
    again: Todo[Again]
    out: Sequence[Out]

    @property
    def empty(self) -> bool:
        return not any(line.today for line in self.lines)


def coverage(day: date, shift: str = "", at: str = "") -> Coverage:
    """The board of `day`; `shift` is that which the reader chose, else today's present one.

    `at` is the group whose lists are asked for, `building:5`; all where there is no such group.
    """
    now = timezone.now()
    local = now.astimezone(school_zone())
    live = day == local.date()
    present = shift_times().shift_at(local.time()) if live else Shift.EVENING
    walked = Walked(day, now)
    lines = list(_lines(walked))
    there = {f"{line.group.name}:{line.group.value}": line.group for line in lines}
    lists = Lists(list(there.values()), there.get(at))
    heads = [
        Head(one, f"{usual_start(one):%H:%M}", live and one == present, [line.cells[n] for line in lines])
        for n, one in enumerate(Shift)
    ]
    return Coverage(
        day=day,
        now=now,
        shift=Shift(shift) if shift in list(Shift) else present,
        live=live,
        heads=heads,
        lines=lines,
        at=lists.at,
        missed=lists.missed(walked),
        again=lists.again(walked),
        out=sorted(_out(walked), key=lambda out: out.minutes) if live else [],
    )


class Walked:
    """The rounds of a day, the slots they are to fill, and the checks made in these."""

    def __init__(self, day: date, now: datetime) -> None:
        self.day, self.now = day, now
        rounds = Round.objects.held().filter(date=day).prefetch_related(WALKING, STOPS)
        self.rounds = list(rounds.order_by("made_at", "pk"))
        self.slots = {slot: target for one in self.rounds for slot, target in slots_of(one).items()}
        self.since = {one.pk: counts_from(one) for one in self.rounds}
        checks = Inspection.objects.filter(performed_on=day, replacement__isnull=True)
        checks = checks.select_related("room__building", "area", "inspector").order_by("performed_at", "received_at")
        self._newest = {Slot(check.target_key, check.shift, check.occasion): check for check in checks}

    @cached_property
    def checks(self) -> Mapping[Slot, Inspection]:
        """The newest check in each slot, where it is of one of the rounds that go there."""
        found = {slot: self._newest.get(slot) for slot in self.slots}
        return {
            slot: check
            for slot, check in found.items()
            if check and any(self.made_on(one, check) for one in self.rounds_to[slot])
        }

    def checks_on(self, one: Round) -> list[Inspection]:
        found = [self._newest.get(slot) for slot in slots_of(one)]
        return [check for check in found if check and self.made_on(one, check)]

    def made_on(self, one: Round, check: Inspection) -> bool:
        """A round that is made while its day runs has none of the checks before."""
        since = self.since[one.pk]
        return since is None or since <= check.performed_at

    @cached_property
    def rounds_to(self) -> Mapping[Slot, Sequence[Round]]:
        """The rounds that go to each slot, the one made last behind."""
        found: dict[Slot, list[Round]] = defaultdict(list)
        for one in self.rounds:
            for slot in slots_of(one):
                found[slot].append(one)
        return found

    def is_over(self, shift: str) -> bool:
        return self.now >= shift_ends(self.day, shift)

    def is_under_way(self, one: Round) -> bool:
        """Whether checks of it are still awaited."""
        return self.now < awaited_until(self.day, one.shift, max(one.begins, one.made_at))


def slots_of(one: Round) -> dict[Slot, Target]:
    return {Slot(stop.target_key, one.shift, one.occasion): stop.target for stop in one.stops.all()}


def _lines(walked: Walked) -> Iterator[Line]:
    slots: dict[tuple[Group, str], list[Slot]] = defaultdict(list)
    for slot, target in walked.slots.items():
        slots[group_of(target), slot.shift].append(slot)
    ahead = _next_days(walked.day)
    for group, size, residents in _groups():
        cells = [_cell(shift, slots[group, shift], walked) for shift in Shift]
        yield Line(group, size, residents, ahead.get((group.name, group.value)), cells)


def _cell(shift: Shift, slots: Sequence[Slot], walked: Walked) -> Cell:
    rounds = dict.fromkeys(one for slot in slots for one in walked.rounds_to[slot])
    checks = sorted((walked.checks[s] for s in slots if s in walked.checks), key=lambda check: check.performed_at)
    return Cell(shift, list(rounds), len(slots), checks, walked.is_over(shift), walked.now)


def _groups() -> Iterator[tuple[Group, int, str]]:
    """Kinds of area, then buildings: how many places each has, and who lives there."""
    sizes = dict(Area.objects.order_by().values_list("kind").annotate(Count("pk")))
    for kind in Area.AreaKind:
        if kind.value in sizes:
            yield Group("kind", kind.value, str(kind.label)), sizes[kind.value], ""
    # A grouped query has no order of its own on PostgreSQL
    for building in Building.objects.annotate(size=Count("rooms")).filter(size__gt=0).order_by("code"):
        yield Group("building", building.code, building.name), building.size, building.get_gender_display()


def _next_days(day: date) -> dict[tuple[str, str], date]:
    """When each group is walked next after `day`."""
    stops = Stop.objects.filter(round__date__gt=day, round__called_off_at=None).order_by()
    rows = stops.values_list("room__building__code", "area__kind").annotate(Min("round__date"))
    return {("building", building) if building else ("kind", kind): first for building, kind, first in rows}


@dataclass(frozen=True, slots=True)
class Lists:
    """The lists beside the board: `groups` in the order of its lines, and the one asked for."""

    groups: Sequence[Group]
    at: Group | None

    def missed(self, walked: Walked) -> Todo[Missed]:
        """What nobody checked in the shifts that are over, in the order of the rounds."""
        todo = self._listed(unseen(walked), lambda slot: group_of(walked.slots[slot]))
        shown = {slot: walked.slots[slot] for slot in todo}
        times = _times_in_a_row(shown, walked.day) if shown else {}
        rows = [Missed(target, slot, times[slot], _sent(slot, walked)) for slot, target in shown.items()]
        return Todo(rows, todo.rest, todo.count)

    def again(self, walked: Walked) -> Todo[Again]:
        return self._listed(to_see_again(walked), lambda one: group_of(one.visit.target))

    def _listed(self, found: Iterable[Row], where: Callable[[Row], Group]) -> Todo[Row]:
        """The first of them, group by group; of the group asked for, all."""
        by_group: dict[Group, list[Row]] = {group: [] for group in self.groups}
        for one in found:
            by_group.setdefault(where(one), []).append(one)
        if self.at is not None:
            return Todo(by_group[self.at], [], len(by_group[self.at]))
        rows = [one for ones in by_group.values() for one in ones]
        shown = rows[:LISTED]
        left = Counter(where(one) for one in rows[LISTED:])
        return Todo(shown, [Rest(group, count) for group, count in left.items()], len(rows))


def unseen(walked: Walked) -> list[Slot]:
    return [slot for slot in walked.slots if slot not in walked.checks and walked.is_over(slot.shift)]


def _sent(slot: Slot, walked: Walked) -> list[str]:
    """Who was sent there when the shift was over."""
    ended = shift_ends(walked.day, slot.shift)
    return [name for one in walked.rounds_to[slot] if one.made_at >= ended for name in names_of(one)]


def _times_in_a_row(slots: Mapping[Slot, Target], day: date) -> dict[Slot, int]:
    """How often each was missed in a row up to `day`, by the rounds of the last fortnight."""
    there = _at(slots.values())
    since = day - STREAK_DAYS
    stops = Stop.objects.filter(there, round__date__gte=since, round__date__lt=day, round__called_off_at=None)
    walked: dict[Slot, set[date]] = defaultdict(set)
    named = ("room__code", "area__code", "round__shift", "round__occasion", "round__date")
    for room, area, shift, occasion, on in stops.values_list(*named):
        walked[Slot(target_key(room, area), shift, occasion)].add(on)
    checks = Inspection.objects.filter(there, performed_on__gte=since, performed_on__lt=day, replacement__isnull=True)
    named = ("room__code", "area__code", "shift", "occasion", "performed_on")
    seen = {(Slot(target_key(r, a), s, o), on) for r, a, s, o, on in checks.values_list(*named)}
    return {slot: 1 + _newest_unseen(slot, walked[slot], seen) for slot in slots}


def _newest_unseen(slot: Slot, days: Collection[date], seen: Collection[tuple[Slot, date]]) -> int:
    """How many of `days` have passed since the slot was seen."""
    return sum(1 for _day in takewhile(lambda day: (slot, day) not in seen, sorted(days, reverse=True)))


def _at(targets: Collection[Target]) -> Q:
    rooms = [target.pk for target in targets if isinstance(target, Room)]
    return Q(room__in=rooms) | Q(area__in=[target.pk for target in targets if isinstance(target, Area)])


def to_see_again(walked: Walked) -> list[Again]:
    """Of each place that was only visited this week up to that day, and not checked since, the last visit."""
    week = Week.objects.holding(walked.day)
    made = Inspection.objects.filter(week__in=week, performed_on__lte=walked.day, replacement__isnull=True)
    visits = made.exclude(COUNTS).select_related("room__building", "area", "inspector")
    last = {visit.target: visit for visit in visits.order_by("performed_at", "received_at")}
    # Apart, not as a subquery: that would be asked of each check of the week
    checks = made.filter(_at(last), COUNTS).order_by().values_list("room", "area").annotate(Max("performed_at"))
    checked = {(room, area): at for room, area, at in checks}
    open_now = {slot.place for slot in walked.slots if not walked.is_over(slot.shift)}
    sent = _sent_at(walked)
    return [
        Again(visit, visit.target_key in open_now, sent.get(visit.target_key, visit.performed_at) > visit.performed_at)
        for visit in last.values()
        if checked.get((visit.room_id, visit.area_id), visit.performed_at) <= visit.performed_at
    ]


def _sent_at(walked: Walked) -> dict[str, datetime]:
    """When the last round that somebody still walks was made, by the places it goes to."""
    under_way = [one for one in walked.rounds if one.walking and walked.is_under_way(one)]
    return {slot.place: one.made_at for one in under_way for slot in slots_of(one)}


def _out(walked: Walked) -> Iterator[Out]:
    for one in walked.rounds:
        checks, left = walked.checks_on(one), len(slots_of(one))
        left -= len(checks)
        if checks and left and walked.is_under_way(one):
            last = max(checks, key=lambda check: check.performed_at)
            minutes = max(0, (walked.now - last.performed_at) // timedelta(minutes=1))
            yield Out(one, last, left, minutes)


@dataclass(frozen=True, slots=True)
class Errand:
    """Where somebody may be sent today: what was `missed` in a shift that is over, or what is to be seen again now."""

    day: date
    now: datetime
    shift: str
    occasion: str
    missed: bool
    targets: Sequence[Target]


def errand_of(shift: str, occasion: str, places: Collection[str] = ()) -> Errand:
    """The errand to what was missed in that shift; where nothing was, to what is to be seen again.

    Of all these, what lies in the buildings of `places` (`room:5413`), or else in the first building: a school's worth
    is no list to tick from. Where somebody was sent already, nobody is wanted.
    """
    now = timezone.now().astimezone(school_zone())
    walked = Walked(now.date(), now)
    if lost := _lost(walked, shift, occasion):
        return Errand(walked.day, now, shift, occasion, True, _beside(_unsent(walked, lost), places))
    present = shift_times().shift_at(now.time())
    return Errand(walked.day, now, present, Occasion.ROUTINE, False, _beside(_not_awaited(walked), places))


def still_wanted(errand: Errand) -> list[Target]:
    """All places of such an errand to which nobody was sent by now."""
    walked = Walked(errand.day, timezone.now())
    if errand.missed:
        return _unsent(walked, _lost(walked, errand.shift, errand.occasion))
    return _not_awaited(walked)


def _lost(walked: Walked, shift: str, occasion: str) -> list[Slot]:
    return [slot for slot in unseen(walked) if slot[1:] == (shift, occasion)]


def _unsent(walked: Walked, slots: Sequence[Slot]) -> list[Target]:
    return [walked.slots[slot] for slot in slots if not _sent(slot, walked)]


def _not_awaited(walked: Walked) -> list[Target]:
    return [one.visit.target for one in to_see_again(walked) if not one.sent]


def _beside(targets: Sequence[Target], places: Collection[str]) -> list[Target]:
    groups = {group_of(target) for target in targets if key_of(target) in places}
    groups = groups or {group_of(target) for target in targets[:1]}
    return [target for target in targets if group_of(target) in groups]


def key_of(target: Target) -> str:
    """`room:5413`."""
    return target_key(target.code if isinstance(target, Room) else None, target.code)
