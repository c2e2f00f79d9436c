"""What a phone sent is drawn anew: whatever it was, a JPEG of 1600 px at most comes of it, or a refusal in words."""

from __future__ import annotations

import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageCms, ImageFile, PngImagePlugin

from inspections.pictures import MOST_PIXELS, NotAPicture, Picture, redrawn, thumb
from inspections.tests.drawn import chunk, drawn, jpeg, png, saved

BROWN, WHITE = (120, 90, 60), (255, 255, 255)
KINDS = ("JPEG", "PNG", "WEBP", "HEIF", "MPO")


def kept(content: bytes) -> Picture:
    return redrawn(BytesIO(content))


def opened(picture: Picture) -> Image.Image:
    image = Image.open(BytesIO(picture.content))
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (picture.width, picture.height))
    return image


def colour(picture: Picture, at: tuple[int, int] = (0, 0)) -> tuple[int, ...]:
    pixel = opened(picture).getpixel(at)
    assert isinstance(pixel, tuple)
    return pixel


def near(one: tuple[int, ...], other: tuple[int, ...], by: int = 6) -> bool:
    return all(abs(a - b) <= by for a, b in zip(one, other, strict=True))


# What is kept


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_a_phone_sends_becomes_a_jpeg(kind: str) -> None:
    more: dict[str, Any] = {"save_all": True, "append_images": [drawn((64, 48), "red")]} if kind == "MPO" else {}
    picture = kept(saved(drawn(), kind, **more))
    assert near(colour(picture), BROWN)
    assert (picture.width, picture.height) == (64, 48)


@pytest.mark.parametrize(
    ("sent", "size"),
    [((4000, 3000), (1600, 1200)), ((3000, 4000), (1200, 1600)), ((1601, 10), (1600, 10)), ((9000, 2), (1600, 1))],
)
def test_it_is_scaled_to_1600_pixels(sent: tuple[int, int], size: tuple[int, int]) -> None:
    picture = kept(jpeg(size=sent))
    assert (picture.width, picture.height) == size


def test_a_small_one_stays_small_and_a_thumb_has_320_pixels() -> None:
    assert kept(jpeg(size=(3, 2))).width == 3
    small = thumb(BytesIO(kept(jpeg(size=(2000, 1000))).content))
    assert (small.width, small.height) == (320, 160)
    opened(small)


def marked(orientation: int) -> bytes:
    """A wide picture, left half black, with all that a phone writes beside the pixels."""
    image = drawn((60, 30), WHITE)
    image.paste("black", (0, 0, 30, 30))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Make] = "Telephone"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (39.0, 54.0, 15.0)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return saved(image, exif=exif, icc_profile=profile, comment="<script>alert(1)</script>", xmp=b"<x:xmpmeta/>")


def test_nothing_that_stood_beside_the_pixels_is_kept() -> None:
    sent = marked(1)
    for secret in (b"Exif", b"Telephone", b"ICC_PROFILE", b"<script>", b"xmpmeta"):
        assert secret in sent
        assert secret not in kept(sent).content
    image = opened(kept(sent))
    assert not image.getexif()
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize(("orientation", "black"), [(1, "left"), (3, "right"), (6, "top"), (8, "bottom")])
def test_it_is_turned_upright(orientation: int, black: str) -> None:
    picture = kept(marked(orientation))
    assert (picture.width, picture.height) == ((60, 30) if black in ("left", "right") else (30, 60))
    corners = {"left": (2, 15), "right": (57, 15), "top": (15, 2), "bottom": (15, 57)}
    assert near(colour(picture, corners[black]), (0, 0, 0), 20)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "HEIF"])
def test_so_are_the_other_kinds(kind: str) -> None:
    image, exif = drawn((60, 30), WHITE), Image.Exif()
    image.paste("black", (0, 0, 30, 30))
    exif[ExifTags.Base.Orientation] = 6
    image.info["exif"] = exif.tobytes()  # of which HEIC makes a turn of its own
    picture = kept(saved(image, kind, **({} if kind == "HEIF" else {"exif": exif})))
    assert (picture.width, picture.height) == (30, 60)
    assert near(colour(picture, (15, 2)), (0, 0, 0), 20)


def gradient_16_bit(more: bytes = b"") -> bytes:
    """From black to white in 256 steps, two bytes a pixel."""
    row = b"\0" + b"".join(bytes([level, 0]) for level in range(256))
    return png(256, 8, depth=16, colour=0, pixels=row * 8, more=more)


ODD = {
    "CMYK": (saved(drawn(colour=(0, 64, 128, 135), mode="CMYK")), BROWN),
    "grey": (saved(drawn(colour=90, mode="L")), (90, 90, 90)),
    "one bit": (saved(drawn(colour=1, mode="1"), "PNG"), WHITE),
    "see-through": (saved(drawn(colour=(120, 90, 60, 0), mode="RGBA"), "PNG"), WHITE),
    "half see-through": (saved(drawn(colour=(0, 0, 0, 128), mode="RGBA"), "WEBP", lossless=True), (127, 127, 127)),
    "grey, see-through": (saved(drawn(colour=(0, 0), mode="LA"), "PNG"), WHITE),
    "palette": (saved(drawn().quantize(8), "PNG"), BROWN),
    "palette, see-through": (saved(drawn().quantize(8), "PNG", transparency=0), WHITE),
    "colour, see-through": (saved(drawn(), "PNG", transparency=BROWN), WHITE),
    "colours of 16 bit": (
        png(1, 1, depth=16, colour=2, pixels=b"\0" + b"".join(bytes([level, 0]) for level in BROWN)),
        BROWN,
    ),
}


@pytest.mark.parametrize("name", ODD)
def test_pixels_of_any_sort_look_as_they_should_and_see_through_is_white(name: str) -> None:
    sent, wanted = ODD[name]
    assert near(colour(kept(sent)), wanted)


@pytest.mark.parametrize("more", [b"", chunk("tRNS", b"\xff\xff")])
def test_sixteen_bits_of_grey_are_not_cut_to_white(more: bytes) -> None:
    picture = kept(gradient_16_bit(more))
    assert [near(colour(picture, (x, 4)), (x, x, x)) for x in (10, 128, 240)] == [True] * 3


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_of_an_animation_the_first_picture_is_kept(kind: str) -> None:
    picture = kept(saved(drawn(), kind, save_all=True, append_images=[drawn(colour="red"), drawn(colour="blue")]))
    assert near(colour(picture), BROWN)


# What is refused


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"\0" * 1000,
        "照片".encode(),
        b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>",
        b"%PDF-1.7\n",
        b"<html>" + jpeg(),
        b"\xff\xd8\xff\xe0",
        *(saved(drawn(), kind) for kind in ("GIF", "BMP", "TIFF", "ICO")),
    ],
)
def test_what_is_no_picture_of_a_known_kind_is_refused(sent: bytes) -> None:
    with pytest.raises(NotAPicture, match="这不是能看的照片"):
        kept(sent)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("part", [0.05, 0.5, 0.9])
def test_a_picture_that_broke_off_is_refused(kind: str, part: float) -> None:
    whole = saved(Image.effect_noise((200, 200), 80).convert("RGB"), "JPEG" if kind == "MPO" else kind)
    with pytest.raises(NotAPicture):
        kept(whole[: int(len(whole) * part)])


def test_what_is_hung_on_behind_is_left_behind() -> None:
    archive = BytesIO()
    with ZipFile(archive, "w") as file:
        file.writestr("page.html", "<script>alert(1)</script>")
    content = kept(jpeg() + archive.getvalue() + b"<script>alert(1)</script>").content
    assert b"PK" not in content
    assert b"<script>" not in content
    assert content.endswith(b"\xff\xd9")


@pytest.mark.parametrize("size", [(7000, 6000), (20_000, 20_000), (2**31 - 1, 2**31 - 1)])
def test_too_many_pixels_are_refused_before_any_is_decoded(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def decoded(image: ImageFile.ImageFile) -> None:
        raise AssertionError("it was decoded")

    monkeypatch.setattr(ImageFile.ImageFile, "load", decoded)
    assert size[0] * size[1] > MOST_PIXELS
    with pytest.raises(NotAPicture, match="像素太多"):
        kept(png(*size, depth=8, colour=2))


def test_a_jpeg_that_lies_about_its_size_is_refused() -> None:
    sent = bytearray(jpeg())
    at = sent.index(b"\xff\xc0") + 5
    sent[at : at + 4] = b"\xff\xff\xff\xff"
    with pytest.raises(NotAPicture, match="像素太多"):
        kept(bytes(sent))


def test_words_that_unpack_to_a_gigabyte_are_refused() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("remark", "0" * 80_000_000, zip=True)
    sent = saved(drawn(), "PNG", pnginfo=info)
    assert len(sent) < 100_000
    with pytest.raises(NotAPicture):
        kept(sent)


SAMPLES = {
    kind: saved(Image.effect_noise((24, 24), 80).convert("RGB"), kind) for kind in ("JPEG", "PNG", "WEBP", "HEIF")
}


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(SAMPLES)), st.data())
def test_bytes_gone_wrong_make_a_picture_or_a_refusal_and_nothing_else(kind: str, data: Any) -> None:
    sent = bytearray(SAMPLES[kind])
    for at in data.draw(st.lists(st.integers(0, len(sent) - 1), min_size=1, max_size=8)):
        sent[at] = data.draw(st.integers(0, 255))
    try:
        picture = kept(bytes(sent))
    except NotAPicture:
        return
    opened(picture)


# Memory

MEASURED = """
import sys
from django.conf import settings
settings.configure(USE_I18N=False)
from inspections.pictures import redrawn
with open(sys.argv[1], "rb") as sent:
    redrawn(sent)
with open("/proc/self/status") as status:
    print(next(line.split()[1] for line in status if line.startswith("VmHWM")))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells how much it was at most")
@pytest.mark.parametrize(("kind", "megabytes"), [("JPEG", 160), ("PNG", 700)])
def test_the_largest_picture_takes_a_bounded_memory(kind: str, megabytes: int, tmp_path: Path) -> None:
    sent = tmp_path / "sent"
    dear = b"" if kind == "JPEG" else png(7300, 5400, depth=8, colour=4, pixels=(b"\0" + b"\x7f" * 14_600) * 5400)
    sent.write_bytes(dear or jpeg(size=(7300, 5400)))
    measured = subprocess.run([sys.executable, "-c", MEASURED, str(sent)], check=True, capture_output=True, text=True)
    assert int(measured.stdout) < megabytes * 1024
