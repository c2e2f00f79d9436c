"""What the tests of bulletins read them with."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from openpyxl import load_workbook

from campus.models import Week
from reports.bulletins.facts import bulletin_facts
from reports.bulletins.files import write_excel
from reports.bulletins.sheets import sheets_of
from reports.bulletins.tables import Sheet


def told(week: Week, name: str) -> Sheet:
    """One sheet of the week's bulletin, as plain values."""
    return next(sheet for sheet in sheets_of(bulletin_facts(week)) if sheet.name == name)


def rows_of(sheet: Sheet, *heads: str) -> list[tuple[Any, ...]]:
    """The values under `heads`, row by row."""
    at = [[column.head for column in sheet.columns].index(head) for head in heads]
    return [tuple(row.cells[n] for n in at) for row in sheet.rows]


def row_of(sheet: Sheet, code: str) -> dict[str, Any]:
    """A class's row of the summary, by the heads of its columns."""
    heads = [column.head for column in sheet.columns]
    return next(dict(zip(heads, row.cells, strict=True)) for row in sheet.rows if code in row.cells)


def workbook_of(week: Week) -> Any:
    """The Excel file of the week, opened again."""
    file = BytesIO()
    write_excel(bulletin_facts(week), file)
    file.seek(0)
    return load_workbook(file)
