"""What the app asks of the network: little when it is first opened, nothing when it is opened in a basement.

It is served as in production here, compressed and under names that carry a hash, and weighed at the server: so that
what the service worker fetches, and what no page knows of, is weighed too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.test import Client, override_settings
from django.test.testcases import LiveServerThread

from campus.models import User
from config.tests.school import School
from inspections.tests.phone import EVENING, Phone, wanted
from inspections.tests.walking import a_round, tell_men_from_women

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.django_db(transaction=True)

MOST = 120 * 1024  # bytes


@dataclass
class Weighed:
    """An application, and the bytes that it answered, by address."""

    app: WSGIApplication
    bytes: Counter[str] = field(default_factory=Counter)
    encodings: dict[str, str] = field(default_factory=dict)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        address = environ["PATH_INFO"]

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            self.bytes[address] += sum(len(name) + len(value) + 4 for name, value in headers)
            self.encodings[address] = dict(headers).get("Content-Encoding", "")
            return start_response(status, headers, *more)

        return self._weigh(address, self.app(environ, start))

    def _weigh(self, address: str, parts: Iterable[bytes]) -> Iterator[bytes]:
        try:
            for part in parts:
                self.bytes[address] += len(part)
                yield part
        finally:
            getattr(parts, "close", lambda: None)()


@dataclass
class Production:
    """The server: `weighed` tells what it handed out."""

    thread: LiveServerThread
    weighed: Weighed

    @property
    def url(self) -> str:
        return f"http://{self.thread.host}:{self.thread.port}"


def collected_in(folder: Path) -> override_settings:
    """As a deployment serves static files: collected in `folder`, compressed, named by their hash."""
    storages = settings.STORAGES | {"staticfiles": {"BACKEND": "config.storage.StaticFilesStorage"}}
    found_there_alone = {"WHITENOISE_USE_FINDERS": False, "WHITENOISE_AUTOREFRESH": False}
    return override_settings(STORAGES=storages, STATIC_ROOT=str(folder), **found_there_alone)


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the static files are; that they are compressed takes some seconds."""
    folder = tmp_path_factory.mktemp("static")
    with collected_in(folder):
        call_command("collectstatic", verbosity=0, interactive=False)
    return folder


@pytest.fixture
def production(transactional_db: None, collected: Path) -> Iterator[Production]:
    with collected_in(collected), serving() as served:
        yield served


@contextmanager
def serving() -> Iterator[Production]:
    apps: list[Weighed] = []

    def weigh(app: WSGIApplication) -> Weighed:
        apps.append(Weighed(app))
        return apps[0]

    thread = LiveServerThread("127.0.0.1", weigh)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    yield Production(thread, apps[0])
    thread.terminate()


@pytest.fixture
def take_phone(chromium: Browser, production: Production) -> Iterator[Callable[[User], Phone]]:
    """`take_phone(user)`: a phone of somebody who has signed in, and opens the app for the first time."""
    contexts = []

    def take(user: User) -> Phone:
        context = chromium.new_context(base_url=production.url, locale="zh-CN", timezone_id="Asia/Shanghai")
        contexts.append(context)
        context.clock.install(time=EVENING)
        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": production.url}])
        return Phone(context.new_page())

    with time_machine.travel(EVENING, tick=True):
        yield take
        for context in contexts:
            context.close()


ON_ROUND = ["5403", "5413", "5420"]
# The service worker has fetched what it keeps, and answers for the page
KEPT = """async () => {
  const worker = navigator.serviceWorker;
  if (!worker.controller) await new Promise((done) => worker.addEventListener("controllerchange", done, { once: true }));
}"""


def test_p(school: School, production: Production, take_phone: Callable[[User], Phone]) -> None:
    tell_men_from_women(school)
    a_round(school, ON_ROUND, school.inspector, school.reviewer2)
    page = take_phone(school.inspector).page
    page.goto("/patrol/")
    wanted(page.locator(".split-no")).to_have_text(ON_ROUND)
    page.evaluate(KEPT)
    for a, n in production.weighed.bytes.most_common():
        print(n, a, production.weighed.encodings[a])
    print(production.weighed.bytes.total())
    seen=[]
    page.context.on("request", lambda r: seen.append((r.url, bool(r.service_worker))))
    page.context.on("requestfailed", lambda r: seen.append(("FAILED", r.url, bool(r.service_worker))))
    before=dict(production.weighed.bytes)
    page.context.set_offline(True)
    page.close()
    page = page.context.new_page()
    page.goto("/patrol/")
    wanted(page.locator(".split-no")).to_have_text(ON_ROUND)
    print(seen, dict(production.weighed.bytes)==before)
