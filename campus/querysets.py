"""The words of a query about people and time."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from campus.models import User


def standing_on(day: Any, *, prefix: str = "") -> Q:
    """Rows of a dated relation (`starts_on` to `ends_on`, both included, open end allowed) that stand on `day`.

    `day` is a date, or an `F` expression that gives one.
    """
    return standing_during(day, day, prefix=prefix)


def standing_during(first: Any, last: Any, *, prefix: str = "") -> Q:
    """Rows of a dated relation that stand on any day from `first` to `last`, both included."""
    return Q(**{f"{prefix}starts_on__lte": last}) & (
        Q(**{f"{prefix}ends_on__isnull": True}) | Q(**{f"{prefix}ends_on__gte": first})
    )


class DatedQuerySet(models.QuerySet[Any]):
    """Relations that stand from one day to another."""

    def standing(self, day: date) -> Self:
        return self.filter(standing_on(day))


class SchoolClassQuerySet(models.QuerySet[Any]):
    def present(self, day: date) -> Self:
        """Classes that had not left the school before `day`."""
        return self.filter(Q(left_on__isnull=True) | Q(left_on__gte=day))

    def visible_to(self, user: User) -> Self:
        """Classes whose lines and photos `user` may read (design §6.3)."""
        return self.filter(user.readable_classes())


class WeekQuerySet(models.QuerySet[Any]):
    def holding(self, day: date) -> Self:
        """The week that holds `day`, where the day lies in its term."""
        return self.filter(starts_on__lte=day, ends_on__gte=day, term__starts_on__lte=day, term__ends_on__gte=day)

    def unclosed(self) -> Self:
        return self.filter(closing__isnull=True)
