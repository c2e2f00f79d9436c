"""A policy in sentences with its figures: what a check costs, how a score comes about, who is ranked (design §5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from campus.templatetags.figures import in_english
from inspections.drafts import figure
from inspections.models import Occasion
from scoring import engine
from scoring.models import CategoryRule, LedgerCategory, Policy

COMPARED = {
    "findings": gettext_lazy("fewer findings"),
    "classroom": gettext_lazy("classrooms"),
    "area": gettext_lazy("sanitation areas"),
    "dorm": gettext_lazy("dorm rooms"),
    "duty": gettext_lazy("duty posts"),
    "event": gettext_lazy("event venues"),
    "correction": gettext_lazy("corrections"),
}
GROUPS = {
    "department": gettext_lazy("Each department has a ranking of its own."),
    "school": gettext_lazy("The whole school has one ranking."),
    "entry_year": gettext_lazy("Each entry year has a ranking of its own."),
    "department_year": gettext_lazy("Each entry year of each department has a ranking of its own."),
}


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    sentences: list[str]


def sections(policy: Policy) -> list[Section]:
    """The policy as its page tells it. Reads its rules and multipliers."""
    return [
        Section(_("What a check costs"), list(_charging(policy))),
        Section(_("The score of a week"), list(_scoring(policy))),
        Section(_("Ranking"), list(_ranking(policy))),
        Section(_("Red flags"), list(_flags(policy))),
    ]


def _charging(policy: Policy) -> Iterator[str]:
    yield _("Each finding costs the points that the standard lists for it.")
    by_factor: dict[Decimal, list[str]] = {}
    for multiplier in policy.multipliers.all():
        if multiplier.multiplier != 1:
            label = str(Occasion(multiplier.occasion).label)
            by_factor.setdefault(multiplier.multiplier, []).append(label)
    for factor, occasions in sorted(by_factor.items()):
        yield _("On these occasions every point counts %(factor)s times: %(occasions)s.") % {
            "factor": figure(factor),
            "occasions": listed(occasions),
        }
    if policy.corrected_share < 1:
        yield _("What is put right on the spot costs %(percent)s %% of its points.") % {
            "percent": figure(policy.corrected_share * 100)
        }
    if policy.check_cap is not None:
        yield _("One check costs one class %(cap)s points at most, its serious defects apart.") % {
            "cap": figure(policy.check_cap)
        }
    yield _("A serious defect costs its points in full: nothing doubles, halves or caps it.")
    yield _("A public finding is charged to every class that answers for the place.")
    yield _("A personal finding is charged to the class it names, and to no other.")


def _scoring(policy: Policy) -> Iterator[str]:
    yield _("Every class starts the week with %(base)s points.") % {"base": figure(policy.base)}
    rules = {rule.category: rule for rule in policy.categories.all()}
    for category in LedgerCategory.values:
        if category in rules and category != LedgerCategory.CORRECTION:
            yield _category(rules[category])
    yield _("Each category is rounded to two decimals, and nothing else is.")
    yield _("Check score = the starting points less the categories; total = check score + bonuses.")
    if policy.bonus_cap is not None:
        yield _("Bonuses add %(cap)s points at most.") % {"cap": figure(policy.bonus_cap)}


def _category(rule: CategoryRule) -> str:
    said = {"category": LedgerCategory(rule.category).label, "weight": figure(rule.weight)}
    if rule.aggregation == CategoryRule.Aggregation.MEAN:
        text = _(
            "%(category)s: places by the average of their checks, the class by that of its places, times %(weight)s."
        )
    elif rule.weight == 1:
        text = _("%(category)s: all points are added up.")
    else:
        text = _("%(category)s: all points are added up, times %(weight)s.")
    capped = "" if rule.weekly_cap is None else _("At most %(cap)s a week.") % {"cap": figure(rule.weekly_cap)}
    return (" " if in_english() else "").join(filter(None, [text % said, capped]))


def _ranking(policy: Policy) -> Iterator[str]:
    yield str(GROUPS[policy.group_by])
    yield from ordering(policy)
    yield left_out(policy)


def ordering(policy: Policy | engine.Policy) -> Iterator[str]:
    """What is ranked on, and what tells equals apart."""
    yield _("Ranked on the check score.") if policy.rank_on == "check" else _("Ranked on the total.")
    if policy.tie_breaks:
        compared = pgettext("first this, then that", ", then ").join(str(COMPARED[name]) for name in policy.tie_breaks)
        yield _("Equal scores are told apart by %(compared)s; what is still equal shares a rank.") % {
            "compared": compared
        }
    else:
        yield _("Equal scores share a rank.")


def left_out(policy: Policy | engine.Policy) -> str:
    """Who has no rank."""
    return ngettext(
        "Without rank: classes checked fewer than %(count)s time, with a serious defect, or exempt all week.",
        "Without rank: classes checked fewer than %(count)s times, with a serious defect, or exempt all week.",
        policy.min_checks,
    ) % {"count": policy.min_checks}


def _flags(policy: Policy) -> Iterator[str]:
    yield flagged(policy)
    yield _("Where equal classes want more flags than are left, those go first that have been without one longest.")


def flagged(policy: Policy | engine.Policy) -> str:
    """Who is given a red flag."""
    if policy.flags_per_group is not None:
        return ngettext(
            "One red flag for the best class of each group.",
            "%(count)s red flags for the best classes of each group.",
            policy.flags_per_group,
        ) % {"count": policy.flags_per_group}
    return _("Red flags go to the best %(percent)s%% of the ranked classes, a part of one counting whole.") % {
        "percent": figure(Decimal(policy.flags_percent or 0))
    }


def listed(words: Iterable[str]) -> str:
    return pgettext("between the words of a list", ", ").join(words)
