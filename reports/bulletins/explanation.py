"""说明: which week, by which policy and standards, up to when, and what is not in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from campus.templatetags.figures import days, span, weekday
from reports.board import columns_of
from reports.bulletins import words
from reports.bulletins.facts import BulletinFacts
from reports.bulletins.making import lines_in, moment, sheet_of, stands
from reports.bulletins.tables import Column, Kind, Row, Sheet, unprintable
from reports.selectors import Ranking
from reports.words import rules
from scoring import engine
from scoring.engine import Category

# untranslated: a Chinese document

NAME = "说明"
COLUMNS = (Column("项目", Kind.WORD, 16, strong=True), Column("内容", Kind.TEXT, 80))
HOW_TO_READ = (
    f"{words.NOT_CHECKED}撤回的扣分原行保留，下面一行退回。补计是以前的检查，在那一周定稿以后才通过，记在本周。"
)


def explanation_sheet(facts: BulletinFacts, others: Iterable[Sheet]) -> Sheet:
    """`others` are the sheets before it: what had to be replaced in their texts is told here."""
    rows = (Row((name, said)) for name, said in (*_told(facts), *_marked(others)) if said)
    return replace(sheet_of(facts, NAME, NAME, COLUMNS, rows), landscape=False, filtered=False)


def _told(facts: BulletinFacts) -> Iterator[tuple[str, str]]:
    week, policy = facts.week, facts.ranking.policy
    yield "周次", f"{week.term.name} {words.week_number(week)}，{words.week_days(week)}"
    yield "状态", _state(facts)
    yield "统计截止", f"{days(week.ends_on, week.ends_on)}（{weekday(week.ends_on)}）24:00 以前做的检查"
    yield "数据到", _up_to(facts)
    yield "还没审核", f"{facts.waiting} 条检查还没审核，不在表内" if facts.waiting else "没有，收到的检查都审过了"
    yield "检查", words.noted(*_checks(facts)) or "还没有已通过的检查"
    yield "参评", _took_part(facts)
    yield "不参评", words.noted(*_exempt(facts)) or "没有"
    yield "检查标准", words.noted(*_standards(facts))
    yield "评比办法", f"第 {policy.version} 版。{rules(facts.ranking)}"
    yield "各类计分", words.noted(*_categories(facts.ranking))
    yield "扣分办法", words.noted(*_charging(policy))
    yield "读表说明", HOW_TO_READ


def _state(facts: BulletinFacts) -> str:
    closing = getattr(facts.week, "closing", None)
    if closing is None:
        return "草稿，还会随审核变动"
    return f"定稿，{moment(closing.at)}" + (f"，{closing.by.name}" if closing.by else "")


def _up_to(facts: BulletinFacts) -> str:
    by = f"{facts.drawn_up_by.name}制表" if facts.drawn_up_by else "制表"
    drawn_up = f"{moment(facts.drawn_up_at)} {by}"
    if facts.last is None:
        return f"{drawn_up}，还没有加扣分"
    return f"{drawn_up}，最后一条加扣分记于 {moment(facts.last.posted_at)}"


def _checks(facts: BulletinFacts) -> Iterator[str]:
    for category in Category:
        if count := facts.checks.get(category):
            yield f"{words.CATEGORIES[category]} {count} 次，扣分 {sum(map(stands, lines_in(facts, category)))} 条"


def _took_part(facts: BulletinFacts) -> str:
    groups = facts.ranking.groups
    ranked, flags = sum(group.ranked for group in groups), sum(group.flags for group in groups)
    return f"{len(facts.ranking.rows)} 个班，{ranked} 个有名次，流动红旗 {flags} 面"


def _exempt(facts: BulletinFacts) -> Iterator[str]:
    for one in facts.exemptions:
        yield f"{one.school_class.code} {span(one.starts_on, one.ends_on)} {one.reason}"


def _standards(facts: BulletinFacts) -> Iterator[str]:
    for standard in facts.standards:
        since = span(standard.effective_from, standard.effective_from)
        yield f"{words.KINDS[standard.kind]}第 {standard.version} 版（{since}起）"


def _categories(ranking: Ranking) -> Iterator[str]:
    for category in columns_of(ranking):
        rule = ranking.policy.categories[category]
        mean = "各间平均" if category is Category.DORM else "各处平均"
        how = mean if rule.aggregation == "mean" else "逐条相加"
        weight = f"乘 {words.plain(rule.weight)}" if rule.weight != 1 else ""
        cap = f"一周最多扣 {words.plain(rule.weekly_cap)}" if rule.weekly_cap is not None else ""
        yield f"{words.CATEGORIES[category]}{words.and_then(how, weight, cap)}"


def _charging(policy: engine.Policy) -> Iterator[str]:
    for occasion, word in words.OCCASIONS.items():
        if (times := policy.multiplier(occasion)) != 1:
            yield f"{word}按 {words.plain(times)} 倍计"
    if policy.corrected_share != 1:
        yield f"当场整改的{words.share(policy.corrected_share)}"
    if policy.check_cap is not None:
        yield f"一次检查对一个班最多扣 {words.plain(policy.check_cap)} 分"
    yield "严重问题照扣，不打折、不封顶，当周一票否决"


def _marked(others: Iterable[Sheet]) -> Iterator[tuple[str, str]]:
    count = sum(unprintable(text) for sheet in others for text in sheet.texts())
    if count:
        yield "替换的字符", f"{count} 处文字里有文件存不下的控制字符，换成了 ␇ 这样的记号"
