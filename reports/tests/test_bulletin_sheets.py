"""The bulletin of a week, sheet by sheet: what the ledger says, in the words of the notice board."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import translation

from campus.models import Exemption, WeekClosing
from config.tests.school import MONDAY, at
from reports.bulletins.facts import bulletin_facts
from reports.bulletins.making import moment
from reports.bulletins.sheets import sheets_of
from reports.bulletins.text import text_of
from reports.tests.bulletin_reading import row_of, rows_of, told, workbook_of
from reports.tests.reading import read
from scoring.models import Entry, Policy, Reversal
from scoring.services import give_bonus, reverse, verify

if TYPE_CHECKING:
    from config.tests.school import School

TUESDAY, WEDNESDAY, THURSDAY = (MONDAY + timedelta(days=n) for n in (1, 2, 3))
SIX = ["各班量化汇总表", "卫生区", "教室", "宿舍", "加分", "说明"]

pytestmark = pytest.mark.django_db


def enough_checks(school: School, code: str = "教103") -> None:
    """Three clean checks of a classroom, so that its class is ranked."""
    for day in (MONDAY, TUESDAY, WEDNESDAY):
        school.verified(code, day=day, clock="07:30", shift="morning")


def names(school: School) -> list[str]:
    return [sheet.name for sheet in sheets_of(bulletin_facts(school.week))]


def take_back(
    school: School,
    entry: Entry,
    reason: str,
    cause: Reversal.Cause = Reversal.Cause.APPEAL,
    points: Decimal | None = None,
) -> None:
    reverse(entry=entry, points=points, cause=cause, reason=reason, by=school.reviewer)


# Which sheets


def test_has_the_six_sheets_in_order(school: School) -> None:
    enough_checks(school)
    assert names(school) == SIX


def test_of_an_empty_week_says_so_on_every_sheet(school: School) -> None:
    assert names(school) == SIX
    for name in ("卫生区", "教室", "宿舍"):
        assert told(school.week, name).notes[0] == "本周还没有已通过的检查。"
    assert told(school.week, "加分").notes == ("本周没有加分。",)
    assert row_of(told(school.week, "各班量化汇总表"), "0852")["名次"] == "—"


def test_a_clean_week_is_not_an_unchecked_one(school: School) -> None:
    enough_checks(school)
    assert told(school.week, "教室").notes == ("已查的均为干净，没有扣分。",)
    assert told(school.week, "卫生区").notes == ("本周还没有已通过的检查。",)


def test_duty_posts_have_a_sheet_where_something_was_found(school: School) -> None:
    school.verified("门厅", None, "post-empty", clock="07:30", shift="morning")
    assert names(school) == [*SIX[:4], "值岗", *SIX[4:]]
    rows = rows_of(told(school.week, "值岗"), "班级", "检查点", "项目", "问题", "扣分")
    assert rows == [("0851", "门厅", "到岗", "缺岗", -3)]


# 各班量化汇总表


def test_the_summary_has_the_columns_of_the_board(school: School) -> None:
    heads = [column.head for column in told(school.week, "各班量化汇总表").columns]
    assert heads == [
        "系别", "班级", "教室", "卫生区", "宿舍", "值岗", "检查分", "加分", "量化总分", "名次", "流动红旗", "备注",
    ]  # fmt: skip


def test_a_class_has_its_figures_as_ranked(school: School) -> None:
    """0853: the area costs 2; rooms 5403 (two findings, 90) and 5420 (clean, 100) average to −5; a bonus of 2."""
    enough_checks(school)
    school.verified("硬化路", None, "area-litter", clock="07:30", shift="morning")
    school.verified("5403", None, "clothes-hanging", "bags-hanging")
    school.verified("5420")
    give_bonus(patterns=["0853"], points=Decimal(2), date=MONDAY, reason="打扫阶教", by=school.admin)
    assert row_of(told(school.week, "各班量化汇总表"), "0853") == {
        "系别": "数理系",
        "班级": "0853",
        "教室": 0,
        "卫生区": Decimal("-2.00"),
        "宿舍": Decimal("-5.00"),
        "值岗": 0,
        "检查分": Decimal("93.00"),
        "加分": Decimal("2.00"),
        "量化总分": Decimal("95.00"),
        "名次": 1,
        "流动红旗": "红旗",
        "备注": None,
    }


def test_what_was_not_checked_is_a_dash_as_on_the_board(school: School) -> None:
    """0852 is ranked without a look at its area, 10311 is not; neither has a duty post."""
    enough_checks(school, "教102")
    sheet = told(school.week, "各班量化汇总表")
    assert rows_of(sheet, "班级", "名次", "教室", "卫生区", "宿舍", "值岗")[0] == ("0852", 1, 0, "—", "—", 0)
    assert [row_of(sheet, "10311")[head] for head in ("教室", "卫生区", "宿舍", "值岗")] == [0, 0, "—", 0]
    board = read(school.nobody, f"/ranking/?week={MONDAY}")
    assert "0 — 本周未查 — 本周未查 0 100.00" in board.row("0852")
    assert "0 0 — 本周未查 0 — 本周未查 0 — 本周未查" in board.row("10311")
    assert rows_of(sheet, "检查分", "量化总分")[0] == (100, 100)
    assert [row_of(sheet, "10311")[head] for head in ("检查分", "加分", "量化总分")] == ["—", 0, "—"]
    said = "— 是本周未查；0 是没有扣分，或者没有这一类检查点。"
    assert said in sheet.notes
    assert explained(school)["读表说明"].startswith(said)


def test_classes_stand_in_their_groups_in_the_order_of_the_ranking(school: School) -> None:
    enough_checks(school, "教102")
    enough_checks(school, "教103")
    enough_checks(school, "教201")
    school.verified("硬化路", None, {"defect": "area-litter"}, clock="07:30", shift="morning")
    school.verified("5413", None, "bags-hanging")
    rows = rows_of(told(school.week, "各班量化汇总表"), "系别", "班级", "名次")
    assert rows == [
        ("数理系", "0853", 1),
        ("数理系", "0852", 2),
        ("数理系", "0851", "—"),
        ("数理系", "10311", "—"),
        ("文学系", "2101", 1),
    ]


def test_who_was_not_checked_enough_has_the_reason_instead_of_a_rank(school: School) -> None:
    school.verified("教102", clock="07:30", shift="morning")
    row = row_of(told(school.week, "各班量化汇总表"), "0852")
    assert (row["名次"], row["备注"]) == ("—", "已查 1 次，检查不足 3 次，不排名")
    assert row["量化总分"] == 100


def test_a_serious_finding_is_told_with_its_room(school: School) -> None:
    enough_checks(school)
    school.verified("5403", None, "banned-appliance")
    row = row_of(told(school.week, "各班量化汇总表"), "0853")
    assert (row["名次"], row["备注"], row["流动红旗"]) == ("—", "一票否决：5403 违规电器，不排名", None)
    assert row["宿舍"] == -10


def test_a_class_that_is_away_all_week_is_told_so(school: School) -> None:
    away = {"school_class": school.classes["10311"], "reason": "见习"}
    Exemption.objects.create(starts_on=MONDAY, ends_on=MONDAY + timedelta(days=20), **away)
    assert row_of(told(school.week, "各班量化汇总表"), "10311")["备注"] == "全周不参评（见习），不排名"


def test_a_class_that_is_away_for_some_days_is_told_which(school: School) -> None:
    enough_checks(school, "教101")
    away = {"school_class": school.classes["0851"], "reason": "军训汇演"}
    Exemption.objects.create(starts_on=THURSDAY, ends_on=THURSDAY + timedelta(days=1), **away)
    assert row_of(told(school.week, "各班量化汇总表"), "0851")["备注"] == "周四至周五不参评（军训汇演）"


def test_corrections_have_a_column_only_where_they_are_not_zero(school: School) -> None:
    """A charge of a closed week is taken back in this one: +5, from a room at five a point."""
    earlier = school.verified("5413", None, "bags-hanging", day=MONDAY - timedelta(days=7))
    assert "更正" not in [column.head for column in told(school.week, "各班量化汇总表").columns]
    post_correction(school, earlier.entries.get(), Decimal(5))
    row = row_of(told(school.week, "各班量化汇总表"), "0852")
    assert (row["更正"], row["检查分"], row["量化总分"]) == (5, "—", 105)
    rows = rows_of(told(school.week, "更正"), "日期", "班级", "检查点", "问题", "扣分", "备注")
    assert rows == [(MONDAY - timedelta(days=7), "0852", "5413", "撤回：袋子乱挂", 5, "申诉成立：照片看不清")]


def post_correction(school: School, entry: Entry, points: Decimal) -> None:
    reversal = Reversal.objects.create(cause=Reversal.Cause.APPEAL, reason="照片看不清", by=school.reviewer2)
    Entry.objects.create(
        school_class=entry.school_class,
        week=school.week,
        category="correction",
        points=points,
        policy=entry.policy,
        inspection=entry.inspection,
        finding=entry.finding,
        reverses=entry,
        reversal=reversal,
    )


# What was found


def test_a_finding_is_told_with_when_where_and_what(school: School) -> None:
    school.verified("教103", None, "floor-litter", day=TUESDAY, clock="07:30", shift="morning")
    sheet = told(school.week, "教室")
    assert [column.head for column in sheet.columns] == [
        "日期", "星期", "班次", "检查", "班级", "检查点", "项目", "问题", "扣分", "备注",
    ]  # fmt: skip
    (row,) = sheet.rows
    assert row.cells[:9] == (TUESDAY, "周二", "早检", "日查", "0853", "教103", "地面", "有垃圾", -1)
    assert not row.cells[9]
    assert sheet.subtitle == "第 11 周　2026年11月9日至15日（周一至周日）　草稿　查 1 次，扣分 1 条"


def test_an_area_that_two_classes_share_is_told_of_both(school: School) -> None:
    school.verified("硬化路", None, "loose-soil", clock="13:30", shift="noon")
    assert rows_of(told(school.week, "卫生区"), "班级", "问题", "扣分") == [("0852", "浮土", -1), ("0853", "浮土", -1)]


@pytest.mark.parametrize(
    ("finding", "occasion", "points", "remark"),
    [
        ({"defect": "floor-litter", "corrected": True}, "routine", Decimal("-0.5"), "当场整改，减半"),
        ({"defect": "floor-litter"}, "school", -2, "按 2 倍计"),
        ({"defect": "floor-litter", "corrected": True}, "school", -1, "按 2 倍计；当场整改，减半"),
    ],
)
def test_what_made_a_charge_other_than_listed_is_said(
    school: School, finding: dict[str, Any], occasion: str, points: Decimal, remark: str
) -> None:
    school.verified("教103", None, finding, occasion=occasion, clock="07:30", shift="morning")
    assert rows_of(told(school.week, "教室"), "扣分", "备注") == [(points, remark)]


def test_the_line_that_crosses_the_cap_and_those_after_it_are_told(school: School) -> None:
    """Doubled, six findings of 1 are worth 12; a check costs 10 at most."""
    found = ["floor-litter", "floor-dirty", "board-unwiped", "trough-dust", "radiator-dust", "rubbish-left"]
    school.verified("教103", None, *found, occasion="school", clock="07:30", shift="morning")
    rows = rows_of(told(school.week, "教室"), "扣分", "备注")
    assert [points for points, _remark in rows] == [-2, -2, -2, -2, -2, 0]
    assert rows[-1] == (0, "按 2 倍计；已到单次封顶，原为 −2")
    assert row_of(told(school.week, "各班量化汇总表"), "0853")["教室"] == -10


def test_a_locked_classroom_is_told_by_its_outcome(school: School) -> None:
    school.verified("教102", "locked", clock="07:30", shift="morning")
    assert rows_of(told(school.week, "教室"), "项目", "问题", "扣分") == [(None, "锁门", -2)]


def test_own_words_stand_beside_a_defect_or_alone(school: School) -> None:
    words = {"defect": "floor-litter", "text": "讲台旁"}, {"text": "后黑板没擦", "points": "1"}
    school.verified("教103", None, *words, clock="07:30", shift="morning")
    assert rows_of(told(school.week, "教室"), "项目", "问题") == [("地面", "有垃圾（讲台旁）"), (None, "后黑板没擦")]


def test_a_line_taken_back_stays_and_the_next_gives_it_back(school: School) -> None:
    school.verified("教103", None, "floor-litter", clock="07:30", shift="morning")
    take_back(school, Entry.objects.get(), "照片拍的不是本班")
    sheet = told(school.week, "教室")
    assert rows_of(sheet, "问题", "扣分", "备注") == [
        ("有垃圾", -1, "已撤回"),
        ("撤回：有垃圾", 1, "申诉成立：照片拍的不是本班"),
    ]
    assert sheet.subtitle.endswith("查 1 次，扣分 0 条")


def test_a_line_taken_back_in_part_says_how_much(school: School) -> None:
    school.verified("硬化路", None, {"defect": "area-litter"}, clock="07:30", shift="morning")
    take_back(school, Entry.objects.get(school_class__code="0852"), "风刮来的", points=Decimal("0.5"))
    rows = rows_of(told(school.week, "卫生区"), "班级", "扣分", "备注")
    assert rows[:2] == [("0852", -2, "已退回 0.5 分"), ("0852", Decimal("0.5"), "申诉成立：风刮来的")]


def test_a_check_carried_over_keeps_its_date_and_says_so(school: School) -> None:
    late = school.check("教103", None, "floor-litter", day=MONDAY - timedelta(days=3), clock="07:30", shift="morning")
    WeekClosing.objects.create(week=late.week, by=school.admin)
    verify(inspections=[late.pk], by=school.reviewer)
    rows = rows_of(told(school.week, "教室"), "日期", "星期", "备注")
    assert rows == [(MONDAY - timedelta(days=3), "周五", "补计：第 10 周的检查")]


# 宿舍


def test_dorm_rooms_stand_by_class_with_their_marks(school: School) -> None:
    """0853 has 5403 (two findings: 90) and 5420 (clean: 100): 95 on average, −5."""
    school.verified("5403", None, "clothes-hanging", "bags-hanging")
    school.verified("5420")
    school.verified("5413", None, "bags-hanging")
    rows = rows_of(told(school.week, "宿舍"), "班级", "宿舍", "得分", "问题", "扣分", "备注")
    assert rows == [
        ("0852", "2 间", None, "其余 1 间干净", -1, "各间平均 97.5，计入总分 −2.50"),
        ("0852", "5413", 95, "袋子乱挂", -1, None),
        ("0853", "2 间", None, "其余 1 间干净", -2, "各间平均 95，计入总分 −5.00"),
        ("0853", "5403", 90, "衣服乱挂", -1, None),
        ("0853", "5403", None, "袋子乱挂", -1, None),
    ]


def test_a_mixed_room_is_told_of_each_class_with_what_it_is_charged(school: School) -> None:
    school.verified("5420", None, {"defect": "bags-hanging", "school_class": "0852"}, "room-floor-dirty")
    rows = rows_of(told(school.week, "宿舍"), "班级", "宿舍", "得分", "问题", "备注")
    assert [row for row in rows if row[1] == "5420"] == [
        ("0852", "5420", 90, "袋子乱挂", "混合宿舍，只算本班"),
        ("0852", "5420", None, "不洁", None),
        ("0853", "5420", 95, "不洁", None),
    ]


def test_a_room_looked_at_twice_is_averaged_and_says_so(school: School) -> None:
    school.verified("5413", None, "bags-hanging")
    school.verified("5413", day=WEDNESDAY)
    rows = rows_of(told(school.week, "宿舍"), "宿舍", "得分", "备注")
    assert rows[1] == ("5413", Decimal("97.50"), "查 2 次取平均")


def test_clean_rooms_are_counted_not_listed(school: School) -> None:
    school.verified("5413")
    school.verified("5420")
    rows = rows_of(told(school.week, "宿舍"), "班级", "宿舍", "得分", "问题", "备注")
    assert rows == [
        ("0852", "2 间", None, "各间都干净", "各间平均 100，计入总分 0"),
        ("0853", "1 间", None, "各间都干净", "各间平均 100，计入总分 0"),
    ]


def test_serious_charges_stand_apart_from_the_mark(school: School) -> None:
    school.verified("5413", None, "banned-appliance")
    rows = rows_of(told(school.week, "宿舍"), "宿舍", "得分", "扣分", "备注")
    assert rows == [("1 间", None, -10, "各间平均 100，计入总分 −10.00"), ("5413", 100, -10, "一票否决")]


# 加分


def test_a_bonus_for_many_is_one_row_with_the_codes_it_reached(school: School) -> None:
    give_bonus(
        patterns=["08*"],
        exceptions=["0852"],
        points=Decimal(2),
        date=TUESDAY,
        reason="运动会期间配合工作",
        by=school.admin,
    )
    give_bonus(patterns=["2101"], points=Decimal(10), date=MONDAY, reason="打扫阶教", by=school.admin)
    assert [row.cells for row in told(school.week, "加分").rows] == [
        (MONDAY, "周一", "2101", 1, 10, "打扫阶教", None),
        (TUESDAY, "周二", "0851、0853", 2, 2, "运动会期间配合工作", "08*，0852 除外"),
    ]


def test_a_bonus_taken_back_is_a_row_of_its_own(school: School) -> None:
    give_bonus(patterns=["085*"], points=Decimal(2), date=TUESDAY, reason="打扫阶教", by=school.admin)
    take_back(school, Entry.objects.get(school_class__code="0852"), "报错了班", Reversal.Cause.WITHDRAWAL)
    rows = rows_of(told(school.week, "加分"), "班级", "班数", "每班加分", "备注")
    assert rows == [("0851、0852、0853", 3, 2, "085*；0852 已撤回"), ("0852", 1, -2, "撤销：报错了班")]
    assert row_of(told(school.week, "各班量化汇总表"), "0852")["加分"] == 0


# 说明


def test_a_class_that_nobody_checked_has_its_bonus_and_no_check_score(school: School) -> None:
    give_bonus(patterns=["0852"], points=Decimal(2), date=MONDAY, reason="打扫阶教", by=school.admin)
    row = row_of(told(school.week, "各班量化汇总表"), "0852")
    assert [row[head] for head in ("检查分", "加分", "量化总分")] == ["—", 2, 102]


def explained(school: School) -> dict[str, str]:
    return dict(row.cells for row in told(school.week, "说明").rows)  # type: ignore[misc]


def test_tells_the_week_the_versions_and_up_to_when(school: School) -> None:
    school.verified("教103", None, "floor-litter", clock="07:30", shift="morning")
    entry = Entry.objects.get()
    said = explained(school)
    assert said["周次"] == "2026-2027-1 第 11 周，2026年11月9日至15日（周一至周日）"
    assert said["状态"] == "草稿，还会随审核变动"
    assert said["统计截止"] == "11月15日（周日）24:00 以前做的检查"
    assert said["数据到"].endswith(f"，最后一条加扣分记于 {moment(entry.posted_at)}")
    assert said["检查标准"] == "教室第 1 版（2000年1月1日起）"
    assert said["评比办法"].startswith("第 1 版。")
    assert "宿舍各间平均，乘 5" in said["各类计分"]
    assert "当场整改的减半；一次检查对一个班最多扣 10 分" in said["扣分办法"]
    assert said["检查"] == "教室 1 次，扣分 1 条"


def test_how_is_scored_is_told_of_the_columns_shown(school: School) -> None:
    assert explained(school)["各类计分"] == "教室逐条相加；卫生区逐条相加；宿舍各间平均，乘 5；值岗逐条相加"


def test_another_share_than_a_half_is_told_by_its_figure(school: School) -> None:
    Policy.objects.update(corrected_share=Decimal("0.3"))
    school.verified("教103", None, {"defect": "floor-litter", "corrected": True}, clock="07:30", shift="morning")
    assert rows_of(told(school.week, "教室"), "备注") == [("当场整改，按 0.3 计",)]
    assert "当场整改的按 0.3 计" in explained(school)["扣分办法"]


def test_tells_what_is_not_in_it_yet(school: School) -> None:
    assert explained(school)["还没审核"] == "没有，收到的检查都审过了"
    school.check("教103", None, "floor-litter", clock="07:30", shift="morning")
    assert explained(school)["还没审核"] == "1 条检查还没审核，不在表内"


def test_a_published_week_is_no_draft(school: School) -> None:
    WeekClosing.objects.create(week=school.week, by=school.admin, at=at(date(2026, 11, 17), "08:00"))
    assert explained(school)["状态"] == "定稿，2026年11月17日 08:00，钱老师"
    assert "定稿" in told(school.week, "各班量化汇总表").subtitle


def test_marks_put_for_control_characters_are_counted(school: School) -> None:
    assert "替换的字符" not in explained(school)
    school.classes["0852"].department.name = "数\x07理系"
    school.classes["0852"].department.save()
    # The group's name stands beside each of its four classes
    assert explained(school)["替换的字符"].startswith("4 处")


# The file


def test_the_workbook_opened_again(school: School) -> None:
    enough_checks(school)
    school.verified("硬化路", None, "area-litter", clock="07:30", shift="morning")
    school.verified("5403", None, "clothes-hanging", {"text": "=1+1", "points": "2"})
    give_bonus(patterns=["0853"], points=Decimal(10), date=MONDAY, reason="@SUM(A1) 打扫阶教", by=school.admin)
    book = workbook_of(school.week)
    assert book.sheetnames == SIX
    summary = book["各班量化汇总表"]
    assert summary["A1"].value == "卫生量化通报"
    assert summary["A2"].value == "各班量化汇总表　第 11 周　2026年11月9日至15日（周一至周日）　草稿"
    assert [cell.value for cell in summary[4]] == ["数理系", "0853", 0, -2, -15, 0, 83, 10, 93, 1, "红旗", None]
    assert (summary["B4"].data_type, summary["B4"].number_format) == ("s", "@")
    assert summary.freeze_panes == "C4"
    assert book["卫生区"]["A4"].is_date
    assert book["宿舍"]["I6"].value == "=1+1"
    assert book["加分"]["F4"].value == "@SUM(A1) 打扫阶教"
    assert not [cell for page in book for row in page for cell in row if cell.data_type in ("f", "e")]


def test_a_bulletin_of_one_department_bears_its_name(school: School) -> None:
    school.classes["2101"].left_on = MONDAY - timedelta(days=1)
    school.classes["2101"].save()
    assert told(school.week, "各班量化汇总表").title == "数理系卫生量化通报"


def test_who_drew_it_up_signs_it(school: School) -> None:
    summary, *_others = sheets_of(bulletin_facts(school.week, by=school.reviewer))
    assert summary.notes[-1].startswith("制表：吴同学")


def test_is_chinese_whatever_its_maker_reads(school: School) -> None:
    school.verified("教103", None, "floor-litter", clock="07:30", shift="morning")
    with translation.override("en"):
        assert rows_of(told(school.week, "教室"), "班次", "项目", "问题") == [("早检", "地面", "有垃圾")]


@pytest.mark.parametrize("times", [1, 5])
def test_asks_the_database_equally_often_for_a_small_and_a_large_week(
    school: School, times: int, django_assert_num_queries: Any
) -> None:
    late = [
        school.check(place, None, "floor-litter", day=MONDAY - timedelta(days=3), clock="07:30", shift="morning")
        for place in ("教101", "教102", "教103", "教201")[:times]
    ]
    WeekClosing.objects.create(week=late[0].week, by=school.admin)
    verify(inspections=[check.pk for check in late], by=school.reviewer)
    for n in range(times):
        day = MONDAY + timedelta(days=n)
        for place in ("教101", "教102", "教103", "教201", "硬化路"):
            found = {"text": f"有垃圾 {n}", "points": "1"}, {"text": "不洁", "points": "0.5", "corrected": True}
            school.verified(place, None, *found, day=day, clock="07:30", shift="morning")
        school.verified("5420", None, {"defect": "bags-hanging", "school_class": "0852"}, day=day)
        give_bonus(patterns=["*"], points=Decimal(1), date=day, reason="打扫", by=None)
        take_back(school, Entry.objects.charges().filter(reversed_by=None, week=school.week)[0], "不是本班")
        Exemption.objects.create(school_class=school.classes["10311"], starts_on=day, ends_on=day, reason="见习")
    week = school.week
    with django_assert_num_queries(21):
        facts = bulletin_facts(week)
    with django_assert_num_queries(0):
        sheets_of(facts)
        text_of(facts)
