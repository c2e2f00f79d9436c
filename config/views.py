"""Pages that belong to no app: the way in, and whether the house stands."""

import logging

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_safe

from campus.models import Role, User
from config.navigation import own_class

log = logging.getLogger(__name__)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Sends people where their day's work is."""
    assert isinstance(request.user, User)
    return redirect(*first_page(request.user))


def first_page(user: User) -> tuple[str, ...]:
    """The name of the page that a person starts from, and its arguments."""
    if user.holds(Role.REVIEWER):
        return ("scoring:queue",)
    if user.holds(Role.INSPECTOR):
        return ("inspections:checks",)
    if own_class(user):
        return ("reports:class", own_class(user))
    return ("reports:ranking",)


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when the database answers, 503 when it does not."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        log.exception("The database does not answer")
        answer = JsonResponse({"status": "down", "database": "down"}, status=503)
    else:
        answer = JsonResponse({"status": "ok", "database": "ok"})
    add_never_cache_headers(answer)
    return answer
