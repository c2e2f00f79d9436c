"""The bulletin as plain text, to be pasted into a class group: what was found day by day and room by room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from django.utils import translation

from campus.templatetags.figures import day, points
from reports.bulletins import words
from reports.bulletins.bonuses import NAME, acts_of, given, reached
from reports.bulletins.facts import CHINESE, BulletinFacts
from reports.bulletins.findings import ALWAYS_TOLD
from reports.bulletins.making import by_class, lines_in, moment, stands, what
from reports.bulletins.summary import title_of
from reports.bulletins.tables import printable
from scoring.engine import Category
from scoring.selectors import Line

# untranslated: a Chinese document

NUMERALS = "一二三四五六七八"


def text_of(facts: BulletinFacts) -> str:
    """The whole text, with a newline at its end. Lines that were taken back in full are left out."""
    with translation.override(CHINESE):
        return printable("\n\n".join("\n".join(part) for part in _parts(facts) if part)) + "\n"


def _parts(facts: BulletinFacts) -> Iterator[list[str]]:
    week, ranking = facts.week, facts.ranking
    yield [title_of(facts), f"{words.week_number(week)} {words.week_days(week)} {words.state(ranking)}"]
    yield _flags(facts)
    for numeral, (name, told) in zip(NUMERALS, _sections(facts), strict=False):
        yield [f"{numeral}、{name}", *told]
    yield [f"{moment(facts.drawn_up_at)} 制表" + (f"，还有 {facts.waiting} 条检查没审核" if facts.waiting else "")]


def _flags(facts: BulletinFacts) -> list[str]:
    flagged = [row.klass for row in facts.ranking.rows if row.flag]
    return [f"流动红旗：{words.listed(flagged)}"] if flagged else []


def _sections(facts: BulletinFacts) -> Iterator[tuple[str, list[str]]]:
    for category in (*ALWAYS_TOLD, *(one for one in Category if one not in ALWAYS_TOLD)):
        charged = [line for line in lines_in(facts, category) if stands(line) or category is Category.CORRECTION]
        if charged:
            told = _room_by_room(charged) if category is Category.DORM else _day_by_day(charged)
            yield words.CATEGORIES[category], list(told)
        elif category in ALWAYS_TOLD:
            clean = "查到的都干净" if facts.checks.get(category) else "还没有已通过的检查"
            yield words.CATEGORIES[category], [clean]
    yield NAME, list(map(_bonus, acts_of(facts))) or ["没有"]


def _day_by_day(lines: Sequence[Line]) -> Iterator[str]:
    for when, found in groupby(sorted(lines, key=_day), _day):
        yield f"{day(when)}：" + "；".join(_found(line, line.entry.school_class.code) for line in found)


def _room_by_room(lines: Sequence[Line]) -> Iterator[str]:
    """By class, then by room; who reads it looks for his own."""
    for code, own in sorted(by_class(lines).items()):
        yield f"{code}：" + "；".join(_found(line) for line in sorted(own, key=lambda line: line.place))


def _found(line: Line, code: str = "") -> str:
    """1135 硬化路 垃圾 有垃圾 −2."""
    parts = (code, line.place, line.item, what(line), points(line.points))
    return " ".join(" ".join(filter(None, parts)).split())


def _bonus(lines: Sequence[Line]) -> str:
    """1031、1032 运动会期间配合工作 各 +2."""
    each = "各 " if len(lines) > 1 else ""
    return " ".join(f"{reached(lines)} {given(lines[0]).reason} {each}{points(lines[0].points)}".split())


def _day(line: Line) -> date:
    """The day of the check; a correction without one stands first."""
    return line.inspection.performed_on if line.inspection else date.min
