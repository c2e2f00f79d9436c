"""A class's week, accounted for: what its score is made of, down to the line, so that a calculator gives the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import lcm

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campus.models import Role, SchoolClass, User, Week
from campus.templatetags.figures import MINUS, amount, points
from dormitories.models import Room
from reports.board import USUAL
from reports.selectors import Ranking, ranking_of
from reports.words import (
    category_label,
    category_summary,
    check_score_sum,
    figure,
    listed,
    plain,
    reason_barred,
    scoreless,
    total_sum,
    unchecked,
    why_there,
)
from scoring import engine
from scoring.models import LedgerCategory
from scoring.selectors import Line, lines, waiting

FULL_MARK = 100


@dataclass(frozen=True, slots=True)
class Step:
    """One press of a calculator: what is done, and what stands there then."""

    label: str
    figure: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A target out of 100, as its class has it; serious charges apart."""

    place: str
    target: engine.TargetScore

    @property
    def figure(self) -> str:
        """100, 92.5, 99.375; 98.33… where it goes on for ever."""
        exact = figure(self.target.exact_mark, decimals=4)
        return figure(self.target.exact_mark, decimals=2) if "…" in exact else exact

    @property
    def lost(self) -> bool:
        return self.target.exact_mark != FULL_MARK


@dataclass(frozen=True, slots=True)
class Section:
    """A category (or the bonuses) of the week: what it came to, its marks, the sum step by step, its lines.

    `unseen` says that its places were not checked, which is no 0.
    """

    category: str
    label: str
    points: Decimal
    summary: str
    marks: tuple[Mark, ...] = ()
    weight: str = ""
    steps: tuple[Step, ...] = ()
    lines: tuple[Line, ...] = ()
    unseen: bool = False

    @property
    def roomy(self) -> bool:
        """Whether a mark needs more room than 100 does."""
        return any(len(mark.figure) > len("98.75") for mark in self.marks)

    @property
    def detailed(self) -> bool:
        return bool(self.marks or self.steps or self.lines)


@dataclass(frozen=True, slots=True)
class Account:
    """A class's week for one reader. `whole` is False for a room head, who reads his own room's lines alone."""

    school_class: SchoolClass
    ranking: Ranking
    group: engine.GroupRanking
    row: engine.Row
    sections: tuple[Section, ...]
    bonus: Section
    waiting: int
    whole: bool

    @property
    def group_label(self) -> str:
        return self.ranking.label(self.group)

    @property
    def base(self) -> str:
        return plain(self.row.score.base)

    @property
    def check_score_sum(self) -> str:
        return check_score_sum(self.row.score)

    @property
    def total_sum(self) -> str:
        return total_sum(self.row.score)

    @property
    def barred(self) -> str:
        return reason_barred(self.row, self.ranking.policy)

    @property
    def unchecked(self) -> bool:
        return unchecked(self.row)

    @property
    def scoreless(self) -> bool:
        return scoreless(self.row)

    @property
    def why(self) -> str:
        return why_there(self.ranking, self.group, self.row)

    @property
    def detailed(self) -> tuple[Section, ...]:
        """The sections that have more to tell than their sum."""
        return tuple(section for section in (*self.sections, self.bonus) if section.detailed)

    @property
    def line_count(self) -> int:
        return sum(len(section.lines) for section in self.detailed)


def account_of(school_class: SchoolClass, week: Week, reader: User) -> Account | None:
    """The week of `school_class` as `reader` may read it; None where the class had left the school before.

    The caller has made sure that the page is open to the reader. A fixed number of queries, however many lines.
    """
    ranking = ranking_of(week)
    if school_class.code not in ranking.classes:
        return None
    group, row = ranking.found(school_class.code)
    whole = SchoolClass.objects.visible_to(reader).filter(pk=school_class.pk).exists()
    places = None if whole else _headed(reader)
    told = lines(week, school_class, reader)
    concerned = waiting(week).filter(concerns__school_class=school_class, concerns__exemption=None)
    return Account(
        school_class=school_class,
        ranking=ranking,
        group=group,
        row=row,
        sections=tuple(_sections(ranking, row, told, places)),
        bonus=_bonus_section(row.score, tuple(line for line in told if line.category == LedgerCategory.BONUS)),
        waiting=concerned.count() if whole else 0,
        whole=whole,
    )


def _headed(reader: User) -> set[str]:
    """The codes of the rooms that `reader` heads."""
    return set(Room.objects.filter(pk__in=reader.rooms_held(Role.ROOM_HEAD)).values_list("code", flat=True))


def _sections(ranking: Ranking, row: engine.Row, told: Iterable[Line], places: set[str] | None) -> Iterator[Section]:
    """The categories in the order shown; `places` are the only ones whose marks are told, None is all."""
    by_category: dict[str, list[Line]] = {}
    for line in told:
        by_category.setdefault(line.category, []).append(line)
    for category, part in row.score.categories.items():
        found = tuple(by_category.get(category, ()))
        if category in USUAL or part.points or part.checks or found:
            yield Section(
                category=category,
                label=category_label(category),
                points=part.points,
                summary=category_summary(part, ranking.places.get(row.klass, frozenset())),
                marks=tuple(_marks(part, places)),
                weight=_weight(part),
                steps=tuple(steps_of(part, len(found))) if places is None else (),
                lines=found,
                unseen=ranking.unseen(row, category),
            )


def _marks(part: engine.CategoryScore, places: set[str] | None) -> Iterator[Mark]:
    if part.mark is None:
        return
    for target in part.targets:
        place = target.target.partition(":")[2]
        if places is None or place in places:
            yield Mark(place, target)


def _weight(part: engine.CategoryScore) -> str:
    """What a point charged costs of a mark out of 100."""
    if part.mark is None:
        return ""
    if part.category == engine.Category.DORM:
        said = _("each room out of 100, a point charged costs %(weight)s")
    else:
        said = _("each place out of 100, a point charged costs %(weight)s")
    return said % {"weight": plain(part.rule.weight)}


def _bonus_section(one: engine.Score, found: tuple[Line, ...]) -> Section:
    cut = one.bonus != one.bonus_lines
    given = listed(f"{line.defect} {points(line.points)}" for line in found)
    return Section(
        category=LedgerCategory.BONUS,
        label=category_label(LedgerCategory.BONUS),
        points=one.bonus,
        summary=_("%(sum)s given, cut at the cap") % {"sum": points(one.bonus_lines)} if cut else given,
        lines=found,
    )


# A category's sum, to be keyed into a calculator


def steps_of(part: engine.CategoryScore, line_count: int) -> Iterator[Step]:
    """What to key in, and what then stands on the display, from the lines or marks to the points of the category.

    Nothing where there is nothing to add up.
    """
    if not part.charged and not part.serious and line_count < 2:
        return
    if part.mark is not None:
        yield from _mean_steps(part)
    elif line_count > 1 or _beyond_a_sum(part):
        yield from _sum_steps(part)
    else:
        return
    if part.capped:
        yield Step(
            _("a week costs at most %(cap)s") % {"cap": plain(part.rule.weekly_cap or Decimal(0))},
            figure(part.ordinary, sign=True),
        )
    whole = part.ordinary + Fraction(part.serious)
    if part.serious:
        yield Step(_("serious defects, in full"), points(part.serious))
        yield Step(_("together"), figure(whole, sign=True))
    if whole != Fraction(part.points):
        yield Step(_("two decimals, halves away from zero"), amount(part.points))


def _beyond_a_sum(part: engine.CategoryScore) -> bool:
    return (part.rule.weight != 1 and bool(part.charged)) or part.capped or bool(part.serious)


def _sum_steps(part: engine.CategoryScore) -> Iterator[Step]:
    yield Step(_("the lines together"), figure(Fraction(part.charged), sign=True))
    if part.rule.weight != 1:
        yield Step(f"× {plain(part.rule.weight)}", figure(part.uncapped, sign=True))


def _mean_steps(part: engine.CategoryScore) -> Iterator[Step]:
    """Marks together, divided, less 100.

    Where a place was visited three times its mark may never end; all marks are then taken so many times that each
    is a whole figure, and the division comes last, so that nothing is lost on the way.
    """
    targets = part.targets
    total = sum((target.exact_mark for target in targets), Fraction(0))
    times = lcm(*(_endless(target.exact_mark) for target in targets))
    count = len(targets)
    yield Step(_together(part, times), figure(total * times))
    if times * count > 1:
        divisors = [str(one) for one in (times, count) if one > 1]
        yield Step(_("÷ %(divisors)s, the average") % {"divisors": " ÷ ".join(divisors)}, figure(total / count))
    yield Step(f"{MINUS} {FULL_MARK}", figure(part.uncapped, sign=True))


def _together(part: engine.CategoryScore, times: int) -> str:
    """8 间相加; where each is taken three times first, also what is then added up: 295 + 300 × 7."""
    count = len(part.targets)
    if part.category == engine.Category.DORM:
        words = ngettext("%(count)s room", "%(count)s rooms together", count)
    else:
        words = ngettext("%(count)s place", "%(count)s places together", count)
    together = words % {"count": count} if count > 1 else _("its mark")
    if times == 1:
        return together
    marks = Counter(target.exact_mark * times for target in part.targets)
    terms = (figure(mark) + (f" × {n}" if n > 1 else "") for mark, n in sorted(marks.items()))
    return _("%(marks)s, each times %(times)s: %(sum)s") % {"marks": together, "times": times, "sum": " + ".join(terms)}


def _endless(value: Fraction) -> int:
    """The least factor that makes `value` a decimal that ends: its denominator without twos and fives."""
    rest = value.denominator
    for factor in (2, 5):
        while rest % factor == 0:
            rest //= factor
    return rest
