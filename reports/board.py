"""The ranking as it is posted: which columns, what stands in each cell, what it leads to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.selectors import Ranking, year_label
from reports.words import category_label, group_summary, reason_barred, scoreless, unchecked
from scoring import engine
from scoring.models import LedgerCategory

# Always shown; the others only where some class has anything there
USUAL = (engine.Category.CLASSROOM, engine.Category.AREA, engine.Category.DORM, engine.Category.DUTY)


@dataclass(frozen=True, slots=True)
class Cell:
    """What a category or the bonuses came to; `points` is None where its places were not checked."""

    label: str
    points: Decimal | None
    url: str
    bonus: bool = False


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A class's line. `url` leads to its page, empty for a reader who may not open it."""

    row: engine.Row
    url: str
    cells: tuple[Cell, ...]
    bonus: Cell
    reason: str
    own: bool

    @property
    def unchecked(self) -> bool:
        return unchecked(self.row)

    @property
    def scoreless(self) -> bool:
        return scoreless(self.row)

    @property
    def told(self) -> tuple[Cell, ...]:
        """What a phone tells beneath the class: only what is not zero."""
        return tuple(cell for cell in (*self.cells, self.bonus) if cell.points)


@dataclass(frozen=True, slots=True)
class BoardGroup:
    """A group's head, its ranked classes, and those without rank at the end."""

    label: str
    summary: str
    ranked: tuple[BoardRow, ...]
    barred: tuple[BoardRow, ...]

    @property
    def barred_summary(self) -> str:
        count = len(self.barred)
        return ngettext("%(count)s class, its score is kept", "%(count)s classes, their scores are kept", count) % {
            "count": count
        }


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the links that show only a part of the ranking."""

    label: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a ranking that is asked for: one group, one entry year, or (both empty) all of it."""

    group: str = ""
    year: str = ""

    @classmethod
    def asked(cls, ranking: Ranking, group: str, year: str) -> Part:
        """What was asked for where there is such a thing, else all."""
        if any(group == one.name for one in ranking.groups):
            return cls(group=group)
        return cls(year=year) if year in years_of(ranking) else cls()


@dataclass(frozen=True, slots=True)
class Board:
    columns: tuple[str, ...]
    groups: tuple[BoardGroup, ...]
    choices: tuple[Choice, ...]

    @property
    def width(self) -> int:
        """How many columns the table has: rank, class, flag, check score, bonus, total, checks and the categories."""
        return 7 + len(self.columns)


def board_of(ranking: Ranking, part: Part, day: str, open_to_reader: Collection[str], own: str) -> Board:
    """The ranking for one reader: `open_to_reader` are the classes whose page he may open, `own` is his class."""
    categories = columns_of(ranking)

    def line(row: engine.Row) -> BoardRow:
        url = reverse("reports:class", args=[row.klass]) + f"?week={day}" if row.klass in open_to_reader else ""
        return BoardRow(
            row=row,
            url=url,
            cells=tuple(_cell(ranking, row, category, url) for category in categories),
            bonus=Cell(
                category_label(LedgerCategory.BONUS), row.score.bonus, _at(url, LedgerCategory.BONUS), bonus=True
            ),
            reason=reason_barred(row, ranking.policy),
            own=row.klass == own,
        )

    return Board(
        columns=tuple(category_label(category) for category in categories),
        groups=tuple(_groups(ranking, part, line)),
        choices=choices_of(ranking, part, day),
    )


def columns_of(ranking: Ranking) -> tuple[engine.Category, ...]:
    """The categories that have a column: the usual ones, event venues and corrections where some class has any."""
    return tuple(
        category
        for category in engine.Category
        if category in USUAL or any(row.score.categories[category].points for row in ranking.rows)
    )


def years_of(ranking: Ranking) -> list[str]:
    return [str(year) for year in sorted({klass.entry_year for klass in ranking.classes.values()}, reverse=True)]


def choices_of(ranking: Ranking, part: Part, day: str) -> tuple[Choice, ...]:
    """Links to one group or one entry year, where there are several; empty where there is nothing to choose."""
    start = reverse("reports:ranking") + f"?week={day}"
    groups = ranking.groups if len(ranking.groups) > 1 else ()
    years = years_of(ranking)
    if len(years) < 2 or ranking.policy.group_by not in ("department", "school"):
        years = []
    found = [
        *(Choice(ranking.label(one), f"{start}&{_query(group=one.name)}", part.group == one.name) for one in groups),
        *(Choice(year_label(int(year)), f"{start}&{_query(year=year)}", part.year == year) for year in years),
    ]
    return (Choice(_("All"), start, part == Part()), *found) if found else ()


def _query(**asked: str) -> str:
    return urlencode(asked)


def _groups(ranking: Ranking, part: Part, line: Callable[[engine.Row], BoardRow]) -> Iterator[BoardGroup]:
    for group in ranking.groups:
        if part.group not in ("", group.name):
            continue
        rows = [row for row in group.rows if part.year in ("", str(ranking.classes[row.klass].entry_year))]
        if rows:
            yield BoardGroup(
                label=ranking.label(group),
                summary=group_summary(group),
                ranked=tuple(line(row) for row in rows if row.barred is None),
                barred=tuple(line(row) for row in rows if row.barred is not None),
            )


def _cell(ranking: Ranking, row: engine.Row, category: engine.Category, url: str) -> Cell:
    points = None if ranking.unseen(row, category) else row.score.categories[category].points
    return Cell(category_label(category), points, _at(url, category))


def _at(url: str, category: str) -> str:
    return f"{url}#{category}" if url else ""
