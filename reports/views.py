"""The ranking, and a class's week."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from campus.models import Role, User, Week
from reports.account import account_of
from reports.board import Part, board_of
from reports.selectors import classes_open_to, nearest_checked, ranking_of
from reports.weeks import of_a_week, turn_of
from reports.words import rules
from scoring.selectors import waiting

KNOWS_INSPECTORS = (Role.REVIEWER, Role.ADVISOR, Role.ADMINISTRATOR)


@require_safe
@of_a_week
def ranking(request: HttpRequest, week: Week) -> HttpResponse:
    """The ranking of a week: for everybody who is signed in, draft or not."""
    reader = reader_of(request)
    told = ranking_of(week)
    turn = turn_of(week, checked=nearest_checked(week) if told.empty else None)
    part = Part.asked(told, request.GET.get("group", ""), request.GET.get("year", ""))
    open_to_reader = set(classes_open_to(reader, week).values_list("code", flat=True))
    own = reader.home_class.code if reader.home_class else ""
    context = {
        "ranking": told,
        "board": board_of(told, part, turn.day, open_to_reader, own),
        "part": part,
        "rules": rules(told),
        "turn": turn,
        "waiting": waiting(week).count(),
        "reviews": reader.holds(Role.REVIEWER),
    }
    return render(request, "reports/ranking.html", context)


@require_safe
@of_a_week
def class_week(request: HttpRequest, week: Week, code: str) -> HttpResponse:
    """A class's score in a week and what it is made of: for those who may read the class's lines."""
    reader = reader_of(request)
    school_class = get_object_or_404(classes_open_to(reader, week), code=code)
    account = account_of(school_class, week, reader)
    missing = account is not None and account.unchecked
    context = {
        "school_class": school_class,
        "account": account,
        "week": week,
        "turn": turn_of(week, checked=nearest_checked(week, school_class) if missing else None),
        "names_inspectors": reader.holds(*KNOWS_INSPECTORS),
    }
    return render(request, "reports/class.html", context)


def reader_of(request: HttpRequest) -> User:
    """Who asks; the table of access lets nobody in who is not signed in."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user
