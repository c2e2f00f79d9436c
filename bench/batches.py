"""`python -m bench.batches`: the API's batches against a bare view, on PostgreSQL, side by side in one run.

Three ways to hand over the same mix of checks: in batches of fifty, in batches of one, and one by one to `bench.bare`.
Each round goes all three ways, one after the other, so that whatever else the machine does slows all of them; what
counts is the median, over the rounds, of the ratios within a round.
"""

from __future__ import annotations

import json
import os
import re
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

from bench.house import PRODUCT, as_in_production, postgres_database, run, say, serving

ROUNDS = 31
INSPECTORS = 40  # so many that none of them is throttled
CONNECTIONS = 8  # kept alive; as many as the server's workers have threads
IN_A_BATCH = 50
FULL, ALONE = 16, 200  # requests of a round: batches of fifty, and checks that go one by one
CLEAN = 0.8  # of the checks; the others have one to three findings
GOALS = {"batch": 3.0, "single": 0.6}  # times the checks a second of the bare view
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


class Seen(NamedTuple):
    """A defect of the standard."""

    key: int
    code: str
    points: str
    scope: str
    serious: bool


class Place(NamedTuple):
    """A room or an area as the phone knows it, and the keys of its rows, which only the bare view is told."""

    type: str
    code: str
    key: int
    category: str
    classes: list[int]
    standard: int
    defects: list[Seen]


class Check(NamedTuple):
    """One check, as the product and as the bare view take it."""

    item: dict[str, Any]
    rows: dict[str, Any]


@dataclass(frozen=True, slots=True)
class House:
    """What checks are made of."""

    tokens: list[str]
    walks: list[list[Place]]  # places of one kind: a round goes through rooms, or through classrooms
    week: int
    today: str
    random: Random

    def checks(self, number: int) -> list[Check]:
        """So many of one walk."""
        places = self.random.choice(self.walks)
        return [self._check(self.random.choice(places)) for _ in range(number)]

    def _check(self, place: Place) -> Check:
        findings = 0 if self.random.random() < CLEAN else self.random.randint(1, 3)
        seen = [(self._id(), defect) for defect in self.random.sample(place.defects, findings)]
        said = {
            "id": self._id(),
            "shift": "evening",
            "performed_at": datetime.now(UTC).isoformat(),
            "outcome": "defects" if seen else "clean",
            "standard": place.standard,
        }
        item = {
            "target": {"type": place.type, "code": place.code},
            "occasion": "routine",
            "told": None,
            "note": "",
            "replaces": None,
            "findings": [finding_item(pk, defect) for pk, defect in seen],
        }
        rows = {
            "room": place.key if place.type == "room" else None,
            "area": place.key if place.type == "area" else None,
            "category": place.category,
            "performed_on": self.today,
            "week": self.week,
            "hash": f"{self.random.getrandbits(256):064x}",
            "classes": place.classes,
            "findings": [finding_rows(pk, defect) for pk, defect in seen],
        }
        return Check(said | item, said | rows)

    def _id(self) -> str:
        return str(UUID(int=self.random.getrandbits(128), version=4))

    def requests_of(self, way: str) -> list[bytes]:
        """The requests of a round."""
        if way == "batch":
            return [self._batch(self.checks(IN_A_BATCH)) for _ in range(FULL)]
        if way == "single":
            return [self._batch(self.checks(1)) for _ in range(ALONE)]
        return [self._request("/api/bare", self.checks(1)[0].rows) for _ in range(ALONE)]

    def _batch(self, checks: Sequence[Check]) -> bytes:
        said = {"sent_at": datetime.now(UTC).isoformat(), "inspections": [check.item for check in checks]}
        return self._request("/api/v1/inspections/batch", said)

    def _request(self, address: str, said: dict[str, Any]) -> bytes:
        body = json.dumps(said).encode()
        head = [
            f"POST {address} HTTP/1.1",
            "Host: 127.0.0.1",
            f"Authorization: Token {self.random.choice(self.tokens)}",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
        ]
        return "\r\n".join([*head, "", ""]).encode() + body


def finding_item(pk: str, defect: Seen) -> dict[str, Any]:
    said = {"id": pk, "defect": defect.code, "text": "", "points": defect.points}
    return said | {"class": None, "corrected": False, "photos": []}


def finding_rows(pk: str, defect: Seen) -> dict[str, Any]:
    said = {"id": pk, "defect": defect.key, "points": defect.points}
    return said | {"scope": defect.scope, "serious": defect.serious}


# The house: the demo's places, and inspectors with a token each


def furnish(random: Random) -> House:
    import django

    django.setup()
    from django.db import connection, transaction
    from rest_framework.authtoken.models import Token

    from campus.models import Membership, User
    from campus.selectors import today, when

    with transaction.atomic():
        users = [User.objects.create(number=f"bench-{n}", name=f"bench-{n}") for n in range(INSPECTORS)]
        Membership.objects.bulk_create(Membership(user=user, role="inspector") for user in users)
        tokens = [Token.objects.create(user=user).key for user in users]
    now = when(datetime.now(UTC))
    house = House(tokens, [*filter(None, walks())], now.week.pk, today().isoformat(), random)
    connection.close()
    getattr(connection, "close_pool", lambda: None)()
    return house


def walks() -> list[list[Place]]:
    from campus.selectors import today
    from dormitories.models import Residency, Room
    from inspections.models import Area, Responsibility
    from inspections.selectors import answering, kind_wanted, standards_in_force

    standards = {standard.kind: standard for standard in standards_in_force(today())}

    def places(model: type[Any], type_: str, relation: type[Any]) -> list[Place]:
        classes: dict[int, list[int]] = {}
        for one in answering(relation, today()):
            classes.setdefault(getattr(one, f"{type_}_id"), []).append(one.school_class_id)
        made = []
        for target in model.objects.filter(pk__in=classes):
            kind = kind_wanted(target, "routine")
            made.append(place(target, type_, kind.category, classes[target.pk], standards[kind]))
        return made

    return [places(Room, "room", Residency), places(Area, "area", Responsibility)]


def place(target: Any, type_: str, category: str, classes: list[int], standard: Any) -> Place:
    from inspections.selectors import LOCKED_AGAIN

    defects = [
        Seen(defect.pk, defect.code, str(defect.points.normalize()), defect.scope, defect.serious)
        for item in standard.items.all()
        for defect in item.defects.all()
        if defect.code != LOCKED_AGAIN and not defect.serious
    ]
    return Place(type_, target.code, target.pk, category, classes, standard.pk, defects)


# Sending


def send_all(port: int, requests: Sequence[bytes]) -> int:
    """One after the other on one connection; how many checks were made."""
    made = 0
    with closing(socket.create_connection(("127.0.0.1", port))) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for request in requests:
            line.sendall(request)
            made += created(line)
    return made


def created(line: socket.socket) -> int:
    """How many checks the next answer on `line` tells of as made."""
    told = b""
    while not whole(told):
        more = line.recv(65536)
        if not more:
            raise RuntimeError(f"The line was cut: {told.decode(errors='replace')}")
        told += more
    if b" 200 " not in told.partition(b"\r\n")[0]:
        raise RuntimeError(told[:2000].decode(errors="replace"))
    return told.count(b'"created"')


def whole(told: bytes) -> bool:
    head, _, body = told.partition(b"\r\n\r\n")
    length = LENGTH.search(head)
    return length is not None and len(body) >= int(length[1])


def speed(port: int, requests: Sequence[bytes], wanted: int, pool: ThreadPoolExecutor) -> float:
    """Checks a second."""
    began = time.perf_counter()
    made = sum(pool.map(lambda n: send_all(port, requests[n::CONNECTIONS]), range(CONNECTIONS)))
    took = time.perf_counter() - began
    if made != wanted:
        raise RuntimeError(f"{made} checks were made of {wanted}")
    return made / took


def measure(house: House, ports: dict[str, int]) -> dict[str, list[float]]:
    """Checks a second of each way, round by round."""
    ways = list(ports)
    speeds: dict[str, list[float]] = {way: [] for way in ways}
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        for n in range(-1, ROUNDS):  # the first only warms up
            for way in ways[n % 3 :] + ways[: n % 3]:
                wanted = FULL * IN_A_BATCH if way == "batch" else ALONE
                found = speed(ports[way], house.requests_of(way), wanted, pool)
                if n >= 0:
                    speeds[way].append(found)
            if n >= 0:
                say(f"round {n + 1:2}/{ROUNDS}: " + ", ".join(f"{way} {speeds[way][-1]:,.0f}/s" for way in ways))
    return speeds


def tell(speeds: dict[str, list[float]]) -> bool:
    """The table; whether the goals are met."""
    bare, met = speeds["bare"], True
    say(f"\n{'checks a second':<24}{'median':>10}{'ratio':>8}{'from':>8}{'to':>8}{'goal':>8}")
    say(f"{'a bare view':<24}{statistics.median(bare):>10,.0f}{1:>8.2f}")
    for way, name in [("batch", f"batches of {IN_A_BATCH}"), ("single", "batches of one")]:
        ratios = [ours / theirs for ours, theirs in zip(speeds[way], bare, strict=True)]
        ratio, goal = statistics.median(ratios), GOALS[way]
        met &= ratio >= goal
        told = "met" if ratio >= goal else "MISSED"
        figures = f"{statistics.median(speeds[way]):>10,.0f}{ratio:>8.2f}{min(ratios):>8.2f}{max(ratios):>8.2f}"
        say(f"{name:<24}{figures}{goal:>8.2f}  {told}")
    return met


def main() -> int:
    say("Batches against a bare view, on PostgreSQL")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        env = as_in_production(folder, DATABASE_URL=stack.enter_context(postgres_database("bench_batches")))
        run("manage.py", "migrate", "--verbosity", "0", env=env)
        run("manage.py", "load_demo", "--force", env=env)
        os.environ.update(env, DJANGO_SETTINGS_MODULE="config.settings")
        house = furnish(Random(1))
        product, bare = (stack.enter_context(serving(app, env)) for app in (PRODUCT, "bench.bare:application"))
        speeds = measure(house, {"bare": bare, "batch": product, "single": product})
    return 0 if tell(speeds) else 1


if __name__ == "__main__":
    sys.exit(main())
