"""`rank_week [--week YYYY-MM-DD] [--json]`: the ranking of the week that holds the day, computed now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reports.exports import ranking_shape
from reports.management.weekly import WeekCommand
from reports.selectors import Ranking, ranking_of
from scoring import engine

COLUMNS = "{:>4} {:<8}{:>10}{:>8}{:>10}{:>8}{:>10}  {}"


class Command(WeekCommand):
    help = "Print a week's ranking, computed now."

    def handle(self, *args: Any, **options: Any) -> None:
        ranking = ranking_of(self.week(options["week"]))
        if options["json"]:
            self.print_json(ranking_shape(ranking))
            return
        for line in _table(ranking):
            self.stdout.write(line)


def _table(ranking: Ranking) -> Iterator[str]:
    week = ranking.week
    yield f"{week.term} week {week.number}, {week.starts_on} to {week.ends_on}, {ranking.state}"
    for group in ranking.groups:
        yield ""
        yield f"{group.name}: {group.ranked} ranked, {group.flags} flags"
        yield COLUMNS.format("rank", "class", "check", "bonus", "total", "checks", "findings", "")
        yield from (_line(row) for row in group.rows)


def _line(row: engine.Row) -> str:
    said = f"barred: {row.barred}" if row.barred else "flag" if row.flag else ""
    one = row.score
    figures = (one.check_score, one.bonus, one.score, one.checks, one.findings)
    return COLUMNS.format(row.rank or "-", row.klass, *(str(figure) for figure in figures), said).rstrip()
