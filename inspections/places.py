"""The list of places to check, with what was recorded of each: one date, one shift, one occasion. Read-only."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Length, Replace
from django.utils.translation import gettext as _

from campus.models import SHIFT_CHOICES, Gender, SchoolClass, User
from campus.selectors import When
from dormitories.models import Building, Residency, Room
from inspections.drafts import one_line
from inspections.models import Area, Inspection, Occasion, Outcome, Responsibility
from inspections.querysets import COUNTS
from inspections.selectors import FINDINGS, Target, answering
from inspections.validation import is_own

A_PAGE = 120
FOUND_AT_MOST = 40
TICKS = range(6, 61)  # how many places a ruler can show
ROOM_FOR_A_NAME = 0.13  # of the ruler's width, on a phone
OWN_BUILDINGS = {Gender.MALE: ("men", "both"), Gender.FEMALE: ("women", "both")}


@dataclass(frozen=True, slots=True)
class Slot:
    """When and what for: the date, the shift that the inspector says, the occasion."""

    when: When
    shift: str
    occasion: str

    @property
    def day(self) -> date:
        return self.when.date

    @property
    def query(self) -> str:
        return urlencode({"shift": self.shift, "occasion": self.occasion})

    @property
    def shift_label(self) -> str:
        return str(dict(SHIFT_CHOICES)[self.shift])

    @property
    def occasion_label(self) -> str:
        return str(Occasion(self.occasion).label)


@dataclass(frozen=True, slots=True)
class Place:
    """A target, who answers for it, what was recorded of it in the slot: `mine` newest, `others` of any occasion."""

    target: Target
    classes: tuple[SchoolClass, ...]
    own: bool
    mine: Inspection | None
    others: tuple[Inspection, ...]
    press: UUID = field(default_factory=uuid4)  # the id of the check that one tap makes

    @property
    def type(self) -> str:
        return "room" if isinstance(self.target, Room) else "area"

    @property
    def code(self) -> str:
        return self.target.code

    @property
    def key(self) -> str:
        return f"{self.type}-{self.target.pk}"

    @property
    def mixed(self) -> bool:
        return isinstance(self.target, Room) and len(self.classes) > 1

    @property
    def is_post(self) -> bool:
        return isinstance(self.target, Area) and self.target.kind == Area.AreaKind.DUTY

    @property
    def to_do(self) -> bool:
        return self.mine is None and not self.own

    @property
    def to_see_again(self) -> bool:
        """Visited, and no check (还要再去): locked where that costs nothing, nobody in, skipped."""
        return self.mine is not None and not self.mine.counts and not self.own


@dataclass(frozen=True, slots=True)
class Group:
    """A building or a kind of area: what one list shows. `name` and `value` are its query."""

    name: str
    value: str
    label: str

    @property
    def query(self) -> str:
        return urlencode({self.name: self.value})

    def targets(self) -> QuerySet[Any]:
        """From the top floor down, by number; areas by name."""
        if self.name == "building":
            rooms = Room.objects.filter(building__code=self.value).select_related("building")
            return rooms.order_by("-floor", Length("number"), "number")
        return Area.objects.filter(kind=self.value).order_by("code")

    def holds(self, target: Target) -> bool:
        return self == group_of(target)


def group_of(target: Target) -> Group:
    """The group whose list shows `target`."""
    if isinstance(target, Room):
        return Group("building", target.building.code, target.building.name)
    return Group("kind", target.kind, str(target.get_kind_display()))


class Visit(NamedTuple):
    """How a place came out at last in the slot, and whether that is a check, or only a visit (还要再去)."""

    outcome: str
    is_check: bool


@dataclass(frozen=True, slots=True)
class Section:
    """A floor, or the whole of a kind; of a search, what was found in one group. `total` is None there."""

    label: str
    places: list[Place]
    done: int = 0
    total: int | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Tick:
    """A place in the ruler; the first of a floor may carry its name."""

    mark: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Board:
    """A page of the list. `current` is the place that is next; `ticks` show the group as a ruler, where it is short.

    `done` counts the places checked, `again` those visited in vain; `recorded` are the keys of both, the newest last.
    """

    slot: Slot
    groups: list[Group]
    group: Group | None
    sections: list[Section]
    current: Place | None
    total: int = 0
    done: int = 0
    again: int = 0
    recorded: list[str] = field(default_factory=list)
    page: int = 1
    pages: int = 1
    query: str = ""
    more: bool = False
    ticks: list[Tick] = field(default_factory=list)

    @property
    def places(self) -> list[Place]:
        return [place for section in self.sections for place in section.places]

    @property
    def newest(self) -> str:
        """The key of the place recorded last."""
        return next(reversed(self.recorded), "")


def groups() -> list[Group]:
    """All groups that have a place: buildings, then kinds of area."""
    buildings = Building.objects.filter(Exists(Room.objects.filter(building=OuterRef("pk"))))
    kinds = set(Area.objects.order_by().values_list("kind", flat=True).distinct())
    return [Group("building", building.code, building.name) for building in buildings] + [
        Group("kind", kind.value, str(kind.label)) for kind in Area.AreaKind if kind.value in kinds
    ]


def board(
    *, user: User, slot: Slot, group: tuple[str, str] | None = None, query: str = "", after: str = "", page: int = 0
) -> Board:
    """The list that `user` wants: a group's page, or what `query` finds.

    `after` is the key of the place just left: the page that holds it is shown, and the next one to do is current.
    Reads the same number of tables whatever the number of places.
    """
    known = groups()
    query = one_line(query)[:40]
    if query:
        return _found(user, slot, known, query)
    shown = next((g for g in known if (g.name, g.value) == group), None) or _usual_group(user, known)
    return _page_of(user, slot, known, shown, after, page) if shown else Board(slot, known, None, [], None)


def _usual_group(user: User, known: list[Group]) -> Group | None:
    """Where the user recorded last; else the first building of his own sex's."""
    last = user.inspections.select_related("room__building", "area").order_by("-performed_at").first()
    if last is not None:
        return next((group for group in known if group.holds(last.target)), None)
    fitting = Building.objects.filter(gender__in=OWN_BUILDINGS.get(Gender(user.gender), ())) if user.gender else []
    own = {building.code for building in fitting}
    return next((g for g in known if g.name == "building" and g.value in own), known[0] if known else None)


def _page_of(user: User, slot: Slot, known: list[Group], group: Group, after: str, page: int) -> Board:
    targets = group.targets()
    field_name = "room" if group.name == "building" else "area"
    visits = _visits(user, slot, field_name, targets)
    recorded = [f"{field_name}-{pk}" for pk in visits]
    # Opened anew, the list goes on behind the last place recorded
    after = after or next(reversed(recorded), "")
    # All of the group, but only by number: its size, its floors and the page of `after` follow from these
    rows = [(pk, floor if field_name == "room" else 0) for pk, floor in _numbered(targets, field_name)]
    order = [f"{field_name}-{pk}" for pk, _floor in rows]
    pages = max(1, -(-len(rows) // A_PAGE))
    page = min(max(page, 1), pages) if page else (order.index(after) // A_PAGE + 1 if after in order else 1)
    wanted = [pk for pk, _floor in rows[(page - 1) * A_PAGE : page * A_PAGE]]
    by_pk = targets.in_bulk(wanted)
    places = places_of([by_pk[pk] for pk in wanted], user, slot)
    current = next_place(places, after)
    return Board(
        slot,
        known,
        group,
        _floors(places, rows, visits) if field_name == "room" else [Section("", places)],
        current,
        total=len(rows),
        done=sum(visit.is_check for visit in visits.values()),
        again=sum(not visit.is_check for visit in visits.values()),
        recorded=recorded,
        page=page,
        pages=pages,
        ticks=_ticks(rows, visits, current) if len(rows) in TICKS else [],
    )


def _numbered(targets: QuerySet[Any], field_name: str) -> Iterable[tuple[int, int]]:
    if field_name == "room":
        return targets.values_list("pk", "floor")
    return ((pk, 0) for pk in targets.values_list("pk", flat=True))


def _visits(user: User, slot: Slot, field_name: str, targets: QuerySet[Any]) -> dict[int, Visit]:
    """Of each of `targets` that the user recorded in the slot, how it came out at last; the newest behind."""
    mine = Inspection.objects.filter(
        **{"inspector": user, f"{field_name}__in": targets.order_by().values("pk")},
        performed_on=slot.day,
        shift=slot.shift,
        occasion=slot.occasion,
        replacement__isnull=True,
    )
    told = mine.annotate(is_check=ExpressionWrapper(COUNTS, output_field=BooleanField()))
    visits: dict[int, Visit] = {}
    for pk, *visit in told.order_by("performed_at", "received_at").values_list(field_name, "outcome", "is_check"):
        visits.pop(pk, None)
        visits[pk] = Visit(*visit)
    return visits


def _floors(places: list[Place], rows: list[tuple[int, int]], visits: dict[int, Visit]) -> list[Section]:
    total = Counter(floor for _pk, floor in rows)
    done = Counter(floor for pk, floor in rows if pk in visits and visits[pk].is_check)
    return [
        Section(_("Floor %(floor)d") % {"floor": floor}, list(found), done[floor], total[floor], f"floor-{floor}")
        for floor, found in groupby(places, key=lambda place: place.target.floor)  # type: ignore[union-attr]
    ]


def _ticks(rows: list[tuple[int, int]], visits: dict[int, Visit], current: Place | None) -> list[Tick]:
    """Each place, in order, as a tick of the theme's `.ruler`; floors stand apart, named where there is room."""
    marks = {Outcome.CLEAN: "c", Outcome.DEFECTS: "d", Outcome.REFUSED: "d"}
    ticks: list[Tick] = []
    for floor, found in groupby(rows, key=lambda row: row[1]):
        places = [pk for pk, _floor in found]
        label = _("Floor %(floor)d") % {"floor": floor} if floor and len(places) / len(rows) > ROOM_FOR_A_NAME else ""
        ticks += [Tick("gap")] if ticks else []
        for pk in places:
            mark = marks.get(Outcome(visits[pk].outcome), "l") if pk in visits else ""
            ticks.append(Tick("now" if current is not None and current.target.pk == pk else mark, label))
            label = ""
    return ticks


def next_place(places: Sequence[Place], after: str = "") -> Place | None:
    """The next place to do behind the one whose key is `after`, round to the start; then those to be seen again."""
    start = next((n + 1 for n, place in enumerate(places) if place.key == after), 0)
    turned = [*places[start:], *places[:start]]
    return next((p for p in turned if p.to_do), None) or next((p for p in turned if p.to_see_again), None)


def _found(user: User, slot: Slot, known: list[Group], query: str) -> Board:
    """Rooms by the beginning of code or number, areas by a part of the name, both by the class that answers."""
    typed = _typings(query)
    lives = Residency.objects.standing(slot.day).filter(school_class__code__in=typed).values("room")
    answers = Responsibility.objects.standing(slot.day).filter(school_class__code__in=typed).values("area")
    # Names are compared without their spaces, as what was typed is
    rooms = Room.objects.filter(_any("code__istartswith", typed) | _any("number__istartswith", typed) | Q(pk__in=lives))
    areas = Area.objects.alias(name=Replace("code", Value(" "), Value(""))).filter(
        _any("name__icontains", typed) | Q(pk__in=answers)
    )
    targets: list[Target] = [
        *rooms.select_related("building").order_by("building", Length("number"), "number")[: FOUND_AT_MOST + 1],
        *areas.order_by("kind", "code")[: FOUND_AT_MOST + 1],
    ]
    places = places_of(targets[:FOUND_AT_MOST], user, slot)
    together = groupby(places, key=lambda place: group_of(place.target))
    sections = [Section(group.label, list(alike)) for group, alike in together]
    mine = {place.key: place.mine.performed_at for place in places if place.mine is not None}
    recorded = sorted(mine, key=lambda key: mine[key])
    more = len(targets) > FOUND_AT_MOST
    return Board(slot, known, None, sections, None, query=query, more=more, recorded=recorded)


def _typings(query: str) -> set[str]:
    """`query` without spaces: as it was typed, and with full-width figures and letters made narrow (５４１３)."""
    return {"".join(text.split()) for text in (query, unicodedata.normalize("NFKC", query))}


def _any(lookup: str, texts: Iterable[str]) -> Q:
    return Q(*((lookup, text) for text in texts), _connector=Q.OR)


def places_of(targets: Sequence[Target], user: User, slot: Slot) -> list[Place]:
    """Each of `targets` with its classes and what was recorded of it in the slot, in the same order."""
    rooms = [target.pk for target in targets if isinstance(target, Room)]
    areas = [target.pk for target in targets if isinstance(target, Area)]
    classes = classes_answering(rooms, areas, slot.day)
    checks = _checks(rooms, areas, slot)
    return [_place(target, classes[key], checks[key], user, slot) for target, key in _keyed(targets)]


def _keyed(targets: Sequence[Target]) -> Iterable[tuple[Target, tuple[str, int]]]:
    return ((target, ("room" if isinstance(target, Room) else "area", target.pk)) for target in targets)


def _place(target: Target, classes: list[SchoolClass], checks: list[Inspection], user: User, slot: Slot) -> Place:
    mine = [check for check in checks if check.inspector_id == user.pk and check.occasion == slot.occasion]
    others = tuple(check for check in checks if check.inspector_id != user.pk)
    return Place(target, tuple(classes), is_own(user, target, classes), mine[-1] if mine else None, others)


def classes_answering(rooms: list[int], areas: list[int], day: date) -> dict[tuple[str, int], list[SchoolClass]]:
    """The classes that answer for these rooms and areas on `day`, by `("room", pk)` and `("area", pk)`."""
    found: dict[tuple[str, int], list[SchoolClass]] = defaultdict(list)
    for name, model, wanted in (("room", Residency, rooms), ("area", Responsibility, areas)):
        if not wanted:
            continue
        for relation in answering(model, day).filter(**{f"{name}__in": wanted}):
            found[name, getattr(relation, f"{name}_id")].append(relation.school_class)
    return found


def _checks(rooms: list[int], areas: list[int], slot: Slot) -> dict[tuple[str, int], list[Inspection]]:
    found: dict[tuple[str, int], list[Inspection]] = defaultdict(list)
    checks = Inspection.objects.filter(
        Q(room__in=rooms) | Q(area__in=areas),
        performed_on=slot.day,
        shift=slot.shift,
        replacement__isnull=True,
    ).select_related("inspector", "standard")
    for check in checks.prefetch_related(FINDINGS).order_by("performed_at", "received_at"):
        found[("room", check.room_id) if check.room_id else ("area", check.area_id)].append(check)
    return found
