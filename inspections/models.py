"""What was seen: areas and responsibilities, standards, inspections, findings."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campus.models import SHIFT_CHOICES, Exemption, NamedInTwo, SchoolClass, Shift, User, Week
from campus.querysets import DatedQuerySet
from dormitories.models import Building, Room
from inspections.querysets import COUNTING, InspectionQuerySet, StandardQuerySet

MOST_POINTS = Decimal(100)
OWN_TEXT_LENGTH = 120
NOTE_LENGTH = 500


class Category(models.TextChoices):
    """What a check is charged to; §5.3 adds `correction`, which no check has."""

    CLASSROOM = "classroom", _("Classrooms")
    AREA = "area", _("Sanitation areas")
    DORM = "dorm", _("Dorm rooms")
    DUTY = "duty", _("Duty posts")
    EVENT = "event", _("Event venues")


class Kind(models.TextChoices):
    """The kinds of a standard (§5.1)."""

    CLASSROOM = "classroom", _("Classroom")
    CLASSROOM_DEEP = "classroom_deep", _("Classroom, deep clean")
    AREA = "area", _("Sanitation area")
    DORM = "dorm", _("Dorm room")
    DUTY = "duty", _("Duty post")
    EVENT = "event", _("Event venue")

    @property
    def category(self) -> Category:
        return Category.CLASSROOM if self is Kind.CLASSROOM_DEEP else Category(self.value)


class Occasion(models.TextChoices):
    """What a check is for."""

    ROUTINE = "routine", _("Routine")
    SPOT = "spot", _("Spot check")
    DEEP_CLEAN = "deep_clean", _("Deep clean")
    DEPARTMENT = "department", _("Department inspection")
    SCHOOL = "school", _("School inspection")


class Outcome(models.TextChoices):
    CLEAN = "clean", _("Clean")
    DEFECTS = "defects", _("Defects")
    LOCKED = "locked", _("Locked")
    REFUSED = "refused", _("Refused")
    NOBODY = "nobody", _("Nobody in")
    SKIPPED = "skipped", _("Skipped")


class Told(models.TextChoices):
    """Whether the people in the room were told, or would not sign."""

    YES = "yes", _("Told")
    REFUSED = "refused", _("Would not sign")


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


class Standard(models.Model):
    """One version of the standard for one kind. Published, it never changes: held by the database (`config.guards`)."""

    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    version = models.PositiveIntegerField(_("version"))
    effective_from = models.DateField(_("in force from"))
    locked_points = models.DecimalField(_("what locked costs"), max_digits=5, decimal_places=2, default=0)
    refused_points = models.DecimalField(_("what refused costs"), max_digits=5, decimal_places=2, default=10)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    published_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = StandardQuerySet.as_manager()

    class Meta:
        ordering = ("kind", "version")
        verbose_name = _("standard")
        verbose_name_plural = _("standards")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "version"], name="standard_version_once_a_kind"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="standard_kind_known"),
            models.CheckConstraint(
                condition=Q(locked_points__range=(0, MOST_POINTS), refused_points__range=(0, MOST_POINTS)),
                name="standard_outcome_points_within_bounds",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.version}"

    @property
    def category(self) -> Category:
        return Kind(self.kind).category

    @property
    def most_own_points(self) -> Decimal:
        """The most that own text may cost: the highest points of a defect that is not serious (§5.1)."""
        points = [d.points for item in self.items.all() for d in item.defects.all() if not d.serious]
        return max(points, default=Decimal(0))


class Item(NamedInTwo):
    """What is looked at: floor, board, desk."""

    standard = models.ForeignKey(Standard, models.PROTECT, related_name="items")
    code = models.SlugField(_("code"), max_length=40)
    position = models.PositiveSmallIntegerField(_("position"))

    class Meta:
        ordering = ("standard", "position")
        verbose_name = _("item")
        verbose_name_plural = _("items")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["standard", "code"], name="item_code_once_a_standard"),
        ]


class Defect(NamedInTwo):
    """What can be wrong with an item; `code` is a slug that stays the same across versions, once in each."""

    class Scope(models.TextChoices):
        PUBLIC = "public", _("Public")
        PERSONAL = "personal", _("Personal")

    standard = models.ForeignKey(Standard, models.PROTECT, related_name="defects")
    item = models.ForeignKey(Item, models.PROTECT, related_name="defects")
    code = models.SlugField(_("code"), max_length=40)
    points = models.DecimalField(_("points"), max_digits=5, decimal_places=2)
    scope = models.CharField(_("scope"), max_length=8, choices=Scope, default=Scope.PUBLIC)
    serious = models.BooleanField(_("serious"), default=False)
    position = models.PositiveSmallIntegerField(_("position"))

    class Meta:
        ordering = ("item", "position")
        verbose_name = _("defect")
        verbose_name_plural = _("defects")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["standard", "code"], name="defect_code_once_a_standard"),
            models.CheckConstraint(condition=Q(points__range=(0, MOST_POINTS)), name="defect_points_within_bounds"),
            models.CheckConstraint(condition=Q(scope__in=["public", "personal"]), name="defect_scope_known"),
        ]

    @property
    def personal(self) -> bool:
        return self.scope == Defect.Scope.PERSONAL


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
