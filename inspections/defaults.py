"""The default standard (design §5.1), as the first migration publishes it: version 1 of every kind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

# Version 1 rules every day there is data for
SINCE = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class DefaultDefect:
    code: str
    name: str
    name_en: str
    points: int = 1
    personal: bool = False
    serious: bool = False


@dataclass(frozen=True, slots=True)
class DefaultItem:
    code: str
    name: str
    name_en: str
    defects: tuple[DefaultDefect, ...]


D = DefaultDefect


def P(code: str, name: str, name_en: str) -> DefaultDefect:
    """A personal defect of one point."""
    return DefaultDefect(code, name, name_en, personal=True)


# untranslated: each stands here with both its names

CLASSROOM = (
    DefaultItem("floor", "地面", "Floor", (D("floor-litter", "有垃圾", "litter"), D("floor-dirty", "不洁", "dirty"))),
    DefaultItem(
        "board",
        "黑板板槽",
        "Board and trough",
        (D("board-unwiped", "未擦", "not wiped"), D("trough-dust", "板槽有灰", "dust in the trough")),
    ),
    DefaultItem("radiator", "暖气片", "Radiator", (D("radiator-dust", "有灰", "dusty"),)),
    DefaultItem("rubbish", "垃圾", "Rubbish", (D("rubbish-left", "未倒", "not emptied"),)),
    DefaultItem("tools", "卫生工具", "Cleaning tools", (D("tools-untidy", "摆放乱", "untidy"),)),
    DefaultItem(
        "frames",
        "门窗台",
        "Sills and frames",
        (D("frame-dust", "门框有灰", "dust on the door frame"), D("sill-dust", "窗台有灰", "dust on the sill")),
    ),
    DefaultItem(
        "lectern",
        "讲台",
        "Lectern",
        (D("lectern-dust", "讲桌有灰", "dust on the desk"), D("speaker-dust", "音响盒有灰", "dust on the speaker box")),
    ),
    DefaultItem("drawers", "桌斗", "Drawers", (D("drawers-cluttered", "有杂物", "things left inside"),)),
    DefaultItem("lights", "电源", "Lights", (D("lights-on", "人走未关灯", "left on"),)),
)

CLASSROOM_DEEP = (
    *CLASSROOM,
    DefaultItem("desks", "桌椅", "Desks", (D("desks-uneven", "不齐", "not in line"), D("desks-dust", "有灰", "dusty"))),
    DefaultItem("panes", "门窗", "Doors and panes", (D("panes-dirty", "不洁", "dirty"),)),
    DefaultItem("walls", "墙面", "Walls", (D("walls-stained", "有污迹", "stained"),)),
    DefaultItem("ceiling", "天花板", "Ceiling", (D("ceiling-cobwebs", "有蛛网", "cobwebs"),)),
    DefaultItem("whole", "大扫除", "The whole", (D("deep-clean-not-done", "未打扫", "not done", 5),)),
)

AREA = (
    DefaultItem(
        "rubbish",
        "垃圾",
        "Litter",
        (D("area-litter", "有垃圾", "litter", 2), D("bin-not-emptied", "垃圾未倒", "bin not emptied", 2)),
    ),
    DefaultItem("floor", "地面", "Ground", (D("loose-soil", "浮土", "loose soil"),)),
    DefaultItem(
        "turnout",
        "到岗",
        "Turnout",
        (D("started-late", "迟到", "started late"), D("not-swept", "未打扫", "not swept", 5)),
    ),
)

DORM = (
    DefaultItem(
        "hanging",
        "物品悬挂",
        "Hanging things",
        (
            P("bags-hanging", "袋子乱挂", "bags hung up"),
            P("clothes-hanging", "衣服乱挂", "clothes hung up"),
            P("hats-hanging", "帽子乱挂", "hats hung up"),
            P("packs-hanging", "包乱挂", "backpacks hung up"),
        ),
    ),
    DefaultItem("desk", "桌面", "Desk", (P("desk-dirty", "不干净", "not clean"), P("desk-untidy", "摆放乱", "untidy"))),
    DefaultItem("bed", "床铺", "Bed", (P("bed-unmade", "被子未叠", "quilt not folded"),)),
    DefaultItem("under-bed", "床下", "Under the bed", (P("under-bed-untidy", "摆放乱", "untidy"),)),
    DefaultItem("floor", "地面", "Floor", (D("room-floor-dirty", "不洁", "dirty"),)),
    DefaultItem("sill", "窗台", "Sill", (D("sill-cluttered", "乱放", "cluttered"),)),
    DefaultItem("balcony", "阳台", "Balcony", (D("balcony-floor-dirty", "地面脏", "floor dirty"),)),
    DefaultItem("washroom", "卫生间", "Washroom", (D("washroom-dirty", "不洁", "dirty"),)),
    DefaultItem("rubbish", "垃圾", "Rubbish", (D("room-rubbish-left", "未倒", "not emptied"),)),
    DefaultItem(
        "air", "空气", "Air", (D("bad-smell", "异味", "bad smell"), D("cigarette-ends", "烟头", "cigarette ends", 2))
    ),
    DefaultItem("door", "锁门", "Locked door", (D("locked-again", "再次锁门", "locked again"),)),
    DefaultItem(
        "safety",
        "安全",
        "Safety",
        (
            D("banned-appliance", "违规电器", "banned appliance", 10, personal=True, serious=True),
            D("unsafe-wiring", "私拉电线", "unsafe wiring", 10, personal=True, serious=True),
        ),
    ),
)

DUTY = (
    DefaultItem(
        "turnout", "到岗", "Turnout", (D("post-empty", "缺岗", "post empty", 3), D("post-late", "迟到", "late"))
    ),
    DefaultItem("standing", "站岗", "On duty", (D("chatting", "聊天", "chatting"), D("reading", "看书", "reading"))),
)

ITEMS: dict[str, tuple[DefaultItem, ...]] = {
    "classroom": CLASSROOM,
    "classroom_deep": CLASSROOM_DEEP,
    "area": AREA,
    "dorm": DORM,
    "duty": DUTY,
    "event": AREA,
}
# A locked dorm room is visited again; duty posts and event venues have no door to lock
LOCKED_POINTS = {"classroom": 2, "classroom_deep": 2, "area": 2}
REFUSED_POINTS = 10


def publish_default_standard(Standard: Any, Item: Any, Defect: Any, at: Any) -> None:
    """Make and publish version 1 of every kind with the model classes given (a migration's or the real ones)."""
    for kind, items in ITEMS.items():
        standard = Standard.objects.create(
            kind=kind,
            version=1,
            effective_from=SINCE,
            locked_points=LOCKED_POINTS.get(kind, 0),
            refused_points=REFUSED_POINTS,
        )
        for position, item in enumerate(items, 1):
            row = Item.objects.create(
                standard=standard, code=item.code, name=item.name, name_en=item.name_en, position=position
            )
            Defect.objects.bulk_create(
                Defect(
                    standard=standard,
                    item=row,
                    code=defect.code,
                    name=defect.name,
                    name_en=defect.name_en,
                    points=defect.points,
                    scope="personal" if defect.personal else "public",
                    serious=defect.serious,
                    position=n,
                )
                for n, defect in enumerate(item.defects, 1)
            )
        standard.published_at = at
        standard.save()
