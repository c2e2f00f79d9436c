"""各班量化汇总表: a row a class, in the order of the ranking."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import groupby

from django.utils import timezone

from campus.templatetags.figures import amount, points, span, weekday
from reports.board import columns_of
from reports.bulletins import words
from reports.bulletins.facts import BulletinFacts
from reports.bulletins.making import by_class, sheet_of, stands, what
from reports.bulletins.tables import Column, Kind, Row, Sheet, Tone
from reports.words import rules, scoreless, unchecked
from scoring import engine
from scoring.engine import Bar, Category

# untranslated: a Chinese document

NAME = "各班量化汇总表"
SIGNED = "制表：{maker}　　　　　　审核：{blank}　　　　　　批准：{blank}　　　　　　{day}"
BLANK = "　" * 6


def summary_sheet(facts: BulletinFacts) -> Sheet:
    categories = columns_of(facts.ranking)
    columns = (
        Column(words.GROUPINGS[facts.ranking.policy.group_by], Kind.WORD, 16),
        Column("班级", Kind.CODE, 16, strong=True),
        *(Column(words.CATEGORIES[one], Kind.CHANGE) for one in categories),
        Column("检查分", Kind.SCORE),
        Column("加分", Kind.POINTS),
        Column("量化总分", Kind.SCORE, strong=True),
        Column("名次", Kind.COUNT),
        Column("流动红旗", Kind.FLAG, strong=True),
        Column("备注", Kind.TEXT, 30),
    )
    notes = (rules(facts.ranking), words.NOT_CHECKED, _signatures(facts))
    rows = _rows(facts, categories)
    sheet = sheet_of(facts, NAME, title_of(facts), columns, rows, lead=NAME, notes=notes, kept=2)
    return replace(sheet, landscape=False, filtered=False)


def title_of(facts: BulletinFacts) -> str:
    """数理系卫生量化通报, where the bulletin is of one department; else without its name."""
    departments = {klass.department.name for klass in facts.ranking.classes.values()}
    return (departments.pop() if len(departments) == 1 else "") + words.TITLE


def _rows(facts: BulletinFacts, categories: Sequence[Category]) -> Iterator[Row]:
    remarks = _Remarks(facts)
    for n, group in enumerate(facts.ranking.groups):
        name = words.group_name(facts.ranking, group)
        for place, row in enumerate(group.rows):
            cells = (
                name,
                row.klass,
                *(_points(facts, row, one) for one in categories),
                "—" if unchecked(row) else row.score.check_score,
                row.score.bonus,
                "—" if scoreless(row) else row.score.score,
                row.rank if row.rank is not None else "—",
                "红旗" if row.flag else None,
                remarks.of(row) or None,
            )
            yield Row(cells, Tone.FIRST if n and not place else Tone.PLAIN)


def _points(facts: BulletinFacts, row: engine.Row, category: Category) -> Decimal | str:
    """As on the board: a dash where the class has such places and none was looked at."""
    return "—" if facts.ranking.unseen(row, category) else row.score.categories[category].points


def _signatures(facts: BulletinFacts) -> str:
    day = timezone.localdate(facts.drawn_up_at)
    maker = facts.drawn_up_by.name if facts.drawn_up_by else BLANK
    return SIGNED.format(maker=maker, blank=BLANK, day=span(day, day))


class _Remarks:
    """What is to be said of a class beside its figures; what it takes is gone through once for all of them."""

    def __init__(self, facts: BulletinFacts) -> None:
        self.week = facts.week
        self.policy = facts.ranking.policy
        self.serious = by_class(line for line in facts.lines if line.entry.serious and stands(line))
        self.away = {code: list(own) for code, own in groupby(facts.exemptions, lambda one: one.school_class.code)}

    def of(self, row: engine.Row) -> str:
        return words.noted(*self._barred(row), *self._serious(row), *self._exempt(row), *self._capped(row))

    def _barred(self, row: engine.Row) -> Iterator[str]:
        if row.barred is Bar.EXEMPT:
            reasons = words.listed(dict.fromkeys(one.reason for one in self.away.get(row.klass, ())))
            yield f"全周不参评（{reasons}），不排名"
        if row.barred is Bar.COVERAGE:
            yield f"已查 {row.score.checks} 次，检查不足 {self.policy.min_checks} 次，不排名"

    def _serious(self, row: engine.Row) -> Iterator[str]:
        """Told also where another reason weighs more: it is in the score all the same."""
        if found := self.serious.get(row.klass):
            said = words.listed(f"{line.place} {what(line)}" for line in found)
            yield f"一票否决：{said}" + ("，不排名" if row.barred is Bar.SERIOUS else "")

    def _exempt(self, row: engine.Row) -> Iterator[str]:
        for one in self.away.get(row.klass, ()) if row.barred is not Bar.EXEMPT else ():
            first, last = max(one.starts_on, self.week.starts_on), min(one.ends_on, self.week.ends_on)
            when = weekday(first) if first == last else f"{weekday(first)}至{weekday(last)}"
            yield f"{when}不参评（{one.reason}）"

    def _capped(self, row: engine.Row) -> Iterator[str]:
        for part in row.score.categories.values():
            if part.capped:
                full = amount(engine.cents(part.uncapped))
                yield f"{words.CATEGORIES[part.category]}已到一周封顶，原为 {full}"
        if row.score.bonus != row.score.bonus_lines:
            yield f"加分已到封顶，原为 {points(row.score.bonus_lines)}"
