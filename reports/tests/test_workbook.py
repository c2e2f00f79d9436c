"""A sheet of plain values as an Excel file: opened again, with nobody's text a formula, and fit for A4."""

from __future__ import annotations

import zipfile
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from reports.bulletins.tables import Column, Kind, Row, Sheet, Tone, Value
from reports.workbook import CONTINUED, About, text_width, write_workbook

ABOUT = About("卫生量化通报", "卫生检查", "卫生量化通报　第 11 周 & 草稿")
COLUMNS = (
    Column("日期", Kind.DAY),
    Column("班级", Kind.CODE, strong=True),
    Column("问题", Kind.TEXT, 20),
    Column("扣分", Kind.POINTS),
    Column("得分", Kind.SCORE),
)
DAY = date(2026, 11, 9)
EXCEL_TAKES = 32_767


def a_sheet(*rows: Row, **fields: Any) -> Sheet:
    return Sheet(name="教室", title="教室检查明细", subtitle="第 11 周", columns=COLUMNS, rows=rows, **fields)


def a_row(text: Value = "有垃圾", code: str = "0851", **fields: Any) -> Row:
    return Row((DAY, code, text, Decimal("-2"), Decimal("98.00")), **fields)


def written(*sheets: Sheet) -> BytesIO:
    file = BytesIO()
    write_workbook(sheets, file, ABOUT)
    file.seek(0)
    return file


def opened(*sheets: Sheet) -> Any:
    """The first sheet of the file, opened again."""
    return load_workbook(written(*sheets)).worksheets[0]


def test_stands_as_it_was_given() -> None:
    page = opened(a_sheet(a_row(), a_row("不洁", "10311"), notes=("已查而未列出的均为干净。",)))
    assert page.title == "教室"
    assert page["A1"].value == "教室检查明细"
    assert page["A2"].value == "第 11 周"
    assert [cell.value for cell in page[3]] == ["日期", "班级", "问题", "扣分", "得分"]
    assert [cell.value for cell in page[5]][1:] == ["10311", "不洁", -2, 98]
    assert page["A7"].value == "已查而未列出的均为干净。"


def test_dates_are_dates_points_are_numbers_and_codes_are_text() -> None:
    page = opened(a_sheet(a_row()))
    day, code, _text, points, score = page[4]
    assert day.is_date
    assert day.value.date() == DAY
    assert (code.value, code.data_type, code.number_format) == ("0851", "s", "@")
    assert (points.data_type, points.number_format) == ("n", '+General;"−"General;0')
    assert (score.data_type, score.number_format) == ("n", '0.00;"−"0.00')


def test_nothing_and_zero_are_told_apart() -> None:
    page = opened(a_sheet(Row((None, "0851", None, Decimal(0), None)), Row((None, "0852", "", None, Decimal(0)))))
    assert [cell.value for cell in page[4]] == [None, "0851", None, 0, None]
    assert [cell.value for cell in page[5]] == [None, "0852", None, None, 0]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        '=HYPERLINK("http://x")',
        "+cmd|' /C calc'!A0",
        "-1",
        "@SUM(A1)",
        "{=A1}",
        "'0851",
        "#REF!",
        "TRUE",
        "1E5",
    ],
)
def test_nobodys_text_is_a_formula_or_a_number(text: str) -> None:
    page = opened(a_sheet(a_row(text), a_row(code=text), notes=(text,)))
    cells = [page["C4"], page["B5"], page["A7"]]
    assert [(cell.value, cell.data_type) for cell in cells] == [(text, "s")] * 3
    assert not [cell for row in page for cell in row if cell.data_type == "f"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("铃\x07声", "铃␇声"),
        ("空\x00字符", "空␀字符"),
        ("删\x7f除", "删␡除"),
        ("半个\ud83d", "半个�"),
        ("\ufffe", "�"),
        ("两\r\n行", "两\n行"),
        ("制\t表", "制\t表"),
        ("😀👨‍👩‍👧", "😀👨‍👩‍👧"),
        ("مرحبا שלום", "مرحبا שלום"),
        ("<b>&amp;</b>", "<b>&amp;</b>"),
        (" 前后空格 ", " 前后空格 "),
    ],
)
def test_what_no_file_may_hold_is_shown_by_a_mark_and_all_else_is_kept(text: str, shown: str) -> None:
    assert opened(a_sheet(a_row(text)))["C4"].value == shown


def test_what_excel_would_take_for_a_character_code_stays_text() -> None:
    with zipfile.ZipFile(written(a_sheet(a_row("_x0041_ _x5_")))) as archive:
        assert "_x005F_x0041_ _x5_" in archive.read("xl/worksheets/sheet1.xml").decode()


@pytest.mark.parametrize("text", ["脏" * 40_000, "=" + "1" * 33_000, "一行\n" * 9_000, "😀" * 20_000])
def test_long_text_goes_on_in_the_next_row_and_says_so(text: str) -> None:
    page = opened(a_sheet(a_row(text), a_row("后一行")))
    rows = [row for row in page.iter_rows(min_row=4) if row[2].value]
    parts = [row[2].value for row in rows[:-1]]
    assert all(part.startswith(CONTINUED) for part in parts[1:])
    # A line's end falls away where a row ends with it
    assert "".join(part.removeprefix(CONTINUED) for part in parts).replace("\n", "") == text.replace("\n", "")
    assert all(len(part.encode("utf-16-le")) // 2 <= EXCEL_TAKES for part in parts)
    assert all(page.row_dimensions[row[0].row].height <= 409 for row in rows[:-1])
    assert [row[1].value for row in rows] == ["0851", *[None] * (len(parts) - 1), "0851"]


def test_a_text_of_several_lines_gets_a_row_that_is_high_enough() -> None:
    page = opened(a_sheet(a_row("床下有杂物" * 8), a_row()))
    assert page.row_dimensions[4].height > 2 * page.sheet_format.defaultRowHeight
    assert page.row_dimensions[5].height in (None, page.sheet_format.defaultRowHeight)


def test_columns_are_as_wide_as_chinese_is() -> None:
    assert (text_width("0851"), text_width("有垃圾"), text_width("e\u0301")) == (4, 6, 1)
    page = opened(a_sheet(a_row("有垃圾"), a_row("床下有杂物")))
    widths = {name: dimension.width for name, dimension in page.column_dimensions.items()}
    assert 10 <= widths["C"] < 14
    assert 6 <= widths["B"] < 10
    # However long the text: it is wrapped at twenty
    assert opened(a_sheet(a_row("脏" * 100))).column_dimensions["C"].width < 25


def test_title_and_head_stay_in_sight_and_on_every_page() -> None:
    page = opened(a_sheet(a_row(), kept=2))
    assert page.freeze_panes == "C4"
    assert page.print_title_rows == "$1:$3"
    assert {str(one) for one in page.merged_cells.ranges} == {"A1:E1", "A2:E2"}
    assert page.auto_filter.ref == "A3:E4"
    assert page["A1"].font.sz > page["A3"].font.sz
    assert page["A3"].font.b


def test_prints_on_a4_as_wide_as_the_page() -> None:
    page = opened(a_sheet(a_row(), notes=("注",)))
    assert str(page.page_setup.paperSize) == page.PAPERSIZE_A4
    assert (page.page_setup.orientation, page.page_setup.fitToWidth, page.page_setup.fitToHeight) == ("landscape", 1, 0)
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert page.print_options.horizontalCentered
    assert page.print_area == "'教室'!$A$1:$E$6"
    assert page.oddFooter.right.text == "第 &P 页，共 &N 页"
    assert page.oddFooter.left.text == "卫生量化通报　第 11 周 && 草稿"
    assert opened(a_sheet(a_row(), landscape=False)).page_setup.orientation == "portrait"


def test_rows_are_told_apart_by_their_tone() -> None:
    page = opened(a_sheet(a_row(), a_row(tone=Tone.FIRST), a_row(tone=Tone.HEAD)))
    assert [page.cell(row, 3).border.top.style for row in (4, 5, 6)] == ["thin", "medium", "thin"]
    assert [page.cell(row, 3).font.b for row in (4, 5, 6)] == [False, False, True]
    assert page["B4"].font.b


def test_a_sheet_without_rows_has_its_head_and_its_note() -> None:
    page = opened(a_sheet(notes=("本周没有加分。",)))
    assert [page["A1"].value, page["A3"].value, page["A5"].value] == ["教室检查明细", "日期", "本周没有加分。"]
    assert page.auto_filter.ref is None


def test_says_what_it_is() -> None:
    properties = load_workbook(written(a_sheet(a_row()))).properties
    assert (properties.title, properties.creator) == ("卫生量化通报", "卫生检查")


def test_ten_thousand_rows_are_ten_thousand_rows() -> None:
    rows = tuple(a_row(f"第 {n} 处") for n in range(10_000))
    page = load_workbook(written(a_sheet(*rows)), read_only=True).worksheets[0]
    texts = [row[2] for row in page.iter_rows(min_row=4, values_only=True)]
    assert texts == [f"第 {n} 处" for n in range(10_000)]
