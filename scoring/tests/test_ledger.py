"""The ledger only grows: no line is changed or deleted by whatever door, and lines are taken back by lines."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models.deletion import ProtectedError

from campus.models import WeekClosing
from config.tests.school import MONDAY, School
from scoring.models import Bonus, Entry, Reversal
from scoring.services import Refusal, give_bonus, reverse

D = Decimal
APPEAL = Reversal.Cause.APPEAL


@pytest.fixture
def entry(school: School) -> Entry:
    """−1 of class 0852 for a bag in room 5413."""
    return line_of(school, "bags-hanging")


def line_of(school: School, *findings: object, room: str = "5413", **kwargs: str) -> Entry:
    found = Entry.objects.filter(inspection=school.verified(room, None, *findings, **kwargs)).last()
    assert found is not None
    return found


def take_back(entry: Entry, by: object, points: str | None = None, reason: str = "照片不是这间") -> Entry:
    return reverse(entry=entry, points=D(points) if points else None, cause=APPEAL, reason=reason, by=by)  # type: ignore[arg-type]


# It only grows


def run(sql: str) -> Callable[[Entry], object]:
    def execute(entry: Entry) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql.format(id=entry.pk))

    return execute


DOORS = {
    "save": lambda entry: entry.save(),
    "update": lambda entry: Entry.objects.filter(pk=entry.pk).update(points=0),
    "bulk_update": lambda entry: Entry.objects.bulk_update([entry], ["points"]),
    "delete": lambda entry: Entry.objects.filter(pk=entry.pk).delete(),
    "SQL update": run("UPDATE scoring_entry SET points = 0 WHERE id = {id}"),
    "SQL delete": run("DELETE FROM scoring_entry WHERE id = {id}"),
}


@pytest.mark.parametrize("door", DOORS)
def test_no_line_is_changed_or_deleted(entry: Entry, door: str) -> None:
    with pytest.raises(IntegrityError, match="only grows"), transaction.atomic():
        DOORS[door](entry)
    assert Entry.objects.get(pk=entry.pk).points == D(-1)


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="TRUNCATE is PostgreSQL's")
def test_the_ledger_is_not_emptied(entry: Entry) -> None:
    empty = run("SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE scoring_entry CASCADE")
    with pytest.raises(IntegrityError, match="never emptied"), transaction.atomic():
        empty(entry)


def test_what_a_line_stands_on_is_not_deleted(entry: Entry) -> None:
    for thing in (entry.school_class, entry.inspection, entry.week):
        assert thing is not None
        with pytest.raises(ProtectedError):
            thing.delete()


def test_bonuses_and_reversals_do_not_change_either(school: School, entry: Entry) -> None:
    take_back(entry, school.reviewer)
    bonus = give_bonus(patterns=["0851"], points=D(1), date=MONDAY, reason="打扫阶教", by=school.reviewer)
    for rows, change in (
        (Bonus.objects.filter(pk=bonus.pk), {"points": 5}),
        (Reversal.objects.all(), {"reason": "别的"}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**change)


# Taking back


def test_a_line_is_taken_back_by_a_line_that_names_it(school: School, entry: Entry) -> None:
    back = take_back(entry, school.reviewer)
    assert (back.points, back.standing, back.reverses, back.reversal.reason) == (D(1), -1, entry, "照片不是这间")
    copied = ("school_class", "week", "category", "serious", "policy", "inspection", "finding", "bonus")
    assert [getattr(back, name) for name in copied] == [getattr(entry, name) for name in copied]
    assert (back.reversal.by, back.reversal.cause, back.posted_by) == (school.reviewer, APPEAL, school.reviewer)


def test_a_part_leaves_the_line_standing_until_nothing_is_left(school: School) -> None:
    entry = line_of(school, "cigarette-ends")  # −2
    first = take_back(entry, school.reviewer, "0.5")
    assert (first.points, first.standing) == (D("0.5"), 0)
    rest = take_back(entry, school.reviewer)
    assert (rest.points, rest.standing) == (D("1.5"), -1)


def test_all_of_it_given_as_a_figure_is_all_of_it(school: School, entry: Entry) -> None:
    assert take_back(entry, school.reviewer, "1").standing == -1


def test_no_more_is_given_back_than_is_left(school: School, entry: Entry) -> None:
    take_back(entry, school.reviewer, "0.6")
    with pytest.raises(Refusal):
        take_back(entry, school.reviewer, "0.5")
    take_back(entry, school.reviewer, "0.4")
    with pytest.raises(Refusal):
        take_back(entry, school.reviewer)
    assert sum(line.points for line in Entry.objects.all()) == 0


def test_a_line_of_0_points_stands_until_it_is_taken_back_once(school: School) -> None:
    defects = ["floor-litter", "floor-dirty", "board-unwiped", "trough-dust", "rubbish-left", "lights-on"]
    entry = line_of(school, *defects, room="教102", occasion="school")
    assert (entry.points, entry.standing) == (0, 1)
    back = take_back(entry, school.reviewer)
    assert (back.points, back.standing) == (0, -1)
    with pytest.raises(Refusal):
        take_back(entry, school.reviewer)


def test_a_serious_line_is_taken_back_as_serious(school: School) -> None:
    assert take_back(line_of(school, "banned-appliance"), school.reviewer).serious


def test_a_bonus_is_taken_back_by_a_negative_line(school: School) -> None:
    give_bonus(patterns=["0851"], points=D(10), date=MONDAY, reason="打扫阶教", by=school.reviewer)
    given = Entry.objects.get()
    back = take_back(given, school.reviewer)
    assert (back.points, back.standing, back.bonus, back.category) == (D(-10), 0, given.bonus, "bonus")
    with pytest.raises(Refusal):
        take_back(given, school.reviewer)


def test_a_reversing_line_is_not_reversed(school: School, entry: Entry) -> None:
    back = take_back(entry, school.reviewer)
    with pytest.raises(Refusal):
        take_back(back, school.reviewer)


@pytest.mark.parametrize("points", ["0", "-1", "NaN", "0.0000001", "1000"])
def test_points_given_back_are_a_figure_above_nought(school: School, entry: Entry, points: str) -> None:
    with pytest.raises(Refusal):
        reverse(entry=entry, points=D(points), cause=APPEAL, reason="照片不是这间", by=school.reviewer)


def test_a_reason_is_given(school: School, entry: Entry) -> None:
    with pytest.raises(Refusal):
        take_back(entry, school.reviewer, reason=" ")
    assert not Reversal.objects.exists()


def test_a_closed_week_stands(school: School, entry: Entry) -> None:
    WeekClosing.objects.create(week=entry.week)
    with pytest.raises(Refusal):
        take_back(entry, school.reviewer)


def test_a_reversing_line_of_another_class_or_check_is_refused_by_the_database(school: School, entry: Entry) -> None:
    reversal = Reversal.objects.create(cause=APPEAL, reason="照片不是这间", by=school.reviewer)
    with pytest.raises(IntegrityError, match="its own class"), transaction.atomic():
        Entry.objects.create(
            school_class=school.classes["0851"],
            week=entry.week,
            category=entry.category,
            points=1,
            policy=entry.policy,
            inspection=entry.inspection,
            finding=entry.finding,
            reverses=entry,
            reversal=reversal,
        )


def test_a_bonus_is_taken_back_by_whole_cents(school: School) -> None:
    give_bonus(patterns=["0852"], points=D("1.25"), date=MONDAY, reason="校级表彰", by=school.admin)
    (line,) = Entry.objects.all()
    with pytest.raises(Refusal, match="两位小数"):
        take_back(line, school.reviewer, "0.005")
    assert take_back(line, school.reviewer, "0.05").points == D("-0.05")
    assert take_back(line, school.reviewer).points == D("-1.20")
