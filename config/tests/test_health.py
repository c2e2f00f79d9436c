"""What a watchman asks: does the house stand?"""

import pytest
from django.db import OperationalError, connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries


@pytest.mark.django_db
def test_it_stands_when_the_database_answers(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok"}
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_it_says_so_when_the_database_does_not(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def dead() -> None:
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(connection, "cursor", dead)
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "down", "database": "down"}


@pytest.mark.django_db
def test_a_probe_may_call_the_machine_by_its_address(client: Client) -> None:
    assert client.get("/healthz", headers={"host": "10.0.0.5"}).status_code == 200
    assert client.get("/signin/", headers={"host": "10.0.0.5"}).status_code == 400
