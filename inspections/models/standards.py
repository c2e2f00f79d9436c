"""The standard: versions of items and their defects."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campus.models import NamedInTwo, User
from inspections.models.words import Category, Kind
from inspections.querysets import StandardQuerySet

MOST_POINTS = Decimal(100)


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
        """The most that own text may cost. Reads items and their defects."""
        return most_own_points(defect for item in self.items.all() for defect in item.defects.all())


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


def most_own_points(defects: Iterable[Defect]) -> Decimal:
    """The most that own text may cost beside `defects`: the highest points of one that is not serious (§5.1)."""
    return max((defect.points for defect in defects if not defect.serious), default=Decimal(0))
