"""A sheet as plain values: what the exporter yields and a renderer makes a file of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

Value = str | int | Decimal | date | None

# What XML cannot hold, or holds and Excel then refuses to open
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
PICTURES, DELETE = 0x2400, 0x7F


class Kind(StrEnum):
    """What a column holds, and so how it is set and counted."""

    TEXT = "text"
    CODE = "code"  # a text that may look like a number
    WORD = "word"  # a short text, in the middle
    FLAG = "flag"  # the one thing that is red
    DAY = "day"
    COUNT = "count"
    SCORE = "score"  # points, two decimals
    CHANGE = "change"  # signed points, two decimals, 0 plain
    POINTS = "points"  # signed points, exact
    MARK = "mark"  # out of 100


class Tone(StrEnum):
    """How a row is set: plain, as the first of a group, or as the head of one."""

    PLAIN = "plain"
    FIRST = "first"
    HEAD = "head"


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `widest` is the most that it may take, in half-width characters: longer text is wrapped."""

    head: str
    kind: Kind = Kind.TEXT
    widest: int = 40
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One value a column, None for an empty cell."""

    cells: tuple[Value, ...]
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: a title and a line below it, a head, rows, and what is said beneath them.

    `kept` is how many columns stay in sight when the sheet is scrolled sideways, `landscape` how it is printed,
    `filtered` whether its head can be pressed to show some of the rows.
    """

    name: str
    title: str
    subtitle: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    kept: int = 0
    landscape: bool = True
    filtered: bool = True

    def texts(self) -> Iterator[str]:
        """Every text in the rows and beneath them."""
        yield from (value for row in self.rows for value in row.cells if isinstance(value, str))
        yield from self.notes


def printable(text: str) -> str:
    """The text with a mark for each character that no file may hold: ␇ for a bell, � for what has no picture."""
    return UNPRINTABLE.sub(_picture, text.replace("\r\n", "\n").replace("\r", "\n"))


def unprintable(text: str) -> bool:
    """Whether `printable` would put a mark into the text."""
    return UNPRINTABLE.search(text) is not None


def _picture(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code == DELETE:
        return "␡"
    return chr(PICTURES + code) if code < 0x20 else "�"
