"""Pictures for the tests: small ones as a phone would send them, and such as nobody should."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image


def drawn(size: tuple[int, int] = (64, 48), colour: Any = (120, 90, 60), mode: str = "RGB") -> Image.Image:
    return Image.new(mode, size, colour)


def saved(image: Image.Image, kind: str = "JPEG", **how: Any) -> bytes:
    file = BytesIO()
    image.save(file, kind, **how)
    return file.getvalue()


def jpeg(colour: Any = (120, 90, 60), size: tuple[int, int] = (64, 48)) -> bytes:
    """A picture as bytes; another colour gives other bytes."""
    return saved(drawn(size, colour))


def png(width: int, height: int, *, depth: int, colour: int, pixels: bytes = b"", more: bytes = b"") -> bytes:
    """A PNG that says of itself what it is told to, true or not; `pixels` are the rows with their filter bytes."""
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    chunks = (("IHDR", head), ("", more), ("IDAT", zlib.compress(pixels)), ("IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, data) if kind else data for kind, data in chunks)


def chunk(kind: str, data: bytes) -> bytes:
    name = kind.encode()
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
