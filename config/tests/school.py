"""A small school and its cast, for every test: the fixture `school` of `conftest.py` (design §1's people, two departments)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from campus.models import Department, Membership, Role, SchoolClass, Term, User, Week
from campus.selectors import school_zone
from campus.services import open_term
from dormitories.models import Building, Residency, Room
from inspections.models import Area, Inspection, Kind, Responsibility, Standard

if TYPE_CHECKING:
    from scoring.models import Entry

MONDAY = date(2026, 11, 9)
PASSWORD = "weisheng-2026"


def at(day: date, clock: str = "19:20") -> datetime:
    """`clock` (HH:MM) of `day` on the school's own clock."""
    return datetime.fromisoformat(f"{day.isoformat()}T{clock}:00").replace(tzinfo=school_zone())


@dataclass
class School:
    """The cast and the places, by the names a story uses."""

    term: Term
    classes: dict[str, SchoolClass] = field(default_factory=dict)
    rooms: dict[str, Room] = field(default_factory=dict)
    areas: dict[str, Area] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)
    password: str = PASSWORD

    def __getattr__(self, name: str) -> User:
        try:
            return self.__dict__["people"][name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def week(self) -> Week:
        """The week of Monday 2026-11-09."""
        return Week.objects.get(term=self.term, starts_on=MONDAY)

    def person(self, number: str, name: str, home_class: str | None = None, **fields: Any) -> User:
        user = User.objects.create_user(
            number, PASSWORD, name=name, home_class=self.classes.get(home_class or ""), **fields
        )
        self.people[number] = user
        return user

    def target(self, code: str) -> Room | Area:
        return self.rooms[code] if code in self.rooms else self.areas[code]

    def check(
        self,
        code: str,
        outcome: str | None = None,
        *findings: Any,
        by: User | None = None,
        day: date = MONDAY,
        clock: str = "19:20",
        shift: str = "evening",
        occasion: str = "routine",
        late: timedelta = timedelta(0),
        replaces: Any = None,
        note: str = "",
    ) -> Inspection:
        """Record one check through the service. A finding is a defect's code, or a dict of FindingDraft's fields."""
        from inspections.services import CheckDraft, FindingDraft, record

        target = self.target(code)
        kind = Kind.DORM if isinstance(target, Room) else Kind(target.kind)
        if occasion == "deep_clean" and kind is Kind.CLASSROOM:
            kind = Kind.CLASSROOM_DEEP
        drafts = []
        for finding in findings:
            fields: dict[str, Any] = {"defect": finding} if isinstance(finding, str) else dict(finding)
            if "points" in fields:
                fields["points"] = Decimal(fields["points"])
            drafts.append(FindingDraft(id=uuid4(), **fields))
        performed = at(day, clock)
        draft = CheckDraft(
            id=uuid4(),
            target_type="room" if isinstance(target, Room) else "area",
            target_code=code,
            shift=shift,
            occasion=occasion,
            performed_at=performed,
            outcome=outcome or ("defects" if findings else "clean"),
            standard=Standard.objects.in_force(day).get(kind=kind).pk,
            findings=tuple(drafts),
            replaces=replaces,
            note=note,
        )
        recorded = record(draft=draft, inspector=by or self.inspector, received_at=performed + late)
        return recorded.inspection

    def verified(self, code: str, outcome: str | None = None, *findings: Any, **kwargs: Any) -> Inspection:
        """Record a check and pass it as the reviewer."""
        from scoring.services import verify

        inspection = self.check(code, outcome, *findings, **kwargs)
        (result,) = verify(inspections=[inspection.pk], by=self.reviewer)
        assert result.status == "verified", result.errors
        return inspection

    def take_back(self, entry: Entry, points: str | None = None) -> Entry:
        """Give back a line, or `points` of it, as the second reviewer does when an appeal is upheld."""
        from scoring.models import Reversal
        from scoring.services import reverse

        return reverse(
            entry=entry,
            points=Decimal(points) if points else None,
            cause=Reversal.Cause.APPEAL,
            reason="照片上是干净的",
            by=self.reviewer2,
        )


def build_school() -> School:
    """The school itself, for fixtures with a database of their own."""
    school = School(open_term(name="2026-2027-1", starts_on=date(2026, 8, 31), ends_on=date(2027, 1, 17)))
    maths = Department.objects.create(code="math", name="数理系", name_en="Mathematics and Physics")
    letters = Department.objects.create(code="lit", name="文学系", name_en="Letters")
    for code, year, department in [
        ("0851", 2008, maths),
        ("0852", 2008, maths),
        ("0853", 2008, maths),
        ("10311", 2010, maths),
        ("2101", 2010, letters),
    ]:
        school.classes[code] = SchoolClass.objects.create(code=code, entry_year=year, department=department)
    men = Building.objects.create(code="5", name="5号楼", gender="men")
    women = Building.objects.create(code="3", name="3号楼", gender="women")
    since = date(2026, 8, 31)
    for code, building, classes in [
        ("5403", men, ["0853"]),
        ("5413", men, ["0852"]),
        ("5420", men, ["0853", "0852"]),
        ("3318", women, ["0851"]),
        ("3427", women, ["10311"]),
        ("3501", women, ["2101"]),
    ]:
        room = Room.objects.create(building=building, number=code, code=code, floor=int(code[1]))
        school.rooms[code] = room
        for name in classes:
            Residency.objects.create(room=room, school_class=school.classes[name], starts_on=since)
    for code, kind, classes in [
        ("教101", "classroom", ["0851"]),
        ("教102", "classroom", ["0852"]),
        ("教103", "classroom", ["0853"]),
        ("教201", "classroom", ["2101"]),
        ("硬化路", "area", ["0852", "0853"]),
        ("门厅", "duty", ["0851"]),
    ]:
        area = Area.objects.create(code=code, kind=kind)
        school.areas[code] = area
        for name in classes:
            Responsibility.objects.create(area=area, school_class=school.classes[name], starts_on=since)
    maths_class = school.classes["0852"]
    roles: list[tuple[str, str, str | None, list[dict[str, Any]]]] = [
        ("inspector", "王同学", "10311", [{"role": Role.INSPECTOR}]),
        ("inspector2", "李同学", "2101", [{"role": Role.INSPECTOR}]),
        ("reviewer", "吴同学", "10311", [{"role": Role.REVIEWER}]),
        ("reviewer2", "郑同学", "0853", [{"role": Role.REVIEWER}]),
        ("officer", "陈同学", "0852", [{"role": Role.OFFICER, "school_class": maths_class}]),
        ("officer2", "周同学", "2101", [{"role": Role.OFFICER, "school_class": school.classes["2101"]}]),
        ("head", "孙同学", "0852", [{"role": Role.ROOM_HEAD, "room": school.rooms["5413"]}]),
        ("advisor", "赵老师", None, [{"role": Role.ADVISOR, "department": maths}]),
        ("admin", "钱老师", None, [{"role": Role.ADMINISTRATOR}]),
        ("nobody", "冯同学", "0851", []),
    ]
    for number, name, home, held in roles:
        user = school.person(number, name, home)
        Membership.objects.bulk_create(Membership(user=user, **holding) for holding in held)
    return school
