"""What is pressed twice, by one reviewer or by two, or set up a second time, is made once."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.test import Client
from time_machine import Traveller

from campus.models import User, Week
from config.tests.school import MONDAY, School, at
from inspections.models import Round
from inspections.rounds.clock import days_ahead
from inspections.rounds.coverage import errand_of
from inspections.rounds.forms import SendForm
from inspections.rounds.selectors import undrawn
from inspections.rounds.services import call_off, draw_up
from inspections.tests.pages import filled_in, seen
from inspections.tests.walking import EVERY_DAY, a_round, inspector, route, tell_men_from_women, template, walking

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday_evening")]
SUNDAY, NEXT_MONDAY = MONDAY - timedelta(days=1), MONDAY + timedelta(days=7)
CLASSROOMS = ["教101", "教102", "教103"]
SEND = "/coverage/send/?shift=noon&occasion=routine&place=area:教102"


@pytest.fixture(autouse=True)
def men_and_women(school: School) -> None:
    tell_men_from_women(school)


@pytest.fixture
def reviewer(school: School, client: Client) -> Client:
    client.force_login(school.reviewer)
    return client


def made() -> list[Round]:
    return list(Round.objects.order_by("pk"))


# The same press once more


class TestPressedTwice:
    ONE_MORE: dict[str, Any] = {  # noqa: RUF012
        "name": "大扫除",
        "place": "kind:classroom",
        "shift": "noon",
        "occasion": "deep_clean",
        "headcount": "1",
        "day": "2026-11-10",
    }

    def test_one_more_round_is_made_once(self, school: School, reviewer: Client) -> None:
        said = self.ONE_MORE | {"form_id": filled_in(reviewer.get("/rounds/new/"))["form_id"]}
        first, second = reviewer.post("/rounds/new/", said), reviewer.post("/rounds/new/", said)
        (one,) = made()
        assert first["Location"] == second["Location"] == f"/rounds/{one.pk}/"

    def test_the_form_opened_anew_makes_another(self, school: School, reviewer: Client) -> None:
        for _press in range(2):
            said = self.ONE_MORE | {"form_id": filled_in(reviewer.get("/rounds/new/"))["form_id"]}
            reviewer.post("/rounds/new/", said)
        assert len(made()) == 2

    @pytest.fixture
    def missed(self, school: School) -> Round:
        return a_round(school, CLASSROOMS, school.inspector, shift="noon", at=at(SUNDAY, "20:00"))

    def test_somebody_is_sent_once_and_told_so_both_times(
        self, school: School, reviewer: Client, missed: Round
    ) -> None:
        said = {
            "form_id": filled_in(reviewer.get(SEND))["form_id"],
            "places": ["area:教102"],
            "people": [str(school.inspector.pk)],
            "starts_at": "19:40",
        }
        for _press in range(2):
            assert "派了王同学，午检补查，19:40 开始" in seen(reviewer.post(SEND, said, follow=True))
        assert len(made()) == 2

    def test_gone_back_to_and_changed_it_is_another(self, school: School, reviewer: Client, missed: Round) -> None:
        said = {
            "form_id": filled_in(reviewer.get(SEND))["form_id"],
            "places": ["area:教102"],
            "people": [str(school.inspector.pk)],
            "starts_at": "19:40",
        }
        reviewer.post(SEND, said)
        reviewer.post(SEND, said | {"places": ["area:教103"]})
        assert [route(one) for one in made()[1:]] == [["教102"], ["教103"]]

    def test_the_database_itself_refuses_a_second_one(self, school: School, missed: Round) -> None:
        key = uuid4()
        Round.objects.filter(pk=missed.pk).update(key=key)
        with pytest.raises(IntegrityError), transaction.atomic():
            Round.objects.create(
                date=MONDAY, shift="noon", name="又一轮", starts_at=time(12), made_by=school.reviewer, key=key
            )


# Two reviewers at once


class TestTwoReviewers:
    @pytest.fixture(autouse=True)
    def missed(self, school: School) -> Round:
        return a_round(school, CLASSROOMS, school.inspector, shift="noon", at=at(SUNDAY, "20:00"))

    def form(self, user: User, *places: str, shift: str = "noon") -> SendForm:
        said = QueryDict(mutable=True)
        said.setlist("places", list(places))
        said.setlist("people", [str(user.pk)])
        said["starts_at"] = "19:40"
        said["form_id"] = str(uuid4())
        form = SendForm(errand_of(shift, "routine"), said)
        assert form.is_valid(), form.errors
        return form

    def test_where_one_has_sent_somebody_the_other_sends_nobody(self, school: School) -> None:
        first, second = self.form(school.inspector, "area:教102"), self.form(school.reviewer2, "area:教102")
        assert first.send(by=school.reviewer)
        assert second.send(by=school.reviewer2) is None
        assert "已经派" in str(second.errors)
        assert len(made()) == 2

    def test_the_places_that_are_left_are_gone_to(self, school: School) -> None:
        first = self.form(school.inspector, "area:教102")
        second = self.form(school.reviewer2, "area:教101", "area:教102")
        first.send(by=school.reviewer)
        one = second.send(by=school.reviewer2)
        assert one is not None
        assert (route(one), walking(one)) == (["教101"], ["reviewer2"])

    def test_the_same_of_a_locked_door(self, school: School) -> None:
        school.check("5403", "locked", clock="17:00")
        first = self.form(school.inspector, "room:5403", shift="")
        second = self.form(school.reviewer2, "room:5403", shift="")
        assert first.send(by=school.reviewer)
        assert second.send(by=school.reviewer2) is None
        assert not errand_of("", "").targets

    def test_a_page_opened_before_says_it(self, school: School, reviewer: Client) -> None:
        self.form(school.inspector, "area:教102").send(by=school.reviewer)
        said = {"places": ["area:教102"], "people": [str(school.reviewer2.pk)], "starts_at": "19:40"}
        answer = reviewer.post(SEND, said)
        assert answer.status_code == 422
        assert "已经派" in seen(answer)
        assert "教102" not in [target.code for target in answer.context["form"].there.values()]

    def test_where_the_one_sent_was_called_off_somebody_else_may_go(self, school: School) -> None:
        one = self.form(school.inspector, "area:教102").send(by=school.reviewer)
        assert one is not None
        call_off(round=one, by=school.reviewer)
        assert self.form(school.reviewer2, "area:教102").send(by=school.reviewer)


# A round of every week, set up a second time


class TestSetUpAgain:
    def drawn(self, school: School) -> list[Round]:
        return draw_up(week=Week.objects.holding(NEXT_MONDAY).get(), by=school.reviewer, today=MONDAY)

    def wanting(self) -> int:
        return undrawn(days_ahead(Week.objects.select_related("term").holding(NEXT_MONDAY).get(), MONDAY))

    def test_days_on_which_the_same_round_stands_are_left_out(self, school: School) -> None:
        plan = template(weekdays=0b11)
        assert len(self.drawn(school)) == 2
        plan.delete()
        template("5号楼晚上", weekdays=0b111)
        assert self.wanting() == 1
        assert [one.date for one in self.drawn(school)] == [NEXT_MONDAY + timedelta(days=2)]

    def test_another_shift_or_more_places_are_another_round(self, school: School) -> None:
        template(weekdays=1).delete()
        a_round(school, ["5403", "5413"], school.inspector, day=NEXT_MONDAY)
        a_round(school, ["5403", "5413", "5420"], school.inspector, day=NEXT_MONDAY, shift="noon")
        template(weekdays=1)
        assert len(self.drawn(school)) == 1

    def test_one_made_by_hand_or_called_off(self, school: School) -> None:
        template(weekdays=1)
        by_hand = a_round(school, ["5403", "5413", "5420"], school.inspector, day=NEXT_MONDAY)
        assert (self.drawn(school), self.wanting()) == ([], 0)
        call_off(round=by_hand, by=school.reviewer)
        assert self.wanting() == 1
        assert len(self.drawn(school)) == 1

    def test_two_that_stand_side_by_side_are_both_drawn_up(self, school: School) -> None:
        inspector(school, "m1")
        template("早一点", starts_at=time(18), headcount=1, weekdays=1)
        assert len(self.drawn(school)) == 1
        template("晚一点", starts_at=time(21), headcount=1, weekdays=1)
        assert len(self.drawn(school)) == 1


# What is asked for is what would be made


class TestNotDrawnUpYet:
    def test_a_round_of_every_week_without_a_place_is_none(self, school: School, reviewer: Client) -> None:
        template("活动", area_kind="event", weekdays=EVERY_DAY)
        assert undrawn([MONDAY + timedelta(days=n) for n in range(7)]) == 0
        assert "没排" not in seen(reviewer.get("/rounds/", {"week": "2026-11-16"}))

    @pytest.mark.parametrize(
        ("clock", "drawn"),
        [
            ("10:59", ["morning", "noon", "evening"]),
            ("11:00", ["noon", "evening"]),
            ("16:31", ["evening"]),
        ],
    )
    def test_shifts_of_today_that_are_over_are_left_out(
        self, school: School, monday_evening: Traveller, clock: str, drawn: list[str]
    ) -> None:
        for shift in ("morning", "noon", "evening"):
            template(shift, shift=shift, weekdays=1)
        monday_evening.move_to(at(MONDAY, clock))
        assert undrawn([MONDAY]) == len(drawn)
        made = draw_up(week=Week.objects.holding(MONDAY).get(), by=school.reviewer, today=MONDAY)
        assert sorted(one.shift for one in made) == sorted(drawn)

    def test_one_more_round_neither(self, school: School, reviewer: Client) -> None:
        said = TestPressedTwice.ONE_MORE | {"day": "2026-11-09"}
        answer = reviewer.post("/rounds/new/", said)
        assert (answer.status_code, "过去了" in seen(answer)) == (422, True)
        assert not made()
