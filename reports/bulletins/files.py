"""A week's bulletin as a file: an Excel workbook, or plain text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import IO

from django.db.models import QuerySet
from django.utils import timezone

from reports.bulletins import words
from reports.bulletins.facts import BulletinFacts
from reports.bulletins.sheets import sheets_of
from reports.bulletins.summary import title_of
from reports.bulletins.tables import Sheet
from reports.bulletins.text import text_of
from reports.models import BulletinFile
from reports.selectors import DRAFT, PUBLISHED
from reports.workbook import About, write_workbook

# untranslated: the name of a Chinese document

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Alive = Callable[[], None]


def nothing() -> None:
    """Nobody waits for a sign of life."""


def write_excel(facts: BulletinFacts, to: IO[bytes], alive: Alive = nothing) -> None:
    """Write the bulletin as .xlsx; `alive` is called before each sheet."""
    foot = (words.TITLE, words.week_number(facts.week), words.STATES[facts.ranking.state])
    about = About(f"{title_of(facts)} {words.week_number(facts.week)}", words.MAKER, words.SPACE.join(foot))
    write_workbook(_watched(sheets_of(facts), alive), to, about)


def write_text(facts: BulletinFacts, to: IO[bytes]) -> None:
    """Write the bulletin as UTF-8 text."""
    to.write(text_of(facts).encode())


def file_name(file: BulletinFile) -> str:
    """卫生量化通报-第12周-草稿-11月22日0915.xlsx: the week, how final it is, and when it was made.

    The second of the same minute ends in 0915-2. Reads the files of that minute.
    """
    at = timezone.localtime(file.made_at)
    made = f"{at.month}月{at.day}日{at:%H%M}"
    state = words.STATES[DRAFT if file.draft else PUBLISHED]
    nth = 1 + sum(one.draft == file.draft for one in _before_in_its_minute(file))
    number = f"-{nth}" if nth > 1 else ""
    return f"{words.TITLE}-{words.week_number(file.week).replace(' ', '')}-{state}-{made}{number}.xlsx"


def _before_in_its_minute(file: BulletinFile) -> QuerySet[BulletinFile]:
    minute = file.made_at.replace(second=0, microsecond=0)
    of_week = BulletinFile.objects.filter(week=file.week, made_at__gte=minute, made_at__lte=file.made_at)
    return of_week.filter(pk__lt=file.pk).select_related("week__closing")


def _watched(sheets: Sequence[Sheet], alive: Alive) -> Iterator[Sheet]:
    for sheet in sheets:
        alive()
        yield sheet
