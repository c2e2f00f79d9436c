"""Areas, and which class answers for one."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from campus.models import SchoolClass
from campus.querysets import DatedQuerySet
from dormitories.models import Building


class Area(models.Model):
    """A classroom, a sanitation area, a duty post or an event venue; its code is its name."""

    class AreaKind(models.TextChoices):
        CLASSROOM = "classroom", _("Classroom")
        AREA = "area", _("Sanitation area")
        DUTY = "duty", _("Duty post")
        EVENT = "event", _("Event venue")

    code = models.CharField(_("name"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=16, choices=AreaKind)
    building = models.ForeignKey(Building, models.PROTECT, null=True, blank=True, related_name="areas")

    class Meta:
        ordering = ("kind", "code")
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(code=""), name="area_code_not_empty"),
            models.CheckConstraint(
                condition=Q(kind__in=["classroom", "area", "duty", "event"]), name="area_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Responsibility(models.Model):
    """A class answers for an area from one day to another; two classes may share one.

    Two responsibilities of one class and area never overlap: held by the database (`config.guards`).
    """

    area = models.ForeignKey(Area, models.PROTECT, related_name="responsibilities", verbose_name=_("area"))
    school_class = models.ForeignKey(
        SchoolClass, models.PROTECT, related_name="responsibilities", verbose_name=_("class")
    )
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"), null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        ordering = ("area", "school_class", "starts_on")
        verbose_name = _("responsibility")
        verbose_name_plural = _("responsibilities")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="responsibility_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.area} {self.school_class}"
