"""Who and when: people and their roles, departments, classes, exemptions, terms and weeks."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from campus.calendar import SUNDAY, Shift, TermSpan, WeekSpan
from campus.querysets import DatedQuerySet, SchoolClassQuerySet, WeekQuerySet, standing_on

SHIFT_LABELS = {Shift.MORNING: _("Morning check"), Shift.NOON: _("Noon check"), Shift.EVENING: _("Evening check")}
SHIFT_CHOICES = [(shift.value, label) for shift, label in SHIFT_LABELS.items()]


class NamedInTwo(models.Model):
    """Data with a Chinese name and, where somebody gave one, an English name."""

    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=80, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.local_name

    @property
    def local_name(self) -> str:
        """The name in the reader's language; Chinese where there is no other."""
        english = (get_language() or "").startswith("en")
        return (english and self.name_en) or self.name


class Department(NamedInTwo):
    code = models.CharField(_("code"), max_length=20, unique=True)

    class Meta:
        ordering = ("code",)
        verbose_name = _("department")
        verbose_name_plural = _("departments")


class SchoolClass(models.Model):
    """A class; its code (entry year, major, number) is text, never a number."""

    code = models.CharField(_("class code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=60, blank=True)
    department = models.ForeignKey(Department, models.PROTECT, related_name="classes", verbose_name=_("department"))
    entry_year = models.PositiveSmallIntegerField(_("entry year"))
    size = models.PositiveSmallIntegerField(_("number of students"), null=True, blank=True)
    left_on = models.DateField(_("left the school on"), null=True, blank=True)

    objects = SchoolClassQuerySet.as_manager()

    class Meta:
        ordering = ("code",)
        verbose_name = _("class")
        verbose_name_plural = _("classes")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(code=""), name="class_code_not_empty"),
            models.CheckConstraint(condition=Q(entry_year__range=(1950, 2100)), name="class_entry_year_plausible"),
        ]

    def __str__(self) -> str:
        return self.code


class Role(models.TextChoices):
    INSPECTOR = "inspector", _("Inspector")
    REVIEWER = "reviewer", _("Reviewer")
    OFFICER = "officer", _("Class hygiene officer")
    ROOM_HEAD = "room_head", _("Room head")
    ADVISOR = "advisor", _("Advisor")
    ADMINISTRATOR = "administrator", _("Administrator")


class Gender(models.TextChoices):
    MALE = "male", _("Male")
    FEMALE = "female", _("Female")


class UserManager(BaseUserManager["User"]):
    def create_user(self, number: str, password: str | None = None, **fields: Any) -> User:
        """Make an account that signs in with `number` (a student's or staff number)."""
        user = self.model(number=number.strip(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(number=username)


class User(AbstractBaseUser):
    """A person, who signs in with the student or staff number; deactivated or made anonymous, never deleted."""

    number = models.CharField(_("student or staff number"), max_length=32, unique=True)
    name = models.CharField(_("name"), max_length=40)
    gender = models.CharField(_("gender"), max_length=6, choices=Gender, blank=True)
    home_class = models.ForeignKey(
        SchoolClass, models.PROTECT, related_name="members", null=True, blank=True, verbose_name=_("own class")
    )
    # Named, not imported: rooms live in an app above this one
    home_room = models.ForeignKey(
        "dormitories.Room", models.PROTECT, related_name="residents", null=True, blank=True, verbose_name=_("own room")
    )
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "number"
    REQUIRED_FIELDS: ClassVar = ["name"]

    class Meta:
        ordering = ("number",)
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(number=""), name="user_number_not_empty"),
            models.CheckConstraint(condition=Q(gender__in=["", *Gender.values]), name="user_gender_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def held(self) -> tuple[Membership, ...]:
        """The memberships of this person, read once for each request."""
        return tuple(self.memberships.all()) if self.is_active else ()

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(membership.role for membership in self.held)

    def holds(self, *roles: Role) -> bool:
        """Whether the person holds one of `roles`."""
        return not self.roles.isdisjoint(roles)

    def classes_held(self, role: Role) -> set[int]:
        """Ids of the classes that the person holds `role` for."""
        return {m.school_class_id for m in self.held if m.role == role and m.school_class_id}

    def departments_held(self, role: Role) -> set[int]:
        return {m.department_id for m in self.held if m.role == role and m.department_id}

    def rooms_held(self, role: Role) -> set[int]:
        return {m.room_id for m in self.held if m.role == role and m.room_id}

    def own_class_ids(self) -> set[int]:
        """The one home class, as a set; empty for staff. A role held for other classes does not make them one's own."""
        return {self.home_class_id} if self.home_class_id else set()

    def readable_classes(self, prefix: str = "") -> Q:
        """Classes whose lines the person may read: all for reviewers and administrators, else by the roles held."""
        if self.holds(Role.REVIEWER, Role.ADMINISTRATOR):
            return ~Q(**{f"{prefix}pk__in": []})  # not Q(), which vanishes beside another condition: Q() | x is x
        classes = self.classes_held(Role.OFFICER) | self.classes_held(Role.ADVISOR)
        return Q(**{f"{prefix}pk__in": classes}) | Q(**{f"{prefix}department__in": self.departments_held(Role.ADVISOR)})


class Membership(models.Model):
    """A role a person holds, and what for: a class (officer), a room (room head), classes or departments (advisor)."""

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=16, choices=Role)
    school_class = models.ForeignKey(SchoolClass, models.PROTECT, null=True, blank=True, verbose_name=_("class"))
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, verbose_name=_("department"))
    room = models.ForeignKey("dormitories.Room", models.PROTECT, null=True, blank=True, verbose_name=_("room"))

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="membership_holds_for_what_its_role_needs",
                condition=Q(role=Role.OFFICER, school_class__isnull=False, department__isnull=True, room__isnull=True)
                | Q(role=Role.ROOM_HEAD, school_class__isnull=True, department__isnull=True, room__isnull=False)
                | Q(role=Role.ADVISOR, room__isnull=True, school_class__isnull=False, department__isnull=True)
                | Q(role=Role.ADVISOR, room__isnull=True, school_class__isnull=True, department__isnull=False)
                | Q(
                    role__in=[Role.INSPECTOR, Role.REVIEWER, Role.ADMINISTRATOR],
                    school_class__isnull=True,
                    department__isnull=True,
                    room__isnull=True,
                ),
            ),
            models.UniqueConstraint(
                fields=["user", "role"],
                condition=Q(school_class__isnull=True, department__isnull=True, room__isnull=True),
                name="membership_once_for_the_school",
            ),
            models.UniqueConstraint(fields=["user", "role", "school_class"], name="membership_once_for_a_class"),
            models.UniqueConstraint(fields=["user", "role", "department"], name="membership_once_for_a_department"),
            models.UniqueConstraint(fields=["user", "role", "room"], name="membership_once_for_a_room"),
        ]

    def __str__(self) -> str:
        place = self.school_class or self.department or self.room
        return f"{self.get_role_display()} {place}" if place else str(self.get_role_display())


class Term(models.Model):
    """A term; terms do not overlap. Its weeks are made with it (`campus.services.open_term`)."""

    name = models.CharField(_("name"), max_length=40, unique=True)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    cutoff_weekday = models.PositiveSmallIntegerField(
        _("cut-off weekday"), default=SUNDAY, help_text=_("0 is Monday, 6 is Sunday")
    )

    class Meta:
        ordering = ("starts_on",)
        verbose_name = _("term")
        verbose_name_plural = _("terms")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="term_ends_after_it_starts"),
            models.CheckConstraint(condition=Q(cutoff_weekday__lte=SUNDAY), name="term_cutoff_is_a_weekday"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def span(self) -> TermSpan:
        """This term as a plain value for `campus.calendar`."""
        return TermSpan(self.pk, self.starts_on, self.ends_on, self.cutoff_weekday)


class Week(models.Model):
    """A scoring week: seven whole days that end on the term's cut-off weekday."""

    term = models.ForeignKey(Term, models.PROTECT, related_name="weeks", verbose_name=_("term"))
    number = models.PositiveSmallIntegerField(_("number"))
    starts_on = models.DateField(_("first day"), db_index=True)
    ends_on = models.DateField(_("last day"))

    objects = WeekQuerySet.as_manager()

    class Meta:
        ordering = ("starts_on",)
        verbose_name = _("week")
        verbose_name_plural = _("weeks")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["term", "number"], name="week_number_once_a_term"),
            models.UniqueConstraint(fields=["term", "starts_on"], name="week_start_once_a_term"),
            models.CheckConstraint(condition=Q(number__gte=1), name="week_number_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.term} {self.number}"

    @property
    def span(self) -> WeekSpan:
        """This week as a plain value for `campus.calendar`."""
        return WeekSpan(self.number, self.starts_on, self.ends_on)


class WeekClosing(models.Model):
    """A week that was published and is closed: who and when. Written by `reports`, read by all."""

    week = models.OneToOneField(Week, models.PROTECT, related_name="closing")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("week closing")
        verbose_name_plural = _("week closings")

    def __str__(self) -> str:
        return str(self.week)


class Exemption(models.Model):
    """A class that is away or excused for some days (见习/请假), both ends included."""

    school_class = models.ForeignKey(SchoolClass, models.PROTECT, related_name="exemptions", verbose_name=_("class"))
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    reason = models.CharField(_("reason"), max_length=120)
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = DatedQuerySet.as_manager()

    class Meta:
        ordering = ("starts_on",)
        verbose_name = _("exemption")
        verbose_name_plural = _("exemptions")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="exemption_ends_after_it_starts"),
            models.CheckConstraint(condition=~Q(reason=""), name="exemption_gives_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.school_class} {self.starts_on}–{self.ends_on}"

    def days_within(self, week: WeekSpan) -> tuple[date, ...]:
        """The days of `week` that this exemption covers."""
        return tuple(day for day in week.days if self.starts_on <= day <= self.ends_on)


__all__ = [
    "SHIFT_CHOICES",
    "SHIFT_LABELS",
    "Department",
    "Exemption",
    "Gender",
    "Membership",
    "NamedInTwo",
    "Role",
    "SchoolClass",
    "Shift",
    "Term",
    "User",
    "Week",
    "WeekClosing",
    "standing_on",
]
