"""What is told of a week: the ranking, as pages, programs and bulletins show it."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.utils.translation import gettext as _

from campus.models import Role, SchoolClass, User, Week
from campus.querysets import standing_during
from campus.selectors import today
from dormitories.models import Residency
from inspections.models import Category, Inspection, Responsibility
from scoring import engine
from scoring.selectors import bonus_totals, class_facts, classes_present, days_in_term, policy_of, tallies

DRAFT, PUBLISHED = "draft", "published"


@dataclass(frozen=True, slots=True)
class Ranking:
    """The ranking of a week, computed now. `classes` are those in it, by code; every one has a row.

    `places` are the categories that a class had places of during the week, by its code.
    """

    week: Week
    policy: engine.Policy
    groups: tuple[engine.GroupRanking, ...]
    classes: Mapping[str, SchoolClass]
    places: Mapping[str, Set[str]]

    @property
    def state(self) -> str:
        return state_of(self.week)

    @property
    def rows(self) -> tuple[engine.Row, ...]:
        """All rows, group after group."""
        return tuple(row for group in self.groups for row in group.rows)

    @property
    def empty(self) -> bool:
        """Whether nothing has counted yet: no check, no line."""
        return not any(row.score.checks or row.score.findings or row.score.bonus_lines for row in self.rows)

    def found(self, code: str) -> tuple[engine.GroupRanking, engine.Row]:
        """The group and the row of a class. Raises KeyError where it is not in the ranking."""
        for group in self.groups:
            for row in group.rows:
                if row.klass == code:
                    return group, row
        raise KeyError(code)

    def unseen(self, row: engine.Row, category: engine.Category) -> bool:
        """Whether a class has places of a category and none was checked: that is no 0, but nothing to show."""
        part = row.score.categories[category]
        counted = part.checks or part.findings or part.points
        return not counted and category in self.places.get(row.klass, ())

    def label(self, group: engine.GroupRanking) -> str:
        """A group's name in the reader's language; its own name is the one that files keep."""
        one = self.classes[group.rows[0].klass]
        department, year = one.department.local_name, year_label(one.entry_year)
        return {
            "department": department,
            "school": _("Whole school"),
            "entry_year": year,
            "department_year": f"{department} {year}",
        }[self.policy.group_by]


def year_label(year: int) -> str:
    return _("Class of %(year)s") % {"year": year}


def state_of(week: Week) -> str:
    """`draft`, or `published` once the week is closed."""
    return PUBLISHED if hasattr(week, "closing") else DRAFT


def ranking_of(week: Week, last_flags: Mapping[str, date] | None = None) -> Ranking:
    """Fold the week's lines and checks into scores, ranks and flags (design §5.3, §5.4), for every class of the school.

    `last_flags` are the first days of the weeks in which classes won their last flags, by code. A fixed number of
    queries, however many classes.
    """
    policy = policy_of(week).as_value()
    classes = {klass.code: klass for klass in classes_present(week)}
    scores = engine.fold_week(classes, tallies(week), bonus_totals(week), policy)
    contestants = (
        engine.contestant(facts, scores[facts.code], policy, *days_in_term(week))
        for facts in class_facts(week, classes.values(), last_flags)
    )
    return Ranking(week, policy, engine.rank(contestants, policy), classes, _places(week))


def _places(week: Week) -> dict[str, set[str]]:
    """The categories that each class had places of during `week`: it lives in a room, or answers for an area."""
    during = standing_during(week.starts_on, week.ends_on)
    areas = Responsibility.objects.filter(during).values_list("school_class__code", "area__kind")
    rooms = Residency.objects.filter(during).values_list("school_class__code", Value(Category.DORM.value))
    places: dict[str, set[str]] = {}
    for code, category in areas.order_by().union(rooms.order_by()):
        places.setdefault(code, set()).add(category)
    return places


def nearest_checked(week: Week, school_class: SchoolClass | None = None) -> Week | None:
    """The week nearest to `week` that any check counts in, of this class where given; of two as near the earlier.

    One that has not begun is not looked at.
    """
    counted = Inspection.objects.counting().filter(verification__week=OuterRef("pk"))
    if school_class is not None:
        counted = counted.filter(concerns__school_class=school_class, concerns__exemption=None)
    checked = Week.objects.select_related("term").filter(Exists(counted), starts_on__lte=today()).order_by("starts_on")
    before = checked.filter(starts_on__lt=week.starts_on).last()
    after = checked.filter(starts_on__gt=week.starts_on).first()
    found = [one for one in (before, after) if one is not None]
    return min(found, key=lambda one: abs(one.starts_on - week.starts_on), default=None)


def classes_open_to(reader: User, week: Week) -> QuerySet[SchoolClass]:
    """The classes whose page `reader` may open: those whose lines he may read, all or of a room that he heads."""
    headed = Residency.objects.filter(
        standing_during(week.starts_on, week.ends_on), room__in=reader.rooms_held(Role.ROOM_HEAD)
    )
    return SchoolClass.objects.filter(reader.readable_classes() | Q(pk__in=headed.values("school_class")))
