"""Plain sheets as an Excel workbook, for paper as much as for the screen.

It is streamed (`write_only`), so that a school of 1,500 classes takes little memory. Nobody's text is ever a formula.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from math import ceil
from typing import IO, Any
from unicodedata import combining, east_asian_width

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.dimensions import RowDimension
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties

from reports.bulletins.tables import Column, Kind, Row, Sheet, Tone, Value, printable

# untranslated: the names of fonts and a few words of a Chinese document

SONG, HEI = "宋体", "黑体"
FOOT_PAGE = "第 &P 页，共 &N 页"
CONTINUED = "（接上行）"

TITLE_ROW, SUBTITLE_ROW, HEAD_ROW = 1, 2, 3
A4 = 9
MINUS = '"\u2212"'
FORMATS = {
    Kind.CODE: "@",
    Kind.TEXT: "@",
    Kind.WORD: "@",
    Kind.FLAG: "@",
    Kind.DAY: 'm"月"d"日"',
    Kind.COUNT: "0",
    Kind.SCORE: f"0.00;{MINUS}0.00",
    Kind.CHANGE: f"0.00;{MINUS}0.00;0",
    Kind.POINTS: f"+General;{MINUS}General;0",
    Kind.MARK: "0.00#",
}
CENTRED = {Kind.CODE, Kind.WORD, Kind.FLAG, Kind.DAY, Kind.COUNT}
NARROWEST = {Kind.DAY: 8, Kind.SCORE: 8, Kind.CHANGE: 7, Kind.POINTS: 7, Kind.MARK: 7, Kind.CODE: 6}

# Points of height; Excel takes no row above 409, so longer text goes on in the next row
LINE, PADDING, TALLEST = 15.0, 6.0, 400.0
GAP = 9.0
MOST_LINES = int((TALLEST - PADDING) / LINE)
# A Chinese character is a little wider than two of the figures that Excel measures columns in
STRETCH, MARGIN = 1.08, 1.6

INK, RULE, SUNK, RED = "FF1E1B17", "FFB8B0A0", "FFF3EFE6", "FFC8261D"
HAIR, EDGE = Side("thin", RULE), Side("medium", INK)
# In somebody's text it would be read as the character of that number
ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


@dataclass(frozen=True, slots=True)
class About:
    """What the file says of itself: its title, who made it, and what stands at the left of each page's foot."""

    title: str
    maker: str
    foot: str


def write_workbook(sheets: Iterable[Sheet], to: IO[bytes], about: About) -> None:
    """Write the sheets to `to` as one .xlsx."""
    book = Workbook(write_only=True)
    book.properties.title, book.properties.creator = printable(about.title), printable(about.maker)
    for style in _styles():
        book.add_named_style(style)
    for sheet in sheets:
        _Page(book, sheet, about).write()
    book.save(to)


@lru_cache(maxsize=10_000)
def text_width(text: str) -> int:
    """How wide a text is, in half-width characters; a Chinese one counts two."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WFA" else 1 for char in text)


# Styles, by what a cell holds and how its row is set

# Excel takes names of styles without regard to case, and has a "Title" of its own
TITLE, SUBTITLE, HEAD, NOTE = "bulletin title", "bulletin subtitle", "bulletin head", "bulletin note"


def _style_name(kind: Kind, tone: Tone, strong: bool) -> str:
    return f"bulletin {kind}-{tone}{'-strong' if strong else ''}"


def _styles() -> Iterator[NamedStyle]:
    middle = Alignment("center", "center", wrap_text=True)
    yield NamedStyle(TITLE, font=Font(SONG, sz=18, b=True, color=INK), alignment=middle)
    yield NamedStyle(SUBTITLE, font=Font(SONG, sz=11, color=INK), alignment=middle)
    yield NamedStyle(NOTE, font=Font(SONG, sz=10, color=INK), alignment=Alignment("left", "top", wrap_text=True))
    yield NamedStyle(
        HEAD,
        font=Font(HEI, sz=11, b=True, color=INK),
        fill=PatternFill("solid", SUNK),
        alignment=middle,
        border=Border(HAIR, HAIR, EDGE, EDGE),
    )
    for kind in Kind:
        for tone in Tone:
            for strong in (False, True):
                yield _cell_style(kind, tone, strong)


def _cell_style(kind: Kind, tone: Tone, strong: bool) -> NamedStyle:
    across = "center" if kind in CENTRED else "left" if kind is Kind.TEXT else "right"
    wrapped = FORMATS[kind] == "@"
    return NamedStyle(
        _style_name(kind, tone, strong),
        font=Font(SONG, sz=11, b=strong or tone is Tone.HEAD, color=RED if kind is Kind.FLAG else INK),
        fill=PatternFill("solid", SUNK) if tone is Tone.HEAD else PatternFill(),
        alignment=Alignment(across, "center", wrap_text=wrapped, indent=int(across != "center")),
        border=Border(HAIR, HAIR, EDGE if tone is Tone.FIRST else HAIR, HAIR),
        number_format=FORMATS[kind],
    )


# One sheet


class _Page:
    """A sheet on its way into the file: everything but its rows is settled before the first is written."""

    def __init__(self, book: Any, sheet: Sheet, about: About) -> None:
        self.sheet = sheet
        self.about = about
        self.page = book.create_sheet(printable(sheet.name))
        self.rows = tuple(_with_printable_text(row) for row in sheet.rows)
        # A head that can be pressed has an arrow beside it
        arrow = 2 if sheet.filtered else 0
        self.widths = [_column_width(column, n, self.rows, arrow) for n, column in enumerate(sheet.columns)]
        self.last_column = get_column_letter(len(sheet.columns))
        # A row is in the file before the next is made, so each tone needs one set of cells
        self.cells: dict[Tone, list[Any]] = {}
        self.at = 0

    def write(self) -> None:
        self._set_up()
        self._write_across(printable(self.sheet.title), TITLE, 36)
        self._write_across(printable(self.sheet.subtitle), SUBTITLE, 24)
        self._append([_filled(self._cell(HEAD), column.head) for column in self.sheet.columns], 24)
        for row in self.rows:
            self._write_row(row)
        last = self.at
        if self.sheet.notes:
            self._append([], GAP)
        for note in self.sheet.notes:
            self._write_note(note)
        self.page.print_area = f"A1:{self.last_column}{self.at}"
        if self.rows and self.sheet.filtered:
            self.page.auto_filter.ref = f"A{HEAD_ROW}:{self.last_column}{last}"

    def _set_up(self) -> None:
        page = self.page
        for n, width in enumerate(self.widths, 1):
            page.column_dimensions[get_column_letter(n)].width = round(width * STRETCH + MARGIN, 1)
        page.sheet_format.defaultRowHeight, page.sheet_format.customHeight = LINE + PADDING, True
        page.freeze_panes = f"{get_column_letter(self.sheet.kept + 1)}{HEAD_ROW + 1}"
        page.sheet_view.showGridLines = False
        page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        page.page_setup.paperSize, page.page_setup.fitToWidth, page.page_setup.fitToHeight = A4, 1, 0
        page.page_setup.orientation = "landscape" if self.sheet.landscape else "portrait"
        page.page_margins = PageMargins(left=0.4, right=0.4, top=0.6, bottom=0.7, header=0.3, footer=0.35)
        page.print_options.horizontalCentered = True
        page.print_title_rows = f"{TITLE_ROW}:{HEAD_ROW}"
        page.oddFooter.left.text = printable(self.about.foot).replace("&", "&&")
        page.oddFooter.right.text = FOOT_PAGE

    def _write_row(self, row: Row) -> None:
        """One row, or several where a text is longer than a row can be high."""
        if row.tone not in self.cells:
            self.cells[row.tone] = [
                self._cell(_style_name(one.kind, row.tone, one.strong)) for one in self.sheet.columns
            ]
        for values, lines in _in_rows(row.cells, self.widths):
            self._append(list(map(_filled, self.cells[row.tone], values)), PADDING + LINE * lines)

    def _write_note(self, note: str) -> None:
        for (part,), lines in _in_rows((printable(note),), [self._across]):
            self._write_across(part, NOTE, PADDING + LINE * lines)

    def _write_across(self, text: Value, style: str, height: float) -> None:
        self.page.merged_cells.add(f"A{self.at + 1}:{self.last_column}{self.at + 1}")
        self._append([_filled(self._cell(style), text)], height)

    def _append(self, cells: list[Any], height: float) -> None:
        self.at += 1
        if height != LINE + PADDING:
            self.page.row_dimensions[self.at] = RowDimension(self.page, index=self.at, ht=height)
        self.page.append(cells)

    def _cell(self, style: str) -> Any:
        cell: Any = WriteOnlyCell(self.page)
        cell.style = style
        return cell

    @property
    def _across(self) -> float:
        return sum(self.widths) + len(self.widths)


def _filled(cell: Any, value: Value) -> Any:
    if isinstance(value, str):
        # The type is said apart from the value: what starts with "=" would else be taken for a formula
        cell.value, cell.data_type = ESCAPED.sub("_x005F_", value), "s"
    else:
        cell.value = value
    return cell


# How much room a text takes


def _with_printable_text(row: Row) -> Row:
    """The row as it can be stored; an empty text is an empty cell."""
    return Row(tuple(printable(value) or None if isinstance(value, str) else value for value in row.cells), row.tone)


def _column_width(column: Column, index: int, rows: Sequence[Row], arrow: int) -> float:
    """Half-width characters: as wide as its head and its longest line, no wider than it may be."""
    widths = [text_width(column.head) + arrow, NARROWEST.get(column.kind, 4)]
    widths += [_value_width(row.cells[index]) for row in rows]
    return float(min(max(widths), max(column.widest, widths[0])))


def _value_width(value: Value) -> int:
    if value is None or isinstance(value, date):
        return 0
    return max(text_width(line) for line in str(value).split("\n"))


def _lines_in(value: Value, width: float) -> int:
    """How many lines a value takes in a column of that width."""
    if not isinstance(value, str) or (len(value) * 2 <= width and "\n" not in value):
        return 1
    return sum(max(1, ceil(text_width(line) / width)) for line in value.split("\n"))


def _in_rows(values: Sequence[Value], widths: Sequence[float]) -> Iterator[tuple[Sequence[Value], int]]:
    """The row itself, and how many lines it takes; what is too long for one row goes on in rows of their own."""
    lines = max(map(_lines_in, values, widths), default=1)
    if lines <= MOST_LINES:
        yield values, lines
        return
    parts = [_parts(value, width) for value, width in zip(values, widths, strict=True)]
    for n in range(max(map(len, parts))):
        row = [own[n] if n < len(own) else None for own in parts]
        yield row, max(map(_lines_in, row, widths))


def _parts(value: Value, width: float) -> list[Value]:
    if not isinstance(value, str):
        return [value]
    parts: list[Value] = []
    rest = value
    while _lines_in(rest, width) > MOST_LINES:
        at = _full_at(rest, width)
        parts.append(rest[:at])
        rest = CONTINUED + rest[at:].removeprefix("\n")
    return [*parts, rest]


def _full_at(text: str, width: float) -> int:
    """How much of the text fills a row of the greatest height."""
    lines, room = 1, 0.0
    for at, char in enumerate(text):
        room += text_width(char)
        if char == "\n" or room > width:
            lines, room = lines + 1, float(text_width(char) if char != "\n" else 0)
        if lines > MOST_LINES:
            return at
    return len(text)
