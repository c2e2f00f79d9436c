"""The real weeks of the demo: scores worked out by hand, and met by `rank_week`.

The second week ("this"), by the default policy (base 100; a dorm finding costs 5 x 1 / 8 rooms = 0.625):

  classroom  0951 speaker 1 + sill 1 = 2; 0931 frame 1 + frame 1 = 2; 1031 sill 1; 1136 frame 1;
             1038 litter 1, a department inspection counts double = 2
  area       1151 loose soil 1
  dorm       one finding  5/8 = 0.625  -> 0.63: 0852 0953 1034 1035 1038 1039 1136
             two         10/8 = 1.25:           0935 1032 1151
             three       15/8 = 1.875 -> 1.88: 0853 0951 0931 1036 10311
             (5420 is shared by 0853 and 0852; its findings name 0853, and it is one of the eight rooms of both)
  bonuses    0853 0952 1133 +10 each; 103* 113* 105* without 10311 +2 each
  0851 was seen twice, which is too seldom for a rank; 20 classes are ranked, so 10 % is two flags
  ties       0852 and 0953 have one finding, 1038 with the same 99.37 has two; 0931 and 0951 are equal throughout

The first week ("last"):

  classroom  1031 and 1032 frame 1, doubled = 2 each
  area       1135 bin 2; 0953 late 1 + litter 2 = 3; 1034 soil 1 + litter 2 = 3; 1136 litter 2; 1151 soil 1
  bonuses    1151 10 + 20; 1051 10; 1035 10
  21 classes are ranked, so 10 % is 2.1, three flags
  ties       98.00 with one finding each: 1135 and 1136 lost nothing in the classroom, 1031 and 1032 did
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import TestCase
from django.utils import timezone

from campus.models import Department, SchoolClass, User
from campus.selectors import shift_times
from config import demo
from config.tests.school import at
from inspections.models import FindingPhoto, Inspection, Photo
from scoring.models import Bonus, Entry

TODAY = date(2026, 11, 22)  # a Sunday
LAST, THIS = date(2026, 11, 2), date(2026, 11, 9)

# class: rank, score, check score, bonus, flag
THIS_WEEK = {
    "1133": (1, "112.00", "100.00", "12.00", True),
    "0952": (2, "110.00", "100.00", "10.00", True),
    "0853": (3, "108.12", "98.12", "10.00", False),
    "1051": (4, "102.00", "100.00", "2.00", False),
    "1135": (4, "102.00", "100.00", "2.00", False),
    "1034": (6, "101.37", "99.37", "2.00", False),
    "1035": (6, "101.37", "99.37", "2.00", False),
    "1039": (6, "101.37", "99.37", "2.00", False),
    "1031": (9, "101.00", "99.00", "2.00", False),
    "1032": (10, "100.75", "98.75", "2.00", False),
    "1136": (11, "100.37", "98.37", "2.00", False),
    "1036": (12, "100.12", "98.12", "2.00", False),
    "0852": (13, "99.37", "99.37", "0.00", False),
    "0953": (13, "99.37", "99.37", "0.00", False),
    "1038": (15, "99.37", "97.37", "2.00", False),
    "0935": (16, "98.75", "98.75", "0.00", False),
    "10311": (17, "98.12", "98.12", "0.00", False),
    "1151": (18, "97.75", "97.75", "0.00", False),
    "0931": (19, "96.12", "96.12", "0.00", False),
    "0951": (19, "96.12", "96.12", "0.00", False),
    "0851": (None, "100.00", "100.00", "0.00", False),
}
LAST_WEEK = {
    "1151": (1, "129.00", "99.00", "30.00", True),
    "1035": (2, "110.00", "100.00", "10.00", True),
    "1051": (2, "110.00", "100.00", "10.00", True),
    **dict.fromkeys(
        ["0851", "0852", "0853", "0931", "0935", "0951", "0952", "10311", "1036", "1038", "1039", "1133"],
        (4, "100.00", "100.00", "0.00", False),
    ),
    "1135": (16, "98.00", "98.00", "0.00", False),
    "1136": (16, "98.00", "98.00", "0.00", False),
    "1031": (18, "98.00", "98.00", "0.00", False),
    "1032": (18, "98.00", "98.00", "0.00", False),
    "0953": (20, "97.00", "97.00", "0.00", False),
    "1034": (20, "97.00", "97.00", "0.00", False),
}


def rows_of(week: date) -> dict[str, dict[str, Any]]:
    out = StringIO()
    call_command("rank_week", week=week.isoformat(), json=True, stdout=out)
    (group,) = json.loads(out.getvalue())["groups"]
    assert group["name"] == "数理系"
    return {row["class"]: row for row in group["rows"]}


def told(rows: dict[str, dict[str, Any]]) -> dict[str, tuple[Any, ...]]:
    return {
        code: (row["rank"], row["score"], row["check_score"], row["bonus"], row["flag"]) for code, row in rows.items()
    }


class RealWeeks(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        demo.load(today=TODAY)

    def test_the_second_week_comes_out_as_worked_by_hand(self) -> None:
        rows = rows_of(THIS)
        assert told(rows) == THIS_WEEK
        assert list(rows)[:3] == ["1133", "0952", "0853"]
        assert list(rows)[-1] == "0851"

    def test_the_first_week_comes_out_as_worked_by_hand(self) -> None:
        rows = rows_of(LAST)
        assert told(rows) == LAST_WEEK

    def test_the_columns_say_what_each_point_was_for(self) -> None:
        rows = rows_of(THIS)
        assert rows["1038"]["categories"] == {
            "classroom": "-2.00",
            "area": "0.00",
            "dorm": "-0.63",
            "duty": "0.00",
            "event": "0.00",
            "correction": "0.00",
        }
        assert rows["1151"]["categories"]["area"] == "-1.00"
        assert rows["1151"]["categories"]["dorm"] == "-1.25"
        assert rows["0931"]["findings"] == 5

    def test_checks_are_counted_and_a_class_seen_twice_has_no_rank(self) -> None:
        rows = rows_of(THIS)
        # 15 of the classroom, one by the department, eight rooms; 15 more where the class has an area
        assert rows["0852"]["checks"] == 24
        assert rows["1151"]["checks"] == 39
        # Away on Thursday and Friday: six checks of the classroom fewer
        assert rows["10311"]["checks"] == 18
        assert (rows["0851"]["checks"], rows["0851"]["barred"]) == (2, "coverage")

    def test_the_bulk_bonus_leaves_out_the_class_on_internship(self) -> None:
        bonus = Bonus.objects.get(reason="运动会期间配合工作")
        reached = set(Entry.objects.filter(bonus=bonus).values_list("school_class__code", flat=True))
        assert reached == {"1031", "1032", "1034", "1035", "1036", "1038", "1039", "1051", "1133", "1135", "1136"}

    def test_todays_checks_wait_for_review(self) -> None:
        waiting = Inspection.objects.filter(performed_on=TODAY)
        assert waiting.count() == 9
        assert not waiting.filter(verification__isnull=False).exists()

    def test_there_are_pictures_to_look_at_and_some_still_to_come(self) -> None:
        of_1151 = FindingPhoto.objects.filter(finding__entries__school_class__code="1151")
        assert [named.arrived for named in of_1151.with_arrival()] == [True, True]
        today = FindingPhoto.objects.filter(finding__inspection__performed_on=TODAY)
        (late,) = set(
            today.with_arrival().filter(arrived=False).values_list("finding__inspection__room__code", flat=True)
        )
        assert late == "3318"
        assert Photo.objects.filter(thumb_made_at=None).count() == 0
        photo = Photo.objects.all()[0]
        with photo.file.open("rb") as file:
            assert file.read(2) == b"\xff\xd8"

    def test_a_second_load_changes_nothing(self) -> None:
        before = (Inspection.objects.count(), Entry.objects.count(), User.objects.count())
        assert demo.load(today=TODAY + timedelta(days=7)) is False
        assert (Inspection.objects.count(), Entry.objects.count(), User.objects.count()) == before

    def test_the_six_accounts_sign_in(self) -> None:
        for number in ("inspector", "reviewer", "reviewer2", "officer", "advisor", "admin"):
            assert self.client.login(username=number, password=demo.PASSWORD), number


@pytest.mark.django_db
@pytest.mark.parametrize("clock", ["08:10", "11:20", "14:00", "17:00", "19:21", "22:30"])
def test_todays_checks_were_made_in_the_shift_they_tell(
    clock: str, time_machine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the clock says when it is loaded; the two that stand against each other share a shift."""
    monkeypatch.setattr(demo._Demo, "live_through", lambda self, mondays: None)
    time_machine.move_to(at(TODAY, clock), tick=False)
    demo.load(today=TODAY)
    made = Inspection.objects.filter(performed_on=TODAY)
    times = shift_times()
    assert [one.shift for one in made] == [times.shift_at(timezone.localtime(one.performed_at).time()) for one in made]
    assert len({one.shift for one in made.filter(room__building__code="5")}) == 1
    assert not made.filter(received_at__gt=timezone.now()).exists()


@pytest.mark.django_db
def test_the_demo_leaves_a_real_school_alone() -> None:
    SchoolClass.objects.create(
        code="2101", entry_year=2021, department=Department.objects.create(code="lit", name="文学系")
    )
    with pytest.raises(CommandError, match="real school"):
        call_command("load_demo", force=True)
    assert list(SchoolClass.objects.values_list("code", flat=True)) == ["2101"]


@pytest.mark.django_db
def test_the_demo_wants_debug_or_force() -> None:
    with pytest.raises(CommandError, match="--force"):
        call_command("load_demo")
    assert not User.objects.exists()
