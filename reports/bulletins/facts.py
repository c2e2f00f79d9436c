"""What a bulletin is made of, read from the database at one instant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Count
from django.utils import timezone

from campus.models import Exemption, User, Week
from campus.querysets import standing_during
from campus.selectors import current_week, today
from inspections.models import Standard
from reports.selectors import Ranking, ranking_of
from scoring.models import Entry
from scoring.selectors import Line, checks_of, lines, waiting


@dataclass(frozen=True, slots=True)
class BulletinFacts:
    """A week as its bulletin tells it. `checks` are those that count, by category; `waiting` nobody has decided on yet.

    `last` is the newest line of the week's ledger: up to it the figures go. None where there is no line.
    """

    ranking: Ranking
    lines: tuple[Line, ...]
    exemptions: tuple[Exemption, ...]
    standards: tuple[Standard, ...]
    checks: Mapping[str, int]
    waiting: int
    last: Entry | None
    drawn_up_at: datetime
    drawn_up_by: User | None = None

    @property
    def week(self) -> Week:
        return self.ranking.week


def bulletin_facts(week: Week, by: User | None = None) -> BulletinFacts:
    """All that the bulletin of `week` tells, as it stands now; drawn up for `by`. A fixed number of queries."""
    with snapshot():
        week = Week.objects.select_related("term", "closing__by").get(pk=week.pk)
        checks = checks_of(week).order_by().values_list("category").annotate(Count("pk"))
        return BulletinFacts(
            ranking=ranking_of(week),
            lines=tuple(lines(week)),
            exemptions=tuple(_exemptions(week)),
            standards=tuple(_standards(week)),
            checks=dict(checks),
            waiting=waiting(week).count(),
            last=Entry.objects.of_week(week).order_by("pk").last(),
            drawn_up_at=timezone.now(),
            drawn_up_by=by,
        )


def week_to_tell() -> Week | None:
    """The week whose bulletin is due: the last that is over, or the first there is; None in a school without terms."""
    weeks = Week.objects.select_related("term", "closing").order_by("starts_on")
    over: Week | None = weeks.filter(ends_on__lt=today()).last()
    return over or current_week()


def _exemptions(week: Week) -> Iterator[Exemption]:
    during = standing_during(week.starts_on, week.ends_on)
    yield from (
        Exemption.objects.filter(during).select_related("school_class").order_by("school_class__code", "starts_on")
    )


def _standards(week: Week) -> list[Standard]:
    """The versions that the week's checks were made by; before there are any, those in force."""
    used = Standard.objects.filter(inspections__in=checks_of(week)).distinct().order_by("kind", "version")
    return list(used) or list(Standard.objects.in_force(week.starts_on).order_by("kind"))


@contextmanager
def snapshot() -> Iterator[None]:
    """Reads within see the database as it stood at one instant, and keep nobody from writing.

    Else a check verified between two queries would stand in the scores and not among the lines. Nothing may be
    written within.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:
        # Not `atomic`: that begins as a writer here, and would have every other one wait
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
