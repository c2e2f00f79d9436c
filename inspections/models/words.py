"""The words of a check: what it is charged to, its kind, what for, what came of it (design §2, §5.1)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


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
