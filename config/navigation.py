"""The lines of navigation that a person sees: by role, and never one that would be refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from campus.models import Role, User
from campus.selectors import today
from config.access import TABLE, closed
from inspections.rights import may_record_anywhere
from inspections.rounds.selectors import rounds_of
from scoring.mine import count_sent_back

# With one's own page as the last: more than five do not fit under a thumb
PHONE_TABS = 5

# Whose role names the person in the page's head, weightiest first
RANK = (Role.ADMINISTRATOR, Role.ADVISOR, Role.REVIEWER, Role.INSPECTOR, Role.OFFICER, Role.ROOM_HEAD)


class Place(NamedTuple):
    """A place to go: the address's name, the words, the icon, whose it is (None: everybody's), its other pages."""

    view: str
    label: Any
    icon: str
    roles: tuple[Role, ...] | None = None
    pages: frozenset[str] = frozenset()


OWN_CLASS = "reports:class"
MINE = "scoring:mine"
PATROL = "inspections:patrol"

PLACES = (
    Place(
        MINE,
        pgettext_lazy("navigation", "Check"),
        "clip",
        (Role.INSPECTOR, Role.REVIEWER, Role.ADVISOR),
        frozenset({"inspections:pick", "inspections:sheet"}),
    ),
    Place(
        "scoring:queue",
        pgettext_lazy("navigation", "Review"),
        "check",
        (Role.REVIEWER, Role.ADVISOR),
        frozenset({"scoring:review", "scoring:verify", "scoring:return", "scoring:set-aside"}),
    ),
    Place(
        "inspections:coverage",
        pgettext_lazy("navigation", "Progress"),
        "people",
        (Role.REVIEWER,),
        frozenset(
            {
                "inspections:attendance",
                "inspections:coverage-send",
                "inspections:round",
                "inspections:round-new",
                "inspections:round-places",
                "inspections:round-template",
                "inspections:round-template-new",
                "inspections:round-templates",
                "inspections:rounds",
            }
        ),
    ),
    Place(PATROL, pgettext_lazy("navigation", "Check"), "clip", (Role.OFFICER,)),
    Place(OWN_CLASS, pgettext_lazy("navigation", "My class"), "home", (Role.OFFICER,)),
    Place("reports:ranking", pgettext_lazy("navigation", "Ranking"), "rank", None, frozenset({OWN_CLASS})),
    Place(
        "reports:bulletins",
        pgettext_lazy("navigation", "Bulletins"),
        "sheet",
        None,
        frozenset({"reports:build", "reports:job"}),
    ),
)
ME = Place("campus:me", pgettext_lazy("navigation", "Me"), "me")


@dataclass(frozen=True, slots=True)
class Line:
    """`count` is how many checks wait there for the person's answer."""

    url: str
    label: str
    icon: str
    current: bool
    count: int


@dataclass(frozen=True, slots=True)
class Navigation:
    """What the page's head and its foot show; `more` are the lines that found no room at the foot."""

    lines: tuple[Line, ...] = ()
    tabs: tuple[Line, ...] = ()
    more: tuple[Line, ...] = ()
    me: Line | None = None
    who: str = ""


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `navigation`, worked out only where a page shows it (a fragment does not)."""
    return {"navigation": SimpleLazyObject(partial(navigation_for, request))}


def navigation_for(request: HttpRequest) -> Navigation:
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return Navigation()
    here = Here.of(request, user)
    lines = tuple(lines_for(user, here))
    room = PHONE_TABS - 1
    own = line(ME, user, here)
    return Navigation(lines, (*lines[:room], own), lines[room:], own, who(user))


def lines_for(user: User, here: Here) -> Iterator[Line]:
    for place in PLACES:
        if (place.view == OWN_CLASS and not own_class(user)) or (place.view == PATROL and not walks_today(user)):
            continue
        wanted = place.roles is None or user.holds(*place.roles)
        if wanted and TABLE.get(place.view, closed)(user):
            yield line(place, user, here)


def line(place: Place, user: User, here: Here) -> Line:
    arguments = [own_class(user)] if place.view == OWN_CLASS else []
    count = count_sent_back(user) if place.view == MINE else 0
    return Line(reverse(place.view, args=arguments), str(place.label), place.icon, here.is_at(place), count)


def own_class(user: User) -> str:
    """The code of the home class that one is an officer of; empty where there is none."""
    held = user.classes_held(Role.OFFICER)
    return user.home_class.code if user.home_class is not None and user.home_class.pk in held else ""


def walks_today(user: User) -> bool:
    """Whether an officer, who has no page of his own checks, is on a round (互查) today."""
    return user.holds(Role.OFFICER) and not may_record_anywhere(user) and rounds_of(user, today()).exists()


def who(user: User) -> str:
    """吴同学，审核人: the name, with the weightiest role where there is one."""
    role = next((role for role in RANK if user.holds(role)), None)
    return _("%(name)s, %(role)s") % {"name": user.name, "role": role.label} if role else user.name


@dataclass(frozen=True, slots=True)
class Here:
    """The page that is shown, as the navigation sees it."""

    view: str
    own_class: bool

    @classmethod
    def of(cls, request: HttpRequest, user: User) -> Here:
        match = request.resolver_match
        if match is None:
            return cls("", False)
        own = match.view_name == OWN_CLASS and match.kwargs.get("code") == own_class(user)
        return cls(match.view_name, own)

    def is_at(self, place: Place) -> bool:
        """One's own class stands under its own line; another's under the ranking, where one came from."""
        if self.view == OWN_CLASS:
            return place.view == (OWN_CLASS if self.own_class else "reports:ranking")
        return self.view == place.view or self.view in place.pages
