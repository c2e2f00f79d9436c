"""The reviewer's pages of rounds: a week drawn up, one round changed, the rounds of every week."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from time_machine import Traveller

from campus.models import Exemption, Gender, Week
from config.tests.school import MONDAY, School, at
from inspections.models import Round, RoundTemplate
from inspections.rounds.services import call_off, excuse
from inspections.tests.pages import seen
from inspections.tests.walking import a_round, inspector, route, tell_men_from_women, template, walker, walking

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday_evening")]
TUESDAY = MONDAY + timedelta(days=1)
ROOMS = ["5403", "5413", "5420"]
NEXT = {"week": "2026-11-16"}


@pytest.fixture(autouse=True)
def men_and_women(school: School) -> None:
    tell_men_from_women(school)


@pytest.fixture
def reviewer(school: School, client: Client) -> Client:
    client.force_login(school.reviewer)
    return client


def after(client: Client, address: str, said: dict[str, Any] | None = None) -> str:
    """What stands on the page that comes after a button was pressed."""
    answer = client.post(address, said or {}, follow=True)
    assert answer.status_code == 200
    return seen(answer)


# A week


class TestTheWeek:
    def test_a_school_without_templates_is_told_what_to_do(self, school: School, reviewer: Client) -> None:
        page = seen(reviewer.get("/rounds/"))
        assert "还没有固定班次" in page
        assert "加一个" in page

    def test_next_week_is_drawn_up_with_one_press(self, school: School, reviewer: Client) -> None:
        template(weekdays=0b101)
        page = seen(reviewer.get("/rounds/", NEXT))
        assert "第 12 周排班" in page
        assert "还有 2 轮固定班次没排" in page
        page = after(reviewer, "/rounds/draw-up/?week=2026-11-16")
        assert "排好了 2 轮" in page
        assert "19:20 5号楼 晚检 · 3 处 王同学 还缺 1 人" in page
        assert "没排" not in page
        assert Round.objects.count() == 2

    def test_pressed_twice_nothing_is_made_twice(self, school: School, reviewer: Client) -> None:
        template(weekdays=0b101)
        after(reviewer, "/rounds/draw-up/?week=2026-11-16")
        assert "排好了 0 轮" in after(reviewer, "/rounds/draw-up/?week=2026-11-16")
        assert Round.objects.count() == 2

    def test_days_stand_in_order_with_their_rounds(self, school: School, reviewer: Client) -> None:
        late = a_round(school, ["教101"], school.inspector, name="晚的", starts_at=time(21))
        early = a_round(school, ["教102"], school.inspector, name="早的", shift="morning", starts_at=time(7, 30))
        excuse(walker=walker(early, school.inspector), reason="上课", by=school.reviewer)
        call_off(round=late, by=school.reviewer)
        page = reviewer.get("/rounds/").content.decode()
        assert page.index("11月9日") < page.index("早的") < page.index("晚的") < page.index("11月10日")
        assert "<s>王同学</s>" in page
        assert "已取消" in page

    def test_one_goes_from_week_to_week_within_what_there_is(self, school: School, reviewer: Client) -> None:
        assert "上一周" not in seen(reviewer.get("/rounds/", {"week": "2026-09-01"}))
        assert "下一周" not in seen(reviewer.get("/rounds/", {"week": "2027-01-17"}))
        assert "第 11 周" in seen(reviewer.get("/rounds/", {"week": "nonsense"}))

    def test_between_terms_the_last_week_is_shown(
        self, school: School, reviewer: Client, monday_evening: Traveller
    ) -> None:
        template()
        monday_evening.move_to(at(date(2027, 3, 1), "12:00"))
        reviewer.force_login(school.reviewer)
        assert "第 20 周" in seen(reviewer.get("/rounds/"))
        after(reviewer, "/rounds/draw-up/")
        assert not Round.objects.exists()

    def test_more_rounds_take_no_more_queries(
        self, school: School, reviewer: Client, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        a_round(school, ROOMS, school.inspector)
        with django_assert_num_queries(13):
            reviewer.get("/rounds/")
        people = [inspector(school, f"m{n}", "10311") for n in range(4)]
        for n in range(10):
            a_round(school, ROOMS, *people, day=MONDAY + timedelta(days=n % 5), shift="noon")
        with django_assert_num_queries(13):
            reviewer.get("/rounds/")


def test_a_school_without_terms_is_told_so(school: School, reviewer: Client) -> None:
    Week.objects.all().delete()
    for address in ("/rounds/", "/rounds/new/", "/coverage/attendance/"):
        assert "排班要先有学期" in seen(reviewer.get(address))
    assert "排班要先有学期" in after(reviewer, "/rounds/draw-up/")
    assert "今天没有排班" in seen(reviewer.get("/coverage/"))


# One round


class TestOneRound:
    @pytest.fixture
    def walked(self, school: School) -> Round:
        return a_round(school, ROOMS, school.inspector, inspector(school, "m1"), at=at(MONDAY, "08:00"))

    def test_people_and_route_with_what_was_found(self, school: School, reviewer: Client, walked: Round) -> None:
        school.check("5413", None, "bags-hanging", clock="19:15")
        page = seen(reviewer.get(f"/rounds/{walked.pk}/"))
        assert "晚检 11月9日 周一 晚检 19:20 1 / 3" in page
        assert "王同学 10311 准时，19:15 开始查" in page
        assert "m1同学 还没有这个人的记录" in page
        assert "5403 0853 5413 0852 19:15 王同学 1 处问题 5420 0852 / 0853" in page

    def test_only_who_may_walk_is_offered(self, school: School, reviewer: Client, walked: Round) -> None:
        other = inspector(school, "m2", "0853")
        Exemption.objects.create(school_class=school.classes["0853"], starts_on=MONDAY, ends_on=MONDAY, reason="见习")
        a_round(school, ["教101"], other)
        page = reviewer.get(f"/rounds/{walked.pk}/")
        offered = [chance.user.number for chance in page.context["detail"].chances]
        assert offered == ["m2", "reviewer2", "officer"]  # no women, and nobody twice
        text = seen(page)
        assert "m2同学 0853 最近 1 轮，2 处是本班 这班另有一轮 班级不在校" in text
        assert "陈同学 0852 最近 0 轮，2 处是本班 互查" in text

    def test_people_are_put_on_and_refused(self, school: School, reviewer: Client, walked: Round) -> None:
        address = f"/rounds/{walked.pk}/people/"
        after(reviewer, address, {"people": [school.reviewer2.pk, school.officer.pk]})
        assert walking(walked) == ["inspector", "m1", "officer", "reviewer2"]
        assert "女生" in after(reviewer, address, {"people": [school.inspector2.pk]})
        assert "至少选一个人" in after(reviewer, address)

    def test_leave_with_a_substitute_in_one_go(self, school: School, reviewer: Client, walked: Round) -> None:
        on_leave = walker(walked, school.inspector)
        said = {"reason": "上课", "substitute": school.reviewer2.pk}
        page = after(reviewer, f"/rounds/walkers/{on_leave.pk}/leave/", said)
        assert "请假：上课，郑同学替班" in page
        assert "替王同学" in page
        assert walking(walked) == ["m1", "reviewer2"]

    def test_where_the_substitute_may_not_there_is_no_leave_either(
        self, school: School, reviewer: Client, walked: Round
    ) -> None:
        on_leave = walker(walked, school.inspector)
        said = {"reason": "上课", "substitute": school.inspector2.pk}
        assert "女生" in after(reviewer, f"/rounds/walkers/{on_leave.pk}/leave/", said)
        assert walking(walked) == ["inspector", "m1"]
        assert "写一下原因" in after(reviewer, f"/rounds/walkers/{on_leave.pk}/leave/", {"reason": " "})

    def test_what_is_wrong_is_said_and_not_something_else(
        self, school: School, reviewer: Client, walked: Round
    ) -> None:
        """The substitute's account was closed while the page stood open; the reason was given."""
        school.reviewer2.is_active = False
        school.reviewer2.save()
        address = f"/rounds/walkers/{walker(walked, school.inspector).pk}"
        said = {"reason": "上课", "substitute": school.reviewer2.pk}
        page = after(reviewer, f"{address}/leave/", said)
        assert "账号停用" in page
        assert "写一下原因" not in page
        page = after(reviewer, f"/rounds/{walked.pk}/people/", {"people": [school.reviewer2.pk]})
        assert "账号停用" in page
        assert "至少选一个人" not in page
        assert "120" in after(reviewer, f"{address}/leave/", {"reason": "上" * 121})
        after(reviewer, f"{address}/leave/", {"reason": "上课"})
        assert "账号停用" in after(reviewer, f"{address}/substitute/", {"people": school.reviewer2.pk})

    def test_one_whose_account_was_closed_is_told_and_missing(
        self, school: School, reviewer: Client, walked: Round
    ) -> None:
        school.people["m1"].is_active = False
        school.people["m1"].save()
        page = seen(reviewer.get(f"/rounds/{walked.pk}/"))
        assert "还缺 1 人" in page
        assert "m1同学 账号已停用" in page
        assert "还缺 1 人" in seen(reviewer.get("/rounds/"))

    def test_leave_then_a_substitute_then_all_back(self, school: School, reviewer: Client, walked: Round) -> None:
        on_leave = walker(walked, school.inspector)
        address = f"/rounds/walkers/{on_leave.pk}"
        assert "还缺 1 人" in after(reviewer, f"{address}/leave/", {"reason": "上课"})
        assert "至少选一个人" in after(reviewer, f"{address}/substitute/")
        after(reviewer, f"{address}/substitute/", {"people": school.reviewer2.pk})
        assert walking(walked) == ["m1", "reviewer2"]
        assert "替班" in after(reviewer, f"{address}/back/")
        after(reviewer, f"/rounds/walkers/{walker(walked, school.reviewer2).pk}/remove/")
        after(reviewer, f"{address}/back/")
        assert walking(walked) == ["inspector", "m1"]

    def test_places_that_nobody_on_it_may_check_are_told(self, school: School, reviewer: Client, walked: Round) -> None:
        school.people["m1"].home_class = school.classes["0853"]
        school.people["m1"].save()
        on_leave = walker(walked, school.inspector)
        page = after(reviewer, f"/rounds/walkers/{on_leave.pk}/leave/", {"reason": "上课"})
        assert "5403、5420 对这一轮的人都是本班" in page

    def test_the_route_is_changed_by_ticks_and_by_numbers(
        self, school: School, reviewer: Client, walked: Round
    ) -> None:
        address = f"/rounds/{walked.pk}/places/"
        assert reviewer.get(address).content.decode().count(" checked") == 3
        after(reviewer, address, {"stays": ["room:5403"], "more": "5420，教101 教102"})
        assert route(walked) == ["教101", "教102", "5403", "5420"]
        after(reviewer, address, {"stays": ["room:5420"]})
        assert route(walked) == ["5420"]

    @pytest.mark.parametrize(
        ("said", "told"),
        [
            ({"stays": ["room:5403"], "more": "9999"}, "没有“9999”这个地方"),
            ({"stays": ["room:5403"], "more": "3318"}, "女生楼"),
            ({"more": ""}, "至少有一个地方"),
        ],
    )
    def test_a_route_that_cannot_be_is_refused_with_the_reason(
        self, school: School, reviewer: Client, walked: Round, said: dict[str, Any], told: str
    ) -> None:
        answer = reviewer.post(f"/rounds/{walked.pk}/places/", said)
        assert (answer.status_code, told in seen(answer)) == (422, True)
        assert route(walked) == ROOMS

    def test_it_is_called_off_while_nothing_was_checked(self, school: School, reviewer: Client, walked: Round) -> None:
        page = after(reviewer, f"/rounds/{walked.pk}/call-off/")
        assert "吴同学取消了" in page
        assert "加人" not in page
        other = a_round(school, ["教101"], school.reviewer2)
        school.check("教101")
        assert "取消这一轮" not in seen(reviewer.get(f"/rounds/{other.pk}/"))
        assert "不能取消" in after(reviewer, f"/rounds/{other.pk}/call-off/")

    def test_what_is_not_there_is_not_found(self, school: School, reviewer: Client) -> None:
        assert reviewer.get("/rounds/99/").status_code == 404
        assert reviewer.post("/rounds/walkers/99/leave/", {"reason": "上课"}).status_code == 404

    def test_more_stops_and_people_take_no_more_queries(
        self, school: School, reviewer: Client, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        few = a_round(school, ["5413", "教103"], school.inspector, name="一轮")
        school.check("5413", None, "bags-hanging", clock="19:15")
        with django_assert_num_queries(19):
            reviewer.get(f"/rounds/{few.pk}/")
        people = [inspector(school, f"n{n}", "10311") for n in range(12)]
        more = a_round(school, [*ROOMS, "教101", "教102"], *people[:4], name="又一轮")
        school.check("教101", clock="19:16", by=people[0])
        with django_assert_num_queries(19):
            reviewer.get(f"/rounds/{more.pk}/")


def test_one_more_round_is_drawn_up_for_a_day(school: School, reviewer: Client) -> None:
    assert 'min="2026-11-09"' in reviewer.get("/rounds/new/").content.decode()
    said = {
        "name": "大扫除",
        "place": "kind:classroom",
        "shift": "noon",
        "occasion": "deep_clean",
        "headcount": "1",
        "day": "2026-11-10",
    }
    page = after(reviewer, "/rounds/new/", said)
    made = Round.objects.get()
    assert (made.date, made.occasion, made.template, made.starts_at) == (TUESDAY, "deep_clean", None, time(13, 30))
    assert "大扫除 11月10日 周二 午检 13:30" in page
    assert len(walking(made)) == 1
    assert not RoundTemplate.objects.exists()
    for wrong, told in (
        ({"day": "2026-11-08"}, "今天到学期末"),
        ({"place": "kind:area", "day": "2027-02-01"}, "今天到"),
    ):
        answer = reviewer.post("/rounds/new/", said | wrong)
        assert (answer.status_code, told in seen(answer)) == (422, True)
    school.areas["硬化路"].responsibilities.all().delete()
    assert "没有要查的地方" in seen(reviewer.post("/rounds/new/", said | {"place": "kind:area"}))


# Rounds of every week


class TestTemplates:
    SAID: dict[str, Any] = {  # noqa: RUF012
        "name": "5号楼晚检",
        "place": "building:5",
        "lowest_floor": "4",
        "highest_floor": "5",
        "weekdays": ["0", "2"],
        "shift": "evening",
        "starts_at": "21:10",
        "occasion": "routine",
        "headcount": "2",
    }

    def test_one_is_set_up_and_stands_in_the_list(self, school: School, reviewer: Client) -> None:
        assert "还没有固定班次" in seen(reviewer.get("/rounds/templates/"))
        page = after(reviewer, "/rounds/templates/new/", self.SAID)
        assert "21:10 5号楼晚检 5号楼 4–5 层 周一、周三 · 晚检 · 2 人" in page
        made = RoundTemplate.objects.get()
        assert (made.days, made.building, made.starts_at) == ((0, 2), school.rooms["5403"].building, time(21, 10))

    def test_one_is_changed_and_the_rounds_it_gave_stay(self, school: School, reviewer: Client) -> None:
        plan = template(weekdays=1)
        after(reviewer, "/rounds/draw-up/?week=2026-11-16")
        address = f"/rounds/templates/{plan.pk}/"
        form = reviewer.get(address).content.decode()
        assert form.count(" checked") == 2  # Monday, evening
        after(reviewer, address, self.SAID | {"place": "kind:classroom", "starts_at": ""})
        plan.refresh_from_db()
        assert (plan.area_kind, plan.building, plan.lowest_floor, plan.starts_at) == ("classroom", None, None, None)
        assert Round.objects.get().name == "5号楼"

    @pytest.mark.parametrize(
        ("wrong", "told"),
        [
            ({"weekdays": []}, "该字段是必填项"),
            ({"name": ""}, "该字段是必填项"),
            ({"place": "building:99"}, "选择一个有效的选项"),
            ({"place": ""}, "该字段是必填项"),
            ({"highest_floor": "3"}, "比起始层还低"),
            ({"headcount": "0"}, "大于或等于1"),
            ({"starts_at": "25:00"}, "有效"),
            ({"starts_at": "16:29"}, "晚检是 16:30 到 24:00"),
            ({"shift": "morning", "starts_at": "20:00"}, "早检是 00:00 到 11:00"),
        ],
    )
    def test_what_cannot_be_is_refused_at_its_field(
        self, school: School, reviewer: Client, wrong: dict[str, Any], told: str
    ) -> None:
        answer = reviewer.post("/rounds/templates/new/", self.SAID | wrong)
        assert (answer.status_code, told in seen(answer)) == (422, True)
        assert not RoundTemplate.objects.exists()

    def test_one_is_drawn_up_no_more(self, school: School, reviewer: Client) -> None:
        plan = template(weekdays=1)
        after(reviewer, "/rounds/draw-up/?week=2026-11-16")
        assert "还没有固定班次" in after(reviewer, f"/rounds/templates/{plan.pk}/remove/")
        assert Round.objects.get().template is None

    @pytest.mark.parametrize(
        ("floors", "told"),
        [
            ({}, "5号楼"),
            ({"lowest_floor": 4}, "5号楼 4 层以上"),
            ({"highest_floor": 3}, "5号楼 3 层以下"),
            ({"lowest_floor": 4, "highest_floor": 4}, "5号楼 4 层"),
        ],
    )
    def test_where_it_goes_is_told_as_people_say_it(
        self, school: School, reviewer: Client, floors: dict[str, Any], told: str
    ) -> None:
        template("晚检", **floors)
        assert f"晚检 {told} 周一、周三" in seen(reviewer.get("/rounds/templates/"))


def test_a_mans_page_offers_women_for_a_womens_building(school: School, reviewer: Client) -> None:
    walked = a_round(school, ["3318", "3427"], school.inspector2)
    offered = [c.user for c in reviewer.get(f"/rounds/{walked.pk}/").context["detail"].chances]
    assert offered
    assert {person.gender for person in offered} == {Gender.FEMALE}
