"""The words of a query about the ledger."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import OuterRef, Q

from campus.models import Role

if TYPE_CHECKING:
    from campus.models import User, Week


class PolicyQuerySet(models.QuerySet[Any]):
    def in_force(self, day: date) -> Any:
        """The policy of the week that starts on `day`. Raises `DoesNotExist`."""
        return self.newest(day).get()

    def newest(self, day: date | OuterRef) -> Self:
        """The newest that has come into force by `day`, where there is one."""
        return self.filter(in_force_from__lte=day).order_by("-in_force_from", "-version")[:1]


class EntryQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Lines `user` may read: his own class's or room's, those of his classes, or all (design §6.3)."""
        return self.filter(
            user.readable_classes("school_class__") | Q(inspection__room__in=user.rooms_held(Role.ROOM_HEAD))
        )

    def of_week(self, week: Week) -> Self:
        return self.filter(week=week)

    def charges(self) -> Self:
        """The lines a verification posted, reversed or not."""
        return self.filter(inspection__isnull=False, reverses__isnull=True)
