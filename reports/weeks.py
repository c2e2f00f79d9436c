"""Which week a page is asked about (`?week=YYYY-MM-DD`, any day of it), and the ones beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from campus.calendar import NoTermError
from campus.models import Week
from campus.selectors import current_week, today, week_holding
from campus.templatetags.figures import span

Asked = ParamSpec("Asked")


class NoSuchWeekError(Exception):
    """The page was asked for a week that there is not: what to say, and a week to offer where there is one."""

    def __init__(self, title: str, text: str, status: int = 404) -> None:
        super().__init__(title)
        self.title = title
        self.text = text
        self.status = status


def of_a_week(
    view: Callable[Concatenate[HttpRequest, Week, Asked], HttpResponse],
) -> Callable[Concatenate[HttpRequest, Asked], HttpResponse]:
    """Hands the view the week that the page is asked about; where there is none, the page says so."""

    @wraps(view)
    def answer(request: HttpRequest, /, *args: Asked.args, **kwargs: Asked.kwargs) -> HttpResponse:
        try:
            week = asked_week(request)
        except NoSuchWeekError as problem:
            offered = current_week()
            context = {"problem": problem, "day": day_in(offered).isoformat() if offered else ""}
            return render(request, "reports/no_week.html", context, status=problem.status)
        return view(request, week, *args, **kwargs)

    return answer


def asked_week(request: HttpRequest) -> Week:
    """The week that holds the day asked for; without one, the present week. Raises `NoSuchWeekError`."""
    asked = request.GET.get("week", "").strip()
    if asked:
        return _week_of(asked)
    week = current_week()
    if week is None:
        raise NoSuchWeekError(
            _("There is no term yet"),
            _("Once your administrator has opened a term, its weeks stand here from the first on."),
            status=200,
        )
    return week


def _week_of(asked: str) -> Week:
    try:
        return week_holding(date.fromisoformat(asked))
    except NoTermError as problem:
        raise NoSuchWeekError(
            _("%(day)s lies in no term") % {"day": span(problem.day, problem.day)},
            _("There are no checks in the holidays. Choose a day of a term."),
        ) from None
    except ValueError:
        raise NoSuchWeekError(
            _("“%(asked)s” is no date") % {"asked": asked[:40]},
            _("A date is written like 2026-05-11: any day of the week that you want to see."),
            status=400,
        ) from None


def day_in(week: Week) -> date:
    """The first day of `week` that lies in its term too, by which addresses name it."""
    return max(week.starts_on, week.term.starts_on)


@dataclass(frozen=True, slots=True)
class Turn:
    """The weeks beside the one shown, and all of its term that have begun, newest first.

    `checked` is the nearest to it with checks, looked for where this one has nothing to show.
    """

    week: Week
    before: Week | None
    after: Week | None
    term: tuple[Week, ...]
    checked: Week | None = None

    @property
    def choices(self) -> tuple[tuple[str, Week], ...]:
        return tuple((day_in(week).isoformat(), week) for week in self.term)

    @property
    def day(self) -> str:
        return day_in(self.week).isoformat()

    @property
    def day_before(self) -> str:
        return day_in(self.before).isoformat() if self.before else ""

    @property
    def day_after(self) -> str:
        return day_in(self.after).isoformat() if self.after else ""

    @property
    def day_checked(self) -> str:
        return day_in(self.checked).isoformat() if self.checked else ""


def turn_of(week: Week, *, checked: Week | None = None) -> Turn:
    """What leads from `week` to others. A week that has not begun is offered by no link. Three queries."""
    weeks = Week.objects.select_related("term")
    begun = weeks.filter(starts_on__lte=max(today(), week.starts_on))
    return Turn(
        week=week,
        before=begun.filter(starts_on__lt=week.starts_on).last(),
        after=begun.filter(starts_on__gt=week.starts_on).first(),
        term=tuple(begun.filter(term=week.term).order_by("-starts_on")),
        checked=checked,
    )
