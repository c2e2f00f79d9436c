"""What the ledger and the checks of a week add up to."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campus.models import Exemption, SchoolClass, Week, WeekClosing
from campus.services import open_term
from config.tests.school import MONDAY, School
from dormitories.models import Residency, Room
from inspections.models import Inspection
from scoring import engine
from scoring.facts import counting_week
from scoring.models import Entry, Policy
from scoring.selectors import (
    bonus_totals,
    checks_of,
    class_facts,
    classes_present,
    days_in_term,
    facts_of,
    lines,
    policy_of,
    tallies,
    waiting,
)
from scoring.services import give_bonus, verify

TUESDAY = MONDAY + timedelta(days=1)


def totals(school: School, code: str) -> dict[str, tuple[int, Decimal, Decimal, int, int]]:
    """A class's tallies by target: checks, ordinary, serious, findings, serious findings."""
    score = engine.fold(code, [t for t in tallies(school.week) if t.klass == code], Decimal(0), engine.DEFAULT_POLICY)
    return {
        tally.target: (tally.checks, tally.ordinary, tally.serious, tally.findings, tally.serious_findings)
        for part in score.categories.values()
        for tally in part.tallies
    }


def line_of(inspection: Inspection, code: str = "0852") -> Entry:
    return Entry.objects.charges().get(inspection=inspection, school_class__code=code)


def test_lines_and_checks_add_up_by_class_and_target(school: School) -> None:
    school.verified("5413", None, "desk-dirty", "bed-unmade")
    school.verified("5413", "clean", day=TUESDAY)
    school.verified("硬化路", None, "loose-soil", shift="morning", clock="07:31")
    assert totals(school, "0852") == {
        "room:5413": (2, Decimal(-2), Decimal(0), 2, 0),
        "area:硬化路": (1, Decimal(-1), Decimal(0), 1, 0),
    }
    # The same area, charged in full to the class that shares it
    assert totals(school, "0853") == {"area:硬化路": (1, Decimal(-1), Decimal(0), 1, 0)}
    assert totals(school, "0851") == {}


def test_a_serious_finding_is_told_apart(school: School) -> None:
    school.verified("5413", None, "desk-dirty", "banned-appliance")
    assert totals(school, "0852") == {"room:5413": (1, Decimal(-1), Decimal(-10), 2, 1)}


def test_what_is_no_check_counts_for_nobody(school: School) -> None:
    school.verified("5413", "locked")
    school.verified("5403", "nobody")
    assert tallies(school.week) == []
    school.verified("教102", "locked", shift="morning", clock="07:30")
    assert totals(school, "0852") == {"area:教102": (1, Decimal(-2), Decimal(0), 1, 0)}


def test_what_nobody_has_passed_counts_for_nobody_and_waits(school: School) -> None:
    inspection = school.check("5413", None, "desk-dirty")
    assert tallies(school.week) == []
    assert list(waiting(school.week)) == [inspection]
    school.verified("5413", "clean", day=TUESDAY)
    assert list(waiting(school.week)) == [inspection]


def test_what_is_given_back_no_longer_stands(school: School) -> None:
    inspection = school.verified("5413", None, "desk-dirty")
    school.take_back(line_of(inspection), "0.25")
    assert totals(school, "0852") == {"room:5413": (1, Decimal("-0.75"), Decimal(0), 1, 0)}
    school.take_back(line_of(inspection))
    assert totals(school, "0852") == {"room:5413": (1, Decimal(0), Decimal(0), 0, 0)}


def test_an_exempt_class_is_not_checked(school: School) -> None:
    Exemption.objects.create(
        school_class=school.classes["0852"], starts_on=MONDAY, ends_on=MONDAY, reason="见习", by=school.admin
    )
    school.verified("硬化路", None, "loose-soil", shift="morning", clock="07:31")
    assert totals(school, "0852") == {}
    assert totals(school, "0853") == {"area:硬化路": (1, Decimal(-1), Decimal(0), 1, 0)}


def test_what_is_taken_back_leaves_nothing_behind(school: School) -> None:
    """SQLite adds decimals as floats: there 0.1 and 0.2, taken back, leave a trace."""
    inspection = school.verified("5413", None, {"text": "墙角", "points": "0.1"}, {"text": "门后", "points": "0.2"})
    for entry in Entry.objects.charges().filter(inspection=inspection):
        school.take_back(entry)
    assert totals(school, "0852") == {"room:5413": (1, Decimal(0), Decimal(0), 0, 0)}


def test_bonuses_are_added_up_by_class(school: School) -> None:
    give_bonus(
        patterns=["085*"], exceptions=["0853"], points=Decimal(2), date=MONDAY, reason="校级表彰", by=school.admin
    )
    give_bonus(patterns=["0851"], exceptions=[], points=Decimal("0.5"), date=MONDAY, reason="打扫阶教", by=school.admin)
    assert bonus_totals(school.week) == {"0851": Decimal("2.5"), "0852": Decimal(2)}
    assert tallies(school.week) == []


def test_classes_come_with_the_days_they_are_exempt(school: School) -> None:
    for starts, ends in [(MONDAY - timedelta(days=3), MONDAY), (date(2026, 11, 13), date(2026, 11, 20))]:
        Exemption.objects.create(school_class=school.classes["10311"], starts_on=starts, ends_on=ends, reason="见习")
    SchoolClass.objects.filter(code="0851").update(left_on=MONDAY - timedelta(days=1))
    week = school.week
    facts = {one.code: one for one in class_facts(week, classes_present(week), {"2101": date(2026, 11, 2)})}
    assert set(facts) == {"0852", "0853", "10311", "2101"}
    assert sorted(facts["10311"].exempt_days) == [MONDAY, date(2026, 11, 13), date(2026, 11, 14), date(2026, 11, 15)]
    assert facts["2101"] == engine.ClassFacts("2101", "文学系", 2010, frozenset(), date(2026, 11, 2))


def test_a_week_keeps_the_policy_its_lines_were_charged_by(school: School) -> None:
    week = school.week
    first = policy_of(week)
    assert (first.version, first.as_value()) == (1, engine.DEFAULT_POLICY)
    school.verified("5413", "clean")
    newer = Policy.objects.get(version=1)
    newer.pk, newer.version, newer.in_force_from = None, 2, MONDAY
    newer.save()
    assert policy_of(week).version == 1
    after = type(week).objects.get(term=school.term, number=week.number + 1)
    assert policy_of(after).version == 2


def test_a_line_tells_what_where_and_by_which_rule(school: School) -> None:
    school.verified("5413", None, {"defect": "desk-dirty", "text": "泡面", "corrected": True}, occasion="school")
    (line,) = lines(school.week, school.classes["0852"])
    assert (line.place, line.item, line.defect, line.text) == ("5413", "桌面", "不干净", "泡面")
    assert (line.listed, line.multiplier, line.share, line.points) == (1, 2, Decimal("0.5"), -1)
    assert not line.capped
    assert not line.carried_over


def test_the_line_that_crosses_the_cap_says_what_it_was_worth(school: School) -> None:
    points = ["2", "2", "2", "2", "1.5", "2", "1"]
    school.verified("5413", None, *({"text": f"第 {n} 处", "points": cost} for n, cost in enumerate(points)))
    charged = [(line.points, line.entry.worth, line.capped) for line in lines(school.week)]
    assert charged[-3:] == [(Decimal("-1.5"), Decimal("1.5"), False), (Decimal("-0.5"), 2, True), (0, 1, True)]


def test_a_line_is_followed_by_those_that_take_it_back(school: School) -> None:
    first = school.verified("5413", None, "desk-dirty")
    school.verified("5413", None, "bed-unmade", day=TUESDAY)
    give_bonus(patterns=["0852"], exceptions=[], points=Decimal(2), date=MONDAY, reason="打扫阶教", by=school.admin)
    back = school.take_back(line_of(first))
    told = lines(school.week, school.classes["0852"])
    assert [(line.category, line.points) for line in told] == [("dorm", -1), ("dorm", 1), ("dorm", -1), ("bonus", 2)]
    assert told[0].taken_back == (back,)
    assert told[0].reversed_in_full
    assert not told[2].reversed_in_full
    assert told[3].defect == "打扫阶教"


def test_a_line_in_a_mixed_room_names_its_class(school: School) -> None:
    school.verified("5420", None, {"defect": "clothes-hanging", "school_class": "0853"}, "room-floor-dirty")
    personal, public = lines(school.week, school.classes["0853"])
    assert personal.named
    assert not public.named
    assert public.shared_with == ("0852",)


def test_people_read_the_lines_that_are_theirs(school: School) -> None:
    school.verified("5413", None, "desk-dirty")
    school.verified("教102", None, "floor-litter", shift="morning")
    school.verified("5403", None, "desk-dirty")
    read = {name: len(lines(school.week, None, school.people[name])) for name in school.people}
    assert read == {
        "inspector": 0, "inspector2": 0, "reviewer": 3, "reviewer2": 3, "officer": 2, "officer2": 0,
        "head": 1, "advisor": 3, "admin": 3, "nobody": 0,
    }  # fmt: skip


def test_a_check_carried_over_says_so(school: School) -> None:
    inspection = school.check("5413", None, "desk-dirty")
    WeekClosing.objects.create(week=school.week, by=school.reviewer)
    verify(inspections=[inspection.pk], by=school.reviewer)
    after = type(school.week).objects.get(starts_on=MONDAY + timedelta(days=7))
    (line,) = lines(after, school.classes["0852"])
    assert line.carried_over
    assert list(checks_of(after)) == [inspection]
    assert list(checks_of(school.week)) == []
    (told,) = facts_of(after).checks
    assert told.carried_over


def test_the_raw_facts_are_reckoned_to_what_the_ledger_says(school: School) -> None:
    first = school.verified("5413", None, "desk-dirty", "bed-unmade")
    school.verified(
        "5420", None, {"defect": "clothes-hanging", "school_class": "0853"}, "room-floor-dirty", day=TUESDAY
    )
    school.verified("教102", "refused", shift="noon", clock="13:30", occasion="department")
    school.verified("硬化路", None, {"defect": "loose-soil", "corrected": True}, shift="morning", clock="07:31")
    give_bonus(patterns=["*"], exceptions=["2101"], points=Decimal(2), date=MONDAY, reason="校级表彰", by=school.admin)
    for entry in Entry.objects.charges().filter(inspection=first):
        school.take_back(entry, "0.5")
    week = school.week
    policy = policy_of(week).as_value()
    codes = [klass.code for klass in classes_present(week)]
    assert engine.reckon_scores(facts_of(week).value(), policy) == engine.fold_week(
        codes, tallies(week), bonus_totals(week), policy
    )


@pytest.fixture
def more_classes(school: School) -> School:
    """Thirty classes, each with a room of its own."""
    for number in range(25):
        klass = SchoolClass.objects.create(
            code=f"09{number:02}", department=school.classes["0852"].department, entry_year=2009
        )
        room = Room.objects.create(
            building=school.rooms["5413"].building, number=f"6{number:02}", code=f"6{number:02}", floor=6
        )
        Residency.objects.create(room=room, school_class=klass, starts_on=date(2026, 8, 31))
        school.classes[klass.code], school.rooms[room.code] = klass, room
    return school


def queries_of(school: School) -> list[int]:
    week = school.week
    counts = []
    for ask in (tallies, bonus_totals, lines, facts_of):
        with CaptureQueriesContext(connection) as queries:
            ask(week)
        counts.append(len(queries))
    return counts


def test_as_many_queries_for_thirty_classes_as_for_a_few(more_classes: School) -> None:
    school = more_classes
    give_bonus(patterns=["0852"], exceptions=[], points=Decimal(2), date=MONDAY, reason="打扫阶教", by=school.admin)
    school.take_back(line_of(school.verified("5413", None, "desk-dirty")))
    few = queries_of(school)
    for number in range(25):
        school.verified(f"6{number:02}", None, "desk-dirty", "room-floor-dirty")
    assert queries_of(school) == few


def terms_that_meet() -> tuple[Week, Week]:
    """The last week of a term that ends on Wednesday, and the first of the next, which starts the day after."""
    before = open_term(name="一", starts_on=date(2027, 3, 1), ends_on=date(2027, 3, 17))
    after = open_term(name="二", starts_on=date(2027, 3, 18), ends_on=date(2027, 5, 30))
    return before.weeks.get(number=3), after.weeks.get(number=1)


def test_two_terms_within_one_week_count_one_after_the_other(school: School) -> None:
    last, first = terms_that_meet()
    assert last.starts_on == first.starts_on
    assert (counting_week(last), counting_week(first)) == (last, first)
    WeekClosing.objects.create(week=last)
    assert counting_week(last) == first
    WeekClosing.objects.create(week=first)
    second = first.term.weeks.get(number=2)
    assert (counting_week(last), counting_week(first)) == (second, second)


def test_a_line_never_goes_back_to_a_term_before(school: School) -> None:
    last, first = terms_that_meet()
    WeekClosing.objects.bulk_create(WeekClosing(week=week) for week in first.term.weeks.all())
    assert counting_week(first) is None
    assert counting_week(last) == last


def test_a_week_is_reckoned_by_its_days_in_the_term(school: School) -> None:
    last, first = terms_that_meet()
    assert days_in_term(last) == (date(2027, 3, 15), date(2027, 3, 17))
    assert days_in_term(first) == (date(2027, 3, 18), date(2027, 3, 21))
    assert days_in_term(school.week) == (school.week.starts_on, school.week.ends_on)
    Exemption.objects.create(
        school_class=school.classes["0852"], starts_on=date(2027, 3, 18), ends_on=date(2027, 3, 19), reason="见习"
    )
    rows = {
        row.klass: row.barred
        for group in engine.reckon(facts_of(first).value(), policy_of(first).as_value())
        for row in group.rows
    }
    assert (rows["0852"], rows["0853"]) == (engine.Bar.EXEMPT, engine.Bar.COVERAGE)
