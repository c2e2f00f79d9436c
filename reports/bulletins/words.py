"""The words of the bulletin. It is a Chinese document, whatever language its reader has chosen."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from campus.models import Shift, Week
from campus.templatetags.figures import points, span, weekday
from inspections.models import Kind, Occasion, Outcome
from reports.selectors import DRAFT, PUBLISHED, Ranking
from scoring import engine
from scoring.models import Reversal

# untranslated: a Chinese document

LANGUAGE = "zh-hans"
TITLE = "卫生量化通报"
SPACE = "\u3000"
HALF = Decimal("0.5")
MAKER = "卫生检查"
STATES = {DRAFT: "草稿", PUBLISHED: "定稿"}
CATEGORIES = {
    engine.Category.CLASSROOM: "教室",
    engine.Category.AREA: "卫生区",
    engine.Category.DORM: "宿舍",
    engine.Category.DUTY: "值岗",
    engine.Category.EVENT: "活动",
    engine.Category.CORRECTION: "更正",
}
SHIFTS = {Shift.MORNING.value: "早检", Shift.NOON.value: "午检", Shift.EVENING.value: "晚检"}
OCCASIONS = {
    Occasion.ROUTINE.value: "日查",
    Occasion.SPOT.value: "抽查",
    Occasion.DEEP_CLEAN.value: "大扫除",
    Occasion.DEPARTMENT.value: "院查",
    Occasion.SCHOOL.value: "校查",
}
OUTCOMES = {Outcome.LOCKED.value: "锁门", Outcome.REFUSED.value: "拒检"}
KINDS = {
    Kind.CLASSROOM.value: "教室",
    Kind.CLASSROOM_DEEP.value: "教室大扫除",
    Kind.AREA.value: "卫生区",
    Kind.DORM.value: "宿舍",
    Kind.DUTY.value: "值岗",
    Kind.EVENT.value: "活动",
}
CAUSES = {
    Reversal.Cause.APPEAL.value: "申诉成立",
    Reversal.Cause.AMENDMENT.value: "检查有更正",
    Reversal.Cause.EXEMPTION.value: "不参评",
    Reversal.Cause.WITHDRAWAL.value: "撤销",
}
NOT_CHECKED = "— 是本周未查；0 是没有扣分，或者没有这一类检查点。"
GROUPINGS = {"department": "系别", "school": "范围", "entry_year": "年级", "department_year": "系别、年级"}


def week_number(week: Week) -> str:
    return f"第 {week.number} 周"


def week_days(week: Week) -> str:
    """2026年11月9日至15日（周一至周日）."""
    days = f"{weekday(week.starts_on)}至{weekday(week.ends_on)}"
    return f"{span(week.starts_on, week.ends_on)}（{days}）"


def group_name(ranking: Ranking, group: engine.GroupRanking) -> str:
    """数理系; 全校; 2010级."""
    one = ranking.classes[group.rows[0].klass]
    return {
        "department": one.department.name,
        "school": "全校",
        "entry_year": f"{one.entry_year}级",
        "department_year": f"{one.department.name} {one.entry_year}级",
    }[ranking.policy.group_by]


def listed(words: Iterable[str]) -> str:
    return "、".join(words)


def noted(*remarks: str) -> str:
    return "；".join(filter(None, remarks))


def and_then(*words: str) -> str:
    return "，".join(filter(None, words))


def with_aside(text: str, aside: str) -> str:
    """有垃圾（讲台旁）."""
    return f"{text}（{aside}）" if aside else text


def cause(reversal: Reversal) -> str:
    """申诉成立：照片看不清."""
    return f"{CAUSES[reversal.cause]}：{reversal.reason}"


def patterns(wanted: str, excepted: str) -> str:
    """What a bonus was given to: 103*，10311 除外."""
    exceptions = f"{listed(excepted.split())} 除外" if excepted else ""
    return and_then(listed(wanted.split()), exceptions)


def share(value: Decimal) -> str:
    """What is left of a charge put right on the spot: 减半, or 按 0.3 计."""
    return "减半" if value == HALF else f"按 {plain(value)} 计"


def plain(value: Decimal | int) -> str:
    """100, 0.5."""
    return points(value).removeprefix("+")
