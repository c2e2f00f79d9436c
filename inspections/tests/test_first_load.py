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
from inspections.tests.phone import EVENING, wanted
from inspections.tests.walking import a_round, tell_men_from_women

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Request

pytestmark = pytest.mark.django_db(transaction=True)

MOST = 120 * 1024  # bytes


@dataclass
class Weighed:
    """An application, and what it answered, heads and bodies, in bytes by address."""

    app: WSGIApplication
    weights: Counter[str] = field(default_factory=Counter)
    encodings: dict[str, str] = field(default_factory=dict)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        address = environ["PATH_INFO"]

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            self.weights[address] += sum(len(name) + len(value) + 4 for name, value in headers)
            if status.startswith("200"):
                self.encodings[address] = dict(headers).get("Content-Encoding", "")
            return start_response(status, headers, *more)

        return self._weigh(address, self.app(environ, start))

    def _weigh(self, address: str, parts: Iterable[bytes]) -> Iterator[bytes]:
        try:
            for part in parts:
                self.weights[address] += len(part)
                yield part
        finally:
            getattr(parts, "close", lambda: None)()


@dataclass
class Production:
    """The server, and what it handed out."""

    url: str
    weighed: Weighed


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
    served: list[Weighed] = []

    def weigh(app: WSGIApplication) -> Weighed:
        served.append(Weighed(app))
        return served[0]

    # In the place of what would serve static files as the finders find them
    handler: Any = weigh
    thread = LiveServerThread("127.0.0.1", handler)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    try:
        yield Production(f"http://{thread.host}:{thread.port}", served[0])
    finally:
        thread.terminate()


@pytest.fixture
def take_phone(chromium: Browser, production: Production) -> Iterator[Callable[[User], Page]]:
    """`take_phone(user)`: an empty page on the phone of somebody who has signed in, Monday 19:20 by its clock."""
    contexts = []

    def take(user: User) -> Page:
        context = chromium.new_context(base_url=production.url, locale="zh-CN", timezone_id="Asia/Shanghai")
        contexts.append(context)
        context.clock.install(time=EVENING)
        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": production.url}])
        return context.new_page()

    with time_machine.travel(EVENING, tick=True):
        yield take
    for context in contexts:
        context.close()


ROUTE = ["5403", "5413", "5420"]
# The service worker has fetched what it keeps, and answers for the page
KEPT = """async () => {
  const worker = navigator.serviceWorker;
  if (!worker.controller) await new Promise((done) => worker.addEventListener("controllerchange", done, { once: true }));
}"""


@pytest.fixture
def page(school: School, take_phone: Callable[[User], Page]) -> Page:
    """王同学's phone, who walks the route this evening, before it was ever here."""
    tell_men_from_women(school)
    a_round(school, ROUTE, school.inspector, school.reviewer2)
    return take_phone(school.inspector)


def open_round(page: Page) -> None:
    page.goto("/patrol/")
    wanted(page.locator(".split-no")).to_have_text(ROUTE)


def open_first(page: Page) -> None:
    """With a signal, until all is here and kept."""
    open_round(page)
    page.evaluate(KEPT)


class TestFirstLoad:
    def test_it_weighs_little(self, page: Page, production: Production) -> None:
        open_first(page)
        weights = production.weighed.weights
        assert weights.total() <= MOST, weights.most_common()

    def test_files_come_in_brotli(self, page: Page, production: Production) -> None:
        open_first(page)
        files = {name: how for name, how in production.weighed.encodings.items() if name.startswith("/static/")}
        assert len(files) > 20
        assert {name for name, how in files.items() if how != "br"} == set()


class TestSecondLoad:
    def test_offline_it_asks_the_network_for_nothing(self, page: Page, production: Production) -> None:
        context = page.context
        asked, by_worker, failed = requests_of(context)
        open_first(page)
        assert by_worker, "the worker's own requests would be seen"
        # Closed first: of a page that is closed offline, Chromium puts the network back before its end
        page.close()
        context.set_offline(True)
        weights = Counter(production.weighed.weights)
        for seen in (asked, by_worker, failed):
            seen.clear()
        open_round(context.new_page())
        assert len(asked) > 20
        assert (by_worker, failed) == ([], [])
        assert production.weighed.weights == weights


def requests_of(context: BrowserContext) -> tuple[list[str], list[str], list[str]]:
    """Whatever is asked from now on; what the service worker asks of the network; what comes to nothing."""
    asked: list[str] = []
    by_worker: list[str] = []
    failed: list[str] = []

    def note(request: Request) -> None:
        (by_worker if request.service_worker else asked).append(request.url)

    context.on("request", note)
    context.on("requestfailed", lambda request: failed.append(request.url))
    return asked, by_worker, failed
