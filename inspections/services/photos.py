"""Pictures: what was sent is drawn anew and stored once; its small copy is made later, by whoever comes to it."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import IO, Literal
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from campus.models import User
from inspections.models import FindingPhoto, Photo
from inspections.pictures import Picture, redrawn, thumb

UNSENT = timedelta(minutes=1)
GIVEN_UP = timedelta(days=7)
SWEPT_AT_ONCE = 200
UNNAMED = timedelta(days=30)


class PhotoConflict(Exception):
    """The id is taken: by other bytes, or by another person's photo or finding. What is stored stays as it is."""


@dataclass(frozen=True, slots=True)
class Kept:
    """`duplicate` is a success too: the same bytes were stored before, and nothing changed."""

    photo: Photo
    status: Literal["created", "duplicate"]


def keep_photo(*, photo: UUID, file: IO[bytes], sender: User) -> Kept:
    """Store the picture in `file` under the id `photo`; once, however often it is sent.

    Raises `NotAPicture` (it cannot be kept) and `PhotoConflict` (the id is taken).
    """
    sha256 = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
    # Looked for first, since drawing a picture is dear; of two that come at once the key decides
    if stored := Photo.objects.filter(pk=photo).first():
        return _again(stored, sha256, sender)
    if FindingPhoto.objects.filter(photo_id=photo).exclude(finding__inspection__inspector=sender).exists():
        raise PhotoConflict(_taken())
    file.seek(0)
    picture = redrawn(file)
    try:
        return Kept(_store(photo, sha256, picture, sender), "created")
    except IntegrityError:
        stored = Photo.objects.filter(pk=photo).first()
        if stored is None:
            raise PhotoConflict(_taken()) from None
        return _again(stored, sha256, sender)


def make_thumb(*, photo: UUID) -> None:
    """Make the small copy of a picture, unless there is one; it may be called any number of times, at once too."""
    stored = Photo.objects.filter(pk=photo, thumb_made_at=None).first()
    if stored is None:
        return
    with stored.file.open("rb") as file:
        small = thumb(file)
    with transaction.atomic():
        if Photo.objects.filter(pk=photo, thumb_made_at=None).update(thumb_made_at=timezone.now()):
            _write(stored.thumb_name, small)


def photos_without_thumb() -> list[UUID]:
    """Ids of the pictures whose small copy somebody should have made by now; after a week it is given up.

    Where there are many, each minute tells the next of them: those that nobody can make (their file is gone) are in
    nobody's way.
    """
    now = timezone.now()
    forgotten = Photo.objects.filter(thumb_made_at=None, received_at__range=(now - GIVEN_UP, now - UNSENT))
    parts = ceil(forgotten.count() / SWEPT_AT_ONCE)
    first = int(now.timestamp() // 60) % max(parts, 1) * SWEPT_AT_ONCE
    in_order = forgotten.order_by("received_at", "pk").values_list("pk", flat=True)
    return list(in_order[first : first + SWEPT_AT_ONCE])


def forget_unnamed() -> None:
    """Delete pictures that came a month ago and that no finding has named since: their record will not come."""
    named = FindingPhoto.objects.filter(photo_id=OuterRef("pk"))
    old = Photo.objects.filter(~Exists(named), received_at__lt=timezone.now() - UNNAMED)
    for photo in old.order_by("received_at", "pk")[:SWEPT_AT_ONCE]:
        # The database refuses it where a record that names it has come just now
        with suppress(IntegrityError):
            _forget(photo)


@transaction.atomic
def _forget(photo: Photo) -> None:
    """The row with its files: one whose files alone are gone is found again by the next sweep."""
    large, small = str(photo.file), photo.thumb_name
    photo.delete()
    default_storage.delete(large)
    default_storage.delete(small)


def _again(stored: Photo, sha256: str, sender: User) -> Kept:
    if stored.sha256 != sha256 or stored.sender_id != sender.pk:
        raise PhotoConflict(_taken())
    return Kept(stored, "duplicate")


def _taken() -> str:
    return _("Another photo has this id already. Take it once more.")


@transaction.atomic
def _store(photo: UUID, sha256: str, picture: Picture, sender: User) -> Photo:
    stored = Photo.objects.create(
        id=photo,
        sha256=sha256,
        sender=sender,
        file=f"photos/{photo.hex[:2]}/{photo.hex}.jpg",
        width=picture.width,
        height=picture.height,
        size=len(picture.content),
    )
    _write(str(stored.file), picture)
    return stored


def _write(name: str, picture: Picture) -> None:
    """Called by whoever holds the row, and so writes alone: what lies there was left by one that was killed."""
    default_storage.delete(name)
    try:
        default_storage.save(name, ContentFile(picture.content))
    except BaseException:
        default_storage.delete(name)
        raise
