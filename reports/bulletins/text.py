"""The bulletin as plain text, to be pasted into a class group: what was found day by day and room by room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from django.utils import translation

from campus.templatetags.figures import day, points
from reports.bulletins import words
from reports.bulletins.bonuses import NAME, acts_of, given, reached
from reports.bulletins.facts import BulletinFacts
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
    with translation.override(words.LANGUAGE):
        return printable("\n\n".join("\n".join(part) for part in _parts(facts) if part)) + "\n"


def _parts(facts: BulletinFacts) -> Iterator[list[str]]:
    week, ranking = facts.week, facts.ranking
    yield [title_of(facts), f"{words.week_number(week)} {words.week_days(week)} {words.STATES[ranking.state]}"]
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
            clean = "已查的均为干净" if facts.checks.get(category) else "还没有已通过的检查"
            yield words.CATEGORIES[category], [clean]
    yield NAME, list(map(_bonus, acts_of(facts))) or ["没有"]


def _day_by_day(lines: Sequence[Line]) -> Iterator[str]:
    for when, found in groupby(sorted(lines, key=_day), _day):
        told = (_in_a_row(line.entry.school_class.code, line.place, _seen(line)) for line in found)
        yield f"{day(when)}：{'；'.join(told)}"


def _room_by_room(lines: Sequence[Line]) -> Iterator[str]:
    """By class, then by room; who reads it looks for his own."""
    for code, own in sorted(by_class(lines).items()):
        rooms = groupby(sorted(own, key=_place), _place)
        yield f"{code}：{'；'.join(_in_a_row(room, words.listed(map(_seen, found))) for room, found in rooms)}"


def _seen(line: Line) -> str:
    """地面 有垃圾 −1; 地面 有垃圾 −2（院查 ×2）, where the occasion multiplies."""
    said = _in_a_row(line.item, what(line), points(line.points))
    if line.multiplier == 1 or line.inspection is None or line.entry.reverses_id is not None:
        return said
    return words.with_aside(said, f"{words.OCCASIONS[line.inspection.occasion]} ×{words.plain(line.multiplier)}")


def _in_a_row(*parts: str) -> str:
    """On one line, whatever somebody's text holds."""
    return " ".join(" ".join(parts).split())


def _bonus(lines: Sequence[Line]) -> str:
    """1031、1032 运动会期间配合工作 各 +2."""
    each = "各" if len(lines) > 1 else ""
    return _in_a_row(reached(lines), given(lines[0]).reason, each, points(lines[0].points))


def _day(line: Line) -> date:
    """The day of the check; a correction without one stands first."""
    return line.inspection.performed_on if line.inspection else date.min


def _place(line: Line) -> str:
    return line.place
