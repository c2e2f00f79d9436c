"""What the phone keeps of the school: its places, and what was recorded on a day. Read-only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import BooleanField, Exists, Expression, ExpressionWrapper, F, Min, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Length

from campus.models import Role, User, Week
from campus.selectors import today
from dormitories.models import Residency, Room
from inspections.models import Area, Concern, Inspection, Kind, Outcome, Responsibility, Round, target_key
from inspections.rights import RECORDERS
from inspections.rounds.selectors import on_route, partners
from inspections.selectors import FINDINGS, answering
from inspections.sheets import NAME_READERS


class PlaceRow(NamedTuple):
    """A place; `own` where it is of the reader's own class, or his own room."""

    key: str
    type: str
    code: str
    group: str
    kind: str
    floor: int | None
    classes: list[str]
    own: bool


def all_places(user: User, day: date) -> Iterator[PlaceRow]:
    """Every room and area with the classes that answer for it on `day`; rooms in walking order. Four queries."""
    own = user.own_class_ids()
    lives = _answering(Residency, day, "room")
    rooms = Room.objects.order_by("building__code", "-floor", Length("number"), "number")
    for pk, code, building, floor in rooms.values_list("pk", "code", "building__code", "floor"):
        mine = pk == user.home_room_id or not own.isdisjoint(lives[pk])
        classes = list(lives[pk].values())
        yield PlaceRow(target_key(code, None), "room", code, f"building:{building}", Kind.DORM, floor, classes, mine)
    answers = _answering(Responsibility, day, "area")
    for pk, code, kind in Area.objects.order_by("kind", "code").values_list("pk", "code", "kind"):
        mine = not own.isdisjoint(answers[pk])
        classes = list(answers[pk].values())
        yield PlaceRow(target_key(None, code), "area", code, f"kind:{kind}", kind, None, classes, mine)


def _answering(
    model: type[Residency] | type[Responsibility], day: date, place: str
) -> defaultdict[int, dict[int, str]]:
    """The codes of the classes that answer, by their ids, by the place's."""
    found: defaultdict[int, dict[int, str]] = defaultdict(dict)
    relations = answering(model, day).values_list(place, "school_class", "school_class__code")
    for place_id, class_id, code in relations:
        found[place_id][class_id] = code
    return found


@dataclass(frozen=True, slots=True)
class Work:
    """The checks of a day (each with `replaced_by` and `own`), whose names are told, rooms found locked this week.

    Of a check that is the reader's `own` what was found is not told: he reads it once it is passed.
    """

    checks: QuerySet[Any]
    known: set[int] | None  # None: all
    locked: dict[str, datetime]

    def knows(self, inspector: User) -> bool:
        return self.known is None or inspector.pk in self.known


def is_open(user: User, day: date) -> bool:
    """Whether what was recorded on `day` is still of use to somebody who goes round."""
    return today() - day in (timedelta(0), timedelta(days=1)) or Round.objects.walked_by(user).filter(date=day).exists()


def work_of(user: User, day: date, since: datetime | None = None) -> Work:
    """What inspectors show each other; a class's officer sees what stands on the rounds that he walks that day.

    With `since`, only the checks that came or were replaced from then on; the rooms found locked are told in full.
    """
    seen = Q() if user.holds(*RECORDERS) else on_route(Round.objects.walked_by(user).filter(date=day))
    fresh = Q(received_at__gte=since) | Q(replacement__received_at__gte=since) if since else Q()
    checks = Inspection.objects.filter(seen, fresh, performed_on=day)
    checks = checks.annotate(replaced_by=F("replacement__pk"), own=_own(user))
    locked = Inspection.objects.filter(
        seen,
        week__in=Week.objects.holding(day),
        room__isnull=False,
        outcome=Outcome.LOCKED,
        replacement__isnull=True,
    )
    first = locked.order_by("room__code").values_list("room__code").annotate(Min("performed_at"))
    return Work(
        checks.select_related("room", "area", "inspector")
        .prefetch_related(FINDINGS, "findings__photos")
        .order_by("performed_at", "pk"),
        None if user.holds(*NAME_READERS) else partners(user, day),
        {target_key(room, None): at for room, at in first},
    )


def _own(user: User) -> Expression:
    """Of his own class or room, and so not to be read before it is passed; a reviewer reads them all (§6.3)."""
    if user.holds(Role.REVIEWER, Role.ADMINISTRATOR) or not (user.home_class_id or user.home_room_id):
        return Value(False, BooleanField())
    concerned = Concern.objects.filter(inspection=OuterRef("pk"), school_class__in=user.own_class_ids())
    return ExpressionWrapper(Exists(concerned) | Q(room__isnull=False, room=user.home_room_id), BooleanField())
