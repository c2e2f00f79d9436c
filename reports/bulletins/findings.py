"""What was found: a row a line of the ledger, with a date that is a date and points that are numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby

from campus.templatetags.figures import amount, points, weekday
from reports.bulletins import words
from reports.bulletins.facts import BulletinFacts
from reports.bulletins.making import by_class, lines_in, sheet_of, stands, what, why_reversed
from reports.bulletins.tables import Column, Kind, Row, Sheet, Tone, Value
from reports.words import figure
from scoring import engine
from scoring.engine import Category
from scoring.selectors import Line

# untranslated: a Chinese document

# A sheet for each of these even where nothing was found; of the others only where something was
ALWAYS_TOLD = (Category.AREA, Category.CLASSROOM, Category.DORM)

CLASS = Column("班级", Kind.CODE, 16, strong=True)
WHEN = (Column("日期", Kind.DAY), Column("星期", Kind.WORD), Column("班次", Kind.WORD), Column("检查", Kind.WORD))
SEEN = (
    Column("项目", Kind.TEXT, 16),
    Column("问题", Kind.TEXT, 40),
    Column("扣分", Kind.POINTS),
    Column("备注", Kind.TEXT, 34),
)


def finding_sheets(facts: BulletinFacts) -> Iterator[Sheet]:
    """Areas, classrooms and dorm rooms; then duty posts, activities and corrections, where there are any lines."""
    for category in (*ALWAYS_TOLD, *(one for one in Category if one not in ALWAYS_TOLD)):
        lines = lines_in(facts, category)
        if lines or category in ALWAYS_TOLD:
            yield _dorm_sheet(facts, lines) if category is Category.DORM else _category_sheet(facts, category, lines)


def _category_sheet(facts: BulletinFacts, category: Category, lines: Sequence[Line]) -> Sheet:
    name = words.CATEGORIES[category]
    columns = (*WHEN, CLASS, Column("检查点", Kind.TEXT, 24), *SEEN)
    rows = (Row((*_when(line), line.entry.school_class.code, line.place or None, *_seen(line))) for line in lines)
    said, notes = _counted(facts, category, lines), _beneath(facts, category, lines)
    return sheet_of(facts, name, f"{name}检查明细", columns, rows, said=said, notes=notes)


def _counted(facts: BulletinFacts, category: Category, lines: Sequence[Line]) -> str:
    if category is Category.CORRECTION:
        return f"{len(lines)} 条"
    return f"查 {facts.checks.get(category, 0)} 次，扣分 {sum(map(stands, lines))} 条"


def _beneath(facts: BulletinFacts, category: Category, lines: Sequence[Line]) -> Iterator[str]:
    if category is Category.CORRECTION:
        yield "更正是以前各周定稿以后改判的，记在本周。"
    elif lines:
        yield "已查而未列出的均为干净。"
    else:
        yield "已查的均为干净，没有扣分。" if facts.checks.get(category) else "本周还没有已通过的检查。"


# 宿舍


def _dorm_sheet(facts: BulletinFacts, lines: Sequence[Line]) -> Sheet:
    name = words.CATEGORIES[Category.DORM]
    columns = (CLASS, Column("宿舍", Kind.CODE, 16), Column("得分", Kind.MARK), *WHEN, *SEEN)
    said = _counted(facts, Category.DORM, lines)
    notes = (*_beneath(facts, Category.DORM, lines), *_how_marked(facts))
    rows = _dorm_rows(facts, lines)
    return sheet_of(facts, name, f"{name}检查明细", columns, rows, said=said, notes=notes, kept=2)


def _how_marked(facts: BulletinFacts) -> Iterator[str]:
    rule = facts.ranking.policy.categories[Category.DORM]
    if rule.aggregation == "mean":
        yield (
            f"每间满分 100，每扣 1 分算 {words.plain(rule.weight)} 分；一间查几次取平均，一个班取各间平均。"
            "严重问题另扣，不在得分里。"
        )


def _dorm_rows(facts: BulletinFacts, lines: Sequence[Line]) -> Iterator[Row]:
    """Class by class: what its rooms came to, then the rooms where something was found, each with its mark."""
    own = by_class(lines)
    for row in sorted(facts.ranking.rows, key=lambda row: row.klass):
        part, mine = row.score.categories[Category.DORM], sorted(own.get(row.klass, ()), key=_room)
        if part.checks or mine:
            rooms = {key: list(found) for key, found in groupby(mine, _room)}
            yield _class_row(row.klass, part, clean=len([one for one in part.targets if one.target not in rooms]))
            for key, found in rooms.items():
                yield from _room_rows(row.klass, _mark(part, key), found)


def _class_row(code: str, part: engine.CategoryScore, clean: int) -> Row:
    """The average is said among the remarks: the column of marks is the rooms' own."""
    mean = f"各间平均 {figure(part.exact_mark, decimals=4)}" if part.exact_mark is not None else ""
    remark = words.and_then(mean, f"计入总分 {amount(part.points)}")
    seen = (None, _clean_rooms(clean, len(part.targets)), part.charged + part.serious, remark)
    return Row((code, f"{len(part.targets)} 间", None, *[None] * len(WHEN), *seen), Tone.HEAD)


def _clean_rooms(clean: int, rooms: int) -> str | None:
    if clean == 0:
        return None
    return "各间都干净" if clean == rooms else f"其余 {clean} 间干净"


def _mark(part: engine.CategoryScore, key: str) -> tuple[Decimal | None, str]:
    """A room's mark out of 100, with what is to be said of it; none where marks are not what the class is scored by."""
    room = next((one for one in part.targets if one.target == key), None)
    if room is None or part.exact_mark is None:
        return None, ""
    return room.mark, f"查 {room.checks} 次取平均" if room.checks > 1 else ""


def _room_rows(code: str, mark: tuple[Decimal | None, str], lines: Sequence[Line]) -> Iterator[Row]:
    for n, line in enumerate(lines):
        # The mark is the room's: it stands once, however much was found there
        given, said = mark if not n else (None, "")
        *seen, remark = _seen(line)
        yield Row((code, line.place, given, *_when(line), *seen, words.noted(said, remark) or None))


def _room(line: Line) -> str:
    assert line.inspection is not None, "a dorm line comes from a check"
    return line.inspection.target_key


# A line


def _when(line: Line) -> tuple[Value, ...]:
    """Date, weekday, shift and occasion of the check."""
    if line.inspection is None:
        return (None,) * len(WHEN)
    day = line.inspection.performed_on
    return day, weekday(day), words.SHIFTS[line.inspection.shift], words.OCCASIONS[line.inspection.occasion]


def _seen(line: Line) -> tuple[str | None, str, Decimal, str]:
    """Item, what was wrong, the points and what is to be said of them."""
    if line.entry.reverses_id is not None:
        return line.item or None, f"撤回：{what(line)}", line.points, why_reversed(line.entry)
    return line.item or None, what(line), line.points, words.noted(*_remarks(line))


def _remarks(line: Line) -> Iterator[str]:
    if line.carried_over and line.inspection:
        yield f"补计：{words.week_number(line.inspection.week)}的检查"
    if line.entry.serious:
        yield "一票否决"
    if line.named:
        yield "混合宿舍，只算本班"
    if line.multiplier != 1:
        yield f"按 {words.plain(line.multiplier)} 倍计"
    if line.entry.finding and line.entry.finding.corrected:
        yield "当场整改" if line.share == 1 else f"当场整改，{words.share(line.share)}"
    if line.capped:
        yield f"已到单次封顶，原为 {points(-line.entry.worth)}"
    if line.reversed_in_full:
        yield "已撤回"
    elif line.taken_back:
        yield f"已退回 {words.plain(sum((entry.points for entry in line.taken_back), Decimal(0)))} 分"
