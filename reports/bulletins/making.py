"""What every sheet of the bulletin is made with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils import timezone

from campus.templatetags.figures import clock, span
from reports.bulletins import words
from reports.bulletins.facts import BulletinFacts
from reports.bulletins.tables import Column, Row, Sheet
from scoring.models import Entry
from scoring.selectors import Line


def sheet_of(
    facts: BulletinFacts,
    name: str,
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Row],
    *,
    lead: str = "",
    said: str = "",
    notes: Iterable[str] = (),
    kept: int = 0,
) -> Sheet:
    """A sheet whose second line tells the week, whether it is a draft, and what is to `lead` it and what is `said`."""
    week = facts.week
    below = (lead, words.week_number(week), words.week_days(week), words.STATES[facts.ranking.state], said)
    return Sheet(
        name=name,
        title=title,
        subtitle=words.SPACE.join(filter(None, below)),
        columns=tuple(columns),
        rows=tuple(rows),
        notes=tuple(notes),
        kept=kept,
    )


def lines_in(facts: BulletinFacts, category: str) -> list[Line]:
    """The week's lines of a category, or the bonuses, in the order of the ledger's pages."""
    return [line for line in facts.lines if line.category == category]


def by_class(lines: Iterable[Line]) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(line.entry.school_class.code, []).append(line)
    return found


def stands(line: Line) -> bool:
    """Whether it is a charge that has not been taken back in full."""
    return line.entry.standing > 0 and not line.reversed_in_full


def what(line: Line) -> str:
    """What was wrong, with the inspector's own words behind; or the outcome that costs."""
    if line.entry.finding is None:
        return words.OUTCOMES.get(line.inspection.outcome, "") if line.inspection else ""
    return words.with_aside(line.defect, line.text)


def why_reversed(entry: Entry) -> str:
    assert entry.reversal is not None, "held by entry_charges_gives_or_reverses"
    return words.cause(entry.reversal)


def moment(at: datetime) -> str:
    """2026年11月22日 10:30."""
    day = timezone.localdate(at)
    return f"{span(day, day)} {clock(at)}"
