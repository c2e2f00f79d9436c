"""Who may walk a round, and whose turn it is: nobody checks his own class or room, nor a man a women's building."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from campus.models import Exemption, Gender, Role, SchoolClass, User
from dormitories.models import Building, Room
from inspections.models import Round, Stop, Walker
from inspections.places import classes_answering
from inspections.rights import may_record_somewhere
from inspections.selectors import Target
from inspections.validation import is_own

LATELY = timedelta(days=28)
BY_HAND = (Role.INSPECTOR, Role.REVIEWER, Role.OFFICER)  # by turn it is inspectors alone
CODES_TOLD = 3
ENTERS = {Building.Residents.MEN: Gender.MALE, Building.Residents.WOMEN: Gender.FEMALE}


@dataclass(frozen=True, slots=True)
class Ground:
    """The places of a round on its day: whose they are decides who may walk it."""

    places: tuple[tuple[Target, tuple[SchoolClass, ...]], ...]

    @classmethod
    def of(cls, targets: Sequence[Target], day: date) -> Ground:
        """Two queries, however many places; the building of each is wanted beside it."""
        rooms = [target.pk for target in targets if isinstance(target, Room)]
        areas = [target.pk for target in targets if not isinstance(target, Room)]
        answering = classes_answering(rooms, areas, day)
        keys = (("room" if isinstance(target, Room) else "area", target.pk) for target in targets)
        return cls(tuple((target, tuple(answering[key])) for target, key in zip(targets, keys, strict=True)))

    def own_to(self, user: User) -> set[Target]:
        return {target for target, classes in self.places if is_own(user, target, classes)}

    def left_over(self, users: Iterable[User]) -> list[Target]:
        """The places that none of `users` may check, each being his own to every one of them."""
        nobodys = {target for target, _classes in self.places}
        for user in users:
            nobodys &= self.own_to(user)
        return [target for target, _classes in self.places if target in nobodys]

    def hindrance(self, user: User) -> str | None:
        """Why `user` cannot walk here at all, in the reader's language; None where he can."""
        if not user.is_active or not may_record_somewhere(user):
            return _("%(name)s does not check: no role for it.") % {"name": user.name}
        sexes = {ENTERS.get(Building.Residents(b.gender)) for b in self._buildings()} - {None}
        if sexes and not user.gender:
            return _("Whether %(name)s is a man or a woman is not entered. Ask your administrator.") % {
                "name": user.name
            }
        if Gender.FEMALE in sexes and user.gender == Gender.MALE:
            return _("%(name)s is a man, and this is a women's building.") % {"name": user.name}
        if Gender.MALE in sexes and user.gender == Gender.FEMALE:
            return _("%(name)s is a woman, and this is a men's building.") % {"name": user.name}
        if self.places and len(self.own_to(user)) == len(self.places):
            return _("All of it is %(name)s's own class's.") % {"name": user.name}
        return None

    def refusal(self, users: Sequence[User], beside: Sequence[User] = ()) -> str | None:
        """Why `users` cannot walk it, with those who do already; None where they can.

        Of own places one is left to the partner.
        """
        for user in users:
            if hindrance := self.hindrance(user):
                return hindrance
        together = [*beside, *users]
        left = self.left_over(together) if together else []
        return own_to_all(left) if left else None

    def _buildings(self) -> Iterator[Building]:
        for target, _classes in self.places:
            if target.building is not None:
                yield target.building


def told_briefly(places: Sequence[Target]) -> str:
    """5413、5420、5423 等 7 处."""
    codes = pgettext("between two names", ", ").join(place.code for place in places[:CODES_TOLD])
    if len(places) > CODES_TOLD:
        codes = _("%(codes)s and %(more)d more") % {"codes": codes, "more": len(places) - CODES_TOLD}
    return codes


def own_to_all(places: Sequence[Target]) -> str:
    """What is said of places that nobody of the round may check."""
    return _("%(places)s: the own class's of everybody on the round. Put somebody of another class on it.") % {
        "places": told_briefly(places)
    }


@dataclass(frozen=True, slots=True)
class Turn:
    """An inspector, and how it stands with him on one day and shift."""

    user: User
    rounds: int  # of late, and those ahead
    engaged: bool  # walks another round of that shift
    away: bool  # his class is, on that day


class Rota:
    """Whose turn it is, for rounds from `first` to `last`: fewest rounds of late go first.

    Read once, in a fixed number of queries; `take` keeps it up while people are chosen.
    """

    def __init__(self, first: date, last: date, *, roles: Sequence[Role] = (Role.INSPECTOR,)) -> None:
        people = User.objects.filter(is_active=True, memberships__role__in=roles).distinct()
        self.people = list(people.select_related("home_class").prefetch_related("memberships"))
        self._rounds: Counter[int] = Counter()
        self._latest: dict[int, date] = {}
        self._engaged: set[tuple[int, date, str]] = set()
        self._away: dict[int, list[Exemption]] = defaultdict(list)
        walks = Walker.objects.filter(excused_at=None, round__called_off_at=None, round__date__gt=first - LATELY)
        for user, day, shift in walks.values_list("user", "round__date", "round__shift"):
            self._note(user, day, shift)
        for exemption in Exemption.objects.filter(starts_on__lte=last, ends_on__gte=first):
            self._away[exemption.school_class_id].append(exemption)

    def _note(self, user: int, day: date, shift: str) -> None:
        self._rounds[user] += 1
        self._latest[user] = max(day, self._latest.get(user, day))
        self._engaged.add((user, day, shift))

    def take(self, user: User, day: date, shift: str) -> None:
        self._note(user.pk, day, shift)

    def turns(self, day: date, shift: str) -> list[Turn]:
        """Everybody, in the order of whose turn it is; who is engaged or away comes last."""
        turns = [
            Turn(user, self._rounds[user.pk], (user.pk, day, shift) in self._engaged, self._is_away(user, day))
            for user in self.people
        ]
        return sorted(turns, key=lambda turn: (turn.engaged or turn.away, turn.rounds, *self._longest(turn.user)))

    def _longest(self, user: User) -> tuple[date, str]:
        return self._latest.get(user.pk, date.min), user.number

    def _is_away(self, user: User, day: date) -> bool:
        return any(e.starts_on <= day <= e.ends_on for e in self._away.get(user.home_class_id or 0, ()))

    def choose(self, ground: Ground, day: date, shift: str, seats: int) -> list[User]:
        """At most `seats` people for a round, by turn; fewer where nobody else is free and fits."""
        chosen: list[User] = []
        for turn in self.turns(day, shift):
            if len(chosen) == seats:
                break
            if turn.engaged or turn.away or ground.hindrance(turn.user):
                continue
            # Somebody must be there for each place: the last seat is for one who leaves none over
            if len(chosen) == seats - 1 and ground.left_over([*chosen, turn.user]):
                continue
            chosen.append(turn.user)
        for user in chosen:
            self.take(user, day, shift)
        return chosen


def ground_of(round: Round) -> Ground:
    """The round's places, in walking order; three queries."""
    stops = Stop.objects.filter(round=round).select_related("room__building", "area__building").order_by("position")
    return Ground.of([stop.target for stop in stops], round.date)


@dataclass(frozen=True, slots=True)
class Chance:
    """Somebody who may be put on a round by hand; `own` places of it are left to the partner."""

    turn: Turn
    own: int

    @property
    def user(self) -> User:
        return self.turn.user

    @property
    def mutual(self) -> bool:
        """A class's officer, on a round of other classes (互查)."""
        return not self.user.holds(Role.INSPECTOR, Role.REVIEWER)


def chances(ground: Ground, day: date, shift: str) -> list[Chance]:
    """Who may be put on a round there: inspectors by turn, then reviewers, then the officers of other classes."""
    turns = Rota(day, day, roles=BY_HAND).turns(day, shift)
    found = [Chance(turn, len(ground.own_to(turn.user))) for turn in turns if not ground.hindrance(turn.user)]
    return sorted(found, key=lambda chance: (chance.mutual, not chance.user.holds(Role.INSPECTOR)))
