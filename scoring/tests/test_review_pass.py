"""Passing a check: what is posted, for whom, in which week, and what gives way to it (design §5.2)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from campus.models import Exemption, Membership, Role, Week, WeekClosing
from config.tests.school import MONDAY, School
from inspections.models import Area, Finding, Inspection, Responsibility, Standard
from scoring.facts import slot_of
from scoring.models import Attribution, Entry, Policy, SetAside, Verification
from scoring.services import AlreadyDecided, review, send_back, set_aside, verify
from scoring.services.review import Verdict

D = Decimal


def passed(school: School, *inspections: Inspection, **kwargs: Any) -> list[Verdict]:
    return verify(inspections=[one.pk for one in inspections], by=kwargs.pop("by", school.reviewer), **kwargs)


def ledger(inspection: Inspection) -> list[tuple[str, str, Decimal]]:
    """The lines of a check as (class, defect or outcome, points), in the order posted."""
    return [
        (
            entry.school_class.code,
            entry.finding.defect.code if entry.finding and entry.finding.defect else inspection.outcome,
            entry.points,
        )
        for entry in Entry.objects.filter(inspection=inspection).select_related("school_class", "finding__defect")
    ]


def finding(inspection: Inspection, defect: str) -> Finding:
    return inspection.findings.get(defect__code=defect)


# What a check costs


def test_a_finding_is_a_line_of_its_class_in_the_week_of_the_check(school: School) -> None:
    check = school.check("5413", None, "bags-hanging", "desk-untidy")

    assert passed(school, check) == [Verdict(check.pk, "verified")]

    assert ledger(check) == [("0852", "bags-hanging", D(-1)), ("0852", "desk-untidy", D(-1))]
    entry = Entry.objects.filter(inspection=check).first()
    assert entry is not None
    assert (entry.week, entry.category, entry.standing, entry.worth) == (school.week, "dorm", 1, D(1))
    assert (entry.posted_by, entry.policy.version, entry.serious) == (school.reviewer, 1, False)
    verification = check.verification
    assert (verification.by, verification.week, verification.carried_over) == (school.reviewer, school.week, False)


def test_a_clean_check_passes_without_a_line(school: School) -> None:
    check = school.check("教102")
    assert passed(school, check)[0].status == "verified"
    assert ledger(check) == []


def test_a_public_finding_costs_both_classes_of_a_shared_area(school: School) -> None:
    check = school.check("硬化路", None, "area-litter", shift="morning", clock="07:31")
    passed(school, check)
    assert ledger(check) == [("0852", "area-litter", D(-2)), ("0853", "area-litter", D(-2))]


def test_in_a_mixed_room_a_personal_finding_costs_the_class_it_names_and_no_other(school: School) -> None:
    check = school.check("5420", None, {"defect": "bags-hanging", "school_class": "0853"}, "room-floor-dirty")
    passed(school, check)
    assert ledger(check) == [
        ("0852", "room-floor-dirty", D(-1)),
        ("0853", "bags-hanging", D(-1)),
        ("0853", "room-floor-dirty", D(-1)),
    ]


def test_a_locked_classroom_costs_what_the_standard_says_a_locked_dorm_room_nothing(school: School) -> None:
    classroom, room = school.check("教102", "locked"), school.check("5413", "locked")
    passed(school, classroom, room)
    assert ledger(classroom) == [("0852", "locked", D(-2))]
    assert Entry.objects.get(inspection=classroom).finding is None
    assert ledger(room) == []


def test_refused_costs_ten_and_its_double_on_a_school_inspection_stops_at_the_cap(school: School) -> None:
    plain, doubled = school.check("5413", "refused"), school.check("3501", "refused", occasion="school")
    passed(school, plain, doubled)
    assert ledger(plain) == [("0852", "refused", D(-10))]
    assert ledger(doubled) == [("2101", "refused", D(-10))]
    assert Entry.objects.get(inspection=doubled).worth == 20


def test_the_line_that_crosses_the_cap_is_charged_the_rest_and_later_ones_nothing(school: School) -> None:
    defects = ["floor-litter", "floor-dirty", "board-unwiped", "trough-dust", "rubbish-left", "lights-on"]
    check = school.check("教102", None, *defects, occasion="school")  # 2 each, and 10 is the most
    passed(school, check)
    assert [points for _, _, points in ledger(check)] == [D(-2)] * 5 + [D(0)]
    assert Entry.objects.filter(inspection=check).last().worth == 2


def test_a_serious_finding_costs_its_points_beside_the_cap_and_is_marked(school: School) -> None:
    check = school.check(
        "5413", None, {"defect": "banned-appliance", "corrected": True}, "bad-smell", occasion="school"
    )
    passed(school, check)
    assert ledger(check) == [("0852", "banned-appliance", D(-10)), ("0852", "bad-smell", D(-2))]
    assert [entry.serious for entry in Entry.objects.filter(inspection=check)] == [True, False]


def test_what_was_put_right_on_the_spot_costs_half(school: School) -> None:
    check = school.check("5413", None, {"defect": "bags-hanging", "corrected": True})
    passed(school, check)
    assert ledger(check) == [("0852", "bags-hanging", D("-0.5"))]


def test_an_exempt_class_is_not_charged_though_it_stays_concerned(school: School) -> None:
    away = Exemption.objects.create(
        school_class=school.classes["0852"], starts_on=MONDAY, ends_on=MONDAY, reason="见习"
    )
    check = school.check("硬化路", None, "area-litter")
    passed(school, check)
    assert ledger(check) == [("0853", "area-litter", D(-2))]
    assert check.concerns.get(exemption=away).school_class.code == "0852"


def test_points_the_inspector_wrote_himself_are_charged_as_written(school: School) -> None:
    check = school.check("5413", None, {"text": "墙上钉了钉子", "points": "1.5"})
    passed(school, check)
    (entry,) = Entry.objects.filter(inspection=check)
    assert (entry.points, str(entry.finding)) == (D("-1.5"), "墙上钉了钉子")


# A personal finding without a class


def test_the_reviewer_names_the_class_that_the_inspector_left_open(school: School) -> None:
    check = school.check("5420", None, "hats-hanging")
    hat = finding(check, "hats-hanging")

    (held,) = passed(school, check)
    assert held.status == "refused"
    assert "帽子乱挂" in held.errors[0]
    assert not Verification.objects.exists()
    assert not Entry.objects.exists()

    (verdict,) = passed(school, check, names={hat.pk: "0852"})
    assert verdict.status == "verified"
    assert ledger(check) == [("0852", "hats-hanging", D(-1))]
    assert (hat.attribution.school_class.code, hat.attribution.by) == ("0852", school.reviewer)


def test_only_a_class_of_the_room_can_be_named(school: School) -> None:
    check = school.check("5420", None, "hats-hanging")
    (verdict,) = passed(school, check, names={finding(check, "hats-hanging").pk: "2101"})
    assert verdict.status == "refused"
    assert "2101" in verdict.errors[0]
    assert not Attribution.objects.exists()


def test_naming_a_class_that_is_exempt_charges_nobody(school: School) -> None:
    Exemption.objects.create(school_class=school.classes["0852"], starts_on=MONDAY, ends_on=MONDAY, reason="见习")
    check = school.check("5420", None, "hats-hanging")
    (verdict,) = passed(school, check, names={finding(check, "hats-hanging").pk: "0852"})
    assert verdict.status == "verified"
    assert ledger(check) == []


def test_what_the_inspector_said_is_not_changed_by_a_name_given_in_the_review(school: School) -> None:
    check = school.check("5420", None, {"defect": "bags-hanging", "school_class": "0853"})
    passed(school, check, names={finding(check, "bags-hanging").pk: "0852"})
    assert ledger(check) == [("0853", "bags-hanging", D(-1))]


# Several of one place and shift


def test_of_two_checks_of_a_room_and_shift_one_passes_and_the_other_is_set_aside(school: School) -> None:
    first = school.check("5413", None, "bags-hanging", clock="19:52")
    second = school.check("5413", clock="20:05", by=school.inspector2)

    (verdict,) = passed(school, first)

    assert verdict == Verdict(first.pk, "verified", [], (second.pk,))
    assert SetAside.objects.get().in_favour_of == first.verification
    (late,) = passed(school, second)
    assert late.status == "refused"
    assert [entry.inspection for entry in Entry.objects.all()] == [first]


def test_a_check_that_comes_in_after_another_has_passed_is_refused(school: School) -> None:
    school.verified("5413", clock="19:52")
    late = school.check("5413", None, "bags-hanging", by=school.inspector2, clock="20:05")
    (verdict,) = passed(school, late)
    assert verdict.status == "refused"
    assert "通过" in verdict.errors[0] or "has passed" in verdict.errors[0]
    assert ledger(late) == []


@pytest.mark.parametrize(
    "other", [{"occasion": "spot"}, {"shift": "noon", "clock": "12:10"}, {"day": MONDAY + timedelta(days=1)}]
)
def test_a_spot_check_another_shift_and_another_day_stand_beside_it(school: School, other: dict[str, Any]) -> None:
    first, second = school.check("5413"), school.check("5413", **other)
    assert [verdict.status for verdict in passed(school, first, second)] == ["verified", "verified"]
    assert not SetAside.objects.exists()


def test_a_visit_that_found_the_room_locked_neither_gives_way_nor_stands_in_the_way(school: School) -> None:
    locked = school.check("5413", "locked", clock="19:20")
    again = school.check("5413", None, "bags-hanging", clock="20:30")
    assert [verdict.status for verdict in passed(school, locked, again)] == ["verified", "verified"]
    later = school.check("5403", "nobody", by=school.inspector, clock="19:20")
    check = school.check("5403", clock="20:30")
    (verdict,) = passed(school, check)
    assert verdict == Verdict(check.pk, "verified")
    assert not hasattr(Inspection.objects.get(pk=later.pk), "set_aside")


def test_a_correction_stands_for_what_it_corrects(school: School) -> None:
    first = school.check("5413", None, "bags-hanging", clock="19:52")
    corrected = school.check("5413", None, "clothes-hanging", clock="19:52", replaces=first.pk)

    (old,) = passed(school, first)
    assert old.status == "refused"

    (new,) = passed(school, corrected)
    assert new == Verdict(corrected.pk, "verified", [], (first.pk,))
    assert ledger(corrected) == [("0852", "clothes-hanging", D(-1))]


def test_the_answer_to_a_check_sent_back_passes_like_any_other(school: School) -> None:
    first = school.check("5413", None, "bags-hanging")
    send_back(inspection=first.pk, by=school.reviewer, reason="班级不对")
    answer = school.check("5413", None, "clothes-hanging", replaces=first.pk)
    assert passed(school, answer) == [Verdict(answer.pk, "verified")]


def test_a_correction_of_a_check_that_has_passed_is_not_charged_beside_it(school: School) -> None:
    first = school.verified("5413", None, "bags-hanging")
    corrected = school.check("5413", None, "clothes-hanging", shift="noon", clock="12:10", replaces=first.pk)
    (verdict,) = passed(school, corrected)
    assert verdict.status == "refused"
    assert ledger(corrected) == []


# Once


def test_passing_twice_says_so_and_posts_once(school: School) -> None:
    check = school.check("5413", None, "bags-hanging")
    first, second = passed(school, check, check)
    assert (first.status, second.status) == ("verified", "already")
    assert second.errors
    assert len(ledger(check)) == 1


def test_a_check_sent_back_does_not_pass(school: School) -> None:
    check = school.check("5413", None, "bags-hanging")
    send_back(inspection=check.pk, by=school.reviewer, reason="班级不对")
    (verdict,) = passed(school, check)
    assert verdict.status == "refused"
    assert not Entry.objects.exists()


def test_a_bad_one_never_blocks_its_neighbours(school: School) -> None:
    good, held = school.check("5413", None, "bags-hanging"), school.check("5420", None, "hats-hanging")
    unknown = uuid4()
    verdicts = verify(inspections=[held.pk, unknown, good.pk], by=school.reviewer)
    assert [verdict.status for verdict in verdicts] == ["refused", "refused", "verified"]
    assert [verdict.id for verdict in verdicts] == [held.pk, unknown, good.pk]
    assert all(verdict.errors for verdict in verdicts[:2])


# Weeks


def close(*weeks: Week) -> None:
    WeekClosing.objects.bulk_create(WeekClosing(week=week) for week in weeks)


def test_a_check_of_a_closed_week_counts_in_the_first_open_one_after_it(school: School) -> None:
    check = school.check("5413", None, "bags-hanging")
    following = Week.objects.get(starts_on=MONDAY + timedelta(days=7))
    close(school.week, following)
    passed(school, check)
    entry = Entry.objects.get(inspection=check)
    assert entry.week.starts_on == MONDAY + timedelta(days=14)
    assert check.verification.carried_over
    assert check.performed_on == MONDAY


def test_with_every_week_closed_it_waits(school: School) -> None:
    check = school.check("5413", None, "bags-hanging")
    close(*Week.objects.all())
    (verdict,) = passed(school, check)
    assert verdict.status == "refused"
    assert not Verification.objects.exists()


def test_the_policy_of_the_week_it_counts_in_charges_it(school: School) -> None:
    following = MONDAY + timedelta(days=7)
    Policy.objects.create(
        version=2, in_force_from=following, check_cap=1, flags_percent=10
    ).categories.model.objects.bulk_create(rule_of(Policy.objects.get(version=2)))
    before = school.check("5413", None, "bags-hanging", "desk-untidy")
    after = school.check("5413", None, "bags-hanging", "desk-untidy", day=following)
    passed(school, before, after)
    assert [points for _, _, points in ledger(before)] == [D(-1), D(-1)]
    assert [points for _, _, points in ledger(after)] == [D(-1), D(0)]
    assert after.verification.policy.version == 2


def rule_of(policy: Policy) -> list[Any]:
    rules = list(Policy.objects.get(version=1).categories.all())
    for rule in rules:
        rule.pk, rule.policy = None, policy
    return rules


# Whose it is


def test_nobody_passes_what_he_recorded_himself(school: School) -> None:
    Membership.objects.create(user=school.inspector2, role=Role.REVIEWER)
    check = school.check("5413", None, "bags-hanging", by=school.inspector2)
    (verdict,) = passed(school, check, by=school.inspector2)
    assert verdict.status == "refused"
    assert not Entry.objects.exists()


def test_nobody_passes_a_check_of_his_own_class_not_even_while_it_is_exempt(school: School) -> None:
    Exemption.objects.create(school_class=school.classes["0853"], starts_on=MONDAY, ends_on=MONDAY, reason="见习")
    check = school.check("硬化路", None, "area-litter")
    assert passed(school, check, by=school.reviewer2)[0].status == "refused"
    assert passed(school, check, by=school.reviewer)[0].status == "verified"


def test_nobody_passes_a_check_of_his_own_room(school: School) -> None:
    school.reviewer.home_room = school.rooms["5413"]
    check = school.check("5413", None, "bags-hanging")
    assert passed(school, check)[0].status == "refused"


@pytest.mark.parametrize("who", ["inspector", "officer", "head", "admin", "nobody", "advisor"])
def test_who_is_no_reviewer_passes_nothing(school: School, who: str) -> None:
    check = school.check("5413", None, "bags-hanging", by=school.inspector2)
    assert passed(school, check, by=school.people[who])[0].status == "refused"
    assert not Verification.objects.exists()


def test_an_advisor_passes_what_is_every_reviewers_own(school: School) -> None:
    field = Area.objects.create(code="操场", kind="area")
    school.areas["操场"] = field
    for code in ["10311", "0853"]:  # the classes of the two reviewers
        Responsibility.objects.create(area=field, school_class=school.classes[code], starts_on=date(2026, 8, 31))
    check = school.check("操场", None, "area-litter", by=school.inspector2)
    assert {passed(school, check, by=school.people[who])[0].status for who in ("reviewer", "reviewer2")} == {"refused"}
    assert passed(school, check, by=school.advisor)[0].status == "verified"


def test_an_advisor_passes_anything_of_his_classes_in_a_school_without_active_reviewers(school: School) -> None:
    check, elsewhere = school.check("5413"), school.check("3501")
    for who in (school.reviewer, school.reviewer2):
        who.is_active = False
        who.save()
    assert [verdict.status for verdict in passed(school, check, elsewhere, by=school.advisor)] == [
        "verified",
        "refused",
    ]


# The database has the last word


def test_a_check_that_slips_past_the_look_meets_the_databases_own_rule(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a reviewer does in the moment between another's look and his writing."""
    school.verified("5413", clock="19:52")
    late = school.check("5413", None, "bags-hanging", by=school.inspector2, clock="20:05")
    look, looks = review._must_stand_alone, []

    def too_early(case: Any) -> None:
        looks.append(case)
        if len(looks) > 1:
            look(case)

    monkeypatch.setattr(review, "_must_stand_alone", too_early)
    (verdict,) = passed(school, late)
    assert verdict.status == "refused"
    assert len(looks) == 2
    assert ledger(late) == []
    assert not Verification.objects.filter(inspection=late).exists()


def constraint_met(*_asked: Any, **_named: Any) -> Any:
    raise IntegrityError("a constraint")


def test_a_fault_is_not_told_as_a_colleague(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    check = school.check("5413", None, "bags-hanging")
    monkeypatch.setattr(Entry.objects, "bulk_create", constraint_met)
    with pytest.raises(IntegrityError, match="a constraint"):
        passed(school, check)
    monkeypatch.setattr(SetAside.objects, "create", constraint_met)
    with pytest.raises(IntegrityError, match="a constraint"):
        set_aside(inspection=check.pk, by=school.reviewer, reason="重复")
    assert not Verification.objects.exists()


def test_a_colleague_who_decided_in_between_is_told_as_one(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    first = school.verified("5413", clock="19:52")
    late = school.check("5413", by=school.inspector2, clock="20:05")
    monkeypatch.setattr(review, "_must_be_undecided", constraint_met)
    for check in (first, late):
        (verdict,) = passed(school, check)
        assert (verdict.status, len(verdict.errors)) == ("refused", 1)
    with pytest.raises(AlreadyDecided):
        send_back(inspection=first.pk, by=school.reviewer, reason="班级不对")


@pytest.mark.parametrize("occasion", ["routine", "spot", "deep_clean"])
@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        *(("5413", outcome) for outcome in ("clean", "locked", "refused", "nobody", "skipped")),
        *(("教102", outcome) for outcome in ("clean", "locked", "refused", "skipped")),
        *(("门厅", outcome) for outcome in ("clean", "refused", "skipped")),
    ],
)
def test_the_database_computes_the_same_slot(school: School, code: str, outcome: str, occasion: str) -> None:
    check = school.check(code, outcome, occasion=occasion, by=school.inspector2)
    check = Inspection.objects.select_related("standard").get(pk=check.pk)
    rest = {"by": school.reviewer, "week": school.week, "policy": Policy.objects.get()}
    with pytest.raises(IntegrityError, match="slot"), transaction.atomic():
        Verification.objects.create(inspection=check, slot="another" if slot_of(check) is None else None, **rest)
    Verification.objects.create(inspection=check, slot=slot_of(check), **rest)


# Cost


def queries(school: School, inspections: list[UUID]) -> int:
    with CaptureQueriesContext(connection) as captured:
        verdicts = verify(inspections=inspections, by=school.reviewer)
    assert {verdict.status for verdict in verdicts} == {"verified"}
    return len(captured)


def test_a_check_costs_the_same_number_of_queries_however_many_findings_and_rivals_it_has(school: School) -> None:
    school.verified("3501")  # what is read once a process is read
    dorm = list(Standard.objects.in_force(MONDAY).get(kind="dorm").defects.filter(serious=False, scope="public"))
    one = school.check("5413", None, "bad-smell", clock="19:10")
    school.check("5413", clock="19:15", by=school.inspector2)
    few = queries(school, [one.pk])
    codes = [defect.code for defect in dorm if defect.code != "locked-again"]
    many = school.check("5420", None, *codes, clock="19:10")
    for minute in range(20, 25):
        school.check("5420", clock=f"19:{minute}", by=school.inspector2)
    assert queries(school, [many.pk]) == few
