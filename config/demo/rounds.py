"""The demo's rounds: those of every week, drawn up for the days to come; yesterday's, walked; today's, at any hour.

The inspector and his partner are out in building 5 now. What was recorded yesterday is clean, and passed where it does
not lie in one of the real weeks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from campus.calendar import DAY, Shift
from campus.models import Gender, Membership, Role, User
from campus.selectors import school_zone, shift_times, week_holding
from dormitories.models import Building, Room
from inspections.models import Area, Round, RoundTemplate
from inspections.rounds.clock import usual_start
from inspections.rounds.services import draw_up, excuse, send_out
from inspections.selectors import Target
from scoring.services import verify

if TYPE_CHECKING:
    from config.demo import _Demo

# untranslated: the people and places of one school

# They walk with the others, and sign in nowhere: number, name, gender, home class
WALKERS = [
    ("113312", "刘洋", Gender.MALE, "1133"),
    ("093121", "周凯", Gender.MALE, "0931"),
    ("103907", "孙悦", Gender.FEMALE, "1039"),
    ("095315", "何敏", Gender.FEMALE, "0953"),
]
PARTNER = WALKERS[0][0]
WOMAN = "105108"

# Each falls on other days than today, whose rounds depend on the clock: days from today, building or kind, floors
EVERY_WEEK: list[tuple[str, tuple[int, ...], str, tuple[int, int] | None]] = [
    ("5号楼 4、5 层", (2, 4), "5", (4, 5)),
    ("5号楼 1–3 层", (1,), "5", (1, 3)),
    ("3号楼", (1, 3), "3", None),
    ("1号楼", (5,), "1", None),
    ("教室晚检", (1, 2, 3), "classroom", None),
]
LEFT_OUT = {"5422", "5423", "5424"}  # so that the inspector's round has thirty rooms
A_CHECK = timedelta(seconds=90)
BEFORE = timedelta(minutes=50)  # the round in building 5 began, when the demo's last checks were made


def invite(demo: _Demo) -> None:
    for number, name, gender, home in WALKERS:
        user = User.objects.create_user(number, None, name=name, gender=gender, home_class=demo.classes[home])
        Membership.objects.create(user=user, role=Role.INSPECTOR)
        demo.people[number] = user


@dataclass
class Rounds:
    """`now` is the instant that the demo is loaded at; `last` that by which today's checks were made."""

    demo: _Demo
    now: datetime
    last: datetime

    def make(self) -> None:
        self.plan()
        self.walk_yesterday()
        self.be_out_today()

    def plan(self) -> None:
        today = self.demo.today
        for name, offsets, where, floors in EVERY_WEEK:
            building = Building.objects.filter(code=where).first()
            RoundTemplate.objects.create(
                name=name,
                weekdays=sum(1 << (today + n * DAY).weekday() for n in offsets),
                shift=Shift.EVENING,
                building=building,
                area_kind="" if building else where,
                lowest_floor=floors and floors[0],
                highest_floor=floors and floors[1],
            )
        tomorrow = today + DAY
        draw_up(week=week_holding(tomorrow), by=self.demo.people["reviewer"], today=tomorrow)

    # Yesterday: one came late, one was on leave, one did not come, one room was missed

    def walk_yesterday(self) -> None:
        yesterday = self.demo.today - DAY
        areas = self.send("卫生区", self.areas("area"), ["093121", "103907"], yesterday, Shift.NOON)
        self.visit(areas, ["硬化路", "1135 卫生区"], "093121", "13:33")
        self.visit(areas, ["台阶底下", "图书馆底下"], "103907", "13:48")
        if not self.of_a_real_week(yesterday):  # whose dorm marks stand
            rooms = self.send("3号楼 3 层", self.rooms("3", 3), [WOMAN, "095315", "103907"], yesterday, Shift.EVENING)
            self.visit(rooms, ["3301", "3302", "3303", "3304", "3305", "3306", "3307"], WOMAN, "19:22")
            walker = rooms.walkers.get(user=self.demo.people["095315"])
            excuse(walker=walker, reason="上课", by=self.demo.people["reviewer"], at=self.days_before(yesterday))

    def visit(self, one: Round, codes: Iterable[str], by: str, clock: str) -> None:
        """All clean; passed in the evening."""
        at = datetime.combine(one.date, time.fromisoformat(clock), school_zone())
        made = [
            self.demo.record_clean(code, at + n * A_CHECK, one.shift, self.demo.people[by])
            for n, code in enumerate(codes)
        ]
        if not self.of_a_real_week(one.date):
            verify(inspections=made, by=self.demo.people["reviewer"], at=at.replace(hour=22, minute=0))

    def of_a_real_week(self, day: date) -> bool:
        return day < self.demo.today - timedelta(days=self.demo.today.weekday())

    # Today

    def be_out_today(self) -> None:
        """In the present shift: building 5 under way, the classrooms ahead; in the one before, nobody came."""
        times = shift_times()
        present = times.shift_at(self.now.astimezone(school_zone()).time())
        walked = times.shift_at(self.last.astimezone(school_zone()).time())
        begun = max(self.last - BEFORE, self.midnight) if walked == present else self.now
        rooms = [room for room in self.rooms("5", 5, 4) if room.code not in LEFT_OUT]
        self.send("5号楼 4、5 层", rooms, ["inspector", PARTNER], self.demo.today, present, full_minutes(begun))
        ahead = max(usual_start(present), full_minutes(min(self.now + timedelta(minutes=20), self.last_minute)))
        self.send("教室", self.areas("classroom"), ["093121", "095315"], self.demo.today, present, ahead)
        if present != Shift.MORNING:
            before = list(Shift)[list(Shift).index(present) - 1]
            self.send("卫生区", self.areas("area"), ["103907", "095315"], self.demo.today, before)

    @property
    def midnight(self) -> datetime:
        return datetime.combine(self.demo.today, time(0), school_zone())

    @property
    def last_minute(self) -> datetime:
        return self.midnight + DAY - timedelta(minutes=1)

    def send(
        self, name: str, targets: list[Target], people: list[str], day: date, shift: Shift, starts: time | None = None
    ) -> Round:
        return send_out(
            name=name,
            targets=targets,
            users=[self.demo.people[number] for number in people],
            day=day,
            shift=shift,
            occasion="routine",
            starts_at=starts or usual_start(shift),
            by=self.demo.people["reviewer"],
            at=self.days_before(day),
        )

    def days_before(self, day: date) -> datetime:
        return datetime.combine(day - 3 * DAY, time(20), school_zone())

    def rooms(self, building: str, *floors: int) -> list[Target]:
        return list(Room.objects.filter(building__code=building, floor__in=floors).select_related("building"))

    def areas(self, kind: str) -> list[Target]:
        return list(Area.objects.filter(kind=kind).select_related("building"))


def full_minutes(at: datetime) -> time:
    """The time of day of `at`, at the last full five minutes."""
    local = at.astimezone(school_zone())
    return time(local.hour, local.minute // 5 * 5)
