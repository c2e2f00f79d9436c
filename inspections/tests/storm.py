"""The storm: twenty phones hand over their checks while the workers of the server are killed all the time.

`python -m inspections.tests.storm SEED` is one storm on the database of `DATABASE_URL`, which is empty: it tells what
came of it, and ends with 1 where a check or a photo is lost, torn or there twice. `bench.storm` starts it, and
`test_storm.py` does the same on the database of the tests.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from http.client import HTTPConnection, HTTPException
from io import BytesIO
from pathlib import Path
from random import Random
from threading import Event, Semaphore, Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit
from uuid import UUID

import django

if TYPE_CHECKING:
    from campus.models import User
    from inspections.models import Inspection
    from inspections.tests.outbox import Item

PHONES = 20
CHECKS = 50
BATCH_AT_MOST = 10
KILLED_EVERY = 2.0  # seconds
BREATH = PHONES  # requests that get through before workers are killed again, however long that takes on a busy machine
PATIENCE = (0.05, 2.0)  # seconds until a phone gives a request up: between these
RESTS_AT_MOST = 0.6  # seconds between two requests of a phone that get through
FRUITLESS_AT_MOST = 1000  # requests in a row, with a quarter of a second after each: then the server is given up
PRODUCT = "config.wsgi:application"
DEFECTS = ["bags-hanging", "room-floor-dirty", "sill-cluttered", "washroom-dirty", "room-rubbish-left"]
# As `config.serve` keeps the web server, and nothing else of the Procfile: {app} takes the place of the application
KEEPER = """
import os, sys
from config.serve import BASE_DIR, Keeper, Kept, read_procfile
web = read_procfile(BASE_DIR / "Procfile")["web"]
assert "config.wsgi:application" in web
Keeper([Kept("web", web.replace("config.wsgi:application", sys.argv[1]), os.environ)]).run()
"""


class Broken(AssertionError):
    """The server said what no phone can do anything with, or nothing for too long."""


# The server


@dataclass(slots=True)
class Server:
    """The web server of the Procfile, as `config.serve` keeps it."""

    port: int
    keeper: subprocess.Popen[bytes]
    log: Path

    def workers(self) -> list[int]:
        return [worker for main in children(self.keeper.pid) for worker in children(main)]

    def kill_workers(self) -> int:
        """How many there were: none while the server is starting."""
        workers = self.workers()
        for worker in workers:
            with suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)
        return len(workers)

    def wait_until_answering(self) -> None:
        deadline = time.monotonic() + 60
        while not self._answers():
            if time.monotonic() > deadline or self.keeper.poll() is not None:
                raise Broken(f"The server does not start:\n{self.last_words()}")
            time.sleep(0.05)

    def _answers(self) -> bool:
        with suppress(OSError, HTTPException):
            connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        return False

    def last_words(self) -> str:
        return self.log.read_text(errors="replace")[-4000:]


def children(of: int) -> list[int]:
    """The processes that `of` started and that are still there."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            _, parent, *_ = stat.read_text().rpartition(")")[2].split()
            if int(parent) == of:
                found.append(int(stat.parent.name))
    return found


@contextmanager
def serving(folder: Path, app: str) -> Iterator[Server]:
    """The server on the database of this process, with its pictures and a queue of its own in `folder`."""
    from django.conf import settings
    from django.test import override_settings

    from config import queue
    from config.serve import end_with_parent
    from config.settings import socket_path

    port = free_port()
    own_queue = override_settings(QUEUE_SOCKET=socket_path(folder / "queue.sock"), QUEUE_DATA=folder / "queue")
    with own_queue, queue.running(), (folder / "log").open("wb") as log:
        keeper = subprocess.Popen(
            [sys.executable, "-c", KEEPER, app],
            cwd=settings.BASE_DIR,
            env=environment(folder, port),
            stdin=subprocess.DEVNULL,
            stderr=log,
            stdout=log,
            preexec_fn=end_with_parent,
        )
        server = Server(port, keeper, folder / "log")
        try:
            server.wait_until_answering()
            yield server
        finally:
            end(keeper)


def environment(folder: Path, port: int) -> dict[str, str]:
    from django.conf import settings

    own = {name: value for name, value in os.environ.items() if name not in ("DEBUG", "AWS_STORAGE_BUCKET_NAME")}
    return own | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "HTTPS": "0",
        "SECRET_KEY": settings.SECRET_KEY,
        "DATABASE_URL": database_url(),
        "MEDIA_ROOT": str(folder / "media"),
        "REDIS_URL": f"redis+socket://{settings.QUEUE_SOCKET}",
    }


def database_url() -> str:
    """The address of the database that this process works on: in a test the test's."""
    from django.db import connection

    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{quote(name)}").geturl()


def free_port() -> int:
    """Below those that the system hands out: while the server is down, a phone could come to call itself."""
    for port in Random().sample(range(10_000, 30_000), 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise Broken("No port is free")


def end(keeper: subprocess.Popen[bytes]) -> None:
    keeper.terminate()
    try:
        keeper.wait(30)
    except subprocess.TimeoutExpired:
        keeper.kill()
        keeper.wait()


# The phones


@dataclass(slots=True)
class Phone:
    """One inspector's outbox: it sends the same again until the server has acknowledged it."""

    number: int
    token: str
    items: dict[str, Item]
    photos: dict[str, bytes]
    random: Random
    got_through: Semaphore
    patience: tuple[float, float] = PATIENCE
    statuses: Counter[str] = field(default_factory=Counter)  # of checks
    answers: Counter[str] = field(default_factory=Counter)  # to requests
    kept: set[str] = field(default_factory=set)  # ids of checks and photos that have been acknowledged
    fruitless: int = 0

    def hand_over(self, port: int, over: Event) -> None:
        """All of it, unless it is `over` before."""
        while not self.is_empty():
            through = self._send(port)
            self.fruitless = 0 if through else self.fruitless + 1
            if through:
                self.got_through.release()
            if self.fruitless > FRUITLESS_AT_MOST:
                raise Broken(f"{self}: {len(self._owed(self.items))} checks wait, and the server does not take them")
            if over.wait(self.random.uniform(0, RESTS_AT_MOST) if through else self.random.uniform(0.1, 0.4)):
                return

    def is_empty(self) -> bool:
        return not self._owed(self.items) and not self._owed(self.photos)

    def _send(self, port: int) -> bool:
        """Some checks or one photo, which may come before its check. Whether that got through."""
        checks, photos = self._owed(self.items), self._owed(self.photos)
        if checks and (not photos or self.random.random() < 0.6):
            return self._send_checks(port, checks)
        return self._send_photo(port, self.random.choice(photos))

    def _owed(self, of: Iterable[str]) -> list[str]:
        return [one for one in of if one not in self.kept]

    def _send_checks(self, port: int, owed: list[str]) -> bool:
        batch = self.random.sample(owed, min(len(owed), self.random.randint(1, BATCH_AT_MOST)))
        said = {"sent_at": now().isoformat(), "inspections": [self.items[one] for one in batch]}
        answer = self._call(port, "POST", "/api/v1/inspections/batch", json.dumps(said).encode(), "application/json")
        if answer is None:
            return False
        if [result["id"] for result in answer["results"]] != batch:
            raise Broken(f"{self}: other checks are acknowledged than were sent: {answer}")
        for result in answer["results"]:
            if result["status"] not in ("created", "duplicate"):
                raise Broken(f"{self}: {result}")
            self.statuses[result["status"]] += 1
            self.kept.add(result["id"])
        return True

    def _send_photo(self, port: int, photo: str) -> bool:
        answer = self._call(port, "PUT", f"/api/v1/photos/{photo}", self.photos[photo], "image/jpeg")
        if answer is None:
            return False
        if answer["sha256"] != sha256(self.photos[photo]).hexdigest():
            raise Broken(f"{self}: photo {photo} is acknowledged by another hash: {answer}")
        self.kept.add(photo)
        return True

    def _call(self, port: int, method: str, path: str, body: bytes, kind: str) -> dict[str, Any] | None:
        """What was said, or None where it is to be sent again. Raises `Broken` where the phone is told off."""
        connection = HTTPConnection("127.0.0.1", port, timeout=self.random.uniform(*self.patience))
        headers = {"Authorization": f"Token {self.token}", "Content-Type": kind, "Connection": "close"}
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            status, content = answer.status, answer.read()
        except (OSError, HTTPException) as error:
            self.answers[type(error).__name__] += 1
            return None
        finally:
            connection.close()
        self.answers[str(status)] += 1
        if 400 <= status < 500 and status != 429:
            raise Broken(f"{self}: {status} to {method} {path}: {content.decode(errors='replace')}")
        said: dict[str, Any] | None = json.loads(content) if status < 300 else None
        return said

    def __str__(self) -> str:
        return f"phone {self.number}"


def now() -> Any:
    from django.utils import timezone

    return timezone.now()


def make_phones(
    phones: int, checks: int, seed: int, got_through: Semaphore, patience: tuple[float, float]
) -> list[Phone]:
    """Inspectors with a token each, in a term that holds today, and what they have in their outboxes."""
    from rest_framework.authtoken.models import Token

    rooms = open_rooms()
    made = []
    for n in range(phones):
        random = Random(f"{seed}/{n}")
        items, photos = outbox(checks, rooms, random)
        token = Token.objects.create(user=person(f"storm-{n}", "inspector")).key
        made.append(Phone(n, token, items, photos, random, got_through, patience))
    return made


def person(number: str, role: str) -> User:
    from campus.models import Membership, User

    user = User.objects.create_user(number, None, name=number)
    Membership.objects.create(user=user, role=role)
    return user


def open_rooms() -> list[str]:
    """Rooms of one class. The server goes by the true clock, so that the days of the tests' school are not its own."""
    from campus.models import Department, SchoolClass
    from campus.services import open_term
    from dormitories.models import Building, Residency, Room

    day, weeks = now().date(), timedelta(weeks=4)
    open_term(name="storm", starts_on=day - weeks, ends_on=day + weeks)
    department = Department.objects.create(code="math", name="数理系")
    school_class = SchoolClass.objects.create(code="0852", entry_year=2008, department=department)
    building = Building.objects.create(code="5", name="5号楼", gender="men")
    codes = [f"5{floor}0{room}" for floor in (1, 2, 3) for room in range(1, 10)]
    for code in codes:
        room = Room.objects.create(building=building, number=code, code=code, floor=int(code[1]))
        Residency.objects.create(room=room, school_class=school_class, starts_on=day - weeks)
    return codes


def outbox(checks: int, rooms: list[str], random: Random) -> tuple[dict[str, Item], dict[str, bytes]]:
    """Checks and photos by their ids: two of three are clean, one of six findings has a photo or two."""
    from inspections.tests.outbox import found, item

    photos: dict[str, bytes] = {}
    items = {}
    for n in range(checks):
        findings = []
        for defect in random.sample(DEFECTS, random.choice([0, 0, 0, 0, 1, 2])):
            taken = {new_id(random): noise(random) for _ in range(random.choice([0] * 10 + [1, 2]))}
            photos |= taken
            findings.append(found(defect, id=new_id(random), corrected=random.random() < 0.5, photos=[*taken]))
        performed_at = (now() - timedelta(minutes=checks - n)).isoformat()
        said = item(random.choice(rooms), *findings, id=new_id(random), performed_at=performed_at)
        items[said["id"]] = said
    return items, photos


def new_id(random: Random) -> str:
    return str(UUID(int=random.getrandbits(128), version=4))


def noise(random: Random) -> bytes:
    """A picture like no other, and of some weight."""
    from PIL import Image

    from inspections.tests.drawn import saved

    return saved(Image.frombytes("RGB", (240, 180), random.randbytes(240 * 180 * 3)))


# The storm, and what is left


@dataclass(slots=True)
class Storm:
    """What went on in it."""

    phones: list[Phone]
    media: Path
    got_through: Semaphore  # as many requests as the killer has not counted yet
    killed: int = 0  # workers
    seconds: float = 0.0

    @property
    def statuses(self) -> Counter[str]:
        return sum((phone.statuses for phone in self.phones), Counter())

    @property
    def answers(self) -> Counter[str]:
        return sum((phone.answers for phone in self.phones), Counter())

    @property
    def photos(self) -> dict[str, bytes]:
        return {photo: content for phone in self.phones for photo, content in phone.photos.items()}

    def __str__(self) -> str:
        told = ", ".join(f"{name} {n}" for name, n in [*self.statuses.most_common(), *self.answers.most_common()])
        return f"{self.seconds:.0f} s, {self.killed} workers killed, {len(self.photos)} photos; {told}"


def rage(
    folder: Path,
    *,
    app: str = PRODUCT,
    phones: int = PHONES,
    checks: int = CHECKS,
    seed: int = 1,
    patience: tuple[float, float] = PATIENCE,
) -> Storm:
    """One storm, until every phone has handed everything over. Raises `Broken`."""
    got_through, over = Semaphore(0), Event()
    storm = Storm(make_phones(phones, checks, seed, got_through, patience), folder / "media", got_through)
    with serving(folder, app) as server:
        killer = Thread(target=kill, args=(server, storm, over))
        began = time.monotonic()
        killer.start()
        try:
            hand_over_all(storm, server, over)
        except Broken as broken:
            raise Broken(f"{broken}\nThe storm: {storm}\nThe server's last words:\n{server.last_words()}") from None
        finally:
            over.set()
            killer.join()
            storm.seconds = time.monotonic() - began
    return storm


def kill(server: Server, storm: Storm, over: Event) -> None:
    while not over.wait(KILLED_EVERY):
        # One that is always killed while it starts would never answer at all
        for _ in range(BREATH):
            while not storm.got_through.acquire(timeout=KILLED_EVERY / 10):
                if over.is_set():
                    return
        while storm.got_through.acquire(blocking=False):
            pass
        storm.killed += server.kill_workers()


def hand_over_all(storm: Storm, server: Server, over: Event) -> None:
    def hand_over(phone: Phone) -> None:
        try:
            phone.hand_over(server.port, over)
        except BaseException:
            over.set()
            raise

    with ThreadPoolExecutor(len(storm.phones)) as pool:
        try:
            list(pool.map(hand_over, storm.phones))
        finally:
            over.set()


def faults(storm: Storm, stored_as: str = "id") -> dict[str, list[str]]:
    """What is wrong with what is stored, by its kind; nothing where all is there, whole and once.

    The field `stored_as` holds the id that the phone gave to a check.
    """
    from inspections.models import Inspection

    sent = {said["id"]: said for phone in storm.phones for said in phone.items.values()}
    stored = list(
        Inspection.objects.select_related("room").prefetch_related("concerns__school_class", "findings__photos")
    )
    times = Counter(str(getattr(check, stored_as)) for check in stored)
    told = {
        "lost": sorted(sent.keys() - times.keys()),
        "sent by nobody": sorted(times.keys() - sent.keys()),
        "twice": sorted(one for one, n in times.items() if n > 1),
        "torn": sorted(str(check.pk) for check in stored if not is_whole(check, sent.get(str(check.pk)))),
        "photos": faulty_photos(storm),
    }
    return {kind: found for kind, found in told.items() if found}


def is_whole(check: Inspection, said: Item | None) -> bool:
    """Whether the check is stored as it was said, down to the photos' ids."""
    stored = [
        (
            str(finding.pk),
            finding.defect.code,
            finding.corrected,
            [str(photo.photo_id) for photo in finding.photos.all()],
        )
        for finding in check.findings.all()
    ]
    concerns = [concern.school_class.code for concern in check.concerns.all()]
    return said is not None and (check.room.code, check.outcome, concerns, stored) == (
        said["target"]["code"],
        said["outcome"],
        ["0852"],
        [(finding["id"], finding["defect"], finding["corrected"], finding["photos"]) for finding in said["findings"]],
    )


def faulty_photos(storm: Storm) -> list[str]:
    """The ids of photos that are not stored by their hash, or not served whole; and files that are none's."""
    from django.test import Client, override_settings

    from inspections.models import Photo
    from inspections.pictures import redrawn

    reader = Client(headers={"host": "127.0.0.1"})
    reader.force_login(person("storm-reviewer", "reviewer"))
    stored = {str(photo.pk): photo for photo in Photo.objects.all()}
    files = {str(path.relative_to(storm.media)) for path in storm.media.rglob("*") if path.is_file()}
    faulty = {*(stored.keys() ^ storm.photos.keys()), *(files ^ {str(photo.file) for photo in stored.values()})}
    with override_settings(MEDIA_ROOT=str(storm.media)):
        for photo, sent in storm.photos.items():
            answer = reader.get(f"/photos/{photo}/")
            served = b"".join(answer) if answer.status_code == 200 else None
            by_hash = photo in stored and stored[photo].sha256 == sha256(sent).hexdigest()
            if not by_hash or served != redrawn(BytesIO(sent)).content:
                faulty.add(photo)
    return sorted(faulty)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ["HTTPS"] = "0"  # here, too, the pictures are asked for
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    with tempfile.TemporaryDirectory(prefix="storm-") as folder:
        storm = rage(Path(folder), seed=int(sys.argv[1]))
        found = faults(storm)
    sys.stdout.write(f"{storm}\n")
    if found:
        sys.exit(f"{ {kind: f'{len(ids)}: {ids[:5]}' for kind, ids in found.items()} }")


if __name__ == "__main__":
    main()
