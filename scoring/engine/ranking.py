"""From the classes' scores to ranks and red flags: design §5.4."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import groupby
from math import ceil

from .facts import Category, Policy
from .folding import Score

WHOLE_SCHOOL = "school"
SATURDAY = 5


class Bar(StrEnum):
    """Why a class has no rank, the first that applies."""

    EXEMPT = "exempt"
    COVERAGE = "coverage"
    SERIOUS = "serious"


@dataclass(frozen=True, slots=True)
class ClassFacts:
    """A class as the ranking needs it; `last_flag` is the start of the last week it won a flag."""

    code: str
    department: str
    entry_year: int
    exempt_days: frozenset[date] = frozenset()
    last_flag: date | None = None


@dataclass(frozen=True, slots=True)
class Contestant:
    """One class's score on its way into its group's ranking."""

    score: Score
    group: str
    exempt_all_week: bool = False
    last_flag: date | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a ranking. A barred class has no rank, and its reason.

    `tied` says that another class has the same rank. `decided_by` is what put the class below the
    rank above: `total` or `check`, `findings`, or a category; None at the top and for the barred.
    """

    klass: str
    rank: int | None
    score: Score
    flag: bool
    barred: Bar | None
    tied: bool
    decided_by: str | None


@dataclass(frozen=True, slots=True)
class GroupRanking:
    """One group's rows in the order shown. `flags` were awarded; `quota` were to be, before sharing."""

    name: str
    rows: tuple[Row, ...]
    ranked: int
    quota: int
    flags: int


def group_of(facts: ClassFacts, policy: Policy) -> str:
    """The group that a class is ranked in, as a plain name; `WHOLE_SCHOOL` where there is one."""
    return {
        "department": facts.department,
        "school": WHOLE_SCHOOL,
        "entry_year": str(facts.entry_year),
        "department_year": f"{facts.department} {facts.entry_year}",
    }[policy.group_by]


def exempt_all_week(exempt_days: frozenset[date], starts_on: date, ends_on: date) -> bool:
    """Whether every Monday-to-Friday day from `starts_on` to `ends_on`, both included, is exempt.

    The first and last week of a term are asked about by the days that lie in it. Without any such day nobody is.
    """
    days = (starts_on + timedelta(days=n) for n in range((ends_on - starts_on).days + 1))
    school_days = {day for day in days if day.weekday() < SATURDAY}
    return bool(school_days) and school_days <= exempt_days


def contestant(facts: ClassFacts, score: Score, policy: Policy, starts_on: date, ends_on: date) -> Contestant:
    """A class and its score, as `rank` takes them, for the days of the week that lie in its term."""
    return Contestant(
        score=score,
        group=group_of(facts, policy),
        exempt_all_week=exempt_all_week(facts.exempt_days, starts_on, ends_on),
        last_flag=facts.last_flag,
    )


def rank(contestants: Iterable[Contestant], policy: Policy) -> tuple[GroupRanking, ...]:
    """Rank every group and award its flags. Groups come by name, equal ranks and the barred by code."""
    groups: dict[str, list[Contestant]] = {}
    for one in sorted(contestants, key=lambda one: (one.group, one.score.klass)):
        groups.setdefault(one.group, []).append(one)
    return tuple(_rank_group(name, members, policy) for name, members in groups.items())


def bar(contestant: Contestant, policy: Policy) -> Bar | None:
    """Why the class has no rank, or None."""
    if contestant.exempt_all_week:
        return Bar.EXEMPT
    if contestant.score.checks < policy.min_checks:
        return Bar.COVERAGE
    if contestant.score.serious_findings:
        return Bar.SERIOUS
    return None


def flag_quota(ranked: int, policy: Policy) -> int:
    """How many flags a group of so many ranked classes has to award: a part of one counts whole."""
    if policy.flags_per_group is not None:
        return min(policy.flags_per_group, ranked)
    return ceil(Fraction(policy.flags_percent or 0) * ranked / 100)


def _rank_group(name: str, members: Sequence[Contestant], policy: Policy) -> GroupRanking:
    places = _places([one for one in members if bar(one, policy) is None], policy)
    ranked = sum(len(place) for place in places)
    quota = flag_quota(ranked, policy)
    flagged = _flagged(places, quota)
    rows = [*_ranked_rows(places, flagged, policy), *_barred_rows(members, policy)]
    return GroupRanking(name, tuple(rows), ranked, quota, len(flagged))


def _places(ranked: Iterable[Contestant], policy: Policy) -> list[list[Contestant]]:
    """The classes that are to have a rank, best first, the equal ones together."""

    def key(one: Contestant) -> tuple[Decimal, ...]:
        return _standing(one.score, policy)

    return [list(equal) for _, equal in groupby(sorted(ranked, key=key), key)]


def _standing(score: Score, policy: Policy) -> tuple[Decimal, ...]:
    """What a class is ranked by, each figure so that the smaller is the better."""
    return tuple(_figure(score, name) for name in (policy.rank_on, *policy.tie_breaks))


def _figure(score: Score, name: str) -> Decimal:
    if name == "total":
        return -score.score
    if name == "check":
        return -score.check_score
    if name == "findings":
        return Decimal(score.findings)
    return -score.categories[Category(name)].points


def _flagged(places: Iterable[Sequence[Contestant]], quota: int) -> set[str]:
    flagged: set[str] = set()
    for place in places:
        left = quota - len(flagged)
        if left <= 0:
            break
        winners = place if len(place) <= left else _longest_without(place, left)
        flagged.update(one.score.klass for one in winners)
    return flagged


def _longest_without(equals: Sequence[Contestant], flags: int) -> list[Contestant]:
    """Who goes first when equal classes want more flags than are left; may share the last one."""

    def since(one: Contestant) -> date:
        return one.last_flag or date.min

    last = sorted(since(one) for one in equals)[flags - 1]
    return [one for one in equals if since(one) <= last]


def _ranked_rows(places: Iterable[Sequence[Contestant]], flagged: set[str], policy: Policy) -> Iterable[Row]:
    above: Score | None = None
    next_rank = 1
    for place in places:
        decided_by = _decided_by(above, place[0].score, policy)
        for one in place:
            yield Row(
                klass=one.score.klass,
                rank=next_rank,
                score=one.score,
                flag=one.score.klass in flagged,
                barred=None,
                tied=len(place) > 1,
                decided_by=decided_by,
            )
        above = place[0].score
        next_rank += len(place)


def _decided_by(above: Score | None, below: Score, policy: Policy) -> str | None:
    if above is None:
        return None
    names = (policy.rank_on, *policy.tie_breaks)
    return next(name for name in names if _figure(above, name) != _figure(below, name))


def _barred_rows(members: Iterable[Contestant], policy: Policy) -> Iterable[Row]:
    for one in members:
        if reason := bar(one, policy):
            yield Row(
                klass=one.score.klass,
                rank=None,
                score=one.score,
                flag=False,
                barred=reason,
                tied=False,
                decided_by=None,
            )
