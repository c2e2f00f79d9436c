"""`manage.py build_bulletin`: the same file as the button makes, and the text."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from config.tests.school import MONDAY, at
from reports.management.commands import build_bulletin
from scoring.services import give_bonus

if TYPE_CHECKING:
    from config.tests.school import School

pytestmark = pytest.mark.django_db


def build(output: Path, **options: Any) -> str:
    out = StringIO()
    call_command("build_bulletin", output=output, stdout=out, **options)
    return out.getvalue()


def test_writes_the_week_that_holds_the_day(school: School, tmp_path: Path) -> None:
    file = tmp_path / "第11周.xlsx"
    assert "week 11" in build(file, week="2026-11-11")
    assert load_workbook(file)["各班量化汇总表"]["A2"].value.startswith("各班量化汇总表　第 11 周")
    assert [path.name for path in tmp_path.iterdir()] == ["第11周.xlsx"]


def test_without_a_week_it_is_the_last_that_is_over(school: School, tmp_path: Path, time_machine: Any) -> None:
    time_machine.move_to(at(MONDAY + timedelta(days=8), "09:00"), tick=False)
    assert "week 11" in build(tmp_path / "x.xlsx")


def test_writes_text_by_weekday_room_and_bonus(school: School, tmp_path: Path, time_machine: Any) -> None:
    time_machine.move_to(at(MONDAY + timedelta(days=8), "09:00"), tick=False)
    school.verified("硬化路", None, "loose-soil", clock="07:30", shift="morning")
    for n, place in enumerate(("教103", "教103", "教103")):
        day = MONDAY + timedelta(days=n)
        found = ["floor-litter"] if n == 1 else []
        school.verified(place, None, *found, day=day, clock="07:30", shift="morning")
    school.verified("5413", None, "bags-hanging")
    school.verified("5403", None, "clothes-hanging", {"text": "=1+1\n两行", "points": "1"})
    give_bonus(
        patterns=["08*"], exceptions=["0852"], points=Decimal(2), date=MONDAY, reason="配合工作", by=school.admin
    )
    school.check("教102", clock="07:30", shift="morning")
    file = tmp_path / "x.txt"
    build(file, week="2026-11-09")
    assert (
        file.read_text("utf-8")
        == """卫生量化通报
第 11 周 2026年11月9日至15日（周一至周日） 草稿

流动红旗：0853

一、卫生区
11月9日 周一：0852 硬化路 地面 浮土 −1；0853 硬化路 地面 浮土 −1

二、教室
11月10日 周二：0853 教103 地面 有垃圾 −1

三、宿舍
0852：5413 物品悬挂 袋子乱挂 −1
0853：5403 物品悬挂 衣服乱挂 −1、=1+1 两行 −1

四、加分
0851、0853 配合工作 各 +2

2026年11月17日 09:00 制表，还有 1 条检查没审核
"""
    )


def test_text_of_a_clean_week_says_so(school: School, tmp_path: Path) -> None:
    school.verified("教103", clock="07:30", shift="morning")
    build(tmp_path / "x.txt", week="2026-11-09")
    text = (tmp_path / "x.txt").read_text("utf-8")
    assert "一、卫生区\n还没有已通过的检查" in text
    assert "二、教室\n已查的均为干净" in text
    assert "四、加分\n没有" in text


@pytest.mark.parametrize(
    ("name", "week", "said"),
    [
        ("x.pdf", "2026-11-09", "neither in .xlsx nor in .txt"),
        ("x", "2026-11-09", "neither in .xlsx nor in .txt"),
        ("nowhere/x.xlsx", "2026-11-09", "There is no folder"),
        ("folder.xlsx", "2026-11-09", "is a folder"),
        ("x.xlsx", "2026-08-01", "lies in no term"),
        ("x.xlsx", "next week", "is no date"),
    ],
)
def test_what_cannot_be_written_is_told(school: School, tmp_path: Path, name: str, week: str, said: str) -> None:
    (tmp_path / "folder.xlsx").mkdir()
    with pytest.raises(CommandError, match=said):
        build(tmp_path / name, week=week)
    assert [path.name for path in tmp_path.iterdir()] == ["folder.xlsx"]


def test_a_school_without_terms_is_told(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no term yet"):
        build(tmp_path / "x.xlsx")


def test_who_reads_the_older_file_reads_it_to_its_end(school: School, tmp_path: Path) -> None:
    file = tmp_path / "x.txt"
    file.write_text("the old one")
    with file.open() as older:
        build(file, week="2026-11-09")
        assert older.read() == "the old one"
    assert "卫生量化通报" in file.read_text("utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["x.txt"]


def test_text_says_what_an_occasion_multiplied(school: School, tmp_path: Path) -> None:
    school.verified("教103", None, "floor-litter", occasion="department", clock="07:30", shift="morning")
    school.verified("5413", None, "bags-hanging", occasion="department")
    build(tmp_path / "x.txt", week="2026-11-09")
    text = (tmp_path / "x.txt").read_text("utf-8")
    assert "0853 教103 地面 有垃圾 −2（院查 ×2）" in text
    assert "5413 物品悬挂 袋子乱挂 −2（院查 ×2）" in text


def test_an_older_file_is_replaced_whole_or_not_at_all(school: School, tmp_path: Path, monkeypatch: Any) -> None:
    file = tmp_path / "x.txt"
    file.write_text("the old one")

    def fail(facts: Any, to: Any) -> None:
        to.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(build_bulletin.WRITERS, ".txt", fail)
    with pytest.raises(CommandError, match="No space left"):
        build(file, week="2026-11-09")
    assert file.read_text() == "the old one"
    assert [path.name for path in tmp_path.iterdir()] == ["x.txt"]
