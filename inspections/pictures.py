"""What a phone sent as a picture, drawn anew: neither its bytes are kept nor what stood beside the pixels."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from io import BytesIO
from threading import Lock
from typing import IO

import pillow_heif
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 1600
THUMB_SIDE = 320
QUALITY = 82
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")  # told by the bytes; what a phone calls them is not asked
MEDIA_TYPES = ("image/jpeg", "image/png", "image/webp", "image/heic")

# For the whole process, since a filter of warnings for one thread there is not. Pillow's own limit only warns.
Image.MAX_IMAGE_PIXELS = MOST_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)
pillow_heif.register_heif_opener(thumbnails=False)

# Forty megapixels take up to 600 MB while they are drawn: a process draws one picture after the other
_drawing = Lock()


class NotAPicture(ValueError):
    """The bytes are no picture that can be kept; says why to the person who sent them."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG as it is kept, with its size in pixels."""

    content: bytes
    width: int
    height: int


def redrawn(file: IO[bytes]) -> Picture:
    """The picture in `file`, upright, on white, 1600 px at most, as a JPEG without EXIF, place or profile.

    Of an animation, its first picture. Raises `NotAPicture`, and `MemoryError` where it may be tried again.
    """
    with _drawing:
        try:
            return _redrawn(file, LONGEST_SIDE)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise NotAPicture(_too_many_pixels()) from None
        except (NotAPicture, MemoryError):
            # Where the machine has no room just now, the picture is not at fault
            raise
        except Exception as error:
            # A decoder raises whatever it stumbles over: OSError, SyntaxError, ValueError, struct.error …
            raise NotAPicture(
                _("This is no picture that can be read. Take it once more, as JPEG, PNG, WebP or HEIC.")
            ) from error


def thumb(file: IO[bytes]) -> Picture:
    """A kept picture, 320 px at most."""
    return _redrawn(file, THUMB_SIDE)


def _redrawn(file: IO[bytes], side: int) -> Picture:
    with Image.open(file, formats=FORMATS) as image:
        # Before anything is decoded
        if image.width * image.height > MOST_PIXELS:
            raise NotAPicture(_too_many_pixels())
        image.draft("RGB", (side, side))
        sheet = _on_white(_smaller(image, side))
    content = BytesIO()
    sheet.save(content, "JPEG", quality=QUALITY, optimize=True)
    return Picture(content.getvalue(), *sheet.size)


def _smaller(image: Image.Image, side: int) -> Image.Image:
    """Upright, no side over `side`, in one of the modes RGB and RGBA."""
    if image.mode.startswith("I"):
        image = image.point(lambda value: value / 256).convert("L")  # 16 bits a pixel; `convert` alone would cut them
    mode = "RGBA" if image.has_transparency_data else "RGB"
    if image.mode != mode:
        image = image.convert(mode)
    image.thumbnail((side, side))
    return ImageOps.exif_transpose(image)


def _on_white(image: Image.Image) -> Image.Image:
    """Pixels alone: what else a file says of itself is left behind."""
    sheet = Image.new("RGB", image.size, "white")
    sheet.paste(image, mask=image.getchannel("A") if image.mode == "RGBA" else None)
    return sheet


def _too_many_pixels() -> str:
    return _("This picture has too many pixels. Send a smaller one.")
