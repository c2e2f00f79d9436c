"""The page of one's own checks."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from campus.selectors import today
from inspections.forms import parsed_day
from scoring.mine import recorded_by, sent_back_to
from scoring.views import person


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """What I recorded on one day (`?day=`; today unless told) and what became of it; above it what was sent back."""
    now = today()
    day = min(parsed_day(request.GET.get("day", "")) or now, now)
    days = {"day": day, "today": now, "before": day - timedelta(days=1), "behind": day + timedelta(days=1)}
    records = {"records": recorded_by(person(request), day), "sent_back": sent_back_to(person(request))}
    return render(request, "scoring/mine.html", days | records)
