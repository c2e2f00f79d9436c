"""Who has signed in, as a page that works without the server can know it."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

COOKIE = "person"
GetResponse = Callable[[HttpRequest], HttpResponse]


class PersonCookieMiddleware:
    """Says in a cookie whose session the browser holds, by the id, and nothing that anybody could sign in with.

    The phone's app is the same page for everybody and is opened without a signal: after another person has signed in,
    it must not file what he taps under the one before.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if hasattr(request, "token"):  # a program's, with no session of its own
            return response
        told = request.COOKIES.get(COOKIE)
        there = str(request.user.pk) if request.user.is_authenticated else None
        if there is None and told is not None:
            response.delete_cookie(COOKIE, samesite="Lax")
        elif there is not None and there != told:
            response.set_cookie(
                COOKIE,
                there,
                max_age=settings.SESSION_COOKIE_AGE,
                secure=settings.SESSION_COOKIE_SECURE,
                samesite="Lax",
            )
        return response
