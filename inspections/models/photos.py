"""Pictures of what was seen; a record and its pictures arrive in either order."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campus.models import User
from inspections.models.checks import Finding
from inspections.querysets import FindingPhotoQuerySet

PHOTOS_OF_A_FINDING = 6
PHOTOS_OF_A_CHECK = 60


class Photo(models.Model):
    """A picture as it is kept, drawn anew from what was sent; stored once under the id that the phone made.

    `sha256` is of the bytes that were sent, `size` (bytes), `width` and `height` (pixels) of those kept.
    """

    id = models.UUIDField(primary_key=True)
    sha256 = models.CharField(max_length=64)
    sender = models.ForeignKey(User, models.PROTECT, related_name="photos")
    received_at = models.DateTimeField(default=timezone.now)
    file = models.FileField(max_length=60)
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    size = models.PositiveIntegerField()
    thumb_made_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("received_at", "id")
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        indexes: ClassVar = [
            models.Index(fields=["received_at"], condition=Q(thumb_made_at=None), name="photo_without_thumb"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def thumb_name(self) -> str:
        """Under which name the small picture lies, beside the large one."""
        return f"{str(self.file).removesuffix('.jpg')}-320.jpg"


class FindingPhoto(models.Model):
    """A finding names a picture: by its id alone, for the picture may come later.

    It stands in one finding, of its sender's; a correction may name it again. Held by the database (`config.guards`).
    """

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="photos")
    photo_id = models.UUIDField(db_index=True)
    position = models.PositiveSmallIntegerField()

    objects = FindingPhotoQuerySet.as_manager()

    class Meta:
        ordering = ("finding", "position")
        verbose_name = _("photo of a finding")
        verbose_name_plural = _("photos of findings")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["finding", "position"], name="finding_photo_position_once"),
        ]

    def __str__(self) -> str:
        return str(self.photo_id)
