"""Pages that belong to no app: the way in, and whether the house stands."""

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.views import LogoutView
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
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
        return ("scoring:mine",)
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


class SignOutView(LogoutView):
    """Signs out, and has the browser forget the pages it kept: on a shared phone nobody goes back to them."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().dispatch(request, *args, **kwargs)
        response.headers["Clear-Site-Data"] = '"cache"'
        return response


GetResponse = Callable[[HttpRequest], HttpResponse]


class HealthMiddleware:
    """Answers `/healthz` before anything asks for a known host: a probe calls the machine by its address."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return healthz(request) if request.path == "/healthz" else self.get_response(request)


class OwnPagesMiddleware:
    """Shows a page of ours where Django has none for people.

    An address that only takes what a button sends, opened from the history, would be a blank; with DEBUG one that is
    not there would be a page for programmers.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        status = response.status_code
        blank = status == 405 or (status == 404 and settings.DEBUG)
        if not blank or request.path.startswith("/api/"):
            return response
        page = render(request, f"{status}.html", status=status)
        if "Allow" in response:
            page["Allow"] = response["Allow"]
        return page
