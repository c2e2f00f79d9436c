"""Where they live: buildings, rooms, residencies."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from campus.models import SchoolClass
from campus.querysets import DatedQuerySet


class Building(models.Model):
    class Residents(models.TextChoices):
        MEN = "men", _("Men")
        WOMEN = "women", _("Women")
        BOTH = "both", _("Men and women")

    code = models.CharField(_("building number"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=40)
    gender = models.CharField(_("who lives in it"), max_length=5, choices=Residents)

    class Meta:
        ordering = ("code",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(gender__in=["men", "women", "both"]), name="building_gender_known"),
        ]
        verbose_name = _("building")
        verbose_name_plural = _("buildings")

    def __str__(self) -> str:
        return self.name


class Room(models.Model):
    """A dorm room; `code` is its number where the school has no other such, else building-number."""

    building = models.ForeignKey(Building, models.PROTECT, related_name="rooms", verbose_name=_("building"))
    number = models.CharField(_("room number"), max_length=20)
    code = models.CharField(_("room code"), max_length=40, unique=True)
    floor = models.SmallIntegerField(_("floor"))
    beds = models.PositiveSmallIntegerField(_("beds"), default=8)

    class Meta:
        ordering = ("code",)
        verbose_name = _("room")
        verbose_name_plural = _("rooms")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["building", "number"], name="room_number_once_a_building"),
            models.CheckConstraint(condition=~Q(code=""), name="room_code_not_empty"),
            models.CheckConstraint(condition=Q(beds__range=(1, 40)), name="room_beds_plausible"),
        ]

    def __str__(self) -> str:
        return self.code


class Residency(models.Model):
    """A class lives in a room from one day to another; several may share one (混合宿舍).

    Two residencies of one class and room never overlap: held by the database (`config.guards`).
    """

    room = models.ForeignKey(Room, models.PROTECT, related_name="residencies", verbose_name=_("room"))
    school_class = models.ForeignKey(SchoolClass, models.PROTECT, related_name="residencies", verbose_name=_("class"))
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"), null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        ordering = ("room", "school_class", "starts_on")
        verbose_name = _("residency")
        verbose_name_plural = _("residencies")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="residency_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.room} {self.school_class}"
