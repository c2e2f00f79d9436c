"""What the phone reads: one's rounds, the places, the day's work; and that it is what the schema says."""

from __future__ import annotations

import gzip
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from time_machine import Traveller

from campus.models import User
from config.tests.school import MONDAY, School, at
from dormitories.models import Residency, Room
from inspections.rounds.services import call_off, excuse, stand_in
from inspections.tests.contract import keeps_contract
from inspections.tests.walking import a_round, inspector, tell_men_from_women, walker

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday_evening")]
TUESDAY = MONDAY + timedelta(days=1)
MANY = ["5403", "5413", "5420"]


@pytest.fixture(autouse=True)
def men_and_women(school: School) -> None:
    tell_men_from_women(school)


def told(school: School, client: Client, user: User, address: str, **asked: str) -> Any:
    """What the phone of `user` is told; it keeps to the schema."""
    client.force_login(user)
    answer = client.get(f"/api/v1/{address}", asked)
    assert answer.status_code == 200, answer.content
    return keeps_contract(answer, "get", address)


# patrol


class TestPatrol:
    def test_who_i_am_and_which_shift_it_is(self, school: School, client: Client) -> None:
        patrol = told(school, client, school.inspector, "patrol")
        assert patrol["me"] == {
            "id": school.inspector.pk,
            "name": "王同学",
            "gender": "male",
            "home_classes": ["10311"],
        }
        assert (patrol["now"], patrol["date"], patrol["shift"]) == (
            "2026-11-09T19:20:00+08:00",
            "2026-11-09",
            "evening",
        )
        assert patrol["shifts"][0] == {
            "code": "morning",
            "name": "早检",
            "name_en": "Morning check",
            "starts_at": "07:30",
        }
        assert patrol["occasions"][0] == {"code": "routine", "name": "日查", "name_en": "Routine"}
        assert (patrol["rounds"], patrol["next_round"]) == ([], None)

    def test_my_rounds_of_today_with_their_routes_and_the_next_one_without(
        self, school: School, client: Client
    ) -> None:
        other = inspector(school, "m1")
        today = a_round(school, MANY, school.inspector, other, name="5号楼")
        later = a_round(school, ["教101"], school.inspector, name="教室", day=TUESDAY, shift="noon")
        a_round(school, ["教102"], school.inspector, day=TUESDAY + timedelta(days=1))
        a_round(school, ["教102"], other)
        patrol = told(school, client, school.inspector, "patrol")
        people = [{"id": school.inspector.pk, "name": "王同学"}, {"id": other.pk, "name": "m1同学"}]
        assert patrol["rounds"] == [
            {
                "id": today.pk,
                "name": "5号楼",
                "date": "2026-11-09",
                "shift": "evening",
                "occasion": "routine",
                "starts_at": "19:20",
                "people": people,
                "stops": ["room:5403", "room:5413", "room:5420"],
            }
        ]
        assert patrol["next_round"] == {
            "id": later.pk,
            "name": "教室",
            "date": "2026-11-10",
            "shift": "noon",
            "occasion": "routine",
            "starts_at": "19:20",
            "people": people[:1],
            "count": 1,
        }

    def test_what_i_am_on_leave_from_or_was_called_off_is_not_mine(self, school: School, client: Client) -> None:
        walked = a_round(school, MANY, school.inspector)
        excuse(walker=walker(walked, school.inspector), reason="上课", by=school.reviewer)
        other = inspector(school, "m1")
        stand_in(walker=walker(walked, school.inspector), user=other)
        call_off(round=a_round(school, ["教101"], school.inspector), by=school.reviewer)
        assert told(school, client, school.inspector, "patrol")["rounds"] == []
        (mine,) = told(school, client, other, "patrol")["rounds"]
        assert [person["name"] for person in mine["people"]] == ["m1同学"]

    def test_an_officer_sees_the_round_he_was_put_on(self, school: School, client: Client) -> None:
        a_round(school, ["5403"], school.officer)
        assert told(school, client, school.officer, "patrol")["rounds"][0]["stops"] == ["room:5403"]

    def test_yesterdays_round_is_over(self, school: School, client: Client, monday_evening: Traveller) -> None:
        a_round(school, MANY, school.inspector)
        monday_evening.move_to(at(TUESDAY, "00:10"))
        assert told(school, client, school.inspector, "patrol")["rounds"] == []

    def test_more_stops_and_people_take_no_more_queries(
        self, school: School, client: Client, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        a_round(school, MANY[:1], school.inspector)
        a_round(school, MANY[:1], school.inspector, day=TUESDAY)
        client.force_login(school.inspector)
        with django_assert_num_queries(9):
            client.get("/api/v1/patrol")
        partners = [inspector(school, f"m{n}", "10311") for n in range(4)]
        for shift in ("morning", "noon"):
            a_round(school, ["教101", "教102", "教103", "5413"], school.inspector, *partners, shift=shift)
        with django_assert_num_queries(9):
            client.get("/api/v1/patrol")


# places


class TestPlaces:
    def test_every_place_with_its_group_kind_and_classes(self, school: School, client: Client) -> None:
        places = told(school, client, school.inspector, "places")
        assert places["groups"] == [
            {"key": "building:3", "name": "3号楼", "name_en": "3号楼"},
            {"key": "building:5", "name": "5号楼", "name_en": "5号楼"},
            {"key": "kind:classroom", "name": "教室", "name_en": "Classroom"},
            {"key": "kind:area", "name": "卫生区", "name_en": "Sanitation area"},
            {"key": "kind:duty", "name": "值岗", "name_en": "Duty post"},
        ]
        by_key = {place["key"]: place for place in places["places"]}
        assert by_key["room:5420"] == {
            "key": "room:5420",
            "type": "room",
            "code": "5420",
            "group": "building:5",
            "kind": "dorm",
            "floor": 4,
            "classes": ["0852", "0853"],
            "own": False,
        }
        assert by_key["area:门厅"] == {
            "key": "area:门厅",
            "type": "area",
            "code": "门厅",
            "group": "kind:duty",
            "kind": "duty",
            "floor": None,
            "classes": ["0851"],
            "own": False,
        }
        assert len(by_key) == len(places["places"]) == 12

    def test_own_is_ones_class_and_ones_room(self, school: School, client: Client) -> None:
        school.inspector.home_room = school.rooms["5403"]
        school.inspector.save()
        places = told(school, client, school.inspector, "places")["places"]
        assert {place["key"] for place in places if place["own"]} == {"room:5403", "room:3427"}

    def test_asked_again_it_says_only_that_nothing_changed(self, school: School, client: Client) -> None:
        client.force_login(school.inspector)
        first = client.get("/api/v1/places")
        again = client.get("/api/v1/places", headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
        assert "private" in again["Cache-Control"]
        Residency.objects.filter(room=school.rooms["5403"]).update(ends_on=MONDAY - timedelta(days=1))
        changed = client.get("/api/v1/places", headers={"If-None-Match": first["ETag"]})
        assert changed.status_code == 200
        client.force_login(school.officer)
        assert client.get("/api/v1/places", headers={"If-None-Match": first["ETag"]}).status_code == 200

    def test_three_hundred_rooms_take_as_many_queries(
        self, school: School, client: Client, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        client.force_login(school.inspector)
        with django_assert_num_queries(9):
            client.get("/api/v1/places")
        made = Room.objects.bulk_create(
            Room(building=school.rooms["5403"].building, number=f"6{n:03}", code=f"6{n:03}", floor=6)
            for n in range(300)
        )
        Residency.objects.bulk_create(
            Residency(room=room, school_class=school.classes["0852"], starts_on=MONDAY) for room in made
        )
        with django_assert_num_queries(9):
            assert len(client.get("/api/v1/places").json()["places"]) == 312


# work


class TestWork:
    def test_what_everybody_recorded_on_a_day(self, school: School, client: Client) -> None:
        check = school.check("5413", None, "bags-hanging", by=school.inspector2)
        work = told(school, client, school.inspector, "work", date="2026-11-09")
        assert (work["now"], work["since"]) == ("2026-11-09T19:20:00+08:00", None)
        assert work["checks"] == [
            {
                "id": str(check.pk),
                "target": "room:5413",
                "shift": "evening",
                "occasion": "routine",
                "outcome": "defects",
                "findings": [{"label": "物品悬挂 袋子乱挂", "label_en": "Hanging things bags hung up"}],
                "by": {"id": None, "name": ""},
                "mine": False,
                "performed_at": "2026-11-09T19:20:00+08:00",
                "replaced_by": None,
                "said": None,
            }
        ]
        (own,) = told(school, client, school.inspector2, "work", date="2026-11-09")["checks"]
        assert [finding["defect"] for finding in own["said"]["findings"]] == ["bags-hanging"]
        assert told(school, client, school.inspector, "work", date="2026-11-08")["checks"] == []

    def test_a_correction_names_what_it_replaces(self, school: School, client: Client) -> None:
        first = school.check("5413")
        second = school.check("5413", None, "bags-hanging", clock="19:25", replaces=first.pk)
        checks = told(school, client, school.inspector, "work")["checks"]
        assert [(c["id"], c["mine"], c["replaced_by"]) for c in checks] == [
            (str(first.pk), True, str(second.pk)),
            (str(second.pk), True, None),
        ]

    @pytest.mark.parametrize(
        ("reader", "name"),
        [
            ("reviewer", "王同学"),
            ("advisor", "王同学"),
            ("reviewer2", "王同学"),
            ("inspector", "王同学"),
            ("inspector2", ""),
        ],
    )
    def test_inspectors_names_are_for_those_who_may_know_them(
        self, school: School, client: Client, reader: str, name: str
    ) -> None:
        school.check("教102")
        (check,) = told(school, client, school.people[reader], "work")["checks"]
        assert check["by"] == {"id": school.inspector.pk if name else None, "name": name}

    def test_those_who_walk_together_know_each_other(self, school: School, client: Client) -> None:
        a_round(school, ["教101", "教103"], school.inspector, school.inspector2)
        school.check("教102")
        (check,) = told(school, client, school.inspector2, "work")["checks"]
        assert check["by"]["name"] == "王同学"

    def test_an_officer_sees_the_places_on_his_own_round_alone(self, school: School, client: Client) -> None:
        school.check("5403", clock="19:10")
        school.check("教101", clock="19:12")
        assert told(school, client, school.officer, "work")["checks"] == []
        a_round(school, ["5403"], school.officer)
        assert [c["target"] for c in told(school, client, school.officer, "work")["checks"]] == ["room:5403"]

    def test_rooms_found_locked_this_week_and_when_first(
        self, school: School, client: Client, monday_evening: Traveller
    ) -> None:
        school.check("5413", "locked", clock="12:30", shift="noon")
        school.check("5413", "locked", clock="19:15")
        mistaken = school.check("5403", "locked", clock="12:31", shift="noon")
        school.check("5403", clock="12:40", shift="noon", replaces=mistaken.pk)
        school.check("教102", "locked", clock="19:15")
        monday_evening.move_to(at(TUESDAY, "12:00"))
        assert told(school, client, school.inspector, "work")["locked"] == {"room:5413": "2026-11-09T12:30:00+08:00"}
        monday_evening.move_to(at(MONDAY + timedelta(days=7), "12:00"))
        assert told(school, client, school.inspector, "work")["locked"] == {}

    def test_what_was_found_in_ones_own_class_or_room_is_not_told_before_it_is_passed(
        self, school: School, client: Client
    ) -> None:
        """He walks with a partner, who records the room that he himself may not."""
        a_round(school, ["5420", "5403"], school.officer, school.inspector)
        school.officer.home_room = school.rooms["5403"]
        school.officer.save()
        for code in ("5420", "5403"):
            school.check(code, None, "bags-hanging", {"text": "乱", "points": "1"})
        for reader, findings in [(school.officer, [0, 0]), (school.inspector, [2, 2]), (school.reviewer2, [2, 2])]:
            checks = told(school, client, reader, "work")["checks"]
            assert [check["outcome"] for check in checks] == ["defects", "defects"]
            assert [len(check["findings"]) for check in checks] == findings

    def test_today_yesterday_and_the_days_of_ones_rounds_are_open_and_no_others(
        self, school: School, client: Client
    ) -> None:
        walked = MONDAY - timedelta(days=4)
        a_round(school, ["教102"], school.inspector, day=walked)
        school.check("教102", day=walked)
        assert len(told(school, client, school.inspector, "work", date="2026-11-05")["checks"]) == 1
        assert told(school, client, school.inspector, "work", date="2026-11-08")["checks"] == []
        for day in ("2026-11-07", "2026-11-10", "0001-01-01", "9999-12-31"):
            answer = client.get("/api/v1/work", {"date": day})
            assert answer.status_code == 400
            assert answer.json() == {"detail": "这里只能看今天、昨天和你自己有检查的日子"}
        client.force_login(school.inspector2)
        assert client.get("/api/v1/work", {"date": "2026-11-05"}).status_code == 400

    @pytest.mark.parametrize(
        "day",
        ["yesterday", "2026-02-30", "", "2026-11-09T00:00", "20261109", "2026-W46-1", "0000-01-01", "2026-11-09\0"],
    )
    def test_a_date_is_a_date(self, school: School, client: Client, day: str) -> None:
        client.force_login(school.inspector)
        answer = client.get("/api/v1/work", {"date": day})
        assert (answer.status_code, list(answer.json())) == (400, ["detail"])

    def test_asked_since_an_earlier_answer_only_what_came_or_was_replaced_since_is_told(
        self, school: School, client: Client, monday_evening: Traveller
    ) -> None:
        old = school.check("教102", clock="19:00")
        mistaken = school.check("5413", "locked", clock="19:01")
        before = told(school, client, school.inspector, "work")
        assert [check["id"] for check in before["checks"]] == [str(old.pk), str(mistaken.pk)]
        monday_evening.move_to(at(MONDAY, "19:25"))
        made_long_ago = school.check("教101", clock="18:00", late=timedelta(minutes=84))
        mended = school.check("5413", clock="19:01", late=timedelta(minutes=23), replaces=mistaken.pk)
        after = told(school, client, school.inspector, "work", since=before["now"])
        assert (after["now"], after["since"]) == ("2026-11-09T19:25:00+08:00", "2026-11-09T19:18:00+08:00")
        assert {check["id"]: check["replaced_by"] for check in after["checks"]} == {
            str(made_long_ago.pk): None,
            str(mistaken.pk): str(mended.pk),
            str(mended.pk): None,
        }
        assert (before["locked"], after["locked"]) == ({"room:5413": "2026-11-09T19:01:00+08:00"}, {})

    def test_what_was_on_its_way_while_the_last_answer_was_made_is_told_all_the_same(
        self, school: School, client: Client, monday_evening: Traveller
    ) -> None:
        slow = school.check("教102", clock="19:19")
        monday_evening.move_to(at(MONDAY, "19:21"))
        after = told(school, client, school.inspector, "work", since="2026-11-09T19:20:59+08:00")
        assert [check["id"] for check in after["checks"]] == [str(slow.pk)]

    @pytest.mark.parametrize(
        "since",
        [
            "2026-11-09T19:21:00+08:00",
            "2026-11-08T19:19:00+08:00",
            "0001-01-01T00:00:00+23:59",
            "9999-12-31T23:59:59-23:59",
        ],
    )
    def test_since_a_time_that_no_answer_of_the_last_day_had_all_is_told(
        self, school: School, client: Client, since: str
    ) -> None:
        school.check("教102", clock="08:00", shift="morning")
        work = told(school, client, school.inspector, "work", since=since)
        assert (work["since"], len(work["checks"])) == (None, 1)

    @pytest.mark.parametrize("since", ["", "now", "2026-11-09T19:20:00", "19:20+08:00"])
    def test_since_is_a_time(self, school: School, client: Client, since: str) -> None:
        client.force_login(school.inspector)
        answer = client.get("/api/v1/work", {"since": since})
        assert (answer.status_code, list(answer.json())) == (400, ["detail"])

    def test_a_plus_that_nobody_escaped_is_one(self, school: School, client: Client) -> None:
        client.force_login(school.inspector)
        work = client.get("/api/v1/work?since=2026-11-09T19:20:00+08:00").json()
        assert work["since"] == "2026-11-09T19:18:00+08:00"

    def test_more_checks_take_no_more_queries(
        self, school: School, client: Client, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        client.force_login(school.inspector)
        school.check("5413", None, "bags-hanging")
        with django_assert_num_queries(8):
            client.get("/api/v1/work")
        for n in range(12):
            school.check(["5403", "教101", "5420"][n % 3], None, {"text": "乱", "points": "1"})
        with django_assert_num_queries(8):
            assert len(client.get("/api/v1/work").json()["checks"]) == 13


def test_the_three_addresses_are_closed_to_those_who_never_record(school: School, client: Client) -> None:
    for address in ("patrol", "places", "work"):
        assert client.get(f"/api/v1/{address}").status_code == 401
        client.force_login(school.head)
        assert client.get(f"/api/v1/{address}").status_code == 403
        client.logout()


def test_what_is_long_is_sent_short(school: School, client: Client) -> None:
    """To those who ask for it; asked again with its ETag it is not sent at all."""
    client.force_login(school.inspector)
    for n in range(12):
        school.check(["5403", "教101", "5420"][n % 3], None, {"text": "乱", "points": "1"})
    for address in ("places", "work", "standards"):
        plain = client.get(f"/api/v1/{address}")
        short = client.get(f"/api/v1/{address}", headers={"Accept-Encoding": "gzip"})
        assert gzip.decompress(short.content) == plain.content
        assert len(short.content) < len(plain.content) / 3
        assert (short["Content-Encoding"], "Content-Encoding" in plain) == ("gzip", False)
        assert "Accept-Encoding" in short["Vary"]
        if "ETag" in short:
            known = {"Accept-Encoding": "gzip", "If-None-Match": short["ETag"]}
            assert client.get(f"/api/v1/{address}", headers=known).status_code == 304


def test_between_terms_the_phone_is_told_the_day_all_the_same(
    school: School, client: Client, monday_evening: Traveller
) -> None:
    monday_evening.move_to(at(date(2027, 3, 1), "12:00"))
    assert told(school, client, school.inspector, "patrol")["shift"] == "noon"
    assert told(school, client, school.inspector, "work") == {
        "now": "2027-03-01T12:00:00+08:00",
        "since": None,
        "checks": [],
        "locked": {},
    }
