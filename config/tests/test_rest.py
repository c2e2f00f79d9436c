"""The API's front door: who calls, and that whatever goes wrong is told as JSON."""

from __future__ import annotations

from io import StringIO
from typing import Any
from zlib import compress

import pytest
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from rest_framework.authtoken.models import Token
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import UserRateThrottle

from config import access
from config import settings as written
from config.tests.school import School
from config.urls import urlpatterns as real_urlpatterns
from conftest import OpenPage


@api_view(["GET", "POST"])
def echo(request: Request) -> Response:
    return Response({"user": request.user.number, "said": request.data})


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("broken")


@pytest.fixture(autouse=True)
def addresses(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two more addresses, open to reviewers: one that answers, one that fails."""
    patterns = [*real_urlpatterns, path("api/echo", echo, name="echo"), path("api/broken", broken, name="broken")]
    settings.ROOT_URLCONF = type("urls", (), {"urlpatterns": patterns})
    for name in ("echo", "broken"):
        monkeypatch.setitem(access.TABLE, name, access.TABLE["scoring:queue"])


@pytest.fixture
def reviewer(school: School, client: Client) -> Client:
    client.force_login(school.reviewer)
    return client


def detail(response: Any, status: int) -> str:
    """What a person is told; the answer is JSON, whatever it is."""
    assert (response.status_code, response["Content-Type"]) == (status, "application/json"), response.content[:200]
    told: str = response.json()["detail"]
    assert told
    return told


# Programs


def header(token: str) -> dict[str, str]:
    return {"Authorization": f"Token {token}"}


def test_a_program_calls_with_the_token_that_the_command_made(school: School, client: Client) -> None:
    out = StringIO()
    call_command("drf_create_token", "reviewer", stdout=out)
    answer = client.get("/api/echo", headers=header(out.getvalue().split()[2]))
    assert answer.json() == {"user": "reviewer", "said": {}}


def test_a_token_needs_no_csrf(school: School) -> None:
    token = Token.objects.create(user=school.reviewer)
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/api/echo", {"a": 1}, content_type="application/json", headers=header(token.key))
    assert answer.json() == {"user": "reviewer", "said": {"a": 1}}


def test_a_token_is_asked_for_once(school: School, client: Client, django_assert_num_queries: Any) -> None:
    token = Token.objects.create(user=school.reviewer)
    with django_assert_num_queries(2):  # the token with its person, the roles
        client.get("/api/echo", headers=header(token.key))


@pytest.mark.parametrize("token", ["no such token", "0" * 40, "", "a\x00b", "\xe9"])
def test_a_wrong_token_is_refused_and_the_session_beside_it_not_looked_at(reviewer: Client, token: str) -> None:
    answer = reviewer.get("/api/echo", headers=header(token))
    detail(answer, 401)
    assert answer["WWW-Authenticate"] == "Token"


def test_a_deactivated_persons_token_is_worth_nothing(school: School, client: Client) -> None:
    token = Token.objects.create(user=school.reviewer)
    school.reviewer.is_active = False
    school.reviewer.save()
    detail(client.get("/api/echo", headers=header(token.key)), 401)


def test_a_token_opens_no_pages(school: School, client: Client) -> None:
    token = Token.objects.create(user=school.reviewer)
    assert client.get("/review/", headers=header(token.key)).status_code == 302


def test_a_token_holds_its_persons_roles(school: School, client: Client) -> None:
    token = Token.objects.create(user=school.officer)
    assert detail(client.get("/api/echo", headers=header(token.key)), 403) == "这事不归你管"


# Pages


def test_a_page_calls_with_its_session_and_its_csrf_token(school: School) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(school.reviewer)
    refused = strict.post("/api/echo", {}, content_type="application/json")
    assert detail(refused, 403) == "这一页开得太久了，刷新一下"
    strict.get("/me/")
    strict.cookies["csrftoken"] = token = "a" * 32
    answer = strict.post("/api/echo", {}, content_type="application/json", HTTP_X_CSRFTOKEN=token)
    assert answer.status_code == 200


@pytest.mark.django_db
def test_the_signed_out_are_told_so(client: Client) -> None:
    answer = client.get("/api/echo")
    assert detail(answer, 401) == "请先登录"
    assert answer["WWW-Authenticate"] == "Token"
    detail(client.post("/api/nowhere"), 404)


# Whatever goes wrong


def test_what_is_not_there_or_not_taken(reviewer: Client) -> None:
    assert detail(reviewer.get("/api/v1/nowhere"), 404) == "没有这个地址"
    assert detail(reviewer.get("/api/echo/", HTTP_ACCEPT_LANGUAGE="en"), 404) == "没有这个地址"
    for answer in (reviewer.delete("/api/echo"), reviewer.delete("/api/docs/"), reviewer.options("/api/docs/")):
        assert detail(answer, 405)
        assert "GET" in answer["Allow"]


def test_it_is_told_in_the_language_one_chose(reviewer: Client) -> None:
    reviewer.cookies["django_language"] = "en"
    assert detail(reviewer.get("/api/v1/nowhere"), 404) == "There is nothing at this address."


@pytest.mark.parametrize("debug", [True, False])
def test_a_fault_of_ours_is_json_too(reviewer: Client, settings: Any, debug: bool) -> None:
    settings.DEBUG = debug
    reviewer.raise_request_exception = False
    assert detail(reviewer.get("/api/broken"), 500) == "这边出错了，过一会儿再试"


@pytest.mark.parametrize(
    "body",
    [b"{", b"", b"\xff\xfe", b'{"a": NaN}', b"[" * 100_000, b'{"a": ' + b"9" * 5000 + b"}", "{“a”: 1}".encode()],
    ids=["half", "nothing", "no text", "not a number", "deep", "long", "curly"],
)
def test_what_is_no_json(reviewer: Client, body: bytes) -> None:
    answer = reviewer.post("/api/echo", body, content_type="application/json")
    if body:
        assert detail(answer, 400) == "这不是 JSON"
    else:
        assert answer.status_code == 200


def test_too_much_at_once(reviewer: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    assert reviewer.post("/api/echo", b'"12345678"', content_type="application/json").status_code == 200
    assert detail(reviewer.post("/api/echo", b'"123456789"', content_type="application/json"), 413)


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data", "application/x-www-form-urlencoded"])
def test_a_body_of_another_kind(reviewer: Client, kind: str) -> None:
    detail(reviewer.generic("POST", "/api/echo", b"{}", content_type=kind), 415)


@pytest.mark.parametrize("encoding", ["utf-16", "gbk", "zlib", "hex"])
def test_json_is_utf_8_whatever_is_said_of_it(reviewer: Client, encoding: str) -> None:
    kind = f"application/json; charset={encoding}"
    answer = reviewer.generic("POST", "/api/echo", '{"楼": 5}'.encode(), content_type=kind)
    assert answer.json()["said"] == {"楼": 5}
    bomb = compress(b" " * 10_000_000 + b"{}")
    detail(reviewer.generic("POST", "/api/echo", bomb, content_type=kind), 400)


def test_what_serializers_find_is_told_by_its_path(reviewer: Client) -> None:
    said = {"inspections": ["5413", 7], "classes": {"\ud800": None}}
    answer = reviewer.post("/api/v1/reviews/verify", said, content_type="application/json")
    first = detail(answer, 400)
    errors = answer.json()["errors"]
    assert set(errors) == {"inspections.0", "inspections.1", "classes"}
    assert errors["inspections.0"] == [first]
    answer = reviewer.post("/api/v1/reviews/verify", [], content_type="application/json")
    assert answer.json()["errors"] == {"detail": [detail(answer, 400)]}


@pytest.mark.parametrize("hidden", [r'"\000aaaaaaaaaa"', r'"aaaaaaaaaa\000"'])
def test_a_cookie_that_hides_a_nul_is_no_session(school: School, client: Client, hidden: str) -> None:
    """PostgreSQL would not even look for it."""
    for address, status in (("/api/echo", 401), ("/me/", 302), ("/signin/", 200)):
        answer = client.get(address, headers={"Cookie": f"sessionid={hidden}"})
        assert answer.status_code == status


def test_a_throttle_of_30_a_second_for_each_person(
    school: School, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(UserRateThrottle, "THROTTLE_RATES", written.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"])
    monkeypatch.setattr(UserRateThrottle, "timer", lambda self: 0.0)
    client.force_login(school.reviewer)
    assert [client.get("/api/echo").status_code for _ in range(30)] == [200] * 30
    answer = client.get("/api/echo")
    detail(answer, 429)
    assert answer["Retry-After"] == "1"
    client.force_login(school.reviewer2)
    assert client.get("/api/echo").status_code == 200


# Schema and documents


def test_the_schema_names_both_ways_in(reviewer: Client) -> None:
    schema = reviewer.get("/api/schema/?format=json").json()
    assert set(schema["components"]["securitySchemes"]) == {"cookieAuth", "tokenAuth"}


def test_the_documents_are_drawn_under_the_strict_policy(school: School, open_page: OpenPage) -> None:
    page = open_page(school.inspector, screen="desk")
    page.goto("/api/docs/")
    page.locator(".info .title", has_text="Campus sanitation inspection").wait_for()
