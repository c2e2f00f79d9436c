"""Rules that must hold always are held by the database, not by good manners."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from campus.models import Membership, Role, Term, Week, WeekClosing
from config import guards
from config.apps import guards_in_force
from config.tests.school import MONDAY, School, at
from dormitories.models import Residency
from inspections.models import (
    Concern,
    Defect,
    Finding,
    FindingPhoto,
    Inspection,
    Item,
    Photo,
    Responsibility,
    Standard,
)
from scoring.models import (
    Bonus,
    CategoryRule,
    Entry,
    OccasionMultiplier,
    Policy,
    Return,
    Reversal,
    SetAside,
    Verification,
)


def refused(action: Callable[[], object]) -> None:
    """`action` is called, and the database refuses it."""
    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        action()


def raw(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def inspection(school: School, code: str = "5413", **fields: object) -> Inspection:
    room = school.rooms.get(code)
    area = school.areas.get(code)
    kind = area.kind if area else "dorm"
    standard = Standard.objects.get(kind=kind, version=1)
    values = {
        "room": room,
        "area": area,
        "category": standard.category,
        "shift": "evening",
        "performed_at": at(MONDAY),
        "performed_on": MONDAY,
        "week": school.week,
        "inspector": school.inspector,
        "standard": standard,
        "outcome": "clean",
        "content_hash": "0" * 64,
    }
    check = Inspection.objects.create(**(values | fields))
    Concern.objects.create(inspection=check, school_class=school.classes["0852"])
    Concern.objects.create(inspection=check, school_class=school.classes["0853"])
    return check


def slot(check: Inspection) -> str:
    kind = "room" if check.room_id else "area"
    return f"{kind}:{check.room_id or check.area_id}/{check.performed_on}/{check.shift}/{check.occasion}"


def verification(school: School, check: Inspection, **fields: object) -> Verification:
    values = {"by": school.reviewer, "week": school.week, "policy": Policy.objects.get(), "slot": slot(check)}
    return Verification.objects.create(inspection=check, **(values | fields))


def verified(school: School, code: str = "5413", **fields: object) -> Inspection:
    check = inspection(school, code, **fields)
    verification(school, check)
    return check


def with_finding(school: School) -> tuple[Inspection, Finding]:
    """A verified check and its one finding."""
    check = inspection(school, outcome="defects")
    finding = Finding.objects.create(inspection=check, position=1, text="脏", points=1)
    verification(school, check)
    return check, finding


def entry(school: School, check: Inspection, **fields: object) -> Entry:
    values = {
        "school_class": school.classes["0852"],
        "week": school.week,
        "category": "dorm",
        "points": Decimal(-1),
        "worth": Decimal(1),
        "standing": 1,
        "policy": Policy.objects.get(),
        "inspection": check,
    }
    return Entry.objects.create(**(values | fields))


def finding_of(school: School, code: str = "5413", **fields: object) -> Finding:
    check = inspection(school, code, outcome="defects", **fields)
    return Finding.objects.create(inspection=check, position=1, text="脏", points=1)


def naming(finding: Finding, photo_id: UUID, position: int = 1) -> FindingPhoto:
    return FindingPhoto.objects.create(finding=finding, photo_id=photo_id, position=position)


def photo(school: School, **fields: object) -> Photo:
    values = {"id": uuid4(), "sha256": "0" * 64, "sender": school.inspector, "file": "a.jpg"}
    return Photo.objects.create(**(values | {"width": 4, "height": 3, "size": 100} | fields))


@pytest.mark.django_db
def test_every_guard_is_in_force() -> None:
    assert guards.installed() == guards.expected()


@pytest.mark.django_db
def test_a_migration_that_fails_leaves_them_in_force(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError("half way")

    monkeypatch.setattr("django.core.management.commands.migrate.Command.handle", fail)
    with pytest.raises(RuntimeError):
        call_command("migrate")
    assert guards.installed() == guards.expected()


@pytest.mark.django_db
def test_a_database_without_them_is_told_of() -> None:
    assert guards_in_force(["default"]) == []
    guards.remove()
    (warning,) = guards_in_force(["default"])
    assert "not in force" in warning.msg
    guards.install()


@pytest.mark.django_db
def test_lifting_takes_the_triggers_off_and_puts_them_back() -> None:
    with guards.lifted():
        assert not any("only_grows" in name for name in guards.installed())
    assert guards.installed() == guards.expected()


class TestLedger:
    def test_no_line_is_changed_or_deleted(self, school: School) -> None:
        line = entry(school, verified(school))
        refused(lambda: Entry.objects.filter(pk=line.pk).update(points=0))
        refused(lambda: Entry.objects.filter(pk=line.pk).delete())
        refused(lambda: raw("UPDATE scoring_entry SET points = 0"))
        refused(lambda: raw("DELETE FROM scoring_entry"))
        assert Entry.objects.get().points == -1

    @pytest.mark.skipif("connection.vendor != 'sqlite'", reason="REPLACE is SQLite's")
    def test_no_line_is_replaced(self, school: School) -> None:
        check, finding = with_finding(school)
        line = entry(school, check, finding=finding)
        columns = ", ".join(str(field.column) for field in Entry._meta.concrete_fields)
        emptied = columns.replace("points", "0")
        refused(lambda: raw(f"INSERT OR REPLACE INTO scoring_entry ({columns}) SELECT {emptied} FROM scoring_entry"))
        fresh = emptied.replace("id,", f"{line.pk + 1},", 1)
        refused(lambda: raw(f"INSERT OR REPLACE INTO scoring_entry ({columns}) SELECT {fresh} FROM scoring_entry"))
        assert Entry.objects.get().points == -1

    @pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite knows no TRUNCATE")
    @pytest.mark.parametrize(
        "table",
        [
            "scoring_entry",
            "scoring_verification",
            "scoring_categoryrule",
            "inspections_finding",
            "inspections_standard",
        ],
    )
    def test_truncate_is_refused_too(self, school: School, table: str) -> None:
        entry(school, verified(school))
        refused(lambda: raw(f"TRUNCATE {table} CASCADE"))
        assert Entry.objects.count() == 1

    def test_bonuses_and_reversals_only_grow(self, school: School) -> None:
        bonus = Bonus.objects.create(patterns="0852", points=10, date=MONDAY, reason="打扫阶教")
        reversal = Reversal.objects.create(cause="withdrawal", reason="记错了", by=school.reviewer)
        refused(lambda: Bonus.objects.filter(pk=bonus.pk).update(points=20))
        refused(lambda: Reversal.objects.filter(pk=reversal.pk).delete())

    def test_a_finding_is_charged_to_a_class_once(self, school: School) -> None:
        check, finding = with_finding(school)
        entry(school, check, finding=finding)
        refused(lambda: entry(school, check, finding=finding))
        entry(school, check, finding=finding, school_class=school.classes["0853"])

    def test_what_an_outcome_costs_is_charged_to_a_class_once(self, school: School) -> None:
        check = verified(school, outcome="refused")
        entry(school, check)
        refused(lambda: entry(school, check))

    def test_a_charge_is_what_a_verified_check_says(self, school: School) -> None:
        check, finding = with_finding(school)
        other, elsewhere = verified(school, "5403"), school.classes["2101"]
        refused(lambda: entry(school, inspection(school, "5420")))
        refused(lambda: entry(school, other, finding=finding))
        refused(lambda: entry(school, check, finding=finding, school_class=elsewhere))
        refused(lambda: entry(school, check, finding=finding, category="classroom"))
        refused(lambda: entry(school, check, finding=finding, serious=True))
        refused(lambda: entry(school, check, finding=finding, points=Decimal(-50)))
        later = Week.objects.get(term=school.term, number=school.week.number + 1)
        refused(lambda: entry(school, check, finding=finding, week=later))
        entry(school, check, finding=finding)

    def test_a_class_that_is_exempt_is_charged_nothing(self, school: School) -> None:
        check = inspection(school)
        exemption = school.classes["0852"].exemptions.create(starts_on=MONDAY, ends_on=MONDAY, reason="见习")
        Concern.objects.filter(inspection=check, school_class__code="0852").update(exemption=exemption)
        verification(school, check)
        refused(lambda: entry(school, check))

    def test_a_charge_is_never_positive_and_a_bonus_never_negative(self, school: School) -> None:
        check = verified(school)
        refused(lambda: entry(school, check, points=Decimal(1)))
        bonus = Bonus.objects.create(patterns="0852", points=10, date=MONDAY, reason="打扫阶教")
        gift = {"inspection": None, "bonus": bonus, "category": "bonus", "standing": 0, "worth": 0}
        refused(lambda: entry(school, check, **gift, points=Decimal(-10)))
        refused(lambda: entry(school, check, **gift, points=Decimal(20)))
        entry(school, check, **gift, points=Decimal(10))

    def test_no_line_is_posted_to_a_closed_week(self, school: School) -> None:
        check = verified(school)
        WeekClosing.objects.create(week=school.week)
        refused(lambda: entry(school, check))

    def test_a_line_is_taken_back_by_one_of_its_own_and_no_further(self, school: School) -> None:
        check, other = verified(school), verified(school, "5403")
        line = entry(school, check)

        def back(points: str, check: Inspection = check, **fields: object) -> Entry:
            reversal = Reversal.objects.create(cause="withdrawal", reason="记错了", by=school.reviewer)
            values = {"points": Decimal(points), "worth": 0, "standing": -1, "reverses": line, "reversal": reversal}
            return entry(school, check, **(values | fields))

        refused(lambda: back("1", other))
        refused(lambda: back("1", school_class=school.classes["0853"]))
        refused(lambda: back("1", reversal=None))
        refused(lambda: back("1", serious=True))
        refused(lambda: back("1", standing=1))
        refused(lambda: back("500"))
        refused(lambda: back("-1"))
        back("0.4", standing=0)
        refused(lambda: back("0.7"))
        back("0.6")
        refused(lambda: back("0"))


class TestOneVerified:
    def test_one_check_of_a_target_date_shift_and_occasion(self, school: School) -> None:
        verification(school, inspection(school))
        refused(lambda: verification(school, inspection(school)))

    def test_another_shift_or_occasion_is_another_check(self, school: School) -> None:
        verification(school, inspection(school))
        verification(school, inspection(school, shift="noon"))
        verification(school, inspection(school, occasion="school"))

    def test_the_slot_cannot_be_left_out_to_get_round_it(self, school: School) -> None:
        check = inspection(school)
        refused(lambda: verification(school, check, slot=None))
        refused(lambda: verification(school, check, slot="room:0/2026-11-09/evening/routine"))

    @pytest.mark.parametrize("fields", [{"occasion": "spot"}, {"outcome": "locked"}, {"outcome": "nobody"}])
    def test_spot_checks_and_visits_that_are_no_check_have_none(self, school: School, fields: dict[str, str]) -> None:
        for _ in range(2):
            verification(school, inspection(school, **fields), slot=None)

    def test_a_locked_classroom_costs_and_so_has_one(self, school: School) -> None:
        check = inspection(school, "教101", outcome="locked")
        refused(lambda: verification(school, check, slot=None))
        verification(school, check)

    def test_the_check_beneath_it_does_not_change(self, school: School) -> None:
        check, finding = with_finding(school)
        row = Inspection.objects.filter(pk=check.pk)
        refused(lambda: row.update(shift="noon"))
        refused(lambda: row.update(outcome="clean"))
        refused(lambda: row.update(inspector=school.inspector2))
        refused(row.delete)
        refused(lambda: Finding.objects.filter(pk=finding.pk).update(points=5))
        refused(lambda: Finding.objects.filter(pk=finding.pk).delete())
        refused(lambda: Finding.objects.create(inspection=check, position=2, text="还有", points=1))
        refused(lambda: Concern.objects.filter(inspection=check).delete())
        refused(lambda: Concern.objects.filter(inspection=check).update(school_class=school.classes["2101"]))
        refused(lambda: Concern.objects.create(inspection=check, school_class=school.classes["2101"]))

    def test_a_decision_stands(self, school: School) -> None:
        check = verified(school)
        later = Week.objects.get(term=school.term, number=school.week.number + 1)
        refused(lambda: Verification.objects.all().delete())
        refused(lambda: Verification.objects.update(week=later))
        aside = SetAside.objects.create(inspection=inspection(school, "5403"), by=school.reviewer, reason="重复")
        refused(lambda: SetAside.objects.filter(pk=aside.pk).update(inspection=check))

    def test_verified_returned_or_set_aside_never_two_of_them(self, school: School) -> None:
        check, returned = inspection(school), inspection(school, "5403")
        verification(school, check)
        refused(lambda: Return.objects.create(inspection=check, by=school.reviewer, reason="看不清"))
        refused(lambda: SetAside.objects.create(inspection=check, by=school.reviewer, reason="重复"))
        Return.objects.create(inspection=returned, by=school.reviewer, reason="看不清")
        refused(lambda: verification(school, returned))


class TestPhotos:
    def test_a_picture_is_kept_as_it_came_and_its_small_copy_made_once(self, school: School) -> None:
        row = Photo.objects.filter(pk=photo(school).pk)
        named = Photo.objects.filter(pk=naming(finding_of(school), photo(school).pk).photo_id)
        refused(lambda: row.update(sha256="1" * 64))
        refused(lambda: row.update(sender=school.inspector2))
        refused(lambda: row.update(file="elsewhere.jpg", thumb_made_at=timezone.now()))
        refused(named.delete)
        row.update(thumb_made_at=timezone.now())
        refused(lambda: row.update(thumb_made_at=None))
        refused(lambda: raw("DELETE FROM inspections_photo"))
        row.delete()  # nothing names it

    def test_a_finding_keeps_the_pictures_that_it_named(self, school: School) -> None:
        named = FindingPhoto.objects.filter(pk=naming(finding_of(school), uuid4()).pk)
        refused(lambda: named.update(photo_id=uuid4()))
        refused(named.delete)

    def test_nothing_is_named_once_the_check_is_verified(self, school: School) -> None:
        finding = finding_of(school)
        verification(school, finding.inspection)
        refused(lambda: naming(finding, uuid4()))

    def test_a_picture_and_its_finding_are_one_persons_whichever_comes_first(self, school: School) -> None:
        sent, named, finding = photo(school, sender=school.inspector2), uuid4(), finding_of(school)
        refused(lambda: naming(finding, sent.pk))
        naming(finding, named)
        refused(lambda: photo(school, id=named, sender=school.inspector2))
        photo(school, id=named)

    def test_it_stands_in_one_finding_and_what_replaces_the_check_takes_it_over(self, school: School) -> None:
        first, named = finding_of(school), uuid4()
        naming(first, named)
        refused(lambda: naming(finding_of(school, "5403"), named))
        refused(lambda: naming(first, named, position=2))
        naming(finding_of(school, replaces=first.inspection), named)
        refused(lambda: naming(finding_of(school, "5403"), named))
        refused(lambda: naming(finding_of(school, inspector=school.inspector2), named))


class TestPublishedStandard:
    def test_it_does_not_change(self, school: School) -> None:
        standard = Standard.objects.get(kind="dorm", version=1)
        item = standard.items.first()
        defect = item.defects.first()
        refused(lambda: Standard.objects.filter(pk=standard.pk).update(locked_points=3))
        refused(lambda: Item.objects.filter(pk=item.pk).update(name="别的"))
        refused(lambda: Defect.objects.filter(pk=defect.pk).update(points=9))
        refused(lambda: Defect.objects.filter(pk=defect.pk).delete())
        refused(lambda: Item.objects.create(standard=standard, code="new", name="新", position=99))

    def test_nothing_is_moved_into_it(self, school: School) -> None:
        published = Standard.objects.get(kind="dorm", version=1)
        draft = Standard.objects.create(kind="dorm", version=2, effective_from=date(2027, 1, 1))
        item = Item.objects.create(standard=draft, code="roof", name="屋顶", position=1)
        refused(lambda: Item.objects.filter(pk=item.pk).update(standard=published))

    def test_a_draft_does_until_it_is_published(self, school: School) -> None:
        draft = Standard.objects.create(kind="dorm", version=2, effective_from=date(2027, 1, 1))
        item = Item.objects.create(standard=draft, code="floor", name="地面", position=1)
        Defect.objects.create(standard=draft, item=item, code="dirty", name="不洁", points=1, position=1)
        Defect.objects.filter(standard=draft).update(points=2)
        Standard.objects.filter(pk=draft.pk).update(published_at=timezone.now())
        refused(lambda: Defect.objects.filter(standard=draft).update(points=3))

    def test_a_defect_stands_in_the_standard_of_its_item(self, school: School) -> None:
        draft = Standard.objects.create(kind="dorm", version=2, effective_from=date(2027, 1, 1))
        other = Standard.objects.create(kind="area", version=2, effective_from=date(2027, 1, 1))
        item = Item.objects.create(standard=draft, code="floor", name="地面", position=1)
        refused(
            lambda: Defect.objects.create(standard=other, item=item, code="dirty", name="不洁", points=1, position=1)
        )


def test_a_policy_is_frozen_from_its_first_line(school: School) -> None:
    Policy.objects.update(min_checks=2)
    CategoryRule.objects.filter(category="dorm").update(weight=4)
    entry(school, verified(school))
    refused(lambda: Policy.objects.update(min_checks=5))
    refused(lambda: CategoryRule.objects.filter(category="dorm").update(weight=5))
    refused(lambda: CategoryRule.objects.filter(category="dorm").delete())
    other = Policy.objects.create(version=2, in_force_from=date(2027, 1, 1), flags_percent=10)
    rule = OccasionMultiplier.objects.create(policy=other, occasion="routine", multiplier=3)
    raw("UPDATE scoring_occasionmultiplier SET multiplier = 4 WHERE multiplier = 3")
    refused(lambda: OccasionMultiplier.objects.filter(pk=rule.pk).update(policy=Policy.objects.get(version=1)))


class TestNoOverlap:
    @pytest.mark.parametrize(
        ("starts", "ends", "fits"),
        [
            (date(2026, 10, 1), None, False),
            (date(2026, 8, 1), date(2026, 8, 31), False),
            (date(2026, 8, 1), date(2026, 8, 30), True),
            (date(2026, 12, 31), None, False),
            (date(2027, 1, 1), None, True),
        ],
    )
    def test_a_class_lives_in_a_room_once_at_a_time(
        self, school: School, starts: date, ends: date | None, fits: bool
    ) -> None:
        room, klass = school.rooms["5413"], school.classes["0852"]
        Residency.objects.filter(room=room).update(ends_on=date(2026, 12, 31))

        def move_in() -> None:
            Residency.objects.create(room=room, school_class=klass, starts_on=starts, ends_on=ends)

        move_in() if fits else refused(move_in)

    def test_a_change_of_dates_is_held_too(self, school: School) -> None:
        room, klass = school.rooms["5413"], school.classes["0852"]
        earlier = Residency.objects.create(
            room=room, school_class=klass, starts_on=date(2026, 1, 1), ends_on=date(2026, 7, 1)
        )
        refused(lambda: Residency.objects.filter(pk=earlier.pk).update(ends_on=date(2026, 9, 1)))

    def test_two_classes_may_share_a_room_and_an_area(self, school: School) -> None:
        Residency.objects.create(room=school.rooms["5413"], school_class=school.classes["0853"], starts_on=MONDAY)
        Responsibility.objects.create(area=school.areas["教101"], school_class=school.classes["0853"], starts_on=MONDAY)
        refused(
            lambda: Responsibility.objects.create(
                area=school.areas["教101"], school_class=school.classes["0851"], starts_on=MONDAY
            )
        )

    def test_terms_do_not_overlap(self, school: School) -> None:
        refused(lambda: Term.objects.create(name="x", starts_on=date(2027, 1, 17), ends_on=date(2027, 7, 1)))
        Term.objects.create(name="y", starts_on=date(2027, 1, 18), ends_on=date(2027, 7, 1))


class TestConstraints:
    def test_one_inspection_an_id_and_exactly_one_target(self, school: School) -> None:
        check = inspection(school)
        refused(lambda: inspection(school, "5403", id=check.pk))
        refused(lambda: inspection(school, area=school.areas["教101"]))
        refused(lambda: inspection(school, room=None))

    def test_findings_come_with_defects_only(self, school: School) -> None:
        refused(
            lambda: Finding.objects.create(inspection=inspection(school), id=uuid4(), position=1, text="脏", points=1)
        )

    @pytest.mark.parametrize("points", [Decimal("-0.01"), Decimal("100.01")])
    def test_points_stay_within_bounds(self, school: School, points: Decimal) -> None:
        check = inspection(school, outcome="defects")
        refused(lambda: Finding.objects.create(inspection=check, position=1, text="脏", points=points))

    def test_own_text_is_never_serious(self, school: School) -> None:
        check = inspection(school, outcome="defects")
        refused(lambda: Finding.objects.create(inspection=check, position=1, text="脏", points=1, serious=True))
        refused(lambda: Finding.objects.create(inspection=check, position=1, points=1))

    def test_a_membership_holds_for_what_its_role_needs(self, school: School) -> None:
        refused(lambda: Membership.objects.create(user=school.nobody, role=Role.OFFICER))
        refused(
            lambda: Membership.objects.create(
                user=school.nobody, role=Role.REVIEWER, school_class=school.classes["0851"]
            )
        )
        refused(lambda: Membership.objects.create(user=school.reviewer, role=Role.REVIEWER))

    def test_a_person_is_never_deleted_while_anything_names_him(self, school: School) -> None:
        inspection(school)
        refused(school.inspector.delete)

    def test_nor_by_raw_sql_when_nothing_does(self, school: School) -> None:
        refused(lambda: raw("DELETE FROM campus_user"))

    @pytest.mark.parametrize(
        ("table", "change"),
        [
            ("scoring_policy", "group_by = 'nonsense'"),
            ("scoring_policy", "rank_on = 'nonsense'"),
            ("scoring_policy", "base = -5"),
            ("scoring_categoryrule", "aggregation = 'median'"),
            ("scoring_categoryrule", "weight = 3 WHERE category = 'correction'"),
            ("scoring_occasionmultiplier", "occasion = 'never'"),
            ("scoring_occasionmultiplier", "multiplier = 99"),
            ("campus_user", "gender = 'x'"),
        ],
    )
    def test_a_word_or_figure_that_no_page_could_read_is_refused(self, school: School, table: str, change: str) -> None:
        refused(lambda: raw(f"UPDATE {table} SET {change}"))

    def test_an_exemption_does_not_end_before_it_starts(self, school: School) -> None:
        refused(
            lambda: school.classes["0852"].exemptions.create(
                starts_on=MONDAY, ends_on=MONDAY - timedelta(days=1), reason="见习"
            )
        )
