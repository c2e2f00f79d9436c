"""加分: a row an act of giving, with the codes that it reached (design §5.5)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from campus.templatetags.figures import weekday
from reports.bulletins import words
from reports.bulletins.facts import BulletinFacts
from reports.bulletins.making import lines_in, sheet_of, why_reversed
from reports.bulletins.tables import Column, Kind, Row, Sheet
from scoring.models import Bonus, LedgerCategory
from scoring.selectors import Line

# untranslated: a Chinese document

NAME = "加分"
COLUMNS = (
    Column("日期", Kind.DAY),
    Column("星期", Kind.WORD),
    Column("班级", Kind.TEXT, 50, strong=True),
    Column("班数", Kind.COUNT),
    Column("每班加分", Kind.POINTS),
    Column("事由", Kind.TEXT, 36),
    Column("备注", Kind.TEXT, 34),
)


def bonus_sheet(facts: BulletinFacts) -> Sheet:
    acts = acts_of(facts)
    notes = () if acts else ("本周没有加分。",)
    said = f"{len(acts)} 次" if acts else ""
    return sheet_of(facts, NAME, f"{NAME}明细", COLUMNS, map(_row, acts), said=said, notes=notes)


def acts_of(facts: BulletinFacts) -> list[list[Line]]:
    """The bonus lines act by act, in the order of their dates; taking back is an act of its own, after the giving."""
    lines = sorted(lines_in(facts, LedgerCategory.BONUS), key=_act)
    return [list(group) for _key, group in groupby(lines, _act)]


def reached(lines: Sequence[Line]) -> str:
    """The codes of the classes that an act reached."""
    return words.listed(sorted(line.entry.school_class.code for line in lines))


def given(line: Line) -> Bonus:
    assert line.entry.bonus is not None, "held by entry_bonus_is_a_column_of_its_own"
    return line.entry.bonus


def _row(lines: Sequence[Line]) -> Row:
    first = lines[0]
    bonus = given(first)
    remark = why_reversed(first.entry) if first.entry.reverses_id else words.noted(*_remarks(lines))
    when = (bonus.date, weekday(bonus.date))
    return Row((*when, reached(lines), len(lines), first.points, bonus.reason, remark or None))


def _remarks(lines: Sequence[Line]) -> Iterator[str]:
    bonus = given(lines[0])
    if "*" in bonus.patterns or bonus.exceptions:
        yield words.patterns(bonus.patterns, bonus.exceptions)
    if undone := [line for line in lines if line.taken_back]:
        yield f"{reached(undone)} 已撤回"


def _act(line: Line) -> tuple[str, int, int]:
    bonus = given(line)
    return bonus.date.isoformat(), bonus.pk, line.entry.reversal_id or 0
