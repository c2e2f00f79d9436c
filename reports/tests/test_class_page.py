"""A class's week: the score, what it is made of, and who may read it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import Resolver404, resolve

from campus.models import Exemption, SchoolClass, WeekClosing
from config.tests.school import MONDAY, School
from dormitories.models import Residency, Room
from reports.tests.reading import Page, read
from scoring.models import CategoryRule, Entry, Policy, Reversal
from scoring.services import give_bonus, reverse, verify

DAY = timedelta(days=1)


def page_of(school: School, who: str, code: str = "0852", monday: date = MONDAY) -> Page:
    return read(school.people[who], f"/classes/{code}/?week={monday}")


def rooms_for(school: School, code: str, count: int) -> None:
    """More rooms for a class, all seen once and clean: 5501, 5502 …"""
    for number in range(count):
        name = f"55{number + 1:02}"
        school.rooms[name] = Room.objects.create(
            building=school.rooms["5413"].building, number=name, code=name, floor=5
        )
        Residency.objects.create(
            room=school.rooms[name], school_class=school.classes[code], starts_on=date(2026, 8, 31)
        )
        school.verified(name, "clean", day=MONDAY + number * DAY if number < 5 else MONDAY)


def test_the_officer_sees_what_the_score_is_made_of(school: School) -> None:
    rooms_for(school, "0852", 7)
    school.verified("5413", None, "balcony-floor-dirty", "desk-untidy")
    school.verified("硬化路", None, "loose-soil", shift="morning", clock="07:31")
    for day in range(3):
        school.verified("教102", "clean", day=MONDAY + day * DAY, shift="morning", clock="07:30")
    give_bonus(patterns=["0852"], exceptions=[], points=Decimal(2), date=MONDAY, reason="打扫阶教", by=school.admin)
    page = page_of(school, "officer")
    assert page.status == 200
    assert "量化总分，草稿 99.75 数理系 第 1 / 1 流动红旗" in page
    assert "基础分 100" in page
    assert "教室 查 3 次，全干净 0" in page
    assert "卫生区 查 1 次，1 处问题 −1.00" in page
    assert "宿舍 8 间平均 98.75 −1.25" in page
    assert "值岗 本周没有 0" in page
    assert "检查分 100 − 1.00 − 1.25 97.75" in page
    assert "加分 打扫阶教 +2 +2" in page
    assert "量化总分 97.75 + 2 99.75" in page
    assert "加扣分明细 4 条" in page


def test_the_rooms_can_be_added_up_on_a_calculator(school: School) -> None:
    rooms_for(school, "0852", 6)
    school.verified("5413", None, "clothes-hanging")
    school.verified(
        "5420",
        None,
        {"defect": "bags-hanging", "school_class": "0852"},
        {"defect": "hats-hanging", "school_class": "0852"},
    )
    page = page_of(school, "officer")
    assert "每间满分 100，扣 1 分算 5 分 −1.88" in page
    assert "5413 95 5420 90 5501 100" in page
    assert "8 间相加 785 ÷ 8，平均 98.125 − 100 −1.875 留两位，四舍五入 −1.88" in page
    # Half a hundredth is not rounded away where it is still needed
    assert "宿舍 8 间平均 98.125 −1.88" in page


def test_a_mark_that_never_ends_is_taken_times_the_visits_first(school: School) -> None:
    rooms_for(school, "0852", 1)
    school.verified("5413", None, "clothes-hanging")
    school.verified("5413", "clean", day=MONDAY + DAY)
    school.verified("5413", "clean", day=MONDAY + 2 * DAY)
    page = page_of(school, "officer")
    assert "5413 98.33… 3 次 5501 100" in page
    # (295 + 300) ÷ 3 ÷ 2 = 99.1666…
    assert "2 间相加，每个先 × 3：295 + 300 595 ÷ 3 ÷ 2，平均 99.166666…" in page
    assert "− 100 −0.833333… 留两位，四舍五入 −0.83" in page


def test_a_serious_defect_stands_apart_and_says_so(school: School) -> None:
    rooms_for(school, "0852", 3)
    school.verified("5413", None, "banned-appliance", "desk-dirty")
    page = page_of(school, "officer")
    assert "不排名" in page
    assert "一票否决，取消本周评比。分数照记。" in page
    assert "宿舍 4 间平均 98.75，一票否决 −10 −11.25" in page
    assert "4 间相加 395 ÷ 4，平均 98.75 − 100 −1.25 一票否决的问题 −10 合起来 −11.25" in page
    assert "一票否决 安全 违规电器" in page


def test_a_weekly_cap_is_said(school: School) -> None:
    CategoryRule.objects.filter(policy__version=1, category="classroom").update(weekly_cap=3)
    school.verified("教102", "refused", shift="morning", clock="07:30")
    page = page_of(school, "officer")
    assert "教室 查 1 次，1 处问题 −3.00" in page
    assert "各条相加 −10 一周最多扣 3 −3" in page


def test_each_line_tells_what_where_when_and_by_which_rule(school: School) -> None:
    school.verified("5413", None, {"defect": "desk-dirty", "text": "泡面桶"})
    page = page_of(school, "officer")
    assert "桌面 不干净 泡面桶 5413，周一晚检 19:20 宿舍标准第 1 版，1 分 −1" in page
    assert page.links["宿舍标准第 1 版，1 分"].startswith("/standards/")
    assert page.links["看办法"] == "/policies/1/"


def test_what_the_inspector_wrote_is_not_credited_to_the_standard(school: School) -> None:
    school.verified("5413", None, {"text": "泡面桶满地", "points": "0.5"})
    page = page_of(school, "officer")
    assert "泡面桶满地 5413，周一晚检 19:20 检查员另写，0.5 分 −0.5" in page
    assert "标准" not in page


def test_what_multiplies_and_halves_is_written_out(school: School) -> None:
    school.verified(
        "硬化路", None, {"defect": "area-litter", "corrected": True}, shift="noon", clock="13:30", occasion="department"
    )
    page = page_of(school, "officer")
    assert "垃圾 有垃圾 硬化路，周一午检 13:30，院查 和 0853 共同负责 2 × 2（院查） × 0.5（当场整改） = 2" in page


def test_the_cap_of_one_check_is_said_on_the_lines_it_cut(school: School) -> None:
    costs = ["1"] * 9 + ["0.5", "1", "1"]
    school.verified(
        "教102", None, *({"text": f"第 {n} 处", "points": cost} for n, cost in enumerate(costs)), shift="noon"
    )
    page = page_of(school, "officer")
    assert "第 10 处 教102" in page
    assert "算 1 分，这次检查最多扣 10 分，只扣 0.5 分" in page
    assert "这次检查已扣满 10 分，这一条不再扣" in page
    assert "教室 查 1 次，12 处问题 −10.00" in page


def test_what_was_given_back_stands_beneath_its_line(school: School) -> None:
    inspection = school.verified("5413", None, "desk-dirty")
    school.take_back(Entry.objects.get(inspection=inspection))
    page = page_of(school, "officer")
    assert "退回：申诉成立 5413 桌面 不干净 照片上是干净的" in page
    assert "is-undone" in page.html
    assert "宿舍 1 间平均 100 0" in page


def test_an_undone_bonus_stands_with_what_undid_it(school: School) -> None:
    give_bonus(patterns=["0852"], exceptions=[], points=Decimal(10), date=MONDAY, reason="打扫阶教", by=school.admin)
    reverse(entry=Entry.objects.get(), cause=Reversal.Cause.WITHDRAWAL, reason="记重了", by=school.admin)
    page = page_of(school, "officer")
    assert "打扫阶教 11月9日 周一 +10 退回：撤销 打扫阶教 记重了" in page
    assert "量化总分 — 本周未查" in page


def test_a_line_of_a_mixed_room_says_whose_it_is(school: School) -> None:
    school.verified("5420", None, {"defect": "hats-hanging", "school_class": "0852"}, "room-floor-dirty")
    page = page_of(school, "officer")
    assert "物品悬挂 帽子乱挂 5420，周一晚检 19:20 混合宿舍，只算本班" in page
    assert "地面 不洁 5420，周一晚检 19:20 和 0853 共同负责" in page
    assert "帽子乱挂" not in page_of(school, "advisor", "0853")


def test_a_check_from_a_closed_week_is_marked(school: School) -> None:
    inspection = school.check("5413", None, "desk-dirty", day=MONDAY - 3 * DAY)
    WeekClosing.objects.create(week=inspection.week, by=school.admin)
    verify(inspections=[inspection.pk], by=school.reviewer)
    page = page_of(school, "officer")
    assert "5413，11月6日 周五晚检 19:20 补计：检查那一周已经定稿" in page
    assert "本周未查" in page_of(school, "officer", monday=MONDAY - 7 * DAY)


def test_a_clean_week_is_not_an_unchecked_one(school: School) -> None:
    school.verified("教101", "clean", shift="morning", clock="07:30")
    page = page_of(school, "advisor", "0851")
    assert "这一周没有加扣分" in page
    assert "100.00" in page


def test_what_waits_for_review_is_counted_and_not_scored(school: School) -> None:
    school.check("5413", None, "desk-dirty")
    school.check("5403", None, "desk-dirty")
    page = page_of(school, "officer")
    assert "本班还有 1 次检查等审核，没算进来。" in page
    assert "100.00" not in page


def test_a_room_head_is_not_told_what_waits_for_the_class(school: School) -> None:
    school.check("5420", None, "desk-dirty")
    assert "等审核" in page_of(school, "officer")
    assert "等审核" not in page_of(school, "head")


def test_what_waits_and_will_not_count_for_the_class_is_not_told(school: School) -> None:
    Exemption.objects.create(school_class=school.classes["0852"], starts_on=MONDAY, ends_on=MONDAY, reason="见习")
    school.check("5420", None, "desk-dirty")
    assert "等审核" not in page_of(school, "officer")
    assert "等审核" in page_of(school, "advisor", "0853")


def test_why_a_class_stands_where_it_stands(school: School) -> None:
    for code in ("3318", "5403", "5413"):
        for day in range(3):
            school.verified(code, "clean", day=MONDAY + day * DAY)
    school.verified("教102", None, "floor-litter", "floor-dirty", shift="noon", clock="13:30")
    give_bonus(patterns=["0852"], exceptions=[], points=Decimal(2), date=MONDAY, reason="打扫阶教", by=school.admin)
    first = page_of(school, "advisor", "0851")
    assert "按量化总分，本班第一。和 0853 并列。" in first
    assert "有名次的 3 个班，10% 是 0.3，进位为 1 面流动红旗。并列的都有，一共 2 面。本班得一面。" in first
    assert "按量化总分排第 3。前面是 0851、0853，同是 100.00，问题少。" in page_of(school, "officer")


def test_a_class_that_was_not_checked_enough_is_told_why(school: School) -> None:
    school.verified("5413", "clean")
    page = page_of(school, "officer")
    assert "量化总分，草稿 100.00 数理系 不排名 检查不足：已查 1 次，至少 3 次。分数照记。" in page
    assert "教室 本周未查 — 本周未查" in page
    assert "值岗 本周没有 0" in page


def test_a_class_that_nobody_checked_has_no_hundred_points(school: School) -> None:
    page = page_of(school, "officer")
    assert "量化总分，草稿 本周未查 数理系 不排名 审核通过的检查满 3 次才排名。" in page
    assert "100" not in page
    assert "没有加扣分" not in page
    assert "还没有明细" in page


def test_a_class_that_nobody_checked_has_its_bonus_all_the_same(school: School) -> None:
    give_bonus(patterns=["0852"], points=Decimal(2), date=MONDAY, reason="打扫阶教", by=school.admin)
    page = page_of(school, "officer")
    assert "量化总分，草稿 本周未查" in page
    assert "检查分 — 本周未查 加分 打扫阶教 +2 +2 量化总分 100.00 + 2 102.00" in page


def test_a_class_that_is_away_all_week_is_not_told_to_be_checked(school: School) -> None:
    Exemption.objects.create(
        school_class=school.classes["0852"], starts_on=MONDAY, ends_on=MONDAY + 4 * DAY, reason="见习"
    )
    page = page_of(school, "officer")
    assert "本周未查 数理系 不排名 整周不参评。" in page
    assert "才排名" not in page


def test_a_week_without_a_check_leads_to_the_last_that_has_one(school: School) -> None:
    school.verified("5413", "clean", day=MONDAY - 14 * DAY)
    page = page_of(school, "officer")
    assert page.links["看最近有检查的第 9 周"] == "/classes/0852/?week=2026-10-26"
    assert "看最近有检查的" not in page_of(school, "officer", monday=MONDAY - 14 * DAY)


def test_the_week_that_it_leads_to_has_a_check_of_this_class(school: School) -> None:
    Exemption.objects.create(
        school_class=school.classes["0852"], starts_on=MONDAY - 14 * DAY, ends_on=MONDAY - 8 * DAY, reason="见习"
    )
    school.verified("5413", "clean", day=MONDAY - 21 * DAY)
    school.verified("5413", "clean", day=MONDAY - 14 * DAY)
    school.verified("5403", "clean", day=MONDAY - 7 * DAY)
    assert page_of(school, "officer").links["看最近有检查的第 8 周"] == "/classes/0852/?week=2026-10-19"


@pytest.mark.parametrize(
    ("who", "statuses"),
    [
        ("officer", (200, 404)), ("officer2", (404, 200)), ("advisor", (200, 404)), ("reviewer", (200, 200)),
        ("admin", (200, 200)), ("inspector", (404, 404)), ("nobody", (404, 404)), ("head", (200, 404)),
    ],
)  # fmt: skip
def test_a_class_is_for_those_who_may_read_its_lines(who: str, statuses: tuple[int, int], school: School) -> None:
    assert tuple(page_of(school, who, code).status for code in ("0852", "2101")) == statuses
    assert page_of(school, who, "9999").status == 404


def test_no_code_has_a_nul(school: School) -> None:
    """PostgreSQL takes no text with one, so that it must never be asked."""
    for code in ("\0", "08\x0052"):
        with pytest.raises(Resolver404):
            resolve(f"/classes/{code}/")
    assert page_of(school, "reviewer", "%00").status == 404


def test_a_room_head_does_not_open_a_class_that_left_the_room_before(school: School) -> None:
    Residency.objects.create(
        room=school.rooms["5413"],
        school_class=school.classes["0853"],
        starts_on=date(2026, 8, 31),
        ends_on=date(2026, 10, 9),
    )
    assert page_of(school, "head", "0853", monday=date(2026, 10, 5)).status == 200
    assert page_of(school, "head", "0853").status == 404


def test_a_home_class_alone_opens_nothing(school: School) -> None:
    assert page_of(school, "nobody", "0851").status == 404


def test_inspectors_are_named_to_those_who_answer_for_them(school: School) -> None:
    school.verified("5413", None, "desk-dirty")
    for who in ("reviewer", "advisor", "admin"):
        assert "检查员 王同学" in page_of(school, who)
    for who in ("officer", "head"):
        assert "王同学" not in page_of(school, who).html


def test_a_room_head_reads_the_lines_of_the_room_alone(school: School) -> None:
    school.verified("5413", None, "desk-dirty")
    school.verified("5420", None, "room-floor-dirty")
    school.verified("教102", None, "floor-litter", shift="noon", clock="13:30")
    page = page_of(school, "head")
    assert "这里只列出你宿舍的明细" in page
    assert "桌面 不干净 5413" in page
    assert "5413 95" in page
    assert "5420" not in page
    assert "教102" not in page
    assert "间相加" not in page


def test_a_class_that_had_left_says_so(school: School) -> None:
    SchoolClass.objects.filter(code="0852").update(left_on=MONDAY - DAY)
    page = page_of(school, "officer")
    assert page.status == 200
    assert "0852 班那时已经离校" in page


def test_from_week_to_week(school: School) -> None:
    page = page_of(school, "officer")
    assert page.links["第 10 周"] == "/classes/0852/?week=2026-11-02"
    assert "0852 班" in page.html
    assert "第 11 周，11月9日至15日" in page.html


def test_what_is_no_date_is_told(school: School) -> None:
    assert read(school.officer, "/classes/0852/?week=soon").status == 400


def test_a_mean_of_another_kind_counts_places(school: School) -> None:
    CategoryRule.objects.filter(policy__version=1, category="area").update(aggregation="mean", weight=2)
    assert Policy.objects.get(version=1).as_value().categories["area"].weight == 2
    school.verified("硬化路", None, "area-litter", shift="morning", clock="07:31")
    page = page_of(school, "officer")
    assert "卫生区 1 处平均 96 −4.00" in page
    assert "每处满分 100，扣 1 分算 2 分" in page
    assert "得分 96 − 100 −4" in page


def test_it_speaks_english_too(school: School, client: Client) -> None:
    school.verified("5413", None, "desk-dirty")
    client.force_login(school.officer)
    client.cookies["django_language"] = "en"
    text = client.get(f"/classes/0852/?week={MONDAY}").content.decode()
    assert "5413, Mon, Evening check, 19:20" in text
    assert "Standard for Dorm room, version 1, 1 point" in text


def test_as_many_queries_for_thirty_lines_as_for_three(school: School, client: Client) -> None:
    client.force_login(school.reviewer)
    school.verified("5413", None, "desk-dirty", "bed-unmade", "room-floor-dirty")
    school.take_back(Entry.objects.all()[0], "0.5")
    school.verified("5420", None, {"defect": "hats-hanging", "school_class": "0852"})
    few = queries(client)
    rooms_for(school, "0852", 10)
    for number in range(10):
        inspection = school.verified(
            f"55{number + 1:02}", None, "desk-dirty", "bed-unmade", "room-floor-dirty", shift="noon"
        )
        school.take_back(Entry.objects.filter(inspection=inspection)[0])
    assert Entry.objects.filter(school_class__code="0852").count() > 40
    assert queries(client) == few


def queries(client: Client) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(f"/classes/0852/?week={MONDAY}").status_code == 200
    return len(captured)
