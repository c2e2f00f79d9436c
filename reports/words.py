"""Scores and ranks in words: how a category came about, why a class stands where it stands, what the policy says."""

from __future__ import annotations

from collections.abc import Iterable, Set
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from campus.templatetags.figures import MINUS, amount, in_english, points, score
from inspections.models import Category
from reports.selectors import Ranking
from scoring import engine
from scoring.models import LedgerCategory
from scoring.words import flagged, left_out, ordering

# What puts one class above another with the same score
AHEAD = {
    "findings": gettext_lazy("with fewer findings"),
    "classroom": gettext_lazy("by its classrooms"),
    "area": gettext_lazy("by its sanitation areas"),
    "dorm": gettext_lazy("by its dorm rooms"),
    "duty": gettext_lazy("by its duty posts"),
    "event": gettext_lazy("by its event venues"),
    "correction": gettext_lazy("by its corrections"),
}
# Why nothing was checked, where the class has no such place
NO_PLACE = {
    Category.CLASSROOM: gettext_lazy("no classroom of its own"),
    Category.AREA: gettext_lazy("no area to answer for"),
    Category.DORM: gettext_lazy("no dorm rooms"),
    Category.DUTY: gettext_lazy("none this week"),
    Category.EVENT: gettext_lazy("none this week"),
}


def listed(clauses: Iterable[str]) -> str:
    """Clauses one after the other, in one sentence."""
    return pgettext("between two clauses", ", ").join(clauses)


def named(names: Iterable[str]) -> str:
    """Names one after the other: 1051、1135."""
    return pgettext("between two names", ", ").join(names)


def sentences(*parts: str) -> str:
    """Whole sentences in a row; Chinese puts nothing between them."""
    return (" " if in_english() else "").join(part for part in parts if part)


# A row of the ranking


def reason_barred(row: engine.Row, policy: engine.Policy) -> str:
    """Why the class has no rank; empty where it has one."""
    if row.barred is None:
        return ""
    return {
        engine.Bar.EXEMPT: _("Exempt all week"),
        engine.Bar.COVERAGE: _("Not checked enough: %(checks)s of at least %(least)s checks")
        % {"checks": row.score.checks, "least": policy.min_checks},
        engine.Bar.SERIOUS: _("Vetoed by a serious defect, out of the ranking"),
    }[row.barred]


def group_summary(group: engine.GroupRanking) -> str:
    """19 个班有名次，流动红旗 2 面."""
    ranked = ngettext("%(count)s class ranked", "%(count)s classes ranked", group.ranked) % {"count": group.ranked}
    if not group.flags:
        return ranked
    flags = ngettext("%(count)s red flag", "%(count)s red flags", group.flags) % {"count": group.flags}
    return listed([ranked, flags])


def rules(ranking: Ranking) -> str:
    """How this ranking was made, from its policy."""
    policy = ranking.policy
    return sentences(_how_scored(policy), *ordering(policy), flagged(policy), left_out(policy))


def _how_scored(policy: engine.Policy) -> str:
    check = _("Check score = %(base)s − what the categories cost; total = check score + bonuses.") % {
        "base": plain(policy.base)
    }
    if policy.bonus_cap is None:
        return check
    return sentences(check, _("Bonuses add at most %(cap)s.") % {"cap": plain(policy.bonus_cap)})


# One class's week


def category_label(category: str) -> str:
    return str(LedgerCategory(category).label)


def category_summary(part: engine.CategoryScore, answered_for: Set[str]) -> str:
    """What was seen in a category: 查 15 次，1 处问题; 8 间平均 98.75."""
    if not part.checks and not part.findings:
        missing = NO_PLACE.get(Category(part.category)) if part.category not in answered_for else None
        return str(missing) if missing else _("not checked yet")
    if part.mark is not None:
        return mean_summary(part)
    checked = ngettext("%(count)s check", "%(count)s checks", part.checks) % {"count": part.checks}
    return listed([checked, findings_summary(part.findings)])


def mean_summary(part: engine.CategoryScore) -> str:
    """8 间平均 98.75; serious charges stand apart."""
    count = len(part.targets)
    if part.category == engine.Category.DORM:
        words = ngettext("%(count)s room at %(mark)s", "%(count)s rooms at %(mark)s on average", count)
    else:
        words = ngettext("%(count)s place at %(mark)s", "%(count)s places at %(mark)s on average", count)
    average = words % {"count": count, "mark": figure(part.exact_mark or Fraction(0))}
    return listed([average, _("serious %(points)s") % {"points": points(part.serious)}]) if part.serious else average


def findings_summary(count: int) -> str:
    if not count:
        return _("all clean")
    return ngettext("%(count)s finding", "%(count)s findings", count) % {"count": count}


def why_there(ranking: Ranking, group: engine.GroupRanking, row: engine.Row) -> str:
    """Why a class has its rank, or none, and why it has a flag, or none."""
    if unchecked(row):
        return _how_to_be_ranked(ranking.policy, row)
    if row.barred:
        return sentences(_stop(reason_barred(row, ranking.policy)), _("The score is shown all the same."))
    return sentences(_why_ranked(ranking, group, row), _why_flagged(ranking.policy, group, row))


def unchecked(row: engine.Row) -> bool:
    """Whether a class has no rank and no check that counts: the sum that it starts from is then no score of its own."""
    return row.barred is not None and not row.score.checks


def scoreless(row: engine.Row) -> bool:
    """Whether such a class has no total either: nothing was given, and no earlier week corrected."""
    return unchecked(row) and not (row.score.bonus_lines or any(part.points for part in row.score.categories.values()))


def _how_to_be_ranked(policy: engine.Policy, row: engine.Row) -> str:
    if row.barred is engine.Bar.EXEMPT:
        return _stop(reason_barred(row, policy))
    return ngettext(
        "To be ranked takes at least %(count)s check that has passed the review.",
        "To be ranked takes at least %(count)s checks that have passed the review.",
        policy.min_checks,
    ) % {"count": policy.min_checks}


def _why_ranked(ranking: Ranking, group: engine.GroupRanking, row: engine.Row) -> str:
    on = _("check score") if ranking.policy.rank_on == "check" else _("total")
    first = _("First by the %(on)s.") % {"on": on}
    place = first if row.rank == 1 else _("Rank %(rank)s by the %(on)s.") % {"rank": row.rank, "on": on}
    equals = [other.klass for other in group.rows if other.rank == row.rank and other.klass != row.klass]
    shared = _("Level with %(classes)s.") % {"classes": named(equals)} if equals else ""
    return sentences(place, _what_is_above(ranking.policy, group, row), shared)


def _what_is_above(policy: engine.Policy, group: engine.GroupRanking, row: engine.Row) -> str:
    better = [other for other in group.rows if other.rank is not None and row.rank and other.rank < row.rank]
    if not better:
        return ""
    above = [other for other in better if other.rank == better[-1].rank]
    words = {"classes": named(other.klass for other in above), "score": score(ranked_on(above[0], policy))}
    if row.decided_by == policy.rank_on:
        return _("Next above: %(classes)s with %(score)s.") % words
    words["ahead"] = str(AHEAD[row.decided_by or ""])
    return _("Next above: %(classes)s with the same %(score)s, %(ahead)s.") % words


def _why_flagged(policy: engine.Policy, group: engine.GroupRanking, row: engine.Row) -> str:
    has = _("This class has one.") if row.flag else ""
    if policy.flags_per_group is not None:
        given = ngettext("%(count)s red flag in the group.", "%(count)s red flags in the group.", group.flags)
        return sentences(given % {"count": group.flags}, has)
    return sentences(_quota(policy, group), has)


def _quota(policy: engine.Policy, group: engine.GroupRanking) -> str:
    part = Decimal(policy.flags_percent or 0) * group.ranked / 100
    words = {
        "ranked": group.ranked,
        "percent": plain(Decimal(policy.flags_percent or 0)),
        "part": plain(part),
        "quota": group.quota,
    }
    if part == group.quota:
        quota = _("Of %(ranked)s ranked classes %(percent)s%% is %(part)s: so many red flags.") % words
    else:
        quota = _("Of %(ranked)s ranked classes %(percent)s%% is %(part)s, which makes %(quota)s red flags.") % words
    if group.flags == group.quota:
        return quota
    return sentences(quota, _("Equals share them: %(count)s in all.") % {"count": group.flags})


def ranked_on(row: engine.Row, policy: engine.Policy) -> Decimal:
    return row.score.check_score if policy.rank_on == "check" else row.score.score


def check_score_sum(one: engine.Score) -> str:
    """The addition behind the check score: 100 − 1.00 − 1.25; empty where there is nothing to add."""
    return _sum_of(plain(one.base), *(amount(part.points) for part in one.categories.values() if part.points))


def total_sum(one: engine.Score) -> str:
    """The addition behind the total: 98.12 + 10; empty where there is nothing to add."""
    return _sum_of(score(one.check_score), *([points(one.bonus)] if one.bonus else []))


def _sum_of(first: str, *others: str) -> str:
    return " ".join([first, *(f"{term[0]} {term[1:]}" for term in others)]) if others else ""


def figure(value: Fraction, *, decimals: int = 6, sign: bool = False) -> str:
    """An exact figure as a calculator shows it: 98.125; one that goes on is cut after `decimals`, with an ellipsis.

    Not rounded: half a hundredth that was rounded away would be missed when the figures are added up.
    """
    scaled = abs(value) * 10**decimals
    digits = Decimal(scaled.numerator // scaled.denominator).scaleb(-decimals)
    text = plain(digits) if scaled.denominator == 1 else f"{digits:f}…"
    if value < 0:
        return MINUS + text
    return f"+{text}" if sign and value > 0 else text


def plain(value: Decimal) -> str:
    """A figure as short as it goes, without sign where it has none: 100, 0.5."""
    return points(value).removeprefix("+")


def _stop(text: str) -> str:
    return _("%(sentence)s.") % {"sentence": text}
