"""The demo: one department's two real weeks (design §7), and a few of today's checks waiting for review.

The CSV files beside this module are the facts: `classes`, `areas`, `classrooms`, `dorms` and `bonuses` stood in a real
bulletin; `rooms` and `places` make up what it did not say (eight rooms a class, two of the classes sharing 5420; who
answers for what). Everything goes through the services that the pages use.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone

from campus.calendar import DAY, WEEK
from campus.models import Department, Exemption, Membership, Role, SchoolClass, User
from campus.selectors import school_zone, shift_times
from campus.services import open_term
from config.demo import rounds
from config.demo.drawings import photograph
from dormitories.models import Building, Residency, Room
from inspections.models import Area, Outcome, Responsibility, Standard
from inspections.services import CheckDraft, FindingDraft, keep_photo, make_thumb, record
from scoring.services import give_bonus, verify

# untranslated: the people, places and words of one school

HERE = Path(__file__).parent
PASSWORD = "weisheng-2026"
NAMESPACE = UUID("6f3f6c39-2f3c-4f38-9d53-0c5a4a6f7a11")
WEEKS_BEFORE, WEEKS_AFTER = 12, 7
SHIFT_CLOCK = {"morning": time(7, 30), "noon": time(13, 30), "evening": time(19, 20)}
ROUND = timedelta(minutes=46)  # how long before its end today's round began
WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
# The class that nobody came to see in the second week, but for these rooms
SELDOM_CHECKED, ITS_CHECKED_ROOMS = "0851", {"5201", "5202"}
EXEMPT, EXEMPT_DAYS = "10311", (3, 4)  # Thursday and Friday of the sports meet

BUILDINGS = {"1": ("1号楼", "women"), "3": ("3号楼", "women"), "5": ("5号楼", "men")}
Memberships = list[dict[str, str]]
PEOPLE: list[tuple[str, str, str, str, Memberships]] = [
    # number, name, gender, home class, memberships
    ("inspector", "王晓明", "male", "1051", [{"role": Role.INSPECTOR}]),
    ("reviewer", "吴静", "female", "0952", [{"role": Role.REVIEWER}]),
    ("reviewer2", "郑凯", "male", "1031", [{"role": Role.REVIEWER}]),
    ("officer", "陈雨", "female", "1151", [{"role": Role.OFFICER, "school_class": "1151"}]),
    ("advisor", "赵老师", "female", "", [{"role": Role.ADVISOR, "department": "数理系"}]),
    ("admin", "钱老师", "male", "", [{"role": Role.ADMINISTRATOR}]),
]
PARTNER: tuple[str, str, str, str, Memberships] = (
    "105108",
    "李婷",
    "female",
    "1035",
    [{"role": Role.INSPECTOR}],
)  # walks with the inspector, signs in nowhere

# What the bulletin's words are in the standard; own words are kept where they say more
FINDINGS: dict[str, tuple[str, str]] = {
    "垃圾未倒": ("bin-not-emptied", ""),
    "迟到": ("started-late", ""),
    "浮土": ("loose-soil", ""),
    "垃圾": ("area-litter", ""),
    "后门框有灰": ("frame-dust", "后门框"),
    "前门框有灰": ("frame-dust", "前门框"),
    "前窗台有灰": ("sill-dust", "前窗台"),
    "后窗台有灰": ("sill-dust", "后窗台"),
    "音响盒有灰": ("speaker-dust", ""),
    "地上有垃圾": ("floor-litter", ""),
    "袋子乱挂": ("bags-hanging", ""),
    "帽子乱挂": ("hats-hanging", ""),
    "衣服乱挂": ("clothes-hanging", ""),
    "包乱挂": ("packs-hanging", ""),
    "阳台地面脏": ("balcony-floor-dirty", ""),
    "桌子不干净": ("desk-dirty", ""),
    "窗台乱放": ("sill-cluttered", ""),
    "桌上摆放乱": ("desk-untidy", ""),
    "床下摆放乱": ("under-bed-untidy", ""),
}


class DemoRefusedError(RuntimeError):
    """The demo is not loaded, and why."""


Progress = Callable[[str, int, int], None]


def load(*, today: date, progress: Progress = lambda what, done, of: None) -> bool:
    """Load the demo as of `today`: all or nothing. False, and nothing changed, where it is loaded already.

    Raises `DemoRefusedError` where the database holds somebody else's classes.
    """
    if User.objects.filter(number="inspector").exists():
        return False
    if SchoolClass.objects.exists():
        raise DemoRefusedError("this database holds a real school's classes; the demo wants an empty one")
    with transaction.atomic():
        _Demo(today, progress).load()
    return True


@dataclass
class _Demo:
    today: date
    progress: Progress
    classes: dict[str, SchoolClass] = field(default_factory=dict)
    rooms: dict[str, list[str]] = field(default_factory=dict)
    places: dict[str, tuple[str, list[str]]] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)
    standards: dict[str, int] = field(default_factory=dict)

    def load(self) -> None:
        monday = self.today - timedelta(days=self.today.weekday())
        self.open_term(monday)
        self.settle()
        self.invite()
        rounds.invite(self)
        self.standards = {s.kind: s.pk for s in Standard.objects.in_force(self.today)}
        last, this = monday - 2 * WEEK, monday - WEEK
        self.exempt(this)
        self.live_through({"last": last, "this": this})
        self.give_bonuses({"last": last, "this": this})
        self.leave_for_review()
        latest = self.at_latest()
        rounds.Rounds(self, latest, self.within_one_shift(latest)).make()

    def open_term(self, monday: date) -> None:
        first, last = monday - WEEKS_BEFORE * WEEK, monday + WEEKS_AFTER * WEEK + 6 * DAY
        year = first.year if first.month >= 7 else first.year - 1
        half = "第一学期" if first.month >= 7 else "第二学期"
        open_term(name=f"{year}–{year + 1} 学年{half}", starts_on=first, ends_on=last)
        self.since = first

    def settle(self) -> None:
        """Classes, rooms and places, and who answers for them."""
        department = Department.objects.create(code="数理系", name="数理系", name_en="Mathematics and Physics")
        for row in _rows("classes"):
            self.classes[row["code"]] = SchoolClass.objects.create(
                code=row["code"], entry_year=row["entry_year"], department=department, size=32
            )
        buildings = {
            code: Building.objects.create(code=code, name=name, gender=gender)
            for code, (name, gender) in BUILDINGS.items()
        }
        for row in _rows("rooms"):
            code, classes = row["room"], row["classes"].split(";")
            room = Room.objects.create(building=buildings[code[0]], number=code, code=code, floor=int(code[1]))
            self.rooms[code] = classes
            Residency.objects.bulk_create(
                Residency(room=room, school_class=self.classes[name], starts_on=self.since) for name in classes
            )
        for row in _rows("places"):
            classes = row["classes"].split(";")
            area = Area.objects.create(code=row["place"], kind=row["kind"])
            self.places[area.code] = (row["kind"], classes)
            Responsibility.objects.bulk_create(
                Responsibility(area=area, school_class=self.classes[name], starts_on=self.since) for name in classes
            )

    def invite(self) -> None:
        for number, name, gender, home, memberships in [*PEOPLE, PARTNER]:
            user = User.objects.create_user(
                number,
                None if number == PARTNER[0] else PASSWORD,
                name=name,
                gender=gender,
                home_class=self.classes.get(home),
            )
            self.people[number] = user
            for held in memberships:
                Membership.objects.create(
                    user=user,
                    role=held["role"],
                    school_class=self.classes.get(held.get("school_class", "")),
                    department=Department.objects.get() if "department" in held else None,
                )

    def exempt(self, this: date) -> None:
        first, last = (this + n * DAY for n in EXEMPT_DAYS)
        Exemption.objects.create(
            school_class=self.classes[EXEMPT],
            starts_on=first,
            ends_on=last,
            reason="见习",
            by=self.people["admin"],
            at=_instant(first - DAY, time(9)),
        )

    def live_through(self, mondays: dict[str, date]) -> None:
        visits = [visit for week, monday in mondays.items() for visit in self.visits(week, monday)]
        for n, visit in enumerate(visits, 1):
            self.record_and_verify(visit)
            if n % 50 == 0 or n == len(visits):
                self.progress("checks", n, len(visits))

    def visits(self, week: str, monday: date) -> Iterator[_Visit]:
        """Every check of one week, in the order of the days: those with a finding, and the clean ones between."""
        found = _findings_of(week)
        for day in range(7):
            on = monday + day * DAY
            yield from self.visits_of_places(week, day, on, found)
            if day in (0, 2):
                yield from self.visits_of_rooms(week, day, on)

    def visits_of_places(self, week: str, day: int, on: date, found: _Found) -> Iterator[_Visit]:
        department_came = any(occasion == "department" and when == day for _, when, occasion in found)
        for place, (kind, classes) in self.places.items():
            if week == "this" and classes == [SELDOM_CHECKED]:
                continue
            for shift in SHIFT_CLOCK:
                findings = found.get((place, day, "routine"), []) if shift == "morning" else []
                if day < 5 or findings:
                    yield _Visit("area", place, kind, classes, on, shift, "routine", findings)
            if department_came and kind == "classroom":
                findings = found.get((place, day, "department"), [])
                yield _Visit("area", place, kind, classes, on, "noon", "department", findings)

    def visits_of_rooms(self, week: str, day: int, on: date) -> Iterator[_Visit]:
        """Half of the rooms on Monday evening, the other half on Wednesday's; the findings in the second week."""
        found: dict[str, list[_Seen]] = {}
        for row in _rows("dorms"):
            found.setdefault(row["room"], []).append(_Seen(row["finding"], row["class"]))
        for n, (code, classes) in enumerate(self.rooms.items()):
            if (n % 2 == 0) != (day == 0):
                continue
            if week == "this" and classes == [SELDOM_CHECKED] and not ITS_CHECKED_ROOMS & {code}:
                continue
            findings = found.get(code, []) if week == "this" else []
            yield _Visit("room", code, "dorm", classes, on, "evening", "routine", findings)

    def record_and_verify(self, visit: _Visit) -> None:
        at = _instant(visit.on, SHIFT_CLOCK[visit.shift])
        inspection = self.record(visit, at, at + timedelta(seconds=20))
        reviewer = self.whoever(["reviewer", "reviewer2"], visit.classes)
        (verdict,) = verify(inspections=[inspection], by=reviewer, at=_instant(visit.on, time(22)))
        if verdict.status != "verified":
            raise DemoRefusedError(f"{visit}: {verdict.errors}")

    def record_clean(self, code: str, at: datetime, shift: str, by: User) -> UUID:
        """A place where nothing was found."""
        if code in self.rooms:
            visit = _Visit("room", code, "dorm", self.rooms[code], at.date(), shift, "routine", [])
        else:
            kind, classes = self.places[code]
            visit = _Visit("area", code, kind, classes, at.date(), shift, "routine", [])
        return self.record(visit, at, at + timedelta(seconds=20), by)

    def record(self, visit: _Visit, at: datetime, received: datetime, by: User | None = None) -> UUID:
        pk = uuid5(NAMESPACE, f"{visit.type}:{visit.code}:{at.isoformat()}:{visit.occasion}:{by and by.number}")
        draft = CheckDraft(
            id=pk,
            target_type=visit.type,
            target_code=visit.code,
            shift=visit.shift,
            occasion=visit.occasion,
            performed_at=at,
            outcome=visit.outcome or (Outcome.DEFECTS if visit.findings else Outcome.CLEAN),
            standard=self.standards[visit.kind],
            told="yes" if visit.findings else "",
            findings=tuple(
                FindingDraft(
                    id=uuid5(NAMESPACE, f"{visit.code}:{at.isoformat()}:{visit.occasion}:{n}:{by and by.number}"),
                    defect=FINDINGS[seen.words][0],
                    text=FINDINGS[seen.words][1],
                    # A place that two classes share names the one that was blamed
                    school_class=seen.school_class if len(visit.classes) > 1 else None,
                    photos=(uuid5(pk, f"photo {n}"),) if photograph(seen.words) else (),
                )
                for n, seen in enumerate(visit.findings)
            ),
        )
        inspector = by or self.whoever(["inspector", PARTNER[0]], visit.classes)
        if visit.photos_arrived:
            _send_photos(draft, visit, inspector)
        return record(draft=draft, inspector=inspector, received_at=received).inspection.pk

    def whoever(self, numbers: list[str], classes: list[str]) -> User:
        """The first of these people who is of none of `classes`: nobody checks or judges his own."""
        return next(
            person
            for person in (self.people[number] for number in numbers)
            if person.home_class is None or person.home_class.code not in classes
        )

    def give_bonuses(self, mondays: dict[str, date]) -> None:
        for row in _rows("bonuses"):
            give_bonus(
                patterns=row["classes"].split(";"),
                exceptions=[code for code in row["except"].split(";") if code],
                points=Decimal(row["points"]),
                date=mondays[row["week"]] + 4 * DAY,
                reason=row["reason"],
                by=self.people["admin"],
            )

    def leave_for_review(self) -> None:
        """Today's, not yet reviewed: clean, defects, two of one room, an unnamed class, a locked door, a late one.

        The late one's pictures are still on the phone.
        """
        now = timezone.now()
        round_ends = self.within_one_shift(self.at_latest())
        midnight = _instant(self.today, time(0, 0, 1))
        partner, woman = self.people[rounds.PARTNER], self.people[PARTNER[0]]

        def visit(
            code: str, *words: str, minutes: int, outcome: str = "", late: int = 0, by: User | None = None
        ) -> None:
            classes = self.rooms[code]
            findings = [_Seen(word, None) for word in words]
            at = max(midnight, round_ends - timedelta(minutes=minutes))
            shift = shift_times().shift_at(at.astimezone(school_zone()).time())
            received = min(at + timedelta(minutes=late), now) if late else at + timedelta(seconds=8)
            seen = _Visit("room", code, "dorm", classes, self.today, shift, "routine", findings, outcome, not late)
            self.record(seen, at, received, by)

        visit("5413", "袋子乱挂", minutes=38)
        visit("5413", minutes=25, by=partner)
        visit("5420", "袋子乱挂", "帽子乱挂", minutes=32)
        visit("5403", "衣服乱挂", minutes=46)
        visit("5404", minutes=44)
        visit("5405", minutes=43)
        visit("5406", minutes=42)
        visit("5407", minutes=41, outcome=Outcome.LOCKED)
        visit("3318", "袋子乱挂", "衣服乱挂", "包乱挂", minutes=200, late=180, by=woman)

    def at_latest(self) -> datetime:
        """Now; in the evening of a day that is not today."""
        now = timezone.now()
        return now if now.astimezone(school_zone()).date() == self.today else _instant(self.today, time(20, 30))

    def within_one_shift(self, ends: datetime) -> datetime:
        """When a round that ends by `ends` does end, so that all of it lies in one shift."""
        times = shift_times()
        begun = (_instant(self.today, clock) for clock in (times.noon, times.evening))
        return next((start for start in begun if start <= ends < start + ROUND), ends)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A finding in the bulletin's words, and the class it blames."""

    words: str
    school_class: str | None


@dataclass(frozen=True, slots=True)
class _Visit:
    type: str
    code: str
    kind: str
    classes: list[str]
    on: date
    shift: str
    occasion: str
    findings: list[_Seen]
    outcome: str = ""
    photos_arrived: bool = True


def _send_photos(draft: CheckDraft, visit: _Visit, inspector: User) -> None:
    for seen, finding in zip(visit.findings, draft.findings, strict=True):
        for photo in finding.photos:
            keep_photo(photo=photo, file=BytesIO(photograph(seen.words) or b""), sender=inspector)
            make_thumb(photo=photo)


# Findings by place, weekday (0 Monday) and occasion
_Found = dict[tuple[str, int, str], list[_Seen]]


def _findings_of(week: str) -> _Found:
    """The week's findings in areas and classrooms; one without a place stands at the class's own area."""
    places = [(row["place"], row["kind"], row["classes"].split(";")) for row in _rows("places")]

    def own(kind: str, code: str) -> str:
        return next(place for place, of, classes in places if of == kind and code in classes)

    found: _Found = {}
    for row in _rows("areas"):
        if row["week"] == week:
            key = (row["place"] or own("area", row["class"]), WEEKDAYS.index(row["weekday"]), "routine")
            found.setdefault(key, []).append(_Seen(row["finding"], row["class"]))
    for row in _rows("classrooms"):
        if row["week"] == week:
            occasion = "department" if row["occasion"] else "routine"
            key = (own("classroom", row["class"]), WEEKDAYS.index(row["weekday"]), occasion)
            found.setdefault(key, []).append(_Seen(row["finding"], row["class"]))
    return found


def _rows(name: str) -> Iterable[dict[str, str]]:
    with (HERE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _instant(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, school_zone())
