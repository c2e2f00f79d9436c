"""What programs are told, as plain dicts: the shapes of `rank_week --json` and `export_week --json` (design §6.2).

Computed figures are text with two decimals, facts are text as short as it goes; neither is ever a float. Dates and
instants are ISO 8601, instants with the school's own offset.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from campus.models import Week
from campus.selectors import school_zone
from inspections.drafts import figure
from reports.selectors import Ranking, state_of
from scoring import engine
from scoring.selectors import BonusFacts, CheckFacts, Facts

Shape = dict[str, Any]


def ranking_shape(ranking: Ranking) -> Shape:
    """A ranking, whole."""
    return {
        "week": week_shape(ranking.week),
        "policy": ranking.policy.version,
        "groups": [{"name": group.name, "rows": [_row(row) for row in group.rows]} for group in ranking.groups],
    }


def facts_shape(facts: Facts) -> Shape:
    """The facts that a ranking is computed from, and nothing computed."""
    return {
        "week": week_shape(facts.week),
        "policy": policy_shape(facts.policy),
        "classes": [_class(one) for one in facts.classes],
        "checks": [_check(one) for one in facts.checks],
        "bonuses": [_bonus(one) for one in facts.bonuses],
        "reversals": [_reversal(one) for one in facts.reversals],
    }


def week_shape(week: Week) -> Shape:
    return {
        "term": week.term.name,
        "number": week.number,
        "starts_on": week.starts_on.isoformat(),
        "state": state_of(week),
    }


def policy_shape(policy: engine.Policy) -> Shape:
    return {
        "version": policy.version,
        "base": figure(policy.base),
        "check_cap": figure(policy.check_cap),
        "bonus_cap": figure(policy.bonus_cap),
        "corrected_share": figure(policy.corrected_share),
        "multipliers": {occasion.value: figure(policy.multiplier(occasion)) for occasion in engine.Occasion},
        "group_by": policy.group_by,
        "rank_on": policy.rank_on,
        "tie_breaks": list(policy.tie_breaks),
        "flags_per_group": policy.flags_per_group,
        "flags_percent": policy.flags_percent,
        "min_checks": policy.min_checks,
        "categories": {category.value: _rule(policy.categories[category]) for category in engine.Category},
    }


def _row(row: engine.Row) -> Shape:
    one = row.score
    return {
        "class": row.klass,
        "rank": row.rank,
        "score": str(one.score),
        "check_score": str(one.check_score),
        "bonus": str(one.bonus),
        "flag": row.flag,
        "barred": row.barred.value if row.barred else None,
        "categories": {category.value: str(part.points) for category, part in one.categories.items()},
        "checks": one.checks,
        "findings": one.findings,
    }


def _rule(rule: engine.CategoryRule) -> Shape:
    return {"aggregation": rule.aggregation, "weight": figure(rule.weight), "weekly_cap": figure(rule.weekly_cap)}


def _class(one: engine.ClassFacts) -> Shape:
    return {
        "code": one.code,
        "department": one.department,
        "entry_year": one.entry_year,
        "exempt_days": [day.isoformat() for day in sorted(one.exempt_days)],
        "last_flag": one.last_flag.isoformat() if one.last_flag else None,
    }


def _check(one: CheckFacts) -> Shape:
    check = one.check
    return {
        "id": check.id,
        "category": check.category,
        "target": check.target,
        "classes": list(check.classes),
        "occasion": check.occasion,
        "performed_at": _instant(one.performed_at),
        "outcome": check.outcome,
        "carried_over": one.carried_over,
        "findings": [_finding(finding) for finding in check.findings],
    }


def _instant(moment: datetime) -> str:
    return moment.astimezone(school_zone()).isoformat(timespec="seconds")


def _finding(finding: engine.Finding) -> Shape:
    return {
        "id": finding.id,
        "points": figure(finding.points),
        "class": finding.klass,
        "serious": finding.serious,
        "corrected": finding.corrected,
    }


def _bonus(one: BonusFacts) -> Shape:
    return {"class": one.line.klass, "points": figure(one.line.points), "reason": one.reason}


def _reversal(one: engine.Reversal) -> Shape:
    return {
        "class": one.klass,
        "category": one.category,
        "points": figure(one.points),
        "reverses": one.reverses,
        "full": one.full,
    }
