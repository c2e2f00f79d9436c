"""The same checks sent by eight at the same moment: each is stored once, and everybody is told so."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, local
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client

from config.tests.school import MONDAY, School, at
from inspections.models import Concern, Finding, Inspection
from inspections.services import recording
from inspections.tests.outbox import Item, found, item, send, statuses

pytestmark = pytest.mark.django_db(transaction=True)
PHONES = 8


@pytest.fixture
def looked_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has looked for the ids, and found nothing, before any of them inserts."""
    look_up, everybody, here = recording.look_up, Barrier(PHONES), local()  # type: ignore[attr-defined]

    def look_up_together(*args: Any) -> Any:
        known = look_up(*args)
        if not hasattr(here, "waited"):
            here.waited = True
            everybody.wait()
        return known

    monkeypatch.setattr(recording, "look_up", look_up_together)


def at_once(school: School, batch_of: Callable[[int], list[Item]]) -> list[list[str]]:
    """What each of the phones is told; phone `n` sends `batch_of(n)`."""

    def call(n: int) -> list[str]:
        phone = Client()
        phone.force_login(school.inspector)
        try:
            return statuses(send(phone, *batch_of(n)))
        finally:
            connection.close()

    with time_machine.travel(at(MONDAY, "19:25"), tick=False), ThreadPoolExecutor(PHONES) as pool:
        return list(pool.map(call, range(PHONES)))


@pytest.mark.parametrize("shuffled", [False, True], ids=["in the same order", "each in another order"])
def test_fifty_are_made_and_the_rest_are_duplicates(school: School, looked_together: None, shuffled: bool) -> None:
    fifty = [item("5420", found("bags-hanging")) for _ in range(50)]

    def batch_of(n: int) -> list[Item]:
        return random.Random(n).sample(fifty, len(fifty)) if shuffled else fifty

    told = at_once(school, batch_of)
    assert Counter(status for statuses in told for status in statuses) == {"created": 50, "duplicate": 350}
    assert (Inspection.objects.count(), Finding.objects.count(), Concern.objects.count()) == (50, 50, 100)


def test_batches_that_overlap(school: School, looked_together: None) -> None:
    """Each shares half of its checks with the next: none waits for another for ever, none is lost."""
    checks = [item("5420", found("bags-hanging")) for _ in range(10 * (PHONES + 1))]
    told = at_once(school, lambda n: checks[10 * n : 10 * n + 20][:: 1 if n % 2 else -1])
    assert Counter(status for statuses in told for status in statuses) == {"created": 90, "duplicate": 70}
    assert Inspection.objects.count() == 90


def test_of_other_content_under_the_same_ids_one_stands(school: School, looked_together: None) -> None:
    fifty = [item("5413") for _ in range(50)]
    told = at_once(school, lambda n: [said | {"note": str(n)} for said in fifty])
    assert Counter(status for statuses in told for status in statuses) == {"created": 50, "conflict": 350}
    assert Inspection.objects.count() == 50
