"""The review's pages, and the policy in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect, replace_url, reswap, retarget

from campus.models import User
from inspections.models import Inspection
from scoring import services
from scoring.forms import DeclineForm, PassForm, scope_of
from scoring.models import Policy
from scoring.reviewing import Detail, Queue, detail_of, following, queue_for, unquestionable
from scoring.telling import Told, told_declined, told_passed, told_refused
from scoring.words import sections


def person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


# Looking


@require_safe
@never_cache
def queue(request: HttpRequest) -> HttpResponse:
    """What waits; on a desk the first of it beside the list."""
    return render(request, "scoring/queue.html", bench(request, queue_of(request)))


@require_safe
@never_cache
def review(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One check: a page of its own on a phone, on a desk the column beside the queue."""
    detail = detail_or_404(request, pk)
    if request.headers.get("HX-Target") == "side":
        return render(request, "scoring/_side.html", {"detail": detail, "form": DeclineForm()})
    return render(request, "scoring/queue.html", bench(request, queue_of(request), detail) | {"one": True})


@require_safe
def policy(request: HttpRequest, version: int) -> HttpResponse:
    """The policy in force in sentences, for everybody."""
    policies = Policy.objects.prefetch_related("categories", "multipliers")
    asked = get_object_or_404(policies, version=version)
    return render(request, "scoring/policy.html", {"policy": asked, "sections": sections(asked)})


def queue_of(request: HttpRequest) -> Queue:
    return queue_for(person(request), scope_of(request.GET))


def detail_or_404(request: HttpRequest, pk: UUID) -> Detail:
    """The check, where it is the person's to see."""
    try:
        return detail_of(Inspection.objects.visible_to(person(request)), pk, person(request))
    except Inspection.DoesNotExist as error:
        raise Http404 from error


def bench(request: HttpRequest, found: Queue, detail: Detail | None = None) -> dict[str, Any]:
    """The queue, and beside it one check: the one given, else the first."""
    if detail is None and (first := found.first()):
        detail = detail_or_404(request, first.id)
    position = found.place_of(detail.row.id) if detail else None
    return {"queue": found, "detail": detail, "position": position, "form": DeclineForm()}


# Deciding


@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    form = PassForm(request.POST)
    if not form.is_valid():
        return answer(request, [(messages.ERROR, str(text)) for texts in form.errors.values() for text in texts])
    ids = chosen(form, person(request))
    after = following(person(request), scope_of(request.GET), ids[0]) if one_alone(request) and ids else []
    verdicts = services.verify(inspections=ids, by=person(request), names=form.names)
    return answer(request, list(told_passed(verdicts, person(request))), after)


@require_POST
def send_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    return decline(request, pk, services.send_back)


@require_POST
def set_aside(request: HttpRequest, pk: UUID) -> HttpResponse:
    return decline(request, pk, services.set_aside)


def decline(request: HttpRequest, pk: UUID, verb: Callable[..., Any]) -> HttpResponse:
    """Send a check back, or set it aside."""
    detail, form = detail_or_404(request, pk), DeclineForm(request.POST)
    if not form.is_valid():
        return once_more(request, detail, form)
    after = following(person(request), scope_of(request.GET), pk)
    try:
        verb(inspection=pk, by=person(request), reason=form.cleaned_data["said"])
    except (services.NotAllowed, services.AlreadyDecided) as refusal:
        return answer(request, [told_refused(detail, refusal)], after)
    except services.Refusal as refusal:
        form.add_error("reason", str(refusal))
        return once_more(request, detail, form)
    return answer(request, [told_declined(detail, verb)], after)


def by_htmx(request: HttpRequest) -> bool:
    return "HX-Request" in request.headers


def one_alone(request: HttpRequest) -> bool:
    """Whether the decision was made on one check that is looked at, not on rows of the list."""
    return "one" in request.POST


def chosen(form: PassForm, user: User) -> list[UUID]:
    """The checks to pass. With `rest`, judged anew: only what was seen, and only what nothing is amiss with now."""
    rest = form.cleaned_data["rest"]
    if not rest:
        return list(form.cleaned_data["inspection"])
    rows = unquestionable(form.cleaned_data["seen"], user)
    return [row.id for row in rows if rest in ("all", "|".join(row.batch))]


def answer(request: HttpRequest, told: Sequence[Told], after: Sequence[UUID] = ()) -> HttpResponse:
    """After a decision: what happened, and the next check that waits."""
    for level, text in told:
        messages.add_message(request, level, text)
    found = queue_of(request)
    row = found.first(after)
    page = reverse("scoring:review", args=[row.id]) if row and one_alone(request) else reverse("scoring:queue")
    address = f"{page}?{found.scope.query}".removesuffix("?")
    if not by_htmx(request):
        return redirect(address)
    if row is None:
        return HttpResponseClientRedirect(address)
    context = bench(request, found, detail_or_404(request, row.id))
    return replace_url(render(request, "scoring/_answer.html", context), address)


def once_more(request: HttpRequest, detail: Detail, form: DeclineForm) -> HttpResponse:
    """The same check, with what is wrong about the reason."""
    if by_htmx(request):
        page = render(request, "scoring/_side.html", {"detail": detail, "form": form}, status=422)
        return reswap(retarget(page, "#side"), "outerHTML")
    context = bench(request, queue_of(request), detail) | {"form": form, "one": True}
    return render(request, "scoring/queue.html", context, status=422)
