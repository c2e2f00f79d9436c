"""Pages of recording: the list of places, the sheet of one place; and a version of the standard."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect, reswap
from django_htmx.middleware import HtmxDetails

from campus.calendar import NoTermError
from campus.models import User
from campus.selectors import today, when
from campus.templatetags.figures import clock
from inspections.forms import CheckForm, SlotForm, slot_of, uuid_said, whole_number
from inspections.models import Inspection, Kind, Outcome, Standard
from inspections.places import Board, Slot, board, group_of
from inspections.selectors import find_target, instead_of, versions_of
from inspections.sheets import Sheet, record_of, sheet_for

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
    """The sheet of one place, in the slot that the address says, or to correct what `?replaces=` names."""
    opened = open_sheet(request, target_type, code)
    form = CheckForm(opened, request.POST if request.method == "POST" else None)
    recorded = form.save(by=request.user) if form.is_bound else None
    if recorded is not None:
        return saved(request, opened, recorded.inspection)
    if form.is_bound and by_one_tap(request):
        return refused(request, opened, form)
    query = request.GET.urlencode() if "replaces" in request.GET else opened.slot.query
    context = {"sheet": opened, "form": form, "query": query, "back": way_back(request, opened), "today": today()}
    return render(request, "inspections/sheet.html", context, status=422 if form.is_bound else 200)


def open_sheet(request: Request, target_type: str, code: str) -> Sheet:
    target = find_target(target_type, code)
    if target is None:
        raise Http404
    standard = whole_number(request.POST.get("standard")) or None
    if "replaces" not in request.GET:
        slot = slot_of(request.GET, when(timezone.now()))
        return sheet_for(target=target, slot=slot, user=request.user, standard=standard)
    earlier = record_of(request.user, target, uuid_said(request.GET["replaces"]))
    if earlier is None:
        raise Http404
    slot = Slot(when(earlier.performed_at), earlier.shift, earlier.occasion)
    return sheet_for(target=target, slot=slot, user=request.user, standard=standard, earlier=earlier)


def by_one_tap(request: Request) -> bool:
    """Whether htmx sent a row of the list, and waits for what changes there; not so where it sends a sheet."""
    return bool(request.htmx) and request.htmx.target != "sheet"


def saved(request: Request, sheet: Sheet, inspection: Inspection) -> HttpResponse:
    """Back to where one came from; where htmx pressed a row of the list, what changes there."""
    if by_one_tap(request):
        return pressed(request, sheet)
    messages.success(request, told(inspection))
    address = way_back(request, sheet)
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


def way_back(request: Request, sheet: Sheet) -> str:
    """The list, behind this place; one's own checks of the day, where the address names one of them."""
    if "replaces" in request.GET:
        return f"{reverse('scoring:mine')}?day={sheet.slot.day}"
    key, group = sheet.place.key, group_of(sheet.place.target)
    return f"{reverse('inspections:pick')}?{sheet.slot.query}&{group.query}&after={key}#{key}"


def pressed(request: Request, sheet: Sheet) -> HttpResponse:
    """The row that one tap recorded; with it the rows that were and are current or newest, the figures, the dock."""
    slot, key, group = sheet.slot, sheet.place.key, group_of(sheet.place.target)
    now = board(user=request.user, slot=slot, group=(group.name, group.value), after=key)
    changed = {key, request.POST.get("now", ""), *now.recorded[-2:], now.current.key if now.current else ""}
    rows = {place.key: place for place in now.places if place.key in changed}
    context = {"board": now, "slot": slot, "row": rows.pop(key), "rows": rows.values()}
    return render(request, "inspections/_pressed.html", context)


def told(inspection: Inspection) -> str:
    """What the page says of a check it has just recorded."""
    place = inspection.target.code
    if inspection.counts:
        return _("%(place)s is recorded and waits for review.") % {"place": place}
    outcome = Outcome(inspection.outcome).label
    return _("%(place)s is recorded: %(outcome)s. Go there once more.") % {"place": place, "outcome": outcome}


def refused(request: Request, sheet: Sheet, form: CheckForm) -> HttpResponse:
    """Why a row's one tap could not be: into the page's messages. The row stays, or shows what one recorded since."""
    if form.overtaken_by is not None:
        said = {"place": sheet.place.code, "time": clock(form.overtaken_by.performed_at)}
        messages.error(request, _("You recorded %(place)s already, at %(time)s. Press its row to correct that.") % said)
        return pressed(request, sheet)
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
