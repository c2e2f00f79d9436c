"""Five hundred malformed batches: never a fault of ours, always JSON, and a good check beside them is stored."""

from __future__ import annotations

import json
from copy import deepcopy
from functools import reduce
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from config.tests.school import MONDAY, School, at
from inspections.models import Inspection
from inspections.tests.outbox import BATCH, Item, found, item

NOW = at(MONDAY, "19:25")
STATUSES = {"created", "duplicate", "conflict", "rejected"}

texts = st.text(st.characters(codec=None), max_size=20) | st.sampled_from(
    [
        "\x00",
        "\ud800",
        "\u202e",
        "9" * 5000,
        "很" * 600,
        "room",
        "5413",
        "NaN",
        "1e999",
        "-0",
        "0001-01-01T00:00:00+23:59",
    ]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from([2**63, -(2**64), 10**400]) | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
)
PATHS: list[tuple[Any, ...]] = [
    *((key,) for key in ("id", "target", "shift", "occasion", "performed_at", "outcome", "told", "standard", "note")),
    *((key,) for key in ("replaces", "findings", "colour")),
    ("target", "type"),
    ("target", "code"),
    *(("findings", 0, key) for key in ("id", "defect", "text", "points", "class", "corrected", "photos")),
]
# What is wrong with one check: other values at some of its paths, or some left out
faults = st.dictionaries(st.sampled_from(PATHS), st.just(...) | values, min_size=1, max_size=4)
envelopes = st.sampled_from(["sent_at", "inspections", "colour"])


def spoilt(check: Item, wrong: dict[tuple[Any, ...], Any]) -> Item:
    """`check` with other values at these paths; the longest paths first, while they lead anywhere."""
    check = deepcopy(check)
    for path in sorted(wrong, key=len, reverse=True):
        *way, key = path
        place: Any = reduce(lambda inner, step: inner[step], way, check)
        if wrong[path] is ...:
            place.pop(key, None)
        else:
            place[key] = wrong[path]
    return check


class Phone(NamedTuple):
    """The inspector's, signed in; `check` is a good one with a finding."""

    client: Client
    check: Item


@pytest.fixture
def phone(school: School) -> Phone:
    client = Client(raise_request_exception=False)
    client.force_login(school.inspector)
    return Phone(client, item("5413", found()))


@settings(
    max_examples=500,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(
    spoils=st.lists(faults, max_size=3),
    whole=st.none() | st.tuples(envelopes, values) | values,
    cut=st.none() | st.integers(0, 400),
)
def test_no_batch_is_a_fault_of_ours(phone: Phone, spoils: list[Any], whole: Any, cut: int | None) -> None:
    good = phone.check | {"id": str(uuid4()), "findings": [], "outcome": "clean"}
    checks = [spoilt(phone.check | {"id": str(uuid4())}, wrong) for wrong in spoils]
    body: Any = {"sent_at": NOW.isoformat(), "inspections": [*checks, good]}
    if isinstance(whole, tuple):
        body[whole[0]] = whole[1]
    elif whole is not None:
        body = whole
    raw = json.dumps(body).encode()[:cut]
    with time_machine.travel(NOW, tick=False):
        answer = phone.client.generic("POST", BATCH, raw, content_type="application/json")
    assert answer["Content-Type"] == "application/json"
    assert answer.status_code in (200, 400), (answer.status_code, raw)
    if whole is None and cut is None:
        *_, last = results = answer.json()["results"]
        assert len(results) == len(checks) + 1
        assert {result["status"] for result in results} <= STATUSES
        assert all(bool(r["errors"]) is (r["status"] in ("rejected", "conflict")) for r in results)
        assert (last["status"], last["id"]) == ("created", good["id"])
        assert Inspection.objects.filter(pk=good["id"]).exists()


def test_what_is_spoilt_is_spoilt() -> None:
    """The strategy reaches what it names."""
    check: Item = {"target": {"type": "room"}, "findings": [{"id": str(uuid4())}], "note": ""}
    wrong = {("target", "type"): 1, ("findings", 0, "id"): None, ("note",): ...}
    assert spoilt(check, wrong) == {"target": {"type": 1}, "findings": [{"id": None}]}
