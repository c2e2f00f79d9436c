"""Pages of recording: my checks, the list of places, the sheet of one place; and a version of the standard."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import wraps

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import reswap
from django_htmx.middleware import HtmxDetails

from campus.calendar import NoTermError
from campus.models import User
from campus.selectors import today, when
from inspections.forms import CheckForm, SlotForm, slot_of, whole_number
from inspections.models import Inspection, Kind, Outcome, Standard
from inspections.places import Board, Group, Slot, board, group_of
from inspections.selectors import find_target, recorded_by, versions_of
from inspections.sheets import Sheet, instead_of, sheet_for

View = Callable[..., HttpResponse]


class Request(HttpRequest):
    """As it arrives behind the middleware: signed in (`config.access`), htmx's or not."""

    user: User
    htmx: HtmxDetails


def in_term(view: View) -> View:
    """Between terms nothing can be recorded, and the page says so."""

    @wraps(view)
    def told(request: Request, *args: str, **kwargs: str) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except NoTermError:
            return render(request, "inspections/no_term.html", status=200 if request.method == "GET" else 409)

    return told


@require_safe
def checks(request: Request) -> HttpResponse:
    """What I recorded on one day, `?day=`; today unless told."""
    now = today()
    day = min(parsed_day(request.GET.get("day", "")) or now, now)
    days = {"day": day, "today": now, "before": day - timedelta(days=1), "behind": day + timedelta(days=1)}
    return render(request, "inspections/checks.html", {**days, "checks": recorded_by(request.user, day)})


def parsed_day(text: str) -> date | None:
    """The date that `text` (YYYY-MM-DD) says, where a page can turn back from it."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if day and day.year > 1900 else None


@require_safe
@in_term
def pick(request: Request) -> HttpResponse:
    """The places of a building or a kind, or what `?q=` finds; one tap records one as clean."""
    slot = slot_of(request.GET, when(timezone.now()))
    form = SlotForm(initial={"shift": slot.shift, "occasion": slot.occasion})
    return render(request, "inspections/pick.html", {"board": shown_board(request, slot), "slot": slot, "form": form})


def shown_board(request: Request, slot: Slot) -> Board:
    said = request.GET
    group = next(((name, said[name]) for name in ("building", "kind") if name in said), None)
    page = whole_number(said.get("page"))
    return board(
        user=request.user, slot=slot, group=group, query=said.get("q", ""), after=said.get("after", ""), page=page
    )


@require_http_methods(["GET", "HEAD", "POST"])
@in_term
def sheet(request: Request, target_type: str, code: str) -> HttpResponse:
    """The sheet of one place, in the slot that the address says; saved, back to the list."""
    filled = open_sheet(request, target_type, code)
    form = CheckForm(filled, request.POST if request.method == "POST" else None)
    recorded = form.save(by=request.user) if form.is_bound else None
    if recorded is not None:
        return saved(request, filled, recorded.inspection)
    if form.is_bound and request.htmx:
        return refused(request, form)
    context = {"sheet": filled, "form": form, "group": group_of(filled.place.target)}
    return render(request, "inspections/sheet.html", context, status=422 if form.is_bound else 200)


def open_sheet(request: Request, target_type: str, code: str) -> Sheet:
    target = find_target(target_type, code)
    if target is None:
        raise Http404
    slot = slot_of(request.GET, when(timezone.now()))
    standard = whole_number(request.POST.get("standard")) or None
    return sheet_for(target=target, slot=slot, user=request.user, standard=standard)


def saved(request: Request, sheet: Sheet, inspection: Inspection) -> HttpResponse:
    """Back to the list, at the next place; where htmx pressed a row of it, what changes there."""
    key, group = sheet.place.key, group_of(sheet.place.target)
    if request.htmx:
        return pressed(request, sheet.slot, group, key)
    messages.success(request, told(inspection))
    return redirect(f"{reverse('inspections:pick')}?{sheet.slot.query}&{group.query}&after={key}#{key}")


def pressed(request: Request, slot: Slot, group: Group, key: str) -> HttpResponse:
    """The row that one tap recorded, and with it the rows that were and are current, the figures, the dock."""
    now = board(user=request.user, slot=slot, group=(group.name, group.value), after=key)
    current = {now.current.key if now.current else "", request.POST.get("now", "")} - {key}
    rows = {place.key: place for place in now.places if place.key == key or place.key in current}
    context = {"board": now, "slot": slot, "row": rows.pop(key), "rows": rows.values()}
    return render(request, "inspections/_pressed.html", context)


def told(inspection: Inspection) -> str:
    """What the page says of a check it has just recorded."""
    place = inspection.target.code
    if inspection.counts:
        return _("%(place)s is recorded and waits for review.") % {"place": place}
    outcome = Outcome(inspection.outcome).label
    return _("%(place)s is recorded: %(outcome)s. Go there once more.") % {"place": place, "outcome": outcome}


def refused(request: Request, form: CheckForm) -> HttpResponse:
    """Why a row's one tap could not be: into the page's messages, and the row stays as it is."""
    for fault in form.faults():
        messages.error(request, fault.text)
    return reswap(render(request, "_messages_oob.html", status=422), "none")


@require_safe
def standard(request: Request, pk: int) -> HttpResponse:
    """One published version of the standard, and the way to the others of its kind."""
    version = get_object_or_404(Standard.objects.published().prefetch_related("items__defects"), pk=pk)
    has_door = Outcome.LOCKED in instead_of(Kind(version.kind))
    context = {"standard": version, "versions": versions_of(version), "has_door": has_door}
    return render(request, "inspections/standard.html", context)
