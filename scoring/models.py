"""What it costs: policies, the review's decisions, the ledger and what posts to it."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campus.models import SchoolClass, User, Week
from inspections.drafts import figure
from inspections.models import Category, Finding, Inspection, Occasion
from scoring import engine
from scoring.querysets import EntryQuerySet, PolicyQuerySet

REASON_LENGTH = 200


class LedgerCategory(models.TextChoices):
    """The columns of the ledger: those of a check, corrections of closed weeks, and bonuses."""

    CLASSROOM = Category.CLASSROOM.value, Category.CLASSROOM.label
    AREA = Category.AREA.value, Category.AREA.label
    DORM = Category.DORM.value, Category.DORM.label
    DUTY = Category.DUTY.value, Category.DUTY.label
    EVENT = Category.EVENT.value, Category.EVENT.label
    CORRECTION = "correction", _("Corrections")
    BONUS = "bonus", _("Bonuses")


class Policy(models.Model):
    """How charges become scores, ranks and flags (§5.3, §5.4), versioned; in force from a week that has no lines yet.

    Frozen from the first line that was charged by it: held by the database (`config.guards`).
    """

    class GroupBy(models.TextChoices):
        DEPARTMENT = "department", _("Department")
        SCHOOL = "school", _("Whole school")
        ENTRY_YEAR = "entry_year", _("Entry year")
        DEPARTMENT_YEAR = "department_year", _("Department and entry year")

    class RankOn(models.TextChoices):
        TOTAL = "total", _("Total score")
        CHECK = "check", _("Check score")

    version = models.PositiveIntegerField(_("version"), unique=True)
    in_force_from = models.DateField(_("in force from"), help_text=_("First day of the first week it rules"))
    base = models.DecimalField(_("base"), max_digits=6, decimal_places=2, default=100)
    check_cap = models.DecimalField(_("most one check may cost"), max_digits=6, decimal_places=2, null=True, blank=True)
    bonus_cap = models.DecimalField(_("most bonuses may add"), max_digits=6, decimal_places=2, null=True, blank=True)
    corrected_share = models.DecimalField(
        _("share charged when put right at once"), max_digits=3, decimal_places=2, default=Decimal("0.5")
    )
    group_by = models.CharField(_("groups"), max_length=16, choices=GroupBy, default=GroupBy.DEPARTMENT)
    rank_on = models.CharField(_("ranked on"), max_length=8, choices=RankOn, default=RankOn.TOTAL)
    tie_breaks = models.JSONField(_("tie-breaks, in order"), default=list)
    flags_percent = models.PositiveSmallIntegerField(_("flags, percent of the ranked"), null=True, blank=True)
    flags_per_group = models.PositiveSmallIntegerField(_("flags for each group"), null=True, blank=True)
    min_checks = models.PositiveSmallIntegerField(_("fewest checks to be ranked"), default=3)
    notice_hours = models.PositiveSmallIntegerField(_("hours on notice"), default=24)
    appeal_days = models.PositiveSmallIntegerField(_("days to appeal"), default=3)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        ordering = ("version",)
        verbose_name = _("policy")
        verbose_name_plural = _("policies")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="policy_sets_flags_one_way",
                condition=Q(flags_percent__isnull=False, flags_per_group__isnull=True)
                | Q(flags_percent__isnull=True, flags_per_group__isnull=False),
            ),
            models.CheckConstraint(
                name="policy_flags_percent_within_bounds",
                condition=Q(flags_percent__isnull=True) | Q(flags_percent__range=(0, 100)),
            ),
            models.CheckConstraint(
                name="policy_words_known",
                condition=Q(group_by__in=["department", "school", "entry_year", "department_year"])
                & Q(rank_on__in=["total", "check"]),
            ),
            models.CheckConstraint(name="policy_base_within_bounds", condition=Q(base__range=(0, 1000))),
            models.CheckConstraint(name="policy_share_within_bounds", condition=Q(corrected_share__range=(0, 1))),
            models.CheckConstraint(
                name="policy_caps_are_not_negative",
                condition=(Q(check_cap__isnull=True) | Q(check_cap__gte=0))
                & (Q(bonus_cap__isnull=True) | Q(bonus_cap__gte=0)),
            ),
        ]

    def __str__(self) -> str:
        return str(self.version)

    def as_value(self) -> engine.Policy:
        """This policy as the engine's plain value. Reads two child tables; prefetch them for many."""
        return engine.Policy(
            version=self.version,
            base=self.base,
            check_cap=self.check_cap,
            bonus_cap=self.bonus_cap,
            corrected_share=self.corrected_share,
            multipliers={m.occasion: m.multiplier for m in self.multipliers.all()},
            categories={
                rule.category: engine.CategoryRule(rule.aggregation, rule.weight, rule.weekly_cap)
                for rule in self.categories.all()
            },
            group_by=self.group_by,
            rank_on=self.rank_on,
            tie_breaks=tuple(self.tie_breaks),
            flags_percent=self.flags_percent,
            flags_per_group=self.flags_per_group,
            min_checks=self.min_checks,
        )


class CategoryRule(models.Model):
    """How one category's charges become points: the sum, or the mean over its targets, times a weight."""

    class Aggregation(models.TextChoices):
        SUM = "sum", _("Sum")
        MEAN = "mean", _("Mean over targets")

    policy = models.ForeignKey(Policy, models.PROTECT, related_name="categories")
    category = models.CharField(
        max_length=16, choices=[c for c in LedgerCategory.choices if c[0] != LedgerCategory.BONUS]
    )
    aggregation = models.CharField(max_length=4, choices=Aggregation)
    weight = models.DecimalField(max_digits=5, decimal_places=2)
    weekly_cap = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)

    class Meta:
        verbose_name = _("category rule")
        verbose_name_plural = _("category rules")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["policy", "category"], name="category_rule_once_a_policy"),
            models.CheckConstraint(
                name="category_rule_words_known",
                condition=Q(category__in=[c for c in LedgerCategory.values if c != LedgerCategory.BONUS])
                & Q(aggregation__in=["sum", "mean"]),
            ),
            # It is posted as the change it made to its own week, weighted there already
            models.CheckConstraint(
                name="category_rule_of_corrections_is_plain",
                condition=~Q(category=LedgerCategory.CORRECTION)
                | Q(aggregation="sum", weight=1, weekly_cap__isnull=True),
            ),
            models.CheckConstraint(condition=Q(weight__gte=0), name="category_weight_is_not_negative"),
            models.CheckConstraint(
                condition=Q(weekly_cap__isnull=True) | Q(weekly_cap__gte=0), name="category_cap_is_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy}: {self.category}"


class OccasionMultiplier(models.Model):
    """By what a finding's points are multiplied on one occasion."""

    policy = models.ForeignKey(Policy, models.PROTECT, related_name="multipliers")
    occasion = models.CharField(max_length=12, choices=Occasion)
    multiplier = models.DecimalField(max_digits=4, decimal_places=2)

    class Meta:
        verbose_name = _("occasion multiplier")
        verbose_name_plural = _("occasion multipliers")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["policy", "occasion"], name="multiplier_once_an_occasion"),
            models.CheckConstraint(condition=Q(occasion__in=Occasion.values), name="multiplier_occasion_known"),
            # The dearest defect times the highest multiplier still fits in a line
            models.CheckConstraint(condition=Q(multiplier__range=(0, 10)), name="multiplier_within_bounds"),
        ]

    def __str__(self) -> str:
        return f"{self.policy}: {self.occasion} × {self.multiplier}"


class Verification(models.Model):
    """A reviewer verified a check (通过): by whom, when, in which week it counts, by which policy it was charged.

    `slot` names the target, date, shift and occasion, so that the database lets one check through (§5.2.3); it is
    empty for spot checks and for visits that are no check. An inspection is verified, returned or set aside, never
    two of them: held by the database (`config.guards`).
    """

    inspection = models.OneToOneField(Inspection, models.PROTECT, related_name="verification")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    week = models.ForeignKey(Week, models.PROTECT, related_name="verifications")
    policy = models.ForeignKey(Policy, models.PROTECT, related_name="verifications")
    slot = models.CharField(max_length=120, null=True, blank=True, unique=True)

    class Meta:
        verbose_name = _("verification")
        verbose_name_plural = _("verifications")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(slot=""), name="verification_slot_is_null_or_said"),
        ]

    def __str__(self) -> str:
        return str(self.inspection)

    @property
    def carried_over(self) -> bool:
        """Whether it counts in a later week than its own, which was closed."""
        return self.week_id != self.inspection.week_id


class Return(models.Model):
    """A reviewer sent a check back (退回); the inspector answers with a new record that replaces it."""

    inspection = models.OneToOneField(Inspection, models.PROTECT, related_name="sent_back")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    reason = models.CharField(_("reason"), max_length=REASON_LENGTH)

    class Meta:
        verbose_name = _("return")
        verbose_name_plural = _("returns")
        constraints: ClassVar = [models.CheckConstraint(condition=~Q(reason=""), name="return_gives_a_reason")]

    def __str__(self) -> str:
        return str(self.inspection)


class SetAside(models.Model):
    """A check that does not count (搁置): a reviewer's word, or another of its slot was verified instead."""

    inspection = models.OneToOneField(Inspection, models.PROTECT, related_name="set_aside")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    reason = models.CharField(_("reason"), max_length=REASON_LENGTH, blank=True)
    in_favour_of = models.ForeignKey(Verification, models.PROTECT, null=True, blank=True, related_name="set_asides")

    class Meta:
        verbose_name = _("set aside")
        verbose_name_plural = _("set aside")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(reason="") | Q(in_favour_of__isnull=False), name="set_aside_says_why")
        ]

    def __str__(self) -> str:
        return str(self.inspection)


class Attribution(models.Model):
    """A reviewer named the class of a personal finding in a mixed room that the inspector had left open (§5.2.1)."""

    finding = models.OneToOneField(Finding, models.PROTECT, related_name="attribution")
    school_class = models.ForeignKey(SchoolClass, models.PROTECT, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("attribution")
        verbose_name_plural = _("attributions")

    def __str__(self) -> str:
        return f"{self.finding}: {self.school_class}"


class Bonus(models.Model):
    """One act of giving points to one class or many; each class it reached has a line in the ledger."""

    patterns = models.CharField(_("classes"), max_length=400, help_text=_("Codes or patterns, such as 103*"))
    exceptions = models.CharField(_("except"), max_length=400, blank=True)
    points = models.DecimalField(_("points"), max_digits=6, decimal_places=2)
    date = models.DateField(_("date"))
    reason = models.CharField(_("reason"), max_length=REASON_LENGTH)
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("date", "id")
        verbose_name = _("bonus")
        verbose_name_plural = _("bonuses")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(points__gt=0, points__lte=1000), name="bonus_points_within_bounds"),
            models.CheckConstraint(condition=~Q(reason=""), name="bonus_gives_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.patterns} +{figure(self.points)}"


class Reversal(models.Model):
    """One act of taking lines back: who, when and why. Its lines name the lines they reverse."""

    class Cause(models.TextChoices):
        APPEAL = "appeal", _("Appeal upheld")
        AMENDMENT = "amendment", _("Check amended")
        EXEMPTION = "exemption", _("Class exempted")
        WITHDRAWAL = "withdrawal", _("Withdrawn")

    cause = models.CharField(max_length=12, choices=Cause)
    reason = models.CharField(_("reason"), max_length=REASON_LENGTH)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("reversal")
        verbose_name_plural = _("reversals")
        constraints: ClassVar = [models.CheckConstraint(condition=~Q(reason=""), name="reversal_gives_a_reason")]

    def __str__(self) -> str:
        return self.reason


class Entry(models.Model):
    """One signed line of points for one class in one week (加扣分明细). The ledger only grows.

    A line comes from a check (negative or 0; its finding, or none where the outcome itself costs), from a bonus
    (positive), or takes back another (`reverses`, with the check, finding and bonus of the line it names). `points`
    are exact: before any weight, after multiplier, share and cap; `worth` is what the finding was worth before the
    cap. A finding is charged to a class once: an amended check has new findings. No update, no delete, by whatever
    door: held by the database (`config.guards`).
    """

    school_class = models.ForeignKey(SchoolClass, models.PROTECT, related_name="entries")
    week = models.ForeignKey(Week, models.PROTECT, related_name="entries")
    category = models.CharField(max_length=16, choices=LedgerCategory)
    points = models.DecimalField(max_digits=12, decimal_places=6)
    worth = models.DecimalField(max_digits=12, decimal_places=6, default=0)
    serious = models.BooleanField(default=False)
    standing = models.SmallIntegerField(
        default=0,
        help_text="What the line adds to the count of findings that stand: 1 charged, -1 reversed in full, 0 otherwise",
    )
    policy = models.ForeignKey(Policy, models.PROTECT, related_name="entries")
    inspection = models.ForeignKey(Inspection, models.PROTECT, null=True, blank=True, related_name="entries")
    finding = models.ForeignKey(Finding, models.PROTECT, null=True, blank=True, related_name="entries")
    bonus = models.ForeignKey(Bonus, models.PROTECT, null=True, blank=True, related_name="entries")
    reverses = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="reversed_by")
    reversal = models.ForeignKey(Reversal, models.PROTECT, null=True, blank=True, related_name="entries")
    posted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    posted_at = models.DateTimeField(default=timezone.now)

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        indexes: ClassVar = [models.Index(fields=["week", "school_class", "category"], name="entry_week_class")]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="entry_comes_from_one_thing",
                condition=Q(inspection__isnull=False, bonus__isnull=True)
                | Q(inspection__isnull=True, finding__isnull=True),
            ),
            models.CheckConstraint(
                name="entry_charges_gives_or_reverses",
                condition=Q(reverses__isnull=False, reversal__isnull=False, standing__in=[-1, 0, 1], worth=0)
                | Q(
                    reverses__isnull=True,
                    reversal__isnull=True,
                    inspection__isnull=False,
                    standing=1,
                    points__lte=0,
                    points__gte=-F("worth"),
                )
                | Q(reverses__isnull=True, reversal__isnull=True, bonus__isnull=False, points__gt=0, standing=0),
            ),
            models.CheckConstraint(name="entry_category_known", condition=Q(category__in=LedgerCategory.values)),
            models.CheckConstraint(
                name="entry_bonus_is_a_column_of_its_own",
                condition=Q(category=LedgerCategory.BONUS, inspection__isnull=True)
                | (~Q(category=LedgerCategory.BONUS) & Q(bonus__isnull=True)),
            ),
            models.CheckConstraint(
                name="entry_points_within_bounds", condition=Q(points__range=(-1000, 1000), worth__range=(0, 1000))
            ),
            models.UniqueConstraint(
                fields=["finding", "school_class"],
                condition=Q(reverses__isnull=True, finding__isnull=False),
                name="entry_charges_a_finding_once_a_class",
            ),
            models.UniqueConstraint(
                fields=["inspection", "school_class"],
                condition=Q(reverses__isnull=True, inspection__isnull=False, finding__isnull=True),
                name="entry_charges_an_outcome_once_a_class",
            ),
            models.UniqueConstraint(fields=["reverses"], condition=~Q(standing=0), name="entry_reversed_in_full_once"),
            models.UniqueConstraint(
                fields=["bonus", "school_class"],
                condition=Q(reverses__isnull=True, bonus__isnull=False),
                name="entry_gives_a_bonus_once_a_class",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.school_class} {self.points}"
