"""A week's bulletin as a file: an Excel workbook, or plain text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import IO

from campus.models import Week
from reports.bulletins import words
from reports.bulletins.facts import BulletinFacts
from reports.bulletins.sheets import sheets_of
from reports.bulletins.summary import title_of
from reports.bulletins.tables import Sheet
from reports.bulletins.text import text_of
from reports.workbook import About, write_workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Alive = Callable[[], None]


def nothing() -> None:
    """Nobody waits for a sign of life."""


def write_excel(facts: BulletinFacts, to: IO[bytes], alive: Alive = nothing) -> None:
    """Write the bulletin as .xlsx; `alive` is called before each sheet."""
    foot = (words.TITLE, words.week_number(facts.week), words.state(facts.ranking))
    about = About(f"{title_of(facts)} {words.week_number(facts.week)}", words.MAKER, words.SPACE.join(foot))
    write_workbook(_watched(sheets_of(facts), alive), to, about)


def write_text(facts: BulletinFacts, to: IO[bytes]) -> None:
    """Write the bulletin as UTF-8 text."""
    to.write(text_of(facts).encode())


def file_name(week: Week, ending: str = ".xlsx") -> str:
    """卫生量化通报-第12周-20261109.xlsx: the week's number and its first day."""
    return f"{words.TITLE}-{words.week_number(week).replace(' ', '')}-{week.starts_on:%Y%m%d}{ending}"


def _watched(sheets: Sequence[Sheet], alive: Alive) -> Iterator[Sheet]:
    for sheet in sheets:
        alive()
        yield sheet
