"""What the inspector says is examined, and stored once with all that follows from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import override_settings
from django.utils import timezone, translation
from pytest_django import DjangoAssertNumQueries

from campus.models import Exemption
from config.tests.school import MONDAY, School, at
from dormitories.models import Residency, Room
from inspections.models import Defect, Finding, Inspection, Item, Standard
from inspections.services import CheckDraft, FindingDraft, NotAllowed, Rejected, record

pytestmark = pytest.mark.django_db
TUESDAY = MONDAY + timedelta(days=1)


def said(code: str, outcome: str = "clean", *findings: FindingDraft, kind: str = "dorm", **fields: Any) -> CheckDraft:
    """One routine check of Monday evening."""
    draft = CheckDraft(
        id=uuid4(),
        target_type="room" if kind == "dorm" else "area",
        target_code=code,
        shift="evening",
        occasion="routine",
        performed_at=at(MONDAY),
        outcome="defects" if findings else outcome,
        standard=Standard.objects.get(kind=kind, version=1).pk,
        findings=findings,
    )
    return replace(draft, **fields)


def finding(defect: str | None = None, **fields: Any) -> FindingDraft:
    return FindingDraft(id=uuid4(), defect=defect, **fields)


def why(school: School, draft: CheckDraft, **fields: Any) -> dict[str, list[str]]:
    """What the service says of a draft that it refuses; nothing of it is stored."""
    before = Inspection.objects.count()
    sending = {"inspector": fields.pop("by", school.inspector), "received_at": at(MONDAY, "20:00")} | fields
    with pytest.raises(Rejected) as rejected:
        record(draft=draft, **sending)
    assert Inspection.objects.count() == before
    return rejected.value.errors


# What is stored


def test_a_clean_room_is_stored_with_what_was_decided_at_that_moment(school: School) -> None:
    draft = said("5413", note=" 阳台门 \r\n没关 ", told="")
    recorded = record(draft=draft, inspector=school.inspector, received_at=at(MONDAY, "19:25"))

    stored = Inspection.objects.get()
    assert recorded.status == "created"
    assert stored == recorded.inspection
    assert (stored.pk, stored.target_key, stored.category) == (draft.id, "room:5413", "dorm")
    assert (stored.performed_at, stored.performed_on, stored.week) == (at(MONDAY), MONDAY, school.week)
    assert (stored.received_at, stored.shift, stored.outcome) == (at(MONDAY, "19:25"), "evening", "clean")
    assert stored.note == "阳台门 \n没关"
    assert [str(concern.school_class) for concern in stored.concerns.all()] == ["0852"]


def test_the_shift_is_what_the_inspector_said_whatever_the_clock_says(school: School) -> None:
    record(draft=said("5413", shift="noon"), inspector=school.inspector, received_at=at(MONDAY))
    assert Inspection.objects.get().shift == "noon"


def test_a_check_just_after_midnight_here_is_of_the_day_here(school: School) -> None:
    late_on_sunday_in_utc = datetime(2026, 11, 8, 16, 30, tzinfo=UTC)
    draft = said("5413", performed_at=late_on_sunday_in_utc)
    record(draft=draft, inspector=school.inspector, received_at=late_on_sunday_in_utc)
    assert Inspection.objects.get().performed_on == MONDAY


def test_findings_are_kept_in_their_order_with_the_versions_points(school: School) -> None:
    draft = said(
        "5420",
        "defects",
        finding("sill-cluttered", corrected=True),
        finding("bags-hanging", school_class="0853", text="三号床"),
        finding("unsafe-wiring"),
        finding(text=" 床上有\t仙人掌 ", points=Decimal("0.5")),
    )
    record(draft=draft, inspector=school.inspector, received_at=at(MONDAY))

    rows = Finding.objects.select_related("defect", "school_class").order_by("position")
    assert [(f.label, f.points, f.scope, f.serious, str(f.school_class or ""), f.corrected) for f in rows] == [
        ("窗台 乱放", Decimal(1), "public", False, "", True),
        ("物品悬挂 袋子乱挂 (三号床)", Decimal(1), "personal", False, "0853", False),
        ("安全 私拉电线", Decimal(10), "personal", True, "", False),
        ("床上有 仙人掌", Decimal("0.5"), "public", False, "", False),
    ]


def test_it_concerns_the_classes_that_lived_there_on_that_day(school: School) -> None:
    Residency.objects.filter(room__code="5413").update(ends_on=MONDAY - timedelta(days=1))
    Residency.objects.create(room=school.rooms["5413"], school_class=school.classes["0851"], starts_on=MONDAY)
    record(draft=said("5413"), inspector=school.inspector, received_at=at(MONDAY))
    assert [c.school_class.code for c in Inspection.objects.get().concerns.all()] == ["0851"]


def test_a_class_that_is_away_is_marked_as_exempt(school: School) -> None:
    away = Exemption.objects.create(
        school_class=school.classes["0852"], starts_on=MONDAY, ends_on=TUESDAY, reason="见习"
    )
    record(draft=said("硬化路", kind="area"), inspector=school.inspector, received_at=at(MONDAY))
    concerns = Inspection.objects.get().concerns.all()
    assert {concern.school_class.code: concern.exemption for concern in concerns} == {"0852": away, "0853": None}


def test_a_class_that_has_left_the_school_is_not_concerned(school: School) -> None:
    school.classes["0852"].left_on = MONDAY - timedelta(days=1)
    school.classes["0852"].save()
    record(draft=said("5413"), inspector=school.inspector, received_at=at(MONDAY))
    assert not Inspection.objects.get().concerns.exists()


def test_a_place_that_nobody_answers_for_is_recorded_all_the_same(school: School) -> None:
    Room.objects.create(building=school.rooms["5413"].building, number="5499", code="5499", floor=4)
    record(draft=said("5499", "defects", finding("bad-smell")), inspector=school.inspector, received_at=at(MONDAY))
    assert not Inspection.objects.get().concerns.exists()


@pytest.mark.parametrize("outcome", ["locked", "refused", "nobody", "skipped"])
def test_other_outcomes_are_recorded_without_findings(school: School, outcome: str) -> None:
    record(draft=said("5413", outcome), inspector=school.inspector, received_at=at(MONDAY))
    assert Inspection.objects.get().outcome == outcome


def test_characters_that_nobody_sees_never_stop_a_record(school: School) -> None:
    own = finding(text="墙上\x00有\ud800洞\ufffe", points=Decimal(1))
    record(
        draft=said("5413", "defects", own, note="\x07没人\x1b应"), inspector=school.inspector, received_at=at(MONDAY)
    )
    stored = Inspection.objects.get()
    assert (stored.note, stored.findings.get().text) == ("没人应", "墙上有洞")


def test_an_advisor_and_a_reviewer_record_too(school: School) -> None:
    for person in (school.advisor, school.reviewer):
        record(draft=said("5413"), inspector=person, received_at=at(MONDAY))
    assert Inspection.objects.count() == 2


# Who may


@pytest.mark.parametrize("number", ["head", "admin", "nobody"])
def test_other_roles_record_nothing(school: School, number: str) -> None:
    with pytest.raises(NotAllowed):
        record(draft=said("5413"), inspector=school.people[number], received_at=at(MONDAY))


def test_nobody_who_has_left_records(school: School) -> None:
    school.inspector.is_active = False
    with pytest.raises(NotAllowed):
        record(draft=said("5413"), inspector=school.inspector, received_at=at(MONDAY))


def test_nobody_checks_his_own_class(school: School) -> None:
    school.inspector.home_class = school.classes["0853"]
    told = {"target": ["这是你自己的班级或宿舍，换别人来查"]}
    assert why(school, said("5403")) == told
    assert why(school, said("5420", "defects", finding("bags-hanging", school_class="0852"))) == told
    assert why(school, said("教103", kind="classroom")) == told


def test_nobody_checks_his_own_room(school: School) -> None:
    school.inspector.home_room = school.rooms["5413"]
    assert "target" in why(school, said("5413"))
    record(draft=said("5403"), inspector=school.inspector, received_at=at(MONDAY))


def test_a_room_of_ones_own_has_nothing_to_do_with_an_area_of_the_same_key(school: School) -> None:
    area = school.areas["教101"]
    school.inspector.home_room = Room.objects.create(
        pk=area.pk + 500, building=school.rooms["5413"].building, number="1", code="1", floor=1
    )
    area.pk += 500
    area.code = "教999"
    area.save()
    record(draft=said("教999", kind="classroom"), inspector=school.inspector, received_at=at(MONDAY))


# What cannot be


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"target_code": "9999"}, "target"),
        ({"target_code": "54\x0013"}, None),
        ({"target_type": "house"}, "target.type"),
        ({"target_type": "area"}, "target"),
        ({"shift": "night"}, "shift"),
        ({"occasion": "party"}, "occasion"),
        ({"outcome": "spotless"}, "outcome"),
        ({"told": "maybe"}, "told"),
        ({"standard": 0}, "standard"),
        ({"standard": 10**30}, "standard"),
        ({"note": "很" * 501}, "note"),
        ({"performed_at": datetime(2026, 11, 9, 19, 20)}, "performed_at"),  # noqa: DTZ001
        ({"performed_at": datetime(2026, 8, 1, tzinfo=UTC)}, "performed_at"),
        ({"performed_at": datetime.min.replace(tzinfo=UTC)}, "performed_at"),
        ({"performed_at": datetime.max.replace(tzinfo=UTC)}, "performed_at"),
        ({"replaces": uuid4()}, "replaces"),
    ],
)
def test_what_is_not_known_is_told_by_its_field(school: School, fields: dict[str, Any], path: str | None) -> None:
    draft = replace(said("5413"), **fields)
    if path is None:
        record(draft=draft, inspector=school.inspector, received_at=at(MONDAY))
    else:
        assert list(why(school, draft)) == [path]


@pytest.mark.parametrize(
    ("code", "outcome", "kind", "told"),
    [
        ("门厅", "locked", "duty", "值岗：不会有“锁门”这种结果"),
        ("门厅", "nobody", "duty", "值岗：不会有“无人”这种结果"),
        ("教102", "nobody", "classroom", "教室：不会有“无人”这种结果"),
        ("硬化路", "nobody", "area", "卫生区：不会有“无人”这种结果"),
    ],
)
def test_what_cannot_come_of_a_check_of_the_place(
    school: School, code: str, outcome: str, kind: str, told: str
) -> None:
    assert why(school, said(code, outcome, kind=kind)) == {"outcome": [told]}


def test_all_that_is_wrong_is_told_at_once(school: School) -> None:
    draft = said("5413", "defects", finding("no-such"), shift="night", told="maybe")
    assert set(why(school, draft)) == {"shift", "told", "findings.0.defect"}


def test_a_clock_may_be_ten_minutes_fast_and_no_more(school: School) -> None:
    received = at(MONDAY, "19:10")
    record(draft=said("5413"), inspector=school.inspector, received_at=received)
    fast = said("5413", performed_at=at(MONDAY) + timedelta(microseconds=1))
    with pytest.raises(Rejected) as rejected:
        record(draft=fast, inspector=school.inspector, received_at=received)
    assert rejected.value.errors == {"performed_at": ["这个时间还没到，把手机的钟调准"]}


def test_all_that_follows_from_the_time_follows_from_the_corrected_one(school: School) -> None:
    slow = said("5413", performed_at=at(MONDAY, "23:58"))
    record(
        draft=slow,
        inspector=school.inspector,
        received_at=at(TUESDAY, "00:04"),
        clock_offset=timedelta(minutes=4),
    )
    stored = Inspection.objects.get()
    assert (stored.performed_at, stored.performed_on) == (at(TUESDAY, "00:02"), TUESDAY)


def test_a_fast_clock_is_put_right_before_it_is_tried(school: School) -> None:
    fast = said("5413", performed_at=at(MONDAY, "20:20"))
    assert list(why(school, fast)) == ["performed_at"]
    assert list(why(school, said("5413"), clock_offset=timedelta(hours=1))) == ["performed_at"]
    record(draft=fast, inspector=school.inspector, received_at=at(MONDAY, "19:21"), clock_offset=timedelta(hours=-1))
    assert Inspection.objects.get().performed_at == at(MONDAY, "19:20")


@pytest.mark.parametrize("offset", [timedelta.max, timedelta.min])
def test_an_offset_beyond_all_time_is_told(school: School, offset: timedelta) -> None:
    assert why(school, said("5413"), clock_offset=offset) == {"performed_at": ["这一天不在任何学期里"]}


@override_settings(TIME_ZONE="Asia/Shanghai")
def test_days_without_a_term_are_refused(school: School) -> None:
    record(draft=said("5413", performed_at=at(date(2026, 8, 31), "00:00")), inspector=school.inspector)
    with pytest.raises(Rejected, match="这一天不在任何学期里"):
        record(draft=said("5413", performed_at=at(date(2026, 8, 30), "23:59")), inspector=school.inspector)


# Findings


@pytest.mark.parametrize("outcome", ["clean", "locked", "refused", "nobody", "skipped"])
def test_findings_come_with_the_outcome_defects_only(school: School, outcome: str) -> None:
    draft = replace(said("5413", "defects", finding("bags-hanging")), outcome=outcome)
    assert why(school, draft) == {"findings": ["已经选了问题：按保存，或者先取消选中的"]}


def test_the_outcome_defects_comes_with_a_finding(school: School) -> None:
    assert why(school, said("5413", "defects")) == {"findings": ["点“干净”，或选一处问题"]}


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({}, "findings.0.defect"),
        ({"text": " \x00 ", "points": Decimal(1)}, "findings.0.defect"),
        ({"defect": "board-unwiped"}, "findings.0.defect"),
        ({"defect": "bags-hanging", "points": Decimal(2)}, "findings.0.points"),
        ({"defect": "bags-hanging", "points": Decimal("sNaN")}, "findings.0.points"),
        ({"defect": "bags-hanging", "school_class": "0851"}, "findings.0.class"),
        ({"defect": "bags-hanging", "school_class": "no such"}, "findings.0.class"),
        ({"defect": "bags-hanging", "text": "很" * 121}, "findings.0.text"),
        ({"text": "仙人掌"}, "findings.0.points"),
        ({"text": "仙人掌", "points": Decimal("-0.01")}, "findings.0.points"),
        ({"text": "仙人掌", "points": Decimal("2.01")}, "findings.0.points"),
        ({"text": "仙人掌", "points": Decimal("0.001")}, "findings.0.points"),
        ({"text": "仙人掌", "points": Decimal("NaN")}, "findings.0.points"),
        ({"text": "仙人掌", "points": Decimal("Infinity")}, "findings.0.points"),
        ({"text": "仙人掌", "points": Decimal("1E+999999")}, "findings.0.points"),
    ],
)
def test_a_finding_that_cannot_be_is_told_by_its_place(school: School, fields: dict[str, Any], path: str) -> None:
    assert list(why(school, said("5413", "defects", finding(**fields)))) == [path]


def test_own_text_costs_up_to_the_dearest_defect_that_is_not_serious(school: School) -> None:
    """§5.1: cigarette ends, 2, in a dorm room, where a banned appliance would be 10."""
    told = why(school, said("5413", "defects", finding(text="仙人掌", points=Decimal(3))))
    assert told == {"findings.0.points": ["0 到 2 分"]}
    for points in ("0", "-0", "0.25", "2.00"):
        own = finding(text="仙人掌", points=Decimal(points))
        record(draft=said("5413", "defects", own), inspector=school.inspector, received_at=at(MONDAY))
    assert [str(f.points) for f in Finding.objects.order_by("points")] == ["0.00", "0.00", "0.25", "2.00"]


def test_points_given_for_a_listed_defect_must_be_the_versions(school: School) -> None:
    told = why(school, said("5413", "defects", finding("cigarette-ends", points=Decimal(1))))
    assert told == {"findings.0.points": ["按标准这处是 2 分"]}
    same = said("5413", "defects", finding("cigarette-ends", points=Decimal("2.0")))
    record(draft=same, inspector=school.inspector, received_at=at(MONDAY))


def test_the_same_finding_twice_is_refused_and_another_of_its_kind_is_not(school: School) -> None:
    twice = said("5420", "defects", finding("bags-hanging"), finding("bags-hanging"))
    assert why(school, twice) == {"findings.1.defect": ["同一处问题记了两遍"]}
    one = finding("bags-hanging")
    assert why(school, said("5420", "defects", one, replace(one, defect="hats-hanging")))
    each = [finding("bags-hanging", school_class=code) for code in ("0852", "0853")]
    record(draft=said("5420", "defects", *each), inspector=school.inspector, received_at=at(MONDAY))


def test_a_public_finding_may_name_its_class_too(school: School) -> None:
    named = finding("area-litter", school_class="0853")
    record(draft=said("硬化路", "defects", named, kind="area"), inspector=school.inspector, received_at=at(MONDAY))
    assert str(Finding.objects.get().school_class) == "0853"


# The standard


def newer_version(kind: str, since: date, *, published: bool = True) -> Standard:
    standard = Standard.objects.create(kind=kind, version=2, effective_from=since)
    item = Item.objects.create(standard=standard, code="desk", name="桌面", position=1)
    Defect.objects.create(standard=standard, item=item, code="desk-dirty", name="不干净", points=3, position=1)
    if published:
        standard.published_at = timezone.now()
        standard.save()
    return standard


def test_a_check_is_read_by_the_version_it_was_made_with(school: School) -> None:
    newer_version("dorm", MONDAY)
    old = said("5413", "defects", finding("bags-hanging"))
    assert record(draft=old, inspector=school.inspector, received_at=at(MONDAY)).status == "created"


def test_a_version_counts_from_its_day_on(school: School) -> None:
    newer = newer_version("dorm", TUESDAY)
    early = said("5413", "defects", finding("desk-dirty"), standard=newer.pk)
    assert why(school, early) == {"standard": ["那一天这一版标准还没生效"]}
    late = replace(early, performed_at=at(TUESDAY))
    record(draft=late, inspector=school.inspector, received_at=at(TUESDAY))
    assert Finding.objects.get().points == 3


def test_a_draft_of_a_standard_is_no_standard(school: School) -> None:
    draft = newer_version("dorm", MONDAY, published=False)
    assert "standard" in why(school, said("5413", standard=draft.pk))


@pytest.mark.parametrize(
    ("code", "occasion", "kind", "good"),
    [
        ("教101", "routine", "classroom", True),
        ("教101", "deep_clean", "classroom", False),
        ("教101", "deep_clean", "classroom_deep", True),
        ("教101", "routine", "classroom_deep", False),
        ("硬化路", "deep_clean", "area", True),
        ("门厅", "routine", "duty", True),
        ("门厅", "routine", "area", False),
    ],
)
def test_each_place_has_its_kind_of_standard(school: School, code: str, occasion: str, kind: str, good: bool) -> None:
    draft = said(code, kind=kind, occasion=occasion)
    if good:
        record(draft=draft, inspector=school.inspector, received_at=at(MONDAY))
    else:
        assert list(why(school, draft)) == ["standard"]


# Locked doors


def test_locked_again_needs_a_locked_visit_of_the_same_week(school: School) -> None:
    again = finding("locked-again")
    told = why(school, said("5413", "defects", again))
    assert told == {"findings.0.defect": ["这间这周之前没锁过门（十分钟内算同一次），这次记“锁门”"]}
    school.check("5413", "locked", day=MONDAY - timedelta(days=1))
    school.check("5413", "nobody", clock="12:10", shift="noon")
    school.check("5403", "locked", clock="12:10", shift="noon")
    assert why(school, said("5413", "defects", again)) == told
    school.check("5413", "locked", clock="19:11")
    assert why(school, said("5413", "defects", again)) == told
    school.check("5413", "locked", clock="19:10")
    record(draft=said("5413", "defects", again), inspector=school.inspector, received_at=at(MONDAY))


def test_the_locked_visit_that_a_check_corrects_does_not_count_for_locked_again(school: School) -> None:
    visit = school.check("5413", "locked", clock="19:00")
    assert why(school, said("5413", "defects", finding("locked-again"), replaces=visit.pk))


def test_a_locked_visit_that_was_corrected_never_was_one(school: School) -> None:
    visit = school.check("5413", "locked", clock="18:00")
    school.check("5413", "nobody", clock="18:10", replaces=visit.pk)
    again = said("5413", "defects", finding("locked-again"))
    assert list(why(school, again)) == ["findings.0.defect"]
    assert list(why(school, again, by=school.inspector2)) == ["findings.0.defect"]


# What counts


@pytest.mark.parametrize("locked_points", [0, 2])
def test_what_counts_is_the_same_in_the_database_and_outside(school: School, locked_points: int) -> None:
    Standard.objects.create(kind="dorm", version=2, effective_from=MONDAY, locked_points=locked_points)
    Standard.objects.filter(version=2).update(published_at=timezone.now())
    for outcome in ("clean", "locked", "refused", "nobody", "skipped"):
        school.check("5413", outcome)
    school.check("教101", None, "lights-on")
    school.check("教101", "locked")
    counted = {check for check in Inspection.objects.select_related("standard") if check.counts}
    assert counted == set(Inspection.objects.counting())
    assert {c.outcome for c in counted if c.room} == {"clean", "refused"} | ({"locked"} if locked_points else set())


# Corrections


def test_a_correction_replaces_ones_own_check_of_the_same_place_once(school: School) -> None:
    first = school.check("5413", None, "bags-hanging", clock="19:00")
    assert "replaces" in why(school, said("5413", replaces=first.pk), by=school.inspector2)
    assert "replaces" in why(school, said("5403", replaces=first.pk))
    tomorrow = said("5413", replaces=first.pk, performed_at=at(TUESDAY, "19:00"))
    told = why(school, tomorrow, received_at=at(TUESDAY, "19:01"))
    assert told == {"replaces": ["只能更正自己记的、同一个地方同一天的检查"]}

    record(draft=said("5413", replaces=first.pk), inspector=school.inspector, received_at=at(MONDAY))
    assert why(school, said("5413", replaces=first.pk)) == {"replaces": ["那条已经更正过了"]}
    first.refresh_from_db()
    assert first.replacement.outcome == "clean"


def test_a_finding_keeps_its_id_for_itself(school: School) -> None:
    one = finding("bags-hanging")
    record(draft=said("5413", "defects", one), inspector=school.inspector, received_at=at(MONDAY))
    assert list(why(school, said("5413", "defects", one))) == ["findings.0.id"]


# How it is told, and what it costs


def test_what_is_wrong_is_told_in_the_readers_language(school: School) -> None:
    with translation.override("en"):
        assert why(school, said("5413", "defects")) == {
            "findings": ["Choose at least one defect, or record it as clean."]
        }


@pytest.mark.parametrize("count", [1, 3, 12])
def test_more_findings_take_no_more_queries(
    school: School, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    codes = list(
        Defect.objects.filter(standard__kind="dorm").exclude(code="locked-again").values_list("code", flat=True)
    )
    draft = said("5413", "defects", *[finding(code) for code in codes[:count]])
    with django_assert_num_queries(10):
        record(draft=draft, inspector=school.inspector, received_at=at(MONDAY))


def test_ids_are_what_the_phone_said(school: School) -> None:
    one = finding("bags-hanging")
    draft = said("5413", "defects", one, id=UUID(int=7))
    record(draft=draft, inspector=school.inspector, received_at=at(MONDAY))
    assert Inspection.objects.get().findings.get().pk == one.id
