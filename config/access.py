"""Who may go where: a line for each address, and no address without a line."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from campus.models import Role, User

Rule = Callable[[User | None], bool]


def anyone(user: User | None) -> bool:
    """Also the signed-out."""
    return True


def signed_in(user: User | None) -> bool:
    return user is not None


def holding(*roles: Role) -> Rule:
    """Signed in, and with one of `roles`."""

    def rule(user: User | None) -> bool:
        return user is not None and user.holds(*roles)

    return rule


RECORDER = holding(Role.INSPECTOR, Role.REVIEWER, Role.ADVISOR)

# The rules: roles (design §6.3). The name of an address, as `reverse` takes it, and who may go there.
TABLE: dict[str, Rule] = {
    "home": signed_in,
    "signin": anyone,
    "signout": signed_in,
    "set_language": anyone,
    "healthz": anyone,
    "campus:me": signed_in,
    "inspections:checks": RECORDER,
    "inspections:pick": RECORDER,
    "inspections:sheet": RECORDER,
    "inspections:standard": signed_in,
    # An advisor decides where no reviewer may; whose check it is, the page and the service look at
    "scoring:queue": holding(Role.REVIEWER, Role.ADVISOR),
    "scoring:review": holding(Role.REVIEWER, Role.ADVISOR),
    "scoring:verify": holding(Role.REVIEWER, Role.ADVISOR),
    "scoring:return": holding(Role.REVIEWER, Role.ADVISOR),
    "scoring:set-aside": holding(Role.REVIEWER, Role.ADVISOR),
    "scoring:policy": signed_in,
    "reports:ranking": signed_in,
    "reports:class": signed_in,  # and the class is one whose lines one may read, else 404
    "reports:bulletins": signed_in,
    "reports:build": holding(Role.REVIEWER, Role.ADMINISTRATOR),
    "reports:job": signed_in,
    "reports:file": signed_in,
}


def closed(user: User | None) -> bool:
    """The rule of an address that has no line."""
    return False


class AccessMiddleware:
    """Refuses every address that its line in `TABLE`, or the want of one, closes to the person."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:
        match = request.resolver_match
        rule = TABLE.get(match.view_name, closed) if match else closed
        # Asked apart, so that an open address answers without a look at the session
        if rule is anyone:
            return None
        user = request.user if request.user.is_authenticated else None
        if rule(user):
            return None
        if user is not None:
            raise PermissionDenied
        return sign_in_first(request)


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """401 for a program; for a person the sign-in page, and from there back to where he was."""
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": _("Sign in first.")}, status=401, headers={"WWW-Authenticate": "Token"})
    htmx = HtmxDetails(request)
    if htmx:
        page = htmx.current_url_abs_path or "/"
        return HttpResponseClientRedirect(redirect_to_login(page)["Location"])
    page = request.get_full_path() if request.method in ("GET", "HEAD") else "/"
    return redirect_to_login(page)
