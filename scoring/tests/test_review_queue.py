"""The queue as a reviewer sees it: what waits where, what wants a look, what passing would cost."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campus.models import Exemption, SchoolClass, WeekClosing
from campus.selectors import today
from config.tests.school import MONDAY, School, at
from dormitories.models import Residency, Room
from inspections.models import Area, Inspection
from inspections.services import record
from inspections.tests.pages import words
from inspections.tests.test_recording import said
from scoring.models import Entry, OccasionMultiplier, Policy, Return
from scoring.reviewing import Queue, Row, Scope, detail_of, queue, queue_for, unquestionable
from scoring.rights import Hindrance
from scoring.services import send_back, set_aside, verify

TUESDAY = MONDAY + timedelta(days=1)


def shown(school: School, **scope: Any) -> Queue:
    return queue_for(school.reviewer, Scope(**scope))


def marks(found: Queue) -> dict[str, list[str]]:
    return {
        f"{row.code} {row.inspection.get_outcome_display()}": [mark.value for mark in row.marks] for row in found.rows
    }


def only(school: School) -> Row:
    (row,) = shown(school).rows
    return row


# Where it stands


def test_the_latest_shift_comes_first_then_building_by_building_then_the_areas(school: School) -> None:
    school.check("教101", shift="morning", clock="07:31")
    school.check("5413", shift="noon", clock="12:10")
    for code in ["5413", "3318", "教101", "硬化路", "门厅"]:
        school.check(code)
    found = shown(school)
    assert [(group.batch.shift, group.batch.place_label) for group in found.groups] == [
        ("evening", "3号楼"),
        ("evening", "5号楼"),
        ("evening", "教室"),
        ("evening", "卫生区"),
        ("evening", "值岗"),
        ("noon", "5号楼"),
        ("morning", "教室"),
    ]
    assert found.waiting == 7


def test_a_day_a_shift_a_building_or_a_kind_can_be_asked_for(school: School) -> None:
    for code in ["5413", "3318", "教101"]:
        school.check(code)
    school.check("5403", shift="noon", clock="12:10")
    school.check("5413", day=TUESDAY)

    def codes(**scope: Any) -> list[str]:
        return [row.code for row in shown(school, **scope).rows]

    assert codes(date=MONDAY) == ["3318", "5413", "教101", "5403"]
    assert codes(date=MONDAY, shift="noon") == ["5403"]
    assert codes(date=MONDAY, shift="evening", building="5") == ["5413"]
    assert codes(date=MONDAY, kind="classroom") == ["教101"]
    assert codes() == ["5413"]  # the last day on which something waits


def test_the_rounds_tell_how_many_wait_and_a_finished_shift_takes_one_line(school: School, client: Client) -> None:
    noon = [school.check(code, shift="noon", clock="12:10") for code in ["5413", "3318"]]
    verify(inspections=[one.pk for one in noon], by=school.reviewer)
    school.check("5413")
    school.verified("5403", None, "bags-hanging")
    lines = [(getattr(line, "place_label", ""), getattr(line, "waiting", 0)) for line in shown(school).lines]
    assert lines == [("5号楼", 1), ("", 0)]


def test_today_comes_first_while_something_waits(school: School) -> None:
    school.check("5413", day=today())
    school.check("5413")
    assert shown(school).day == today()
    assert [(day.date, day.waiting) for day in shown(school).days] == [(today(), 1), (MONDAY, 1)]


def test_what_is_decided_leaves_the_queue_and_so_does_what_its_inspector_has_corrected(school: School) -> None:
    passed, returned, aside, corrected = (school.check(code) for code in ["5413", "5403", "3318", "3501"])
    verify(inspections=[passed.pk], by=school.reviewer)
    send_back(inspection=returned.pk, by=school.reviewer, reason="班级不对")
    set_aside(inspection=aside.pk, by=school.reviewer, reason="重复")
    newer = school.check("3501", None, "bad-smell", replaces=corrected.pk)
    found = shown(school)
    assert [row.id for row in found.rows] == [newer.pk]
    assert not found.rows[0].marks
    assert (found.tally.passed, found.tally.returned, found.tally.aside) == (1, 1, 1)
    assert found.unanswered == [returned]


# What wants a look


def test_two_of_one_room_and_shift_are_marked_and_stand_together(school: School) -> None:
    school.check("5413", None, "bags-hanging", clock="19:52")
    school.check("5403", clock="19:55")
    school.check("5413", clock="20:05", by=school.inspector2)
    assert marks(shown(school)) == {"5413 有问题": ["duplicate"], "5413 干净": ["duplicate"], "5403 干净": []}


@pytest.mark.parametrize("second", [{"occasion": "spot"}, {"outcome": "locked"}, {"shift": "noon", "clock": "12:10"}])
def test_a_spot_check_a_visit_that_is_no_check_and_another_shift_are_no_duplicates(
    school: School, second: dict[str, Any]
) -> None:
    school.check("5413")
    school.check("5413", **second)
    assert not any(row.marks for row in shown(school).rows)


def test_two_spot_checks_of_one_room_stand_side_by_side(school: School) -> None:
    both = [school.check("5413", occasion="spot", clock=clock) for clock in ("19:20", "19:50")]
    assert not any(row.marks for row in shown(school).rows)
    verdicts = verify(inspections=[check.pk for check in both], by=school.reviewer)
    assert [verdict.status for verdict in verdicts] == ["verified", "verified"]


def test_a_check_that_comes_after_another_has_passed_is_marked_and_cannot_pass(school: School) -> None:
    school.verified("5413")
    late = school.check("5413", None, "bags-hanging", by=school.inspector2, clock="20:05")
    assert only(school).marks == ("duplicate",)
    detail = detail_of(Inspection.objects.all(), late.pk, school.reviewer)
    assert detail.rival_passed
    assert not detail.passable


def test_one_sent_back_or_set_aside_is_no_rival(school: School) -> None:
    first = school.check("5413", None, "bags-hanging")
    school.check("5413", by=school.inspector2, clock="20:05")
    send_back(inspection=first.pk, by=school.reviewer, reason="班级不对")
    assert not only(school).marks


def test_a_personal_finding_without_a_class_in_a_mixed_room(school: School) -> None:
    school.check("5420", None, "hats-hanging")
    assert only(school).marks == ("unnamed",)


@pytest.mark.parametrize(
    ("room", "finding"),
    [
        ("5413", "hats-hanging"),
        ("5420", "room-floor-dirty"),
        ("5420", {"defect": "hats-hanging", "school_class": "0852"}),
    ],
)
def test_a_finding_whose_class_is_plain_wants_no_look(school: School, room: str, finding: Any) -> None:
    school.check(room, None, finding)
    assert only(school).marks == ()


def test_a_serious_finding(school: School) -> None:
    school.check("5413", None, "banned-appliance")
    assert only(school).marks == ("serious",)


def test_a_place_that_no_class_answers_for(school: School) -> None:
    school.areas["操场"] = Area.objects.create(code="操场", kind="area")
    school.check("操场", None, "area-litter")
    assert only(school).marks == ("ownerless",)
    assert only(school).points == 0


@pytest.mark.parametrize(("minutes", "late"), [(59, ()), (60, ("late",))])
def test_an_hour_later_is_late(school: School, minutes: int, late: tuple[str, ...]) -> None:
    school.check("5413", late=timedelta(minutes=minutes))
    assert only(school).marks == late


def test_the_answer_to_a_return_wants_a_look_also_where_it_was_corrected_again(school: School) -> None:
    first = school.check("5413", None, "bags-hanging")
    send_back(inspection=first.pk, by=school.reviewer, reason="不算问题")
    check = school.check("5413", None, "bags-hanging", replaces=first.pk)
    for _ in range(3):
        row = only(school)
        assert (row.id, row.marks, row.unquestionable) == (check.pk, ("answers",), False)
        assert unquestionable([check.pk], school.reviewer) == []
        answers = detail_of(Inspection.objects.all(), check.pk, school.reviewer).answers
        assert answers is not None
        assert answers.reason == "不算问题"
        check = school.check("5413", None, "bags-hanging", replaces=check.pk)


def test_a_correction_that_nobody_asked_for_wants_none(school: School) -> None:
    first = school.check("5413", None, "bags-hanging")
    school.check("5413", replaces=first.pk)
    assert only(school).unquestionable


@pytest.mark.parametrize("changed", [{"shift": "noon"}, {"occasion": "spot"}])
def test_a_correction_of_the_shift_or_the_occasion_wants_a_look(
    school: School, client: Client, changed: dict[str, Any]
) -> None:
    first = school.check("5413", clock="12:10", **changed)
    moved = school.check("5413", clock="12:10", replaces=first.pk)
    row = only(school)
    assert (row.id, row.marks) == (moved.pk, ("moved",))
    assert unquestionable([moved.pk], school.reviewer) == []
    client.force_login(school.reviewer)
    page = words(client.get(f"/review/{moved.pk}/").content.decode())
    shift, occasion = ("午检", "日查") if "shift" in changed else ("晚检", "抽查")
    assert "换了班次" in page
    assert f"班次 更正前记的是{shift}、{occasion}" in page


TEN_MINUTES = timedelta(minutes=10)


@pytest.mark.parametrize(
    ("slow", "mark", "told"),
    [
        (TEN_MINUTES, None, None),
        (-TEN_MINUTES, None, None),
        (TEN_MINUTES + timedelta(seconds=1), "钟慢 10 分钟", "手机时钟慢了 10 分钟，时间已按服务器时间更正"),
        (-timedelta(hours=3), "钟快 3 小时", "手机时钟快了 3 小时，时间已按服务器时间更正"),
        (timedelta(days=1, seconds=-3), "钟慢 1 天", "手机时钟慢了 1 天，时间已按服务器时间更正"),
        (timedelta(days=4018), "钟慢 4018 天", "手机时钟慢了 4018 天，时间已按服务器时间更正"),
    ],
)
def test_a_phone_whose_clock_was_wrong_wants_a_look(
    school: School, client: Client, slow: timedelta, mark: str | None, told: str | None
) -> None:
    """Also by years: its times are right once its own time of sending is taken off."""
    draft = said("5413", performed_at=at(MONDAY) - slow)
    record(draft=draft, inspector=school.inspector, received_at=at(MONDAY, "19:21"), clock_offset=slow)
    row = only(school)
    assert row.inspection.performed_at == at(MONDAY)
    assert row.marks == (("clock",) if mark else ())
    assert bool(unquestionable([draft.id], school.reviewer)) == (mark is None)
    client.force_login(school.reviewer)
    page = words(client.get(f"/review/{draft.id}/").content.decode())
    if mark and told:
        assert mark in page
        assert told in page
    else:
        assert "钟慢" not in page
        assert "手机时钟" not in page


def test_a_refusal_that_costs_ten(school: School) -> None:
    school.check("教102", "refused")
    assert only(school).marks == ("refused",)


def test_own_words_with_points_of_the_inspectors_choice(school: School) -> None:
    school.check("5413", None, {"text": "墙上有字", "points": "1"})
    school.check("5403", None, {"defect": "bad-smell", "text": "烟味"})
    assert marks(shown(school)) == {"5413 有问题": ["own_text"], "5403 有问题": []}


def test_a_note(school: School) -> None:
    school.check("5413", note="门口有人等着搬床")
    assert only(school).marks == ("note",)


@pytest.mark.parametrize(
    ("occasion", "findings", "wants"),
    [
        ("school", ["bad-smell"], ("multiplied",)),
        ("department", ["bad-smell"], ("multiplied",)),
        ("school", [], ()),
        ("deep_clean", ["bad-smell"], ()),
        ("spot", ["bad-smell"], ()),
    ],
)
def test_what_costs_a_multiple_for_the_occasion(
    school: School, occasion: str, findings: list[str], wants: tuple[str, ...]
) -> None:
    school.check("5413", None, *findings, occasion=occasion)
    assert only(school).marks == wants


def test_which_occasion_multiplies_is_the_policys_word(school: School) -> None:
    later = Policy.objects.create(version=2, in_force_from=MONDAY + timedelta(days=7), flags_percent=10)
    for rule in Policy.objects.get(version=1).categories.all():
        rule.pk, rule.policy = None, later
        rule.save()
    OccasionMultiplier.objects.create(policy=later, occasion="deep_clean", multiplier="1.5")
    for day in (MONDAY, MONDAY + timedelta(days=7)):
        school.check("5413", None, "bad-smell", occasion="school", day=day)
        school.check("5413", None, "bad-smell", occasion="deep_clean", day=day)
    found = [(row.inspection.occasion, row.marks) for row in shown(school, date=MONDAY).rows]
    assert sorted(found) == [("deep_clean", ()), ("school", ("multiplied",))]
    found = [(row.inspection.occasion, row.marks) for row in shown(school, date=MONDAY + timedelta(days=7)).rows]
    assert sorted(found) == [("deep_clean", ("multiplied",)), ("school", ())]


# What is left to colleagues


def test_ones_own_stand_apart_and_are_not_counted(school: School) -> None:
    entry = school.check("5413", by=school.reviewer2)
    of_class = school.check("5403", None, "bags-hanging")
    against = school.check("5413", clock="20:05")
    waiting = school.check("5420", "clean", shift="noon", clock="12:10")
    school.check("3318")
    found = queue_for(school.reviewer2, Scope())
    assert {row.id: row.hindrance for row in found.barred} == {
        entry.pk: Hindrance.ENTRY,
        of_class.pk: Hindrance.CLASS,
        waiting.pk: Hindrance.CLASS,
        against.pk: Hindrance.AGAINST,
    }
    assert [row.code for row in found.rows] == ["3318"]
    assert (found.waiting, found.looks, found.tally.waiting, found.tally.barred) == (1, 0, 1, 4)
    assert [(day.waiting, day.barred) for day in found.days] == [(1, 4)]


def test_ones_own_room_stands_apart_too(school: School) -> None:
    school.reviewer.home_room = school.rooms["5413"]
    school.reviewer.save()
    school.check("5413")
    found = shown(school, date=MONDAY)
    assert [row.hindrance for row in found.barred] == [Hindrance.ROOM]
    assert not found.rows


def test_a_day_with_nothing_but_ones_own_is_not_where_to_go_on(school: School) -> None:
    school.check("5413", day=TUESDAY, by=school.reviewer)
    school.check("5413")
    found = shown(school)
    assert (found.day, [day.waiting for day in found.days]) == (MONDAY, [0, 1])
    assert shown(school, date=TUESDAY).elsewhere == Scope(MONDAY)


def test_a_shift_that_is_left_to_colleagues_is_not_called_reviewed(school: School) -> None:
    school.check("5413", by=school.reviewer)
    (line,) = shown(school, date=MONDAY).lines
    assert getattr(line, "place_label", "") == "5号楼"


def test_what_presses_most_stands_first_and_the_clean_are_folded_at_the_end(school: School) -> None:
    school.check("5403", clock="19:00")
    school.check("5413", None, "bad-smell", clock="19:10")
    school.check("5420", None, "hats-hanging", clock="19:20")
    add_room(school, "5422", "0852")
    add_room(school, "5421", "0852")
    school.check("5422", late=timedelta(hours=3), clock="19:30")
    school.check("5421", clock="19:40")
    (group,) = shown(school).groups
    assert [row.code for row in group.rows] == ["5420", "5422", "5413"]
    assert [row.code for row in group.folded] == ["5403", "5421"]
    assert (group.batch.looks, len(group.passable)) == (2, 3)


def add_room(school: School, code: str, klass: str) -> None:
    room = Room.objects.create(building=school.rooms["5413"].building, number=code, code=code, floor=4)
    Residency.objects.create(room=room, school_class=school.classes[klass], starts_on=date(2026, 8, 31))
    school.rooms[code] = room


# What it would cost


@pytest.mark.parametrize(
    ("code", "outcome", "findings", "occasion", "points"),
    [
        ("5413", None, ["bags-hanging", "cigarette-ends"], "routine", "-3"),
        ("5413", None, [{"defect": "bags-hanging", "corrected": True}], "routine", "-0.5"),
        ("5413", None, ["cigarette-ends", "bad-smell"], "school", "-6"),
        ("5413", None, ["banned-appliance", "bad-smell"], "routine", "-11"),
        ("5413", "locked", [], "routine", "0"),
        ("教102", "locked", [], "routine", "-2"),
        ("教102", "refused", [], "department", "-10"),
        ("5413", None, [], "routine", "0"),
    ],
)
def test_the_figure_shown_is_what_is_then_posted(
    school: School, code: str, outcome: str | None, findings: list[Any], occasion: str, points: str
) -> None:
    check = school.check(code, outcome, *findings, occasion=occasion)
    assert only(school).points == Decimal(points)
    verify(inspections=[check.pk], by=school.reviewer)
    assert sum(entry.points for entry in Entry.objects.all()) == Decimal(points)


def test_in_a_mixed_room_each_class_is_told_its_own_and_what_is_open_apart(school: School) -> None:
    school.check("5420", None, {"defect": "bags-hanging", "school_class": "0853"}, "hats-hanging", "room-floor-dirty")
    row = only(school)
    assert row.price.classes == {"0852": -1, "0853": -2}
    assert (row.open, row.points) == (1, -3)


def test_an_exempt_class_costs_nothing(school: School) -> None:
    Exemption.objects.create(school_class=school.classes["0852"], starts_on=MONDAY, ends_on=MONDAY, reason="见习")
    school.check("5413", None, "bad-smell")
    assert only(school).points == 0


def test_a_closed_weeks_check_is_reckoned_by_the_week_it_would_count_in(school: School) -> None:
    school.check("5413", None, "bad-smell")
    WeekClosing.objects.create(week=school.week)
    assert only(school).points == -1


# What nobody need look at


def test_the_unquestionable_are_judged_as_they_stand_now(school: School) -> None:
    plain = school.check("5413", None, "bad-smell")
    own = school.check("3427", by=school.inspector2)
    twice = [school.check("5403"), school.check("5403", by=school.inspector2, clock="20:05")]
    done = school.verified("3318")
    ids = [one.pk for one in (plain, own, *twice, done)]
    assert [row.id for row in unquestionable(ids, school.reviewer)] == [plain.pk]


def test_an_advisors_queue_holds_what_no_reviewer_may_decide(school: School) -> None:
    school.check("5403")
    assert queue_for(school.advisor, Scope()).waiting == 0
    school.reviewer.is_active = False
    school.reviewer.save()
    found = queue_for(school.advisor, Scope())
    assert [row.code for row in found.rows] == ["5403"]
    assert [row.code for row in found.passable] == ["5403"]


# However many


def test_more_than_a_page_says_how_many_more_wait(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    for code in ["5403", "5413", "3318"]:
        school.check(code)
    monkeypatch.setattr(queue, "ROWS", 2)
    found = shown(school)
    assert (found.waiting, len(found.rows), found.cut) == (3, 2, 1)


@pytest.mark.parametrize("who", ["reviewer", "advisor"])
def test_thirty_rows_ask_the_database_as_often_as_three(school: School, client: Client, who: str) -> None:
    if who == "advisor":
        for reviewer in (school.reviewer, school.reviewer2):
            reviewer.is_active = False
            reviewer.save()
    client.force_login(school.people[who])
    school.check("5420", None, "hats-hanging")
    school.check("5413", None, "bad-smell")
    school.check("5413", by=school.inspector2, clock="20:05")
    school.check("5403", occasion="spot", by=school.people[who])
    returned(school, "5403")
    client.get("/review/")
    few = queries(client)
    for n in range(30):
        code = f"56{n:02}"
        SchoolClass.objects.get_or_create(code=f"09{n}", entry_year=2009, department=school.classes["0852"].department)
        school.classes[f"09{n}"] = SchoolClass.objects.get(code=f"09{n}")
        add_room(school, code, f"09{n}")
        Residency.objects.create(
            room=school.rooms[code], school_class=school.classes["0852"], starts_on=date(2026, 8, 31)
        )
        school.check(code, None, "hats-hanging", "bad-smell", {"text": "墙上有字", "points": "1"})
        school.check(code, by=school.inspector2, clock="20:05")
        school.check(code, occasion="spot", by=school.people[who])
        returned(school, code)
    assert queries(client) == few


def returned(school: School, code: str) -> Inspection:
    check = school.check(code, shift="noon", clock="12:10")
    Return.objects.create(inspection=check, by=school.reviewer, reason="班级不对")
    return check


def queries(client: Client) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get("/review/").status_code == 200
    return len(captured)


def test_a_batch_that_begins_while_the_queue_is_read_is_shown_too(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A check that comes in after the batches were counted, before the rows are read."""
    school.check("5413", clock="19:20")
    school.check("5420", None, "hats-hanging")
    school.check("门厅", shift="morning", clock="07:31")
    monkeypatch.setattr(queue, "_batches_of", lambda *_asked: iter([]))
    groups = shown(school).groups
    assert [(group.batch.shift, group.batch.place_label) for group in groups] == [
        ("evening", "5号楼"),
        ("morning", "值岗"),
    ]
    assert [(group.batch.waiting, group.batch.looks) for group in groups] == [(2, 1), (1, 0)]


def test_the_preview_goes_by_the_policy_that_the_weeks_lines_went_by(school: School) -> None:
    school.verified("5403", None, "bags-hanging")
    later = Policy.objects.create(version=2, in_force_from=MONDAY, check_cap=1, flags_percent=10)
    for rule in Policy.objects.get(version=1).categories.all():
        rule.pk, rule.policy = None, later
        rule.save()
    check = school.check("5413", None, "bags-hanging", "desk-untidy")
    assert only(school).points == -2
    verify(inspections=[check.pk], by=school.reviewer)
    assert sum(entry.points for entry in Entry.objects.filter(inspection=check)) == -2
