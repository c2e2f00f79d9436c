"""Rounds: one shift's walk on one date, its route and its people; and the templates they are drawn up from."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campus.models import SHIFT_CHOICES, Shift, User
from campus.selectors import school_zone
from dormitories.models import Building, Room
from inspections.models.checks import target_key
from inspections.models.places import Area
from inspections.models.words import Occasion
from inspections.querysets import RoundQuerySet

MOST_WALKERS = 6
REASON_LENGTH = 120
SHIFTS = [shift.value for shift in Shift]


class RoundTemplate(models.Model):
    """What is walked every week: "Building 5, Monday and Wednesday evening"; a week's rounds are drawn up from it."""

    name = models.CharField(_("name"), max_length=40)
    weekdays = models.PositiveSmallIntegerField(_("weekdays"), help_text="A bit for each day; the lowest is Monday")
    shift = models.CharField(_("shift"), max_length=8, choices=SHIFT_CHOICES)
    occasion = models.CharField(_("occasion"), max_length=12, choices=Occasion, default=Occasion.ROUTINE)
    building = models.ForeignKey(Building, models.PROTECT, null=True, blank=True, verbose_name=_("building"))
    area_kind = models.CharField(_("kind of place"), max_length=16, choices=Area.AreaKind, blank=True)
    lowest_floor = models.SmallIntegerField(_("from floor"), null=True, blank=True)
    highest_floor = models.SmallIntegerField(_("to floor"), null=True, blank=True)
    headcount = models.PositiveSmallIntegerField(_("how many people"), default=2)
    starts_at = models.TimeField(_("begins at"), null=True, blank=True)

    class Meta:
        ordering = ("shift", "name", "pk")
        verbose_name = _("round of every week")
        verbose_name_plural = _("rounds of every week")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(weekdays__range=(1, 0b1111111)), name="roundtemplate_has_a_weekday"),
            models.CheckConstraint(condition=Q(shift__in=SHIFTS), name="roundtemplate_shift_known"),
            models.CheckConstraint(condition=Q(occasion__in=Occasion.values), name="roundtemplate_occasion_known"),
            models.CheckConstraint(
                condition=Q(building__isnull=False, area_kind="")
                | Q(building__isnull=True, area_kind__in=Area.AreaKind.values),
                name="roundtemplate_of_a_building_or_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(building__isnull=False) | Q(lowest_floor__isnull=True, highest_floor__isnull=True),
                name="roundtemplate_floors_of_a_building",
            ),
            models.CheckConstraint(
                condition=Q(lowest_floor__isnull=True)
                | Q(highest_floor__isnull=True)
                | Q(highest_floor__gte=F("lowest_floor")),
                name="roundtemplate_floors_in_order",
            ),
            models.CheckConstraint(
                condition=Q(headcount__range=(1, MOST_WALKERS)), name="roundtemplate_headcount_plausible"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def days(self) -> tuple[int, ...]:
        """The weekdays it is walked on, 0 Monday … 6 Sunday."""
        return tuple(day for day in range(7) if self.weekdays >> day & 1)


class Round(models.Model):
    """One shift's walk on one date. Called off it stays, so that its template does not draw it up again."""

    date = models.DateField(_("date"), db_index=True)
    shift = models.CharField(_("shift"), max_length=8, choices=SHIFT_CHOICES)
    occasion = models.CharField(_("occasion"), max_length=12, choices=Occasion, default=Occasion.ROUTINE)
    name = models.CharField(_("name"), max_length=40)
    starts_at = models.TimeField(_("begins at"))
    headcount = models.PositiveSmallIntegerField(_("how many people"), default=2)
    template = models.ForeignKey(RoundTemplate, models.SET_NULL, null=True, blank=True, related_name="rounds")
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    # Of the form that asked for it: sent twice, it is made once
    key = models.UUIDField(null=True, blank=True, unique=True, editable=False)
    called_off_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    called_off_at = models.DateTimeField(null=True, blank=True)

    # Added by `rounds.selectors`: who walks it, and how many places it has
    walking: list[Walker]
    count: int

    objects = RoundQuerySet.as_manager()

    class Meta:
        ordering = ("date", "starts_at", "name", "pk")
        verbose_name = _("round")
        verbose_name_plural = _("rounds")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["template", "date"], name="round_once_a_template_and_date"),
            models.CheckConstraint(condition=Q(shift__in=SHIFTS), name="round_shift_known"),
            models.CheckConstraint(condition=Q(occasion__in=Occasion.values), name="round_occasion_known"),
            models.CheckConstraint(condition=Q(headcount__range=(1, MOST_WALKERS)), name="round_headcount_plausible"),
            models.CheckConstraint(
                condition=Q(called_off_by__isnull=True, called_off_at__isnull=True)
                | Q(called_off_by__isnull=False, called_off_at__isnull=False),
                name="round_called_off_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.date}"

    @property
    def begins(self) -> datetime:
        """When it is to begin, on the school's own clock."""
        return datetime.combine(self.date, self.starts_at, school_zone())

    @property
    def wanting(self) -> int:
        """How many people it has too few; whose account was closed does not come."""
        walking = sum(walker.excused_at is None and walker.user.is_active for walker in self.walkers.all())
        return max(0, self.headcount - walking)


class Stop(models.Model):
    """A place on a round's route; `position` is the order of walking."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="stops")
    position = models.PositiveSmallIntegerField()
    room = models.ForeignKey(Room, models.PROTECT, null=True, blank=True, related_name="stops")
    area = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="stops")

    class Meta:
        ordering = ("round", "position")
        verbose_name = _("stop")
        verbose_name_plural = _("stops")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "position"], name="stop_position_once_a_round"),
            models.UniqueConstraint(fields=["round", "room"], name="stop_room_once_a_round"),
            models.UniqueConstraint(fields=["round", "area"], name="stop_area_once_a_round"),
            models.CheckConstraint(
                condition=Q(room__isnull=False, area__isnull=True) | Q(room__isnull=True, area__isnull=False),
                name="stop_is_a_room_or_an_area",
            ),
        ]

    def __str__(self) -> str:
        return self.target.code

    @property
    def target(self) -> Room | Area:
        target = self.room or self.area
        assert target is not None, "held by stop_is_a_room_or_an_area"
        return target

    @property
    def target_key(self) -> str:
        return target_key(self.room.code if self.room else None, self.target.code)


class Walker(models.Model):
    """Somebody who walks a round, from `since` on; on leave (请假), another may stand in (替班).

    One of two who share a phone has no check of his own: that he was there is `confirmed` by a reviewer.
    Who stands in does so for one on leave of the same round: held by the database (`config.guards`).
    """

    round = models.ForeignKey(Round, models.PROTECT, related_name="walkers")
    user = models.ForeignKey(User, models.PROTECT, related_name="walks")
    since = models.DateTimeField(default=timezone.now)
    stands_in_for = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="substitute")
    excused_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    excused_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=REASON_LENGTH, blank=True)
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("round", "pk")
        verbose_name = _("person on a round")
        verbose_name_plural = _("people on a round")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "user"], name="walker_once_a_round"),
            models.CheckConstraint(
                condition=Q(excused_by__isnull=True, excused_at__isnull=True, reason="")
                | Q(excused_by__isnull=False, excused_at__isnull=False) & ~Q(reason=""),
                name="walker_on_leave_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="walker_confirmed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)
