"""What the demo's inspectors photographed, drawn: nobody's room is shown."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from io import BytesIO

from PIL import Image, ImageChops, ImageDraw, ImageFilter

# untranslated: the words of one bulletin

SIZE = (960, 720)
WALL, FLOOR, STEEL, SHEET, QUILT, DARK = "#cfc8b8", "#8b7f6c", "#6d7479", "#e8e3d8", "#7c8ea0", "#38424d"
Draw = ImageDraw.ImageDraw


def bed(draw: Draw) -> None:
    for x in (110, 840):
        draw.rectangle((x, 0, x + 28, 720), STEEL)
    draw.rectangle((110, 150, 868, 175), STEEL)
    draw.rectangle((138, 370, 840, 440), SHEET)
    draw.pieslice((138, 310, 560, 430), 180, 360, QUILT)
    draw.rectangle((110, 435, 868, 458), STEEL)


def bag(draw: Draw) -> None:
    draw.arc((330, 170, 450, 330), 180, 360, DARK, 9)
    draw.polygon([(290, 260), (490, 260), (520, 470), (260, 470)], "#a8473c")
    draw.rectangle((300, 290, 480, 340), "#8d372e")


def hat(draw: Draw) -> None:
    draw.line((640, 170, 640, 230), DARK, 8)
    draw.pieslice((560, 215, 730, 375), 180, 360, DARK)
    draw.ellipse((540, 280, 790, 320), "#2b333c")


def clothes(draw: Draw) -> None:
    draw.line((430, 175, 430, 225), STEEL, 7)
    draw.polygon(
        [
            (360, 220),
            (500, 220),
            (600, 290),
            (560, 350),
            (520, 320),
            (520, 500),
            (340, 500),
            (340, 320),
            (300, 350),
            (260, 290),
        ],
        "#5f7f6a",
    )
    draw.pieslice((385, 190, 475, 260), 0, 180, WALL)


def pack(draw: Draw) -> None:
    draw.arc((560, 160, 680, 320), 180, 360, DARK, 12)
    draw.rounded_rectangle((520, 230, 720, 490), 40, DARK)
    draw.rounded_rectangle((550, 350, 690, 460), 20, "#4d5a67")


def desk(draw: Draw) -> None:
    draw.rectangle((100, 420, 860, 460), "#8a5f3c")
    for left, top, colour in [(150, 390, "#a8473c"), (190, 360, QUILT), (560, 395, "#5f7f6a"), (640, 380, SHEET)]:
        draw.polygon([(left, top), (left + 170, top - 30), (left + 190, top), (left + 20, top + 30)], colour)
    draw.rounded_rectangle((430, 300, 490, 420), 10, "#d8c98a")
    draw.ellipse((700, 395, 790, 425), SHEET)


def balcony(draw: Draw) -> None:
    for x in range(60, 960, 110):
        draw.line((x, 60, x, 560), STEEL, 12)
    draw.line((0, 60, 960, 60), STEEL, 16)
    for x, y, size in [(180, 590, 90), (420, 620, 60), (610, 580, 120), (760, 640, 70), (330, 660, 40)]:
        draw.ellipse((x, y, x + size, y + size // 3), "#5d5344")


# What is drawn of each, one thing over the other
SEEN: dict[str, tuple[Callable[[Draw], None], ...]] = {
    "袋子乱挂": (bed, bag),
    "帽子乱挂": (bed, hat),
    "衣服乱挂": (bed, clothes),
    "包乱挂": (bed, pack),
    "桌上摆放乱": (desk,),
    "阳台地面脏": (balcony,),
}


@cache
def photograph(words: str) -> bytes | None:
    """A picture of what the bulletin calls `words`, as a phone would send it; None where nothing is drawn of it."""
    if words not in SEEN:
        return None
    image = Image.new("RGB", SIZE, WALL)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 560, 960, 720), FLOOR)
    for thing in SEEN[words]:
        thing(draw)
    file = BytesIO()
    _as_by_a_phone(image).save(file, "JPEG", quality=80)
    return file.getvalue()


def _as_by_a_phone(image: Image.Image) -> Image.Image:
    """A little out of focus, and darker towards the edges."""
    dim = Image.radial_gradient("L").resize(SIZE).point(lambda level: 255 - max(0, level - 90) // 2)
    return ImageChops.multiply(image.filter(ImageFilter.GaussianBlur(2.5)), Image.merge("RGB", [dim] * 3))
