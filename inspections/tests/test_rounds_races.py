"""Several who press at the same moment: one round is made, and each is led to it or told of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client

from campus.models import User
from config.tests.school import MONDAY, School, at
from inspections.models import Round, Walker
from inspections.rounds import forms, services
from inspections.tests.walking import a_round, tell_men_from_women

pytestmark = pytest.mark.django_db(transaction=True)
REVIEWERS = 6
SEND = "/coverage/send/?shift=noon&occasion=routine&place=area:教102"


@pytest.fixture(autouse=True)
def missed(school: School) -> None:
    """At noon nobody went to two classrooms."""
    tell_men_from_women(school)
    a_round(school, ["教101", "教102"], school.inspector, shift="noon", at=at(MONDAY - timedelta(days=1), "20:00"))


def at_once(user: User, address: str, said_by: Callable[[int], dict[str, Any]]) -> list[tuple[int, str]]:
    """Status and address that each is answered with."""

    def press(n: int) -> tuple[int, str]:
        client = Client()
        client.force_login(user)
        try:
            answer = client.post(address, said_by(n))
            return answer.status_code, answer.get("Location", "")
        finally:
            connection.close()

    with time_machine.travel(at(MONDAY), tick=False), ThreadPoolExecutor(REVIEWERS) as pool:
        return list(pool.map(press, range(REVIEWERS)))


def test_one_press_six_times_is_one_round(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    """On PostgreSQL all have looked for it, and found nothing, before one makes it; SQLite lets one in at a time."""
    look, everybody = services.made_for, Barrier(REVIEWERS)

    def look_together(key: Any) -> Round | None:
        found = look(key)
        if connection.vendor == "postgresql":
            everybody.wait()
        return found

    monkeypatch.setattr(services, "made_for", look_together)
    said = {"name": "大扫除", "place": "kind:classroom", "shift": "noon", "occasion": "deep_clean", "headcount": "2"}
    said |= {"day": "2026-11-10", "form_id": str(uuid4())}
    told = at_once(school.reviewer, "/rounds/new/", lambda _n: said)
    one = Round.objects.get(name="大扫除")
    assert told == [(302, f"/rounds/{one.pk}/")] * REVIEWERS
    assert (one.stops.count(), Walker.objects.filter(round=one).count()) == (4, 2)


def test_of_six_who_send_to_one_place_one_sends(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    """All have seen that it was missed before one of them sends."""
    send, everybody = forms.send_on, Barrier(REVIEWERS)  # type: ignore[attr-defined]

    def send_together(**asked: Any) -> Round:
        everybody.wait()
        return send(**asked)

    monkeypatch.setattr(forms, "send_on", send_together)
    said = {"places": ["area:教102"], "people": [str(school.inspector.pk)], "starts_at": "19:40"}
    told = at_once(school.reviewer, SEND, lambda _n: said | {"form_id": str(uuid4())})
    assert Counter(status for status, _address in told) == {302: 1, 422: REVIEWERS - 1}
    assert Round.objects.filter(name="午检补查").count() == 1
