"""Pages of rounds: a week of them, one of them, their templates; how far today's have come, and who came."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from hashlib import sha256
from itertools import groupby
from typing import NamedTuple

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import reswap

from campus.models import Week
from campus.selectors import current_week, today
from inspections.forms import parsed_day
from inspections.models import Round, RoundTemplate, Walker
from inspections.rounds import services
from inspections.rounds.attendance import attendance
from inspections.rounds.clock import days_ahead
from inspections.rounds.coverage import coverage, errand_of
from inspections.rounds.detail import detail_of
from inspections.rounds.forms import LeaveForm, OnceForm, PeopleForm, RouteForm, SendForm, TemplateForm, first_error
from inspections.rounds.selectors import EVERYBODY, rounds_between, undrawn
from inspections.rounds.services import CannotBe
from inspections.views import Request

# Rounds of a week


def asked_week(request: Request) -> Week | None:
    """The week that `?week=` (any day of it) asks for, else the present one; None in a school without terms."""
    day = parsed_day(request.GET.get("week", ""))
    weeks = Week.objects.select_related("term")
    return (weeks.holding(day).first() if day else None) or current_week()


def beside(week: Week) -> dict[str, date | None]:
    """A day of the week before and of the one behind, by which an address names them."""
    weeks = Week.objects.select_related("term")
    before = weeks.filter(starts_on__lt=week.starts_on).last()
    behind = weeks.filter(starts_on__gt=week.starts_on).first()
    return {"before": before and day_in(before), "behind": behind and day_in(behind)}


def day_in(week: Week) -> date:
    return max(week.starts_on, week.term.starts_on)


def no_week(request: Request) -> HttpResponse:
    return render(request, "inspections/rounds/no_week.html")


@require_safe
def week(request: Request) -> HttpResponse:
    """The rounds of a week, day by day; what the templates would still give can be drawn up."""
    shown, now = asked_week(request), today()
    if shown is None:
        return no_week(request)
    first, last = day_in(shown), min(shown.ends_on, shown.term.ends_on)
    by_day = {day: list(rounds) for day, rounds in groupby(rounds_between(first, last), lambda one: one.date)}
    context = {
        "week": shown,
        "today": now,
        "day": first,
        "days": [(day, by_day.get(day, [])) for day in shown.span.days if first <= day <= last],
        "rounds": sum(map(len, by_day.values())),
        "undrawn": undrawn(days_ahead(shown, now)),
        "templates": RoundTemplate.objects.exists(),
        **beside(shown),
    }
    return render(request, "inspections/rounds/week.html", context)


@require_POST
def draw_up(request: Request) -> HttpResponse:
    shown = asked_week(request)
    if shown is None:
        return no_week(request)
    made = services.draw_up(week=shown, by=request.user, today=today())
    said = ngettext("%(count)d round was drawn up.", "%(count)d rounds were drawn up.", len(made))
    messages.success(request, said % {"count": len(made)})
    return redirect(f"{reverse('inspections:rounds')}?week={day_in(shown)}")


@require_http_methods(["GET", "HEAD", "POST"])
def once(request: Request) -> HttpResponse:
    """One round on one date, of no template."""
    shown = current_week()
    if shown is None:
        return no_week(request)
    form = OnceForm(request.POST or None, first=today(), last=shown.term.ends_on)
    made = form.draw(by=request.user)
    if made is not None:
        return redirect("inspections:round", made.pk)
    return render(request, "inspections/rounds/once.html", {"form": form}, status=422 if form.is_bound else 200)


# One round


@require_safe
def one(request: Request, pk: int) -> HttpResponse:
    found = get_object_or_404(Round.objects.select_related("called_off_by").prefetch_related(EVERYBODY), pk=pk)
    return render(request, "inspections/rounds/round.html", {"detail": detail_of(found), "round": found})


@contextmanager
def refusal_told(request: Request) -> Iterator[None]:
    """What cannot be is said at the head of the page that comes next."""
    try:
        yield
    except CannotBe as refused:
        messages.error(request, str(refused))


@require_POST
def people(request: Request, pk: int) -> HttpResponse:
    """Put the people ticked on the round."""
    found = get_object_or_404(Round, pk=pk)
    form = PeopleForm(request.POST)
    with refusal_told(request):
        if not form.is_valid():
            raise CannotBe(first_error(form))
        services.put_on(round=found, users=list(form.cleaned_data["people"]))
    return redirect("inspections:round", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def places(request: Request, pk: int) -> HttpResponse:
    """The route: which places stay, and which come to it."""
    found = get_object_or_404(Round, pk=pk)
    stops = found.stops.select_related("room__building", "area__building").order_by("position")
    form = RouteForm([stop.target for stop in stops], request.POST or None)
    if form.lay(found):
        return redirect("inspections:round", pk)
    status = 422 if form.is_bound else 200
    return render(request, "inspections/rounds/places.html", {"form": form, "round": found}, status=status)


@require_POST
def call_off(request: Request, pk: int) -> HttpResponse:
    with refusal_told(request):
        services.call_off(round=get_object_or_404(Round, pk=pk), by=request.user)
    return redirect("inspections:round", pk)


def walker_on(pk: int) -> Walker:
    return get_object_or_404(Walker.objects.select_related("round", "user"), pk=pk)


@require_POST
def leave(request: Request, pk: int) -> HttpResponse:
    """Somebody is on leave; where a substitute is named, he stands in."""
    walker, form = walker_on(pk), LeaveForm(request.POST)
    with refusal_told(request):
        if not form.is_valid():
            raise CannotBe(first_error(form))
        services.excuse(walker=walker, by=request.user, **form.cleaned_data)
    return redirect("inspections:round", walker.round_id)


@require_POST
def substitute(request: Request, pk: int) -> HttpResponse:
    walker, form = walker_on(pk), PeopleForm(request.POST)
    with refusal_told(request):
        if not form.is_valid():
            raise CannotBe(first_error(form))
        services.stand_in(walker=walker, user=form.cleaned_data["people"].first())
    return redirect("inspections:round", walker.round_id)


@require_POST
def back(request: Request, pk: int) -> HttpResponse:
    """The leave is over before it began (销假)."""
    walker = walker_on(pk)
    with refusal_told(request):
        services.end_leave(walker=walker)
    return redirect("inspections:round", walker.round_id)


@require_POST
def confirm(request: Request, pk: int) -> HttpResponse:
    """One without a record of his own was there: the two of them had one phone."""
    walker = walker_on(pk)
    with refusal_told(request):
        services.confirm(walker=walker, by=request.user)
    return redirect("inspections:round", walker.round_id)


@require_POST
def take_off(request: Request, pk: int) -> HttpResponse:
    walker = walker_on(pk)
    with refusal_told(request):
        services.take_off(walker=walker)
    return redirect("inspections:round", walker.round_id)


# Templates


@require_safe
def templates(request: Request) -> HttpResponse:
    known = RoundTemplate.objects.select_related("building")
    return render(request, "inspections/rounds/templates.html", {"templates": known})


@require_http_methods(["GET", "HEAD", "POST"])
def template(request: Request, pk: int | None = None) -> HttpResponse:
    """A round of every week, new or changed; rounds drawn up already stay as they are."""
    instance = get_object_or_404(RoundTemplate.objects.select_related("building"), pk=pk) if pk else None
    form = TemplateForm(request.POST or None, instance=instance)
    if form.is_valid():
        form.save()
        return redirect("inspections:round-templates")
    context = {"form": form, "template": instance}
    return render(request, "inspections/rounds/template.html", context, status=422 if form.is_bound else 200)


@require_POST
def template_remove(request: Request, pk: int) -> HttpResponse:
    """It is drawn up no more; the rounds it gave stay."""
    get_object_or_404(RoundTemplate, pk=pk).delete()
    return redirect("inspections:round-templates")


# How far today has come


@require_safe
def board(request: Request) -> HttpResponse:
    """The coverage of a day, `?date=`; today's asks again by itself, and is left alone where nothing has changed."""
    now, said = today(), request.GET
    day = min(parsed_day(said.get("date", "")) or now, now)
    shown = coverage(day, said.get("shift", ""), said.get("at", ""))
    context = {"board": shown, "before": day - timedelta(days=1), "behind": day + timedelta(days=1), "today": now}
    inner = render_to_string("inspections/rounds/_coverage.html", context, request)
    seen = Seen.of(inner, shown.now)
    before = Seen.told(said.get("seen", "")) if request.htmx else None
    if before == seen:
        return HttpResponse(status=204)
    if before and before.digest == seen.digest:
        return reswap(render(request, "inspections/rounds/_clocks.html", context), "none")
    page = "inspections/rounds/_board.html" if request.htmx else "inspections/rounds/coverage.html"
    return render(request, page, context | {"inner": inner, "seen": seen, "chosen": said.get("shift", "")})


CLOCK = re.compile(r"<span data-clock.*?</span>", re.DOTALL)


class Seen(NamedTuple):
    """What a page shows: a digest of all but its clocks, and the minute that these tell."""

    digest: str
    minute: str

    @classmethod
    def of(cls, inner: str, now: datetime) -> Seen:
        return cls(sha256(CLOCK.sub("", inner).encode()).hexdigest()[:16], f"{now:%H%M}")

    @classmethod
    def told(cls, text: str) -> Seen:
        digest, _dot, minute = text.partition(".")
        return cls(digest, minute)

    def __str__(self) -> str:
        return ".".join(self)


@require_http_methods(["GET", "HEAD", "POST"])
def send(request: Request) -> HttpResponse:
    """Send somebody (派人): to what was missed in a shift of today, or where somebody must go again."""
    said = request.GET
    errand = errand_of(said.get("shift", ""), said.get("occasion", ""), said.getlist("place"))
    form = SendForm(errand, request.POST or None, initial={"places": said.getlist("place")})
    made = form.send(by=request.user)
    if made is not None:
        messages.success(request, told(made))
        return redirect("inspections:coverage")
    status = 422 if form.is_bound else 200
    return render(request, "inspections/rounds/send.html", {"form": form, "errand": errand}, status=status)


def told(made: Round) -> str:
    names = pgettext("between two names", ", ").join(w.user.name for w in made.walkers.select_related("user"))
    return _("Sent: %(names)s, %(round)s, from %(time)s on.") % {
        "names": names,
        "round": made.name,
        "time": f"{made.starts_at:%H:%M}",
    }


# Who came


@require_safe
def presence(request: Request) -> HttpResponse:
    """Attendance of a week, person by person."""
    shown = asked_week(request)
    if shown is None:
        return no_week(request)
    records = attendance(day_in(shown), min(shown.ends_on, shown.term.ends_on))
    context = {"week": shown, "records": records, "grace": settings.ROUND_GRACE, **beside(shown)}
    return render(request, "inspections/rounds/attendance.html", context)
