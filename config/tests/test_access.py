"""Who may (design §6.3), walked over every address there is: default deny.

`CASES` says it a second time, by hand, from the design's table; an address that is missing here, or in the permission
table, fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import time
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, path, reverse

from config import access
from config.tests.school import MONDAY, School
from config.urls import urlpatterns as real_urlpatterns
from inspections.models import Inspection, Round, RoundTemplate, Standard
from inspections.rounds.services import send_out
from inspections.services import keep_photo
from inspections.tests.drawn import jpeg
from reports.models import BulletinFile, Job

ROLES = ("inspector", "reviewer", "officer", "head", "advisor", "admin", "nobody")
EVERYBODY = set(ROLES)
OPEN, REFUSED, UNSEEN, SIGN_IN = "open", "refused", "unseen", "sign in"


def nothing(school: School) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Case:
    """One address: who gets in with an object of his own school's side, and with another's (None: no such object)."""

    may: set[str]
    own: Callable[[School], dict[str, Any]] = nothing
    other: Callable[[School], dict[str, Any]] | None = None
    sees_other: set[str] = field(default_factory=set)
    sees_own: set[str] | None = None  # where the address is open to more people than the object
    post: dict[str, Any] | None = None
    put: bytes | None = None
    signed_out: bool = False


def check_of(code: str) -> Callable[[School], dict[str, Any]]:
    def make(school: School) -> dict[str, Any]:
        by = school.inspector2 if code != "3501" else school.inspector
        return {"pk": school.check(code, "clean", by=by).pk}

    return make


def photo_of(code: str) -> Callable[[School], dict[str, Any]]:
    """A picture with a line of the ledger."""

    def make(school: School) -> dict[str, Any]:
        by, pk = school.inspector2 if code != "3501" else school.inspector, uuid4()
        school.verified(code, None, {"defect": "bags-hanging", "photos": (pk,)}, by=by)
        keep_photo(photo=pk, file=BytesIO(jpeg()), sender=by)
        return {"pk": pk}

    return make


def plan(school: School) -> dict[str, Any]:
    template = RoundTemplate.objects.create(name="教室", weekdays=1, shift="noon", area_kind="classroom")
    return {"pk": template.pk}


def round_of(school: School) -> Round:
    return send_out(
        name="教室",
        targets=[school.areas["教101"]],
        users=[school.inspector],
        day=MONDAY,
        shift="noon",
        occasion="routine",
        starts_at=time(13, 30),
        by=school.reviewer,
    )


def a_round(school: School) -> dict[str, Any]:
    return {"pk": round_of(school).pk}


def a_walker(school: School) -> dict[str, Any]:
    return {"pk": round_of(school).walkers.get().pk}


def job(school: School) -> dict[str, Any]:
    return {"pk": Job.objects.create(week=school.week).pk}


def bulletin_file(school: School) -> dict[str, Any]:
    from django.core.files.base import ContentFile

    made = BulletinFile(week=school.week, sha256="0" * 64, size=1)
    made.file.save("a.xlsx", ContentFile(b"a"))
    return {"pk": made.pk}


REVIEWERS = {"reviewer", "advisor"}
RECORDERS = {"inspector", "reviewer", "advisor"}
# The room head reads the lines of the room alone
READERS_OF_0852 = {"reviewer", "officer", "head", "advisor", "admin"}

PHOTO = Case(
    EVERYBODY,
    own=photo_of("5413"),
    sees_own=READERS_OF_0852,
    other=photo_of("3501"),
    sees_other={"reviewer", "admin", "inspector"},  # the inspector took it
)

CASES: dict[str, Case] = {
    "home": Case(EVERYBODY),
    "signin": Case(EVERYBODY, signed_out=True),
    "signout": Case(EVERYBODY, post={}, signed_out=True),
    "set_language": Case(EVERYBODY, post={"language": "en"}, signed_out=True),
    "healthz": Case(EVERYBODY, signed_out=True),
    "schema": Case(EVERYBODY),
    "docs": Case(EVERYBODY),
    "campus:me": Case(EVERYBODY),
    "inspections:pick": Case(RECORDERS),
    "inspections:sheet": Case(RECORDERS, own=lambda school: {"target_type": "room", "code": "5413"}),
    "inspections:api-batch": Case({*RECORDERS, "officer"}, post={}),
    "inspections:api-patrol": Case({*RECORDERS, "officer"}),
    "inspections:api-photo": Case({*RECORDERS, "officer"}, own=lambda school: {"pk": uuid4()}, put=b""),
    "inspections:api-places": Case({*RECORDERS, "officer"}),
    "inspections:api-standards": Case(EVERYBODY),
    "inspections:api-work": Case({*RECORDERS, "officer"}),
    "inspections:rounds": Case({"reviewer"}),
    "inspections:rounds-draw-up": Case({"reviewer"}, post={}),
    "inspections:round-new": Case({"reviewer"}),
    "inspections:round-templates": Case({"reviewer"}),
    "inspections:round-template-new": Case({"reviewer"}),
    "inspections:round-template": Case({"reviewer"}, own=plan),
    "inspections:round-template-remove": Case({"reviewer"}, own=plan, post={}),
    "inspections:round": Case({"reviewer"}, own=a_round),
    "inspections:round-people": Case({"reviewer"}, own=a_round, post={}),
    "inspections:round-places": Case({"reviewer"}, own=a_round),
    "inspections:round-call-off": Case({"reviewer"}, own=a_round, post={}),
    "inspections:walker-leave": Case({"reviewer"}, own=a_walker, post={}),
    "inspections:walker-back": Case({"reviewer"}, own=a_walker, post={}),
    "inspections:walker-confirm": Case({"reviewer"}, own=a_walker, post={}),
    "inspections:walker-substitute": Case({"reviewer"}, own=a_walker, post={}),
    "inspections:walker-remove": Case({"reviewer"}, own=a_walker, post={}),
    "inspections:coverage": Case({"reviewer"}),
    "inspections:coverage-send": Case({"reviewer"}),
    "inspections:attendance": Case({"reviewer"}),
    "inspections:patrol": Case(EVERYBODY, signed_out=True),
    "inspections:patrol-worker": Case(EVERYBODY, signed_out=True),
    "inspections:patrol-manifest": Case(EVERYBODY, signed_out=True),
    "inspections:standard": Case(EVERYBODY, own=lambda school: {"pk": Standard.objects.get(kind="dorm").pk}),
    "scoring:mine": Case(RECORDERS),
    "scoring:queue": Case(REVIEWERS),
    "scoring:review": Case(REVIEWERS, own=check_of("5413"), other=check_of("3501"), sees_other={"reviewer"}),
    "scoring:verify": Case(REVIEWERS, post={"inspection": []}),
    "scoring:return": Case(
        REVIEWERS, own=check_of("5413"), other=check_of("3501"), sees_other={"reviewer"}, post={"reason": "看不清"}
    ),
    "scoring:set-aside": Case(
        REVIEWERS, own=check_of("5413"), other=check_of("3501"), sees_other={"reviewer"}, post={"reason": "重复"}
    ),
    "scoring:api-verify": Case(REVIEWERS, post={}),
    "scoring:api-return": Case(REVIEWERS, post={}),
    "scoring:api-set-aside": Case(REVIEWERS, post={}),
    "scoring:api-returned": Case({*RECORDERS, "officer"}),
    "scoring:photo": PHOTO,
    "scoring:photo-thumb": PHOTO,
    "scoring:policy": Case(EVERYBODY, own=lambda school: {"version": 1}),
    "reports:ranking": Case(EVERYBODY),
    "reports:class": Case(
        EVERYBODY,
        own=lambda school: {"code": "0852"},
        sees_own=READERS_OF_0852,
        other=lambda school: {"code": "2101"},
        sees_other={"reviewer", "admin"},
    ),
    "reports:bulletins": Case(EVERYBODY),
    "reports:build": Case({"reviewer", "admin"}, post={}),
    "reports:job": Case(EVERYBODY, own=job),
    "reports:file": Case(EVERYBODY, own=bulletin_file),
}


def addresses() -> Iterator[tuple[str, URLPattern]]:
    """Every address of the project by its name, with its namespace."""

    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[tuple[str, URLPattern]]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                namespace = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
                yield from walk(pattern.url_patterns, namespace)
            else:
                yield f"{prefix}{pattern.name}", pattern

    return walk(get_resolver().url_patterns, "")


def test_every_address_has_a_line_in_the_permission_table_and_no_line_is_left_over() -> None:
    names = {name for name, _ in addresses()}
    assert names - set(access.TABLE) == set(), "an address without a line in config/access.py"
    assert set(access.TABLE) - names == set(), "a line without an address"


def test_every_address_is_walked_here() -> None:
    assert {name for name, _ in addresses()} == set(CASES)


def answer(client: Client, url: str, case: Case) -> str:
    kind: dict[str, Any] = {"content_type": "application/json"} if url.startswith("/api/") else {}
    if case.put is not None:
        response = client.put(url, case.put, "image/jpeg")
    else:
        response = client.get(url) if case.post is None else client.post(url, case.post, **kind)
    if response.status_code == 401 or response.get("Location", "").startswith("/signin/?next="):
        return SIGN_IN
    assert response.status_code in (200, 302, 400, 403, 404, 422), (url, response.status_code)
    return {403: REFUSED, 404: UNSEEN}.get(response.status_code, OPEN)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", CASES)
def test_who_may(school: School, client: Client, name: str, role: str) -> None:
    case = CASES[name]
    # A page that reads the session starts with one, as a person's would
    client.force_login(school.people[role])
    seen = case.may if case.sees_own is None else case.sees_own
    expected = OPEN if role in case.may & seen else UNSEEN if role in case.may else REFUSED
    assert answer(client, reverse(name, kwargs=case.own(school)), case) == expected
    if case.other is not None:
        expected = OPEN if role in case.may & case.sees_other else UNSEEN if role in case.may else REFUSED
        assert answer(client, reverse(name, kwargs=case.other(school)), case) == expected


@pytest.mark.parametrize("name", CASES)
def test_the_signed_out(school: School, client: Client, name: str) -> None:
    case = CASES[name]
    expected = OPEN if case.signed_out else SIGN_IN
    assert answer(client, reverse(name, kwargs=case.own(school)), case) == expected


@pytest.mark.parametrize("role", ROLES)
def test_what_is_not_there_is_not_found(school: School, client: Client, role: str) -> None:
    client.force_login(school.people[role])
    missing: dict[str, dict[str, Any]] = {
        "scoring:review": {"pk": uuid4()},
        "scoring:photo": {"pk": uuid4()},
        "reports:class": {"code": "9999"},
    }
    for name, kwargs in missing.items():
        expected = UNSEEN if role in CASES[name].may else REFUSED
        assert answer(client, reverse(name, kwargs=kwargs), CASES[name]) == expected


def test_a_deactivated_person_is_signed_out_at_once(school: School, client: Client) -> None:
    client.force_login(school.reviewer)
    school.reviewer.is_active = False
    school.reviewer.save()
    assert answer(client, reverse("scoring:queue"), CASES["scoring:queue"]) == SIGN_IN


@pytest.mark.parametrize(("role", "code", "passes"), [("reviewer", "5413", True), ("advisor", "3501", False)])
def test_passing_reaches_only_what_one_may_see(
    school: School, client: Client, role: str, code: str, passes: bool
) -> None:
    check = school.check(code, by=school.inspector if code == "3501" else school.inspector2)
    client.force_login(school.people[role])
    client.post(reverse("scoring:verify"), {"inspection": [str(check.pk)], "one": "1"})
    assert Inspection.objects.filter(pk=check.pk, verification__isnull=False).exists() is passes


def test_signing_out_has_the_browser_forget_the_pages(school: School, client: Client) -> None:
    client.force_login(school.officer)
    assert client.post(reverse("signout"))["Clear-Site-Data"] == '"cache"'


def test_an_address_for_buttons_shows_a_page_to_whoever_opens_it(school: School, client: Client) -> None:
    client.force_login(school.reviewer)
    answer = client.get(reverse("reports:build"))
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "<h1" in answer.content.decode()


def test_a_post_that_is_refused_changes_nothing(school: School, client: Client) -> None:
    check = school.check("5413")
    client.force_login(school.officer)
    assert client.post(reverse("scoring:verify"), {"inspection": [str(check.pk)], "one": "1"}).status_code == 403
    assert not Inspection.objects.filter(pk=check.pk, verification__isnull=False).exists()


def let_through(request: HttpRequest) -> HttpResponse:
    raise AssertionError("the middleware let it through")


class TestAnAddressNobodyNamed:
    """An address that was added and forgotten in the table is closed to everybody."""

    @pytest.fixture(autouse=True)
    def forgotten(self, settings: Any) -> None:
        patterns = [*real_urlpatterns, path("forgotten/", let_through, name="forgotten")]
        settings.ROOT_URLCONF = type("urls", (), {"urlpatterns": patterns})

    @pytest.mark.parametrize("role", ["admin", "reviewer"])
    def test_it_is_refused(self, school: School, client: Client, role: str) -> None:
        client.force_login(school.people[role])
        assert client.get("/forgotten/").status_code == 403

    @pytest.mark.django_db
    def test_the_signed_out_sign_in_first(self, client: Client) -> None:
        assert client.get("/forgotten/").status_code == 302

    @pytest.mark.django_db
    def test_a_program_is_told_so_as_json(self, client: Client, settings: Any) -> None:
        settings.ROOT_URLCONF = type("urls", (), {"urlpatterns": [path("api/v1/x", let_through, name="x")]})
        response = client.get("/api/v1/x")
        assert (response.status_code, response["Content-Type"]) == (401, "application/json")


@pytest.mark.parametrize("role", ROLES)
def test_the_navigation_leads_nowhere_that_is_refused(school: School, client: Client, role: str) -> None:
    client.force_login(school.people[role])
    navigation = client.get(reverse("campus:me")).context["navigation"]
    assert navigation.lines
    for line in (*navigation.lines, *navigation.tabs):
        assert client.get(line.url).status_code == 200, line.url
