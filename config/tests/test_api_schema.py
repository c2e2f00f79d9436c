"""Whatever a program sends, by the schema or against it: the answer is what the schema says, and never a fault of ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import schemathesis
import time_machine
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from django.urls import get_resolver
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, settings
from rest_framework.authtoken.models import Token
from schemathesis import Case, CheckFunction
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from campus.models import User
from config.tests.school import MONDAY, School, at
from config.wsgi import application
from inspections.pictures import MEDIA_TYPES
from inspections.tests.walking import a_round, tell_men_from_women
from scoring.services import send_back

generator: Any = SchemaGenerator
SCHEMA: Any = generator().get_schema(request=None, public=True)
WRITES = [(method, path) for path, said in SCHEMA["paths"].items() for method in said if method != "get"]

written = schemathesis.openapi.from_dict(SCHEMA)
written.app = application
# What no schema can say: a bad check is told of by itself, in an answer of 200; not all bytes are a picture, not every
# day is open, not every key is the id of a finding, and not every word is a reason
SAID_OTHERWISE: dict[str, list[CheckFunction]] = {
    "/api/v1/inspections/batch": [negative_data_rejection],
    "/api/v1/photos/{id}": [positive_data_acceptance],
    "/api/v1/work": [positive_data_acceptance],
    "/api/v1/reviews/verify": [positive_data_acceptance],
    "/api/v1/reviews/return": [positive_data_acceptance],
    "/api/v1/reviews/set-aside": [positive_data_acceptance],
}


@schemathesis.serializer(*MEDIA_TYPES)
def picture(context: schemathesis.SerializationContext, value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode(errors="replace")


@pytest.fixture
def one_connection() -> Iterator[None]:
    """The test's transaction is on it: the server does not close it after a request."""
    signals = request_started, request_finished
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def evening(school: School) -> School:
    """The school on Monday evening, with something to read at every address."""
    tell_men_from_women(school)
    a_round(school, ["5403", "5413"], school.inspector)
    school.check("5403", "locked", clock="19:05")
    school.check("5420", None, "hats-hanging", {"text": "乱", "points": "0.5"}, clock="19:10", note="敲了门")
    for inspector in (school.inspector, school.reviewer):
        check = school.check("5413", None, "bags-hanging", by=inspector, clock="19:15")
        send_back(inspection=check.pk, reason="看不清", by=school.reviewer2)
    return school


def program(user: User) -> dict[str, str]:
    """The header of a program that calls for `user`."""
    return {"Authorization": f"Token {Token.objects.get_or_create(user=user)[0].key}"}


@pytest.mark.usefixtures("one_connection")
@pytest.mark.parametrize("who", ["inspector", "reviewer", None])
@written.parametrize()
@settings(max_examples=20, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
def test_answers_are_as_the_schema_says(case: Case[Any], evening: School, who: str | None) -> None:
    headers = {"Accept-Encoding": "identity"} | (program(evening.people[who]) if who else {})
    with time_machine.travel(at(MONDAY), tick=False):
        case.call_and_validate(headers=headers, excluded_checks=SAID_OTHERWISE.get(case.path))


def test_every_address_of_the_api_is_in_the_schema() -> None:
    routes = {
        str(pattern.pattern) for part in get_resolver().url_patterns for pattern in getattr(part, "url_patterns", [])
    }
    ours = {f"/{route.replace('<uuid:pk>', '{id}')}" for route in routes if route.startswith("api/")}
    assert ours == set(SCHEMA["paths"])


def test_faults_that_no_example_meets_are_told_too() -> None:
    for path, said in SCHEMA["paths"].items():
        for method, operation in said.items():
            told = {status: answer.get("content", {}) for status, answer in operation["responses"].items()}
            wanted = {"401", "403", "406", "429", "503"} | (set() if method == "get" else {"400", "413", "415"})
            assert wanted <= set(told), path
            assert all("application/json" in told[status] for status in told if status >= "400")


def test_the_schema_is_one_and_nothing_in_it_was_guessed(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn")
    assert capsys.readouterr().out.startswith("openapi: 3.")


# Who may write


@pytest.mark.parametrize(("method", "path"), WRITES)
class TestWhoMayWrite:
    """The reviewer may everywhere, the room head nowhere; what is sent is empty, and refused as such where one may."""

    def write(self, client: Client, method: str, path: str, **headers: str) -> tuple[int, Any]:
        kind = "image/jpeg" if "photos" in path else "application/json"
        address = path.replace("{id}", str(uuid4()))
        answer = getattr(client, method)(address, b"", kind, headers=headers)
        assert answer["Content-Type"] == "application/json"
        return answer.status_code, answer.json()

    def test_nobody_who_is_signed_out(self, school: School, method: str, path: str) -> None:
        strict = Client(enforce_csrf_checks=True)
        assert self.write(strict, method, path) == (401, {"detail": "请先登录"})

    def test_nobody_of_another_role(self, school: School, client: Client, method: str, path: str) -> None:
        assert self.write(client, method, path, **program(school.head)) == (403, {"detail": "这事不归你管"})
        client.force_login(school.head)
        assert self.write(client, method, path) == (403, {"detail": "这事不归你管"})

    def test_a_page_with_its_csrf_token_alone(self, school: School, method: str, path: str) -> None:
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(school.reviewer)
        strict.cookies["csrftoken"] = token = "a" * 32
        assert self.write(strict, method, path) == (403, {"detail": "这一页开得太久了，刷新一下"})
        assert self.write(strict, method, path, **{"X-CSRFToken": token})[0] == 400

    def test_a_program_with_its_token_alone(self, school: School, method: str, path: str) -> None:
        strict = Client(enforce_csrf_checks=True)
        assert self.write(strict, method, path, **program(school.reviewer))[0] == 400
