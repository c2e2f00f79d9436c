"""What was seen: inspections, the classes they concern, findings."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campus.models import SHIFT_CHOICES, Exemption, SchoolClass, Shift, User, Week
from dormitories.models import Room
from inspections.models.places import Area
from inspections.models.standards import MOST_POINTS, Defect, Standard
from inspections.models.words import Category, Occasion, Outcome, Told
from inspections.querysets import COUNTING, InspectionQuerySet

OWN_TEXT_LENGTH = 120
NOTE_LENGTH = 500


def target_key(room: str | None, area: str | None) -> str:
    """As the outside writes a target: `room:5413` or `area:…`."""
    return f"room:{room}" if room else f"area:{area}"


class Inspection(models.Model):
    """One visit of one target, stored once under the id that the phone made; a correction is a new one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    room = models.ForeignKey(Room, models.PROTECT, null=True, blank=True, related_name="inspections")
    area = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="inspections")
    category = models.CharField(max_length=16, choices=Category)
    shift = models.CharField(_("shift"), max_length=8, choices=SHIFT_CHOICES)
    occasion = models.CharField(_("occasion"), max_length=12, choices=Occasion, default=Occasion.ROUTINE)
    performed_at = models.DateTimeField(help_text="The phone's clock, corrected by the offset the server measured")
    performed_on = models.DateField(db_index=True, help_text="The date of performed_at on the school's clock")
    received_at = models.DateTimeField(default=timezone.now)
    clock_offset = models.DurationField(default=timedelta, help_text="What the phone's clock was behind")
    week = models.ForeignKey(Week, models.PROTECT, related_name="inspections")
    inspector = models.ForeignKey(User, models.PROTECT, related_name="inspections")
    standard = models.ForeignKey(Standard, models.PROTECT, related_name="inspections")
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome)
    told = models.CharField(_("told"), max_length=8, choices=Told, blank=True)
    note = models.CharField(_("note"), max_length=NOTE_LENGTH, blank=True)
    replaces = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="replacement")
    content_hash = models.CharField(max_length=64, help_text="SHA-256 of the normalised content, to tell a resend")
    classes = models.ManyToManyField(SchoolClass, through="Concern", related_name="inspections")

    objects = InspectionQuerySet.as_manager()

    class Meta:
        ordering = ("performed_at", "id")
        verbose_name = _("inspection")
        verbose_name_plural = _("inspections")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="inspection_has_exactly_one_target",
                condition=Q(room__isnull=False, area__isnull=True) | Q(room__isnull=True, area__isnull=False),
            ),
            models.CheckConstraint(
                name="inspection_of_a_room_is_a_dorm_check",
                condition=Q(room__isnull=False, category=Category.DORM)
                | Q(room__isnull=True, category__in=[c for c in Category.values if c != Category.DORM]),
            ),
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="inspection_outcome_known"),
            models.CheckConstraint(condition=Q(told__in=["", *Told.values]), name="inspection_told_known"),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True) | ~Q(replaces=F("id")), name="inspection_does_not_replace_itself"
            ),
            models.CheckConstraint(condition=Q(occasion__in=Occasion.values), name="inspection_occasion_known"),
            models.CheckConstraint(condition=Q(shift__in=[s.value for s in Shift]), name="inspection_shift_known"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["room", "performed_on"], name="inspection_room_day"),
            models.Index(fields=["area", "performed_on"], name="inspection_area_day"),
        ]

    def __str__(self) -> str:
        return f"{self.target} {self.performed_on}"

    @property
    def target(self) -> Room | Area:
        target = self.room or self.area
        assert target is not None, "held by inspection_has_exactly_one_target"
        return target

    @property
    def target_key(self) -> str:
        return target_key(self.room.code if self.room else None, self.target.code)

    @property
    def counts(self) -> bool:
        """Whether it counts once verified; a locked dorm room, nobody in and skipped are only visits (§5.1)."""
        if self.outcome == Outcome.LOCKED:
            return self.standard.locked_points > 0
        return self.outcome in COUNTING


class Concern(models.Model):
    """A class that answered for the target on the day of the check; an exemption leaves it out of the judging."""

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="concerns")
    school_class = models.ForeignKey(SchoolClass, models.PROTECT, related_name="concerns")
    exemption = models.ForeignKey(Exemption, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("school_class__code",)
        verbose_name = _("class concerned")
        verbose_name_plural = _("classes concerned")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["inspection", "school_class"], name="concern_once_a_class"),
        ]

    def __str__(self) -> str:
        return str(self.school_class)


class Finding(models.Model):
    """One defect seen: one of the standard, or own text. Points, scope and seriousness are the version's, kept here."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="findings")
    position = models.PositiveSmallIntegerField()
    defect = models.ForeignKey(Defect, models.PROTECT, null=True, blank=True, related_name="findings")
    text = models.CharField(max_length=OWN_TEXT_LENGTH, blank=True)
    points = models.DecimalField(max_digits=5, decimal_places=2)
    scope = models.CharField(max_length=8, choices=Defect.Scope, default=Defect.Scope.PUBLIC)
    serious = models.BooleanField(default=False)
    school_class = models.ForeignKey(SchoolClass, models.PROTECT, null=True, blank=True, related_name="findings")
    corrected = models.BooleanField(default=False)

    class Meta:
        ordering = ("inspection", "position")
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["inspection", "position"], name="finding_position_once_a_check"),
            models.CheckConstraint(condition=Q(points__range=(0, MOST_POINTS)), name="finding_points_within_bounds"),
            models.CheckConstraint(condition=Q(scope__in=["public", "personal"]), name="finding_scope_known"),
            models.CheckConstraint(
                condition=Q(defect__isnull=False) | ~Q(text=""), name="finding_is_a_defect_or_own_text"
            ),
            models.CheckConstraint(
                condition=Q(defect__isnull=False) | Q(serious=False), name="finding_in_own_text_is_never_serious"
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """What was seen, in the reader's language: item and defect, with the inspector's own words behind."""
        if self.defect is None:
            return self.text
        said = f"{self.defect.item.local_name} {self.defect.local_name}"
        return f"{said} ({self.text})" if self.text else said
