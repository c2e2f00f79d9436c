"""Rounds for tests: who is a man and who a woman, templates and rounds in one line each."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time, timedelta
from typing import Any

from campus.models import Gender, Membership, Role, User
from config.tests.school import MONDAY, School, at
from dormitories.models import Building
from inspections.models import Round, RoundTemplate, Walker
from inspections.rounds.services import put_on, send_out

MEN = ("inspector", "reviewer2", "officer")
EVERY_DAY = 0b1111111


def tell_men_from_women(school: School) -> None:
    """王同学 and two others are men; the rest are women."""
    for person in school.people.values():
        person.gender = Gender.MALE if person.number in MEN else Gender.FEMALE
        person.save()


def inspector(school: School, number: str, home: str | None = None, gender: str = Gender.MALE) -> User:
    """One more inspector."""
    person = school.person(number, f"{number}同学", home, gender=gender)
    Membership.objects.create(user=person, role=Role.INSPECTOR)
    return person


def template(name: str = "5号楼", building: str = "5", **fields: Any) -> RoundTemplate:
    """Building 5, Monday and Wednesday evening, unless told otherwise."""
    usual: dict[str, Any] = {"name": name, "weekdays": 0b101, "shift": "evening"}
    if "area_kind" not in fields:
        usual["building"] = Building.objects.get(code=building)
    return RoundTemplate.objects.create(**(usual | fields))


def a_round(school: School, codes: Iterable[str], *users: User, day: date = MONDAY, **fields: Any) -> Round:
    """A round made by hand the day before, of these places: Monday evening, routine, from 19:20 on."""
    usual: dict[str, Any] = {"name": "晚检", "shift": "evening", "occasion": "routine", "starts_at": time(19, 20)}
    usual["at"] = at(day - timedelta(days=1), "20:00")
    targets = [school.target(code) for code in codes]
    return send_out(targets=targets, users=users, day=day, by=school.reviewer, **(usual | fields))


def walking(round: Round) -> list[str]:
    """The numbers of those who walk it."""
    return [w.user.number for w in round.walkers.filter(excused_at=None).select_related("user")]


def route(round: Round) -> list[str]:
    return [stop.target.code for stop in round.stops.select_related("room", "area")]


def walker(round: Round, user: User) -> Walker:
    return round.walkers.get(user=user)


__all__ = [
    "EVERY_DAY",
    "a_round",
    "inspector",
    "put_on",
    "route",
    "tell_men_from_women",
    "template",
    "walker",
    "walking",
]
