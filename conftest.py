"""What the tests of every app share: a database that flushes, a queue, a worker, and a browser."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.test import Client, TransactionTestCase

if TYPE_CHECKING:
    from celery import Celery
    from playwright.sync_api import Browser, ConsoleMessage, Page
    from pytest_django import DjangoDbBlocker
    from pytest_django.live_server_helper import LiveServer

    from campus.models import User
    from config.tests.school import School

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
CHROMIUM_WANTED = "Chromium is not installed (Debian: apt-get install chromium fonts-noto-cjk)"


def pytest_configure(config: pytest.Config) -> None:
    """Settings that only tests want; before anything of Django's or Celery's has read them."""
    scratch = Path(tempfile.mkdtemp(prefix="campus-tests-"))
    config.add_cleanup(lambda: shutil.rmtree(scratch, ignore_errors=True))
    settings.MEDIA_ROOT = str(scratch / "media")
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Pages are tested without collectstatic, and over plain HTTP
    settings.SECURE_SSL_REDIRECT = settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    # A test calls faster than any person
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"DEFAULT_THROTTLE_RATES": {"user": None}}
    settings.LANGUAGE_COOKIE_SECURE, settings.SECURE_HSTS_SECONDS = False, 0
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = True
    settings.QUEUE_SOCKET = scratch / "queue.sock"
    settings.QUEUE_DATA = scratch / "queue"
    settings.CELERY_BROKER_URL = settings.REDIS_URL or f"redis+socket://{settings.QUEUE_SOCKET}"
    # Runs that share one Redis never take each other's tasks
    settings.CELERY_TASK_DEFAULT_QUEUE = scratch.name
    settings.CELERY_BROKER_TRANSPORT_OPTIONS |= {"global_keyprefix": f"{scratch.name}:"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
            # A browser on a busy machine may miss a step; what is broken fails every time, and the
            # summary names every test that was run again
            item.add_marker(pytest.mark.flaky(reruns=2))
            # Skipped by name; but CI installs Chromium, and fails without it
            if CHROMIUM is None and not os.environ.get("CI"):
                item.add_marker(pytest.mark.skip(reason=f"{item.name}: {CHROMIUM_WANTED}"))


# Database: the flush after a transactional test takes the guards off, and puts back what migrations loaded


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """A run that was killed leaves SQLite's log behind, which would be played into the new database."""
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        for leftover in ("-wal", "-shm"):
            Path(f"{settings.DATABASES['default']['TEST']['NAME']}{leftover}").unlink(missing_ok=True)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    from django.db import connection

    with django_db_blocker.unblock():
        loaded = connection.creation.serialize_db_to_string()
    case: Any = TransactionTestCase  # the names below are Django's own business, and untyped
    database: Any = connection
    flush = case._fixture_teardown

    def flush_and_reload(test: Any) -> None:
        from config.guards import lifted

        # Keeps `flush` from making content types of its own, which those of the migrations would meet
        database._test_serialized_contents = loaded
        test.serialized_rollback = True
        with lifted(connection.alias):
            flush(test)
            connection.creation.deserialize_db_from_string(loaded)

    case._fixture_teardown = flush_and_reload


# Queue


@pytest.fixture(scope="session")
def queue_server() -> Iterator[str]:
    """The address of a running broker: Redis where `REDIS_URL` is set, else a server of the tests' own."""
    if settings.REDIS_URL:
        yield settings.REDIS_URL
        forget_queue()
        return
    from config.queue import running

    with running():
        yield settings.CELERY_BROKER_URL


def forget_queue() -> None:
    from redis import Redis

    prefix = settings.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"]
    with Redis.from_url(settings.REDIS_URL) as redis:
        for key in redis.scan_iter(f"{prefix}*"):
            redis.delete(key)


@pytest.fixture
def celery_worker_running(transactional_db: None, queue_server: str) -> Iterator[Celery]:
    """A worker in a thread that takes tasks from the broker and works on the test database.

    The test must wait for what the task does (a row, a page); results are not kept.
    """
    from celery.contrib.testing.worker import start_worker

    from config.celery import app

    app.loader.import_default_modules()
    with start_worker(app, perform_ping_check=False):
        yield app
    app.control.purge()


PATIENCE = 60  # seconds until a lost task is given up, not how long anything may take


class Worker:
    """The worker, as a test waits for it."""

    def __init__(self) -> None:
        self.worked: SimpleQueue[str] = SimpleQueue()

    def note(self, task: Any, **_kwargs: Any) -> None:
        self.worked.put(task.name.rpartition(".")[2])

    def has_done(self, tasks: int) -> list[str]:
        """The names of its next tasks, once it has done so many."""
        return [self.worked.get(timeout=PATIENCE) for _ in range(tasks)]


@pytest.fixture
def worker(celery_worker_running: Celery) -> Iterator[Worker]:
    from celery.signals import task_postrun

    worker = Worker()
    task_postrun.connect(worker.note)
    yield worker
    task_postrun.disconnect(worker.note)


# Browser


@dataclass(frozen=True, slots=True)
class Screen:
    """A person's screen, in CSS pixels."""

    width: int
    height: int
    touch: bool = False


SCREENS = {"phone": Screen(375, 812, touch=True), "desk": Screen(1280, 900)}
OpenPage = Callable[..., "Page"]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, driven by playwright; a module's browser is closed with the module.

    Playwright leaves its event loop running in the thread, where Django then refuses its database: it is told
    not to mind, and only while the browser is there.
    """
    assert CHROMIUM is not None, CHROMIUM_WANTED
    from playwright.sync_api import sync_playwright

    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser, live_server: LiveServer, request: pytest.FixtureRequest) -> Iterator[OpenPage]:
    """`open_page(user=None, screen="phone", scheme="light", javascript=True)`: a new window of a new browser.

    Its addresses start at the live server (`page.goto("/checks/")`). The test fails on a script error and on anything
    that the content security policy refused.
    """
    faults: list[str] = []
    contexts = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and "Content Security Policy" in message.text:
            faults.append(message.text)

    def open_page(
        user: User | None = None, screen: str = "phone", scheme: str = "light", javascript: bool = True
    ) -> Page:
        size = SCREENS[screen]
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": size.width, "height": size.height},
            has_touch=size.touch,
            is_mobile=size.touch,
            color_scheme=scheme,  # type: ignore[arg-type]
            java_script_enabled=javascript,
            locale="zh-CN",
            timezone_id=settings.TIME_ZONE,
        )
        contexts.append(context)
        if user is not None:
            client = Client()
            client.force_login(user)
            value = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: faults.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not faults, faults


@pytest.fixture(params=["phone", "desk"])
def screen(request: pytest.FixtureRequest) -> str:
    """The test runs once on each; `@pytest.mark.parametrize("screen", ["phone"], indirect=True)` for one."""
    return str(request.param)


@pytest.fixture(params=["light"])
def scheme(request: pytest.FixtureRequest) -> str:
    """`@pytest.mark.parametrize("scheme", ["light", "dark"], indirect=True)` for both."""
    return str(request.param)


@pytest.fixture
def browser_page(open_page: OpenPage, screen: str, scheme: str) -> Page:
    """One window, signed out, on the phone and then on the desk."""
    return open_page(screen=screen, scheme=scheme)


@pytest.fixture(scope="session")
def accessibility_faults() -> Callable[[Page], list[str]]:
    """What axe finds on a page as it stands: one line for each rule broken, empty where none is."""
    from axe_playwright_python.sync_playwright import Axe

    def faults(page: Page) -> list[str]:
        found: list[dict[str, Any]] = Axe().run(page).response["violations"]
        return [f"{rule['id']}: {rule['help']}: {[n['target'] for n in rule['nodes']]}" for rule in found]

    return faults


# People and places


@pytest.fixture(autouse=True)
def fresh_versions() -> None:
    """What a process keeps of the standards: another test's are rolled back, and their ids given out again."""
    from inspections.versions import forget_versions

    forget_versions()


@pytest.fixture
def school(db: None) -> School:
    """The small school of `config.tests.school`."""
    from config.tests.school import build_school

    return build_school()
