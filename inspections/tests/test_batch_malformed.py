"""Malformed batches, 700 drawn and some more written: never a fault of ours, always JSON, and a good check beside them is stored."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
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
from inspections.models import Concern, Finding, Inspection
from inspections.tests.outbox import BATCH, Item, found, item

NOW = at(MONDAY, "19:25")
STATUSES = {"created", "duplicate", "conflict", "rejected"}
Way = tuple[Any, ...]
Change = Callable[[Any], Any]

made = settings(
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


# What may stand where something else should

TIMES = [
    *("0000-01-01T00:00:00+08:00", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "10000-01-01T00:00:00Z"),
    *("2026-11-09T19:20:00+24:00", "2026-11-09T19:20:00-24:00", "2026-11-09T19:20:00", "2026-11-09", "19:20+08:00"),
    *("2026-02-30T19:20:00Z", "2026-11-09T24:00:00Z", "2026-W46-1T19:20:00Z", "2026-11-09T19:20:00.1234567890123Z"),
    *(1_762_687_200, "1762687200", "now", "２０２６-11-09T19:20:00Z"),
]
IDS = [
    *("", "0" * 32, "00000000-0000-0000-0000-000000000000", "{0c5b1b0e-5f0e-4a51-8d5c-7d6f1f6e2a01}", "g" * 36),
    *("urn:uuid:0c5b1b0e-5f0e-4a51-8d5c-7d6f1f6e2a01", "٠" * 8 + "-0000-0000-0000-" + "٠" * 12, 7, "-" * 36),
    "0c5b1b0e-5f0e-4a51-8d5c-7d6f1f6e2a01\n",
]
FIGURES = [
    "1e999",
    "-0",
    "NaN",
    "sNaN",
    "Infinity",
    "1_000",
    "٣",
    "0x1",
    "1,5",
    " 1",
    "1.",
    "9" * 5000,
    "0." + "0" * 30,
]
NUMBERS = [2**31, 2**63, -(2**63), -(2**64), 10**400, 10**4299, 1e308, 5e-324, -0.0]
TEXTS = [
    "\x00",
    "5413\x00",
    "\ud800",
    "\udfff\ud800",
    "\u202e",
    "\ufffe",
    "很" * 600,
    "x" * 100_000,
    "room",
    "5413",
    "%00",
]
DEEP = json.loads('[{"":' * 200 + "null" + "}]" * 200)

OTHER: list[Any] = [None, True, False, 0, -1, 0.5, "", [], {}, [[]], [{}], {"": None}, DEEP]
ODD: list[Any] = [*TIMES, *IDS, *FIGURES, *NUMBERS, *TEXTS, *OTHER]

texts = st.text(st.characters(codec=None), max_size=20)
plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts
values = st.sampled_from(ODD) | st.recursive(
    plain,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
)


# What is done to a good one, at any place of it


def ways(said: Any, way: Way = ()) -> Iterator[Way]:
    """Every place within `said`, by the keys that lead there."""
    parts = said.items() if isinstance(said, dict) else enumerate(said) if isinstance(said, list) else ()
    for key, part in parts:
        yield (*way, key)
        yield from ways(part, (*way, key))


def changed(said: Any, nth: int, change: Change | None) -> Any:
    """A copy of `said`, changed at its nth place (they are counted round and round); None leaves it out."""
    said, places = deepcopy(said), list(ways(said))
    if not places:
        return said
    *way, key = places[nth % len(places)]
    holder = reduce(lambda inner, step: inner[step], way, said)
    if change is None:
        del holder[key]
    else:
        holder[key] = change(holder[key])
    return said


def put(value: Any) -> Change:
    return lambda _: value


def with_unknown_key(said: Any) -> Any:
    return {**said, "colour\ud800": 1} if isinstance(said, dict) else {"colour": said}


def twice(said: Any) -> Any:
    return said * 2 if isinstance(said, list | str) else [said, said]


def many(said: Any) -> Any:
    return [said] * 201


changes: st.SearchStrategy[Change | None] = values.map(put) | st.sampled_from([None, with_unknown_key, twice, many])
faults = st.lists(st.tuples(st.integers(0, 99), changes), min_size=1, max_size=3)


def spoilt(said: Any, wrong: list[tuple[int, Change | None]]) -> Any:
    return reduce(lambda inner, fault: changed(inner, *fault), wrong, said)


# Sending


class Phone(NamedTuple):
    """The inspector's, signed in; `check` is a good one."""

    client: Client
    check: Item

    def clean(self) -> Item:
        return self.check | {"id": str(uuid4()), "outcome": "clean", "findings": []}

    def with_defects(self, **fields: Any) -> Item:
        findings = [found(photos=[str(uuid4())], **{"class": "0852"}), found(None, text="乱", points="1")]
        said = {"id": str(uuid4()), "told": "yes", "note": "敲了门", "findings": findings}
        return self.check | said | fields

    def send(self, raw: bytes, kind: str = "application/json") -> Any:
        """The answer, which is never a fault of ours, and is JSON."""
        with time_machine.travel(NOW, tick=False):
            answer = self.client.generic("POST", BATCH, raw, content_type=kind)
        assert answer.status_code in (200, 400, 413, 415), (answer.status_code, raw[:2000])
        assert answer["Content-Type"] == "application/json"
        if answer.status_code != 200:
            assert answer.json()["detail"]
        return answer


@pytest.fixture
def phone(school: School) -> Phone:
    client = Client(raise_request_exception=False)
    client.force_login(school.inspector)
    return Phone(client, item("5413", found()))


def batch(*checks: Any) -> Item:
    return {"sent_at": NOW.isoformat(), "inspections": list(checks)}


def stored() -> tuple[int, int, int]:
    return Inspection.objects.count(), Finding.objects.count(), Concern.objects.count()


def sent_in_part(phone: Phone, *said: Item) -> list[Item]:
    """The results of a batch with bad checks: each is told of, and what was not created has left nothing behind."""
    checks, findings, concerns = stored()
    results: list[Item] = phone.send(json.dumps(batch(*said)).encode()).json()["results"]
    assert len(results) == len(said)
    assert {result["status"] for result in results} <= STATUSES
    for one in results:
        assert bool(one["errors"]) is (one["status"] in ("rejected", "conflict"))
        assert one["errors"].get("detail") is None, "somebody foresaw it"
    created = [each for each, result in zip(said, results, strict=True) if result["status"] == "created"]
    theirs = sum(len(each.get("findings", ())) for each in created)
    assert stored() == (checks + len(created), findings + theirs, concerns + len(created))
    return results


# Two of a batch may have the same id, or a finding of the same
shared = st.sampled_from([(), (), ("id",), ("findings",)])


@settings(made, max_examples=500)
@given(wrongs=st.lists(st.tuples(shared, faults), min_size=1, max_size=4), where=st.integers(0, 4))
def test_bad_checks_block_no_neighbour(phone: Phone, wrongs: list[Any], where: int) -> None:
    one, good = phone.with_defects(), phone.clean()
    said = [spoilt(phone.with_defects(**{key: one[key] for key in same}), wrong) for same, wrong in wrongs]
    said.insert(where, good)
    results = sent_in_part(phone, *said)
    result = results[said.index(good)]
    assert (result["status"], result["id"]) == ("created", good["id"])
    assert Inspection.objects.filter(pk=good["id"]).exists()


def test_every_odd_value_at_every_place(phone: Phone) -> None:
    places = len(list(ways(phone.with_defects())))
    for value in ODD:
        checks = [changed(phone.with_defects(), nth, put(value)) for nth in range(places)]
        *_, last = sent_in_part(phone, *checks, phone.clean())
        assert last["status"] == "created", value


# Batches that are none: not read, and nothing of them is stored

KINDS = [
    *("", "text/plain", "application/xml", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"),
    *("application/json; charset=utf-16", "application/json; charset=zlib", "application/json; charset=none", "/"),
    *("application/json;", "APPLICATION/JSON", "application/octet-stream", "application/json, application/json"),
]
NO_NUMBERS = [
    "NaN",
    "-Infinity",
    "Infinity",
    "9" * 5000,
    "1e",
    "0x1",
    "undefined",
    "'1'",
    "[" * 100_000,
    '{"a":' * 2000,
]
ENCODINGS = ["utf-16", "utf-32", "utf-8-sig", "gb18030", "utf-7"]

holes = st.tuples(st.integers(0, 99), st.sampled_from(NO_NUMBERS))


class Broken(NamedTuple):
    """How a good batch of two is broken."""

    wrong: list[tuple[int, Change | None]]
    hole: tuple[int, str] | None
    encoding: str
    kind: str
    cut: tuple[int, bytes] | None

    def __call__(self, said: Any) -> bytes:
        said = spoilt(said, self.wrong)
        text = json.dumps(said, ensure_ascii=self.encoding == "utf-8")
        if self.hole:
            nth, instead = self.hole
            text = json.dumps(changed(said, nth, put("HOLE"))).replace('"HOLE"', instead)
        raw = text.encode(self.encoding, "surrogatepass" if self.encoding.startswith("utf-") else "replace")
        if self.cut:
            where, rubbish = self.cut
            raw = raw[: where % (len(raw) + 1)] + rubbish
        return raw


nothing_wrong: st.SearchStrategy[Any] = st.just([])
broken = st.builds(
    Broken,
    wrong=nothing_wrong | st.lists(st.tuples(st.integers(0, 1), changes), max_size=2),
    hole=st.none() | holes,
    encoding=st.just("utf-8") | st.sampled_from(ENCODINGS),
    kind=st.just("application/json") | st.sampled_from(KINDS),
    cut=st.none() | st.tuples(st.integers(0, 2000), st.binary(max_size=40)),
)


@settings(made, max_examples=200)
@given(how=broken)
def test_what_is_no_batch_is_not_stored(phone: Phone, how: Broken) -> None:
    before = stored()
    answer = phone.send(how(batch(phone.clean(), phone.clean())), how.kind)
    if answer.status_code != 200:
        assert stored() == before


def test_what_is_spoilt_is_spoilt() -> None:
    """The strategies reach what they name."""
    check: Item = {"target": {"type": "room"}, "findings": [{"id": "a"}]}
    assert list(ways(check)) == [("target",), ("target", "type"), ("findings",), ("findings", 0), ("findings", 0, "id")]
    assert changed(check, 1, put(5)) == {"target": {"type": 5}, "findings": [{"id": "a"}]}
    assert changed(check, 8, None) == {"target": {"type": "room"}, "findings": []}
    assert changed(check, 2, twice)["findings"] == [{"id": "a"}, {"id": "a"}]
    assert spoilt(check, [(0, None), (2, with_unknown_key)]) == {"findings": [{"id": {"colour": "a"}}]}
    assert check == {"target": {"type": "room"}, "findings": [{"id": "a"}]}
    assert Broken([], (0, "NaN"), "utf-8", "", None)({"a": 1}) == b'{"a": NaN}'
    assert Broken([], None, "utf-8", "", (3, b"\xff"))({"a": 1}) == b'{"a\xff'
