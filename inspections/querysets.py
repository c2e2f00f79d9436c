"""The words of a query about rounds and checks, and the only door to other people's."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from campus.models import Role

if TYPE_CHECKING:
    from campus.models import User


class StandardQuerySet(models.QuerySet[Any]):
    def published(self) -> Self:
        return self.filter(published_at__isnull=False)

    def in_force(self, day: date) -> Self:
        """The newest published version of each kind that has taken effect by `day`; at most one a kind."""
        newer = self.model._default_manager.filter(
            kind=OuterRef("kind"), version__gt=OuterRef("version"), published_at__isnull=False, effective_from__lte=day
        )
        return self.published().filter(~Exists(newer), effective_from__lte=day)


class RoundQuerySet(models.QuerySet[Any]):
    def held(self) -> Self:
        """Rounds that were not called off."""
        return self.filter(called_off_at__isnull=True)

    def walked_by(self, user: User) -> Self:
        """The rounds that `user` walks, those he is on leave from left out."""
        return self.held().filter(walkers__user=user, walkers__excused_at__isnull=True)


class InspectionQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Checks `user` may look at (design §6.3).

        Reviewers and administrators see all, an inspector those he recorded, officers and advisors those that
        concern their classes, a room head those of the room.
        """
        if user.holds(Role.REVIEWER, Role.ADMINISTRATOR):
            return self
        from inspections.models import Concern

        concerned = Concern.objects.filter(user.readable_classes("school_class__"), inspection=OuterRef("pk"))
        mine = Q(Exists(concerned)) | Q(room__in=user.rooms_held(Role.ROOM_HEAD))
        if user.holds(Role.INSPECTOR, Role.ADVISOR):
            mine |= Q(inspector=user)
        return self.filter(mine)

    def counting(self) -> Self:
        """Checks that count once they are verified: clean, defects or refused, or locked where locked costs (§5.3)."""
        return self.filter(COUNTS)

    def of_same_slot(self, inspection: Any) -> Self:
        """Checks of the same target, date, shift and occasion, itself included (§5.2.3)."""
        return self.filter(
            room=inspection.room_id,
            area=inspection.area_id,
            performed_on=inspection.performed_on,
            shift=inspection.shift,
            occasion=inspection.occasion,
        )


class FindingPhotoQuerySet(models.QuerySet[Any]):
    def with_arrival(self) -> Self:
        """Each with `arrived`: whether the server holds the picture."""
        from inspections.models import Photo

        return self.annotate(arrived=Exists(Photo.objects.filter(pk=OuterRef("photo_id"))))


# What counts whatever the standard says; `locked` does where it costs (§5.3)
COUNTING = frozenset({"clean", "defects", "refused"})
COUNTS = Q(outcome__in=sorted(COUNTING)) | Q(outcome="locked", standard__locked_points__gt=0)
