"""Who may go where: a line for each address, and no address without a line."""

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlsplit

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect, reswap
from django_htmx.middleware import HtmxDetails
from rest_framework.exceptions import AuthenticationFailed

from campus.models import Role, User
from config.rest import API, person_asking

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


LOOKING = ("GET", "HEAD")
RECORDER = holding(Role.INSPECTOR, Role.REVIEWER, Role.ADVISOR)
# A class's officer records on a round that he walks (互查): `inspections.rights` looks at each check
PATROL = holding(Role.INSPECTOR, Role.REVIEWER, Role.ADVISOR, Role.OFFICER)

# The rules: roles (design §6.3). The name of an address, as `reverse` takes it, and who may go there.
TABLE: dict[str, Rule] = {
    "home": signed_in,
    "signin": anyone,
    "signout": anyone,
    "set_language": anyone,
    "healthz": anyone,
    "schema": signed_in,
    "docs": signed_in,
    "campus:me": signed_in,
    "inspections:pick": RECORDER,
    "inspections:sheet": RECORDER,
    "inspections:standard": signed_in,
    # The app knows no person: it is kept on the phone, and asks the API who is there
    "inspections:patrol": anyone,
    "inspections:patrol-worker": anyone,
    "inspections:patrol-manifest": anyone,
    "inspections:api-batch": PATROL,
    "inspections:api-patrol": PATROL,
    "inspections:api-photo": PATROL,
    "inspections:api-places": PATROL,
    "inspections:api-standards": signed_in,
    "inspections:api-work": PATROL,
    "scoring:mine": RECORDER,
    "inspections:rounds": holding(Role.REVIEWER),
    "inspections:rounds-draw-up": holding(Role.REVIEWER),
    "inspections:round-new": holding(Role.REVIEWER),
    "inspections:round-templates": holding(Role.REVIEWER),
    "inspections:round-template-new": holding(Role.REVIEWER),
    "inspections:round-template": holding(Role.REVIEWER),
    "inspections:round-template-remove": holding(Role.REVIEWER),
    "inspections:round": holding(Role.REVIEWER),
    "inspections:round-people": holding(Role.REVIEWER),
    "inspections:round-places": holding(Role.REVIEWER),
    "inspections:round-call-off": holding(Role.REVIEWER),
    "inspections:walker-leave": holding(Role.REVIEWER),
    "inspections:walker-back": holding(Role.REVIEWER),
    "inspections:walker-confirm": holding(Role.REVIEWER),
    "inspections:walker-substitute": holding(Role.REVIEWER),
    "inspections:walker-remove": holding(Role.REVIEWER),
    "inspections:coverage": holding(Role.REVIEWER),
    "inspections:coverage-send": holding(Role.REVIEWER),
    "inspections:attendance": holding(Role.REVIEWER),
    # An advisor decides where no reviewer may; whose check it is, the page and the service look at
    "scoring:queue": holding(Role.REVIEWER, Role.ADVISOR),
    "scoring:review": holding(Role.REVIEWER, Role.ADVISOR),
    "scoring:verify": holding(Role.REVIEWER, Role.ADVISOR),
    "scoring:return": holding(Role.REVIEWER, Role.ADVISOR),
    "scoring:set-aside": holding(Role.REVIEWER, Role.ADVISOR),
    "scoring:api-verify": holding(Role.REVIEWER, Role.ADVISOR),
    "scoring:api-return": holding(Role.REVIEWER, Role.ADVISOR),
    "scoring:api-set-aside": holding(Role.REVIEWER, Role.ADVISOR),
    "scoring:api-returned": PATROL,
    "scoring:photo": signed_in,  # and the picture is one that one may see, else 404
    "scoring:photo-thumb": signed_in,
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
        try:
            user = person_asking(request)
        except AuthenticationFailed as failed:
            return unauthorized(str(failed.detail))
        if user is None:
            return None if rule(user) else sign_in_first(request)
        key, whose = drawn_for(request)
        if key not in ("", str(user.pk)):
            if request.method not in LOOKING:
                return in_anothers_name(request, whose, user.name)
            if HtmxDetails(request).boosted:  # what is put into the other's page would be sent in his name again
                return HttpResponseClientRedirect(request.get_full_path())
        if not rule(user):
            raise PermissionDenied
        return None


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """401 for a program; for a person the sign-in page, and from there back to where he was.

    What a script of ours sends to be kept is answered by 401 too, so that the page stays with all that was entered
    (`app.js`); sent without a script it is lost, and the page that one comes back to says so.
    """
    if request.path.startswith(API):
        return unauthorized(_("Sign in first."))
    htmx = HtmxDetails(request)
    if request.method in LOOKING:
        page = htmx.current_url_abs_path or "/" if htmx else request.get_full_path()
        sent = redirect_to_login(page)
        return HttpResponseClientRedirect(sent["Location"]) if htmx else sent
    if htmx:
        return HttpResponse(status=401)
    messages.error(request, _("You were signed out, and what you had entered was not saved: enter it once more."))
    return redirect_to_login(came_from(request) or request.get_full_path())


def unauthorized(detail: str) -> HttpResponse:
    return JsonResponse({"detail": detail}, status=401, headers={"WWW-Authenticate": "Token"})


def came_from(request: HttpRequest) -> str:
    """The page of ours that the request was sent from; empty where the browser does not say."""
    page = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
    return urlsplit(page)._replace(scheme="", netloc="", fragment="").geturl() if ours else ""


def drawn_for(request: HttpRequest) -> tuple[str, str]:
    """Key and name of the person whose page sent this, as the page told (`base.html`); empty for other senders."""
    key, _space, name = request.headers.get("X-Drawn-For", "").partition(" ")
    return key, unquote(name)


def in_anothers_name(request: HttpRequest, whose: str, now: str) -> HttpResponse:
    """Two people on one phone: what one entered is not saved as the other's; told above the page, which stays."""
    told = _("%(whose)s filled this in, and %(now)s is signed in now: nothing was saved. Sign in as %(whose)s again.")
    messages.error(request, told % {"whose": whose, "now": now})
    return reswap(render(request, "_messages_oob.html", status=422), "none")
