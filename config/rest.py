"""The rules of the API, named in the settings: who calls, how much is read, and that every answer is JSON."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import translation
from django.utils.translation import gettext as _
from rest_framework import authentication, exceptions, parsers
from rest_framework.authtoken.models import Token
from rest_framework.request import Request
from rest_framework.settings import api_settings

from campus.models import User
from config.language import chosen_language
from inspections.drafts import one_line
from inspections.services import PASSING

if TYPE_CHECKING:
    from rest_framework.response import Response

API = "/api/"
log = logging.getLogger(__name__)


def person_asking(request: HttpRequest) -> User | None:
    """The signed-in person; under `/api/` also a program's, by its token. Raises `AuthenticationFailed`."""
    if request.path.startswith(API):
        shown = TokenAuthentication().look_up(request)
        if shown:
            request.user, request.token = shown  # type: ignore[attr-defined]
    return request.user if request.user.is_authenticated else None


class TokenAuthentication(authentication.TokenAuthentication):
    """`Authorization: Token …`, looked up once a request: by `config.access`, which lets nobody past unasked."""

    def look_up(self, request: HttpRequest) -> tuple[User, Token] | None:
        found: tuple[User, Token] | None = super().authenticate(request)  # type: ignore[arg-type]
        return found

    def authenticate(self, request: Request) -> tuple[User, Token] | None:
        token: Token | None = getattr(request._request, "token", None)
        return (token.user, token) if token else None

    def authenticate_credentials(self, key: str) -> tuple[User, Token]:
        # PostgreSQL takes no NUL, not even to look for
        found: tuple[User, Token] = super().authenticate_credentials(key if key.isalnum() else "")
        return found


class SessionAuthentication(authentication.SessionAuthentication):
    """A page's own calls, with its CSRF token."""

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except exceptions.PermissionDenied:
            raise exceptions.PermissionDenied(_("This page was open for too long. Load it again.")) from None


class JSONParser(parsers.JSONParser):
    """JSON in UTF-8, however deep; of `DATA_UPLOAD_MAX_MEMORY_SIZE` bytes at most, which Django sees to."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        # Whatever encoding is said, it is UTF-8 (RFC 8259); zlib, which is one too, would make gigabytes of megabytes
        context = {**(parser_context or {}), "encoding": "utf-8"}
        try:
            return super().parse(stream, media_type, context)
        except (exceptions.ParseError, RecursionError):
            raise exceptions.ParseError(_("This is no JSON.")) from None


class TooMuch(exceptions.APIException):
    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class OutOfOrder(exceptions.APIException):
    """Nobody is at fault, and the same may be sent again."""

    status_code = HTTPStatus.SERVICE_UNAVAILABLE
    wait = 5  # seconds, told as Retry-After


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    from rest_framework.views import (
        exception_handler,  # reads, while it is imported, the settings that name this module
    )

    if isinstance(error, exceptions.ValidationError):
        error = told_by_path(error)
    if isinstance(error, RequestDataTooBig):
        error = TooMuch(_("This is too much at once. Send it in parts."))
    if isinstance(error, PASSING):
        log.error("The database or the machine does not work", exc_info=error)
        error = OutOfOrder(_("Something failed on our side. Try again later."))
    return exception_handler(error, context)


def told_by_path(error: exceptions.ValidationError) -> exceptions.ParseError:
    """What serializers found, in the form of every other fault: its first word as `detail`, all of it as `errors`."""
    errors = dict(_by_path(error.detail))
    return exceptions.ParseError({"detail": next(iter(errors.values()))[0], "errors": errors})


def _by_path(said: Any, path: str = "") -> Iterator[tuple[str, list[str]]]:
    if isinstance(said, list) and any(isinstance(each, dict) for each in said):
        said = dict(enumerate(said))
    if isinstance(said, dict):
        for key, inner in said.items():
            # A key that the request chose; of the whole, serializers have a word of their own
            name = "" if key == api_settings.NON_FIELD_ERRORS_KEY else one_line(str(key))[:40]
            yield from _by_path(inner, ".".join(filter(None, (path, name))))
    elif said:
        yield path or "detail", [str(each) for each in said]


class JsonErrorsMiddleware:
    """Below `/api/`, what Django says as a page (no such address, not your role, a fault of ours) is JSON too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        leave_out_a_hidden_nul(request)
        response = self.get_response(request)
        page = not response.get("Content-Type", "").startswith("application/json")
        if not (request.path.startswith(API) and response.status_code >= 400 and page):
            return response
        with translation.override(chosen_language(request)):
            told = JsonResponse({"detail": _detail(response.status_code)}, status=response.status_code)
        kept = ("Allow", "Content-Language", "Retry-After", "Vary", "WWW-Authenticate")
        for header in kept:
            if header in response:
                told[header] = response[header]
        return told


def leave_out_a_hidden_nul(request: HttpRequest) -> None:
    """A quoted cookie may say NUL as `\\000`, and PostgreSQL takes none, not even to look for: it is no session."""
    if "\0" in request.COOKIES.get(settings.SESSION_COOKIE_NAME, ""):
        del request.COOKIES[settings.SESSION_COOKIE_NAME]


def _detail(status: int) -> str:
    told = {
        400: _("This request cannot be understood."),
        403: _("Your role does not include this."),
        404: _("There is nothing at this address."),
        405: _("This address does not take such a request."),
        500: _("Something failed on our side. Try again later."),
    }
    return told.get(status) or HTTPStatus(status).phrase
