"""Whatever a program sends, by the schema or against it: the answer is what the schema says, and never a fault of ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
import time_machine
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, settings
from rest_framework.authtoken.models import Token
from schemathesis import Case

from config.tests.school import MONDAY, School, at
from config.wsgi import application

generator: Any = SchemaGenerator
written = schemathesis.openapi.from_dict(generator().get_schema(request=None, public=True))
written.app = application


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """The test's transaction is not the server's: a request that ends would close it."""
    signals = request_started, request_finished
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.mark.parametrize("who", ["inspector", "reviewer", "nobody", None])
@written.parametrize()
@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_answers_are_as_the_schema_says(case: Case, school: School, who: str | None) -> None:
    headers = {}
    if who:
        token, _ = Token.objects.get_or_create(user=school.people[who])
        headers["Authorization"] = f"Token {token.key}"
    with time_machine.travel(at(MONDAY), tick=False):
        case.call_and_validate(headers=headers)
