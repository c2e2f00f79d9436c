"""Bulletins: ask for one, watch it being made, download it."""

from __future__ import annotations

from functools import partial

from django.core.paginator import Page, Paginator
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_POST, require_safe

from campus.models import Role, Week
from reports.bulletins.facts import week_to_tell
from reports.bulletins.files import XLSX, file_name
from reports.models import BulletinFile, Job
from reports.selectors import state_of
from reports.services import MOST_ATTEMPTS, STEPS, UNSENT, ask_for_bulletin
from reports.tasks import send
from reports.views import reader_of
from reports.weeks import day_in, of_a_week, turn_of
from scoring.selectors import waiting

DRAWS_UP = (Role.REVIEWER, Role.ADMINISTRATOR)
FILES_A_PAGE = 20


@require_safe
@of_a_week
def bulletins(request: HttpRequest, week: Week) -> HttpResponse:
    """The files there are, newest first, and for who draws up the week the button that makes one."""
    week = _week_meant(request, week)
    unfinished = Job.objects.filter(week=week, finished_at=None).select_related("week", "asked_by").first()
    context = {
        "week": week,
        "state": state_of(week),
        "waiting": waiting(week).count(),
        "reviews": reader_of(request).holds(Role.REVIEWER),
        "turn": turn_of(week),
        "files": _files(request.GET.get("page", "")),
        **(_told(request, unfinished) if unfinished else {"draws_up": _draws_up(request)}),
    }
    return render(request, "reports/bulletins.html", context)


@require_POST
@of_a_week
def build(request: HttpRequest, week: Week) -> HttpResponse:
    """Ask for the bulletin of a week; a job of that week that is not finished is shown again."""
    job = ask_for_bulletin(week=_week_meant(request, week), by=reader_of(request))
    transaction.on_commit(partial(send, job.pk))
    return redirect("reports:job", job.pk)


@require_safe
def job(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a job is; while it is not finished the page asks again every second."""
    told = _told(request, get_object_or_404(Job.objects.select_related("week__term", "asked_by"), pk=pk))
    if not request.htmx:  # type: ignore[attr-defined]
        return render(request, "reports/job.html", told)
    # Nothing new is no answer: what is shown stays, and is not read out once more
    seen = request.GET.get("seen") == told["seen"]
    return HttpResponse(status=204) if seen else render(request, "reports/_job.html", told)


@require_safe
def bulletin_file(request: HttpRequest, pk: int) -> FileResponse:
    """A file as it was made; the folder that it lies in is served by nobody."""
    file = get_object_or_404(BulletinFile.objects.select_related("week__closing"), pk=pk)
    try:
        content = file.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(content, as_attachment=True, filename=file_name(file), content_type=XLSX)
    patch_cache_control(response, private=True, no_cache=True)
    return response


def _week_meant(request: HttpRequest, week: Week) -> Week:
    """The week asked for; where none is, not the present one but the last that is over."""
    return week if request.GET.get("week", "").strip() else week_to_tell() or week


def _files(page: str) -> Page[BulletinFile]:
    files = BulletinFile.objects.select_related("week__term", "week__closing", "made_by").order_by("-made_at", "-pk")
    return Paginator(files, FILES_A_PAGE).get_page(page)


def _draws_up(request: HttpRequest) -> bool:
    return reader_of(request).holds(*DRAWS_UP)


def _told(request: HttpRequest, job: Job) -> dict[str, object]:
    """What the slip of a job needs; `seen` names its state, so that an answer can be spared while nothing changes."""
    heard_of = job.beat_at if job.state == Job.State.RUNNING else job.asked_at
    silent = not job.finished_at and heard_of is not None and timezone.now() - heard_of > UNSENT
    return {
        "job": job,
        "steps": [(name, n < job.steps_done, n == job.steps_done) for n, name in enumerate(STEPS)],
        "silent": silent,
        "last_try": job.attempts >= MOST_ATTEMPTS,
        "file": getattr(job, "bulletin_file", None) if job.state == Job.State.DONE else None,
        "day": day_in(job.week).isoformat(),
        "draws_up": _draws_up(request),
        "seen": f"{job.state}-{job.steps_done}-{silent:d}",
    }
