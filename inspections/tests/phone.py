"""A phone for the browser tests: the app in Chromium, Monday evening by its clock, with a signal or without."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from django.conf import settings
from django.test import Client

from campus.models import User
from config.tests.school import MONDAY, at

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Locator, Page, Request, Route


def wanted(place: Locator) -> Any:
    """What must come to be true of it; the error says what is there instead."""
    from playwright.sync_api import expect

    expect.set_options(timeout=PATIENCE)
    return expect(place)


# What the sheet does when it saves, with the modules of the page itself
SAVE = """async ([code, outcome, defects, photos, more]) => {
  const { save } = await import("/static/patrol/outbox.js");
  const { known, keyOf } = await import("/static/patrol/places.js");
  const { stamp } = await import("/static/patrol/clock.js");
  const { kind, type } = known().places.get(keyOf(code));
  const bytes = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0)).buffer;
  const kept = photos.map((text) => ({ id: crypto.randomUUID(), bytes: bytes(text), type: "image/jpeg" }));
  const findings = defects.map((defect, n) => ({
    id: crypto.randomUUID(), defect, text: "", points: "1", class: null, corrected: false,
    photos: n === 0 ? kept.map((photo) => photo.id) : [],
  }));
  const item = {
    id: crypto.randomUUID(), target: { type, code }, shift: "evening", occasion: "routine", performed_at: stamp(),
    outcome, told: null, standard: known().standards.find((one) => one.kind === kind).id, note: "", replaces: null,
    findings, ...more,
  };
  await save(item, kept);
  const drawn = () => document.getElementById("unsent").textContent.includes("未同步");
  for (let frames = 0; frames < 100 && !drawn(); frames++) await new Promise(requestAnimationFrame);
  return item.id;
}"""
# The page has heard who has signed in
HELD_BY = """async (name) => {
  const { me, on } = await import("/static/patrol/places.js");
  const look = (done) => me()?.name === name && done();
  await new Promise((done) => (on(() => look(done)), look(done)));
}"""
# Everything is fetched that is fetched, and the service worker answers for the page
READY = """async () => {
  const { known, on } = await import("/static/patrol/places.js");
  const seen = (sign, listen) => new Promise((done) => (listen(() => sign() && done()), sign() && done()));
  const worker = navigator.serviceWorker;
  await seen(() => worker.controller, (look) => worker.addEventListener("controllerchange", look));
  await seen(known, on);
  document.documentElement.dataset.ready = "";
}"""
# Behind every sending that goes on or has been asked for, in whichever tab
SETTLED = 'async () => { await navigator.locks.request("patrol-outbox", () => {}); }'
# The network is cut for a page until it closes, and not while it does
DEAF = "() => { if (!navigator.onLine) window.fetch = () => new Promise(() => {}); }"
GRACE = 6_000  # milliseconds
PATIENCE = 30_000  # until a test gives up, not how long anything may take
EVENING = at(MONDAY, "19:20")


@dataclass
class Phone:
    """One tab of one phone."""

    page: Page

    @property
    def context(self) -> BrowserContext:
        return self.page.context

    # Who holds it, and where

    def open(self, address: str = "/patrol/") -> Phone:
        """At `address`, with everything fetched that is fetched."""
        self.page.goto(address)
        self.page.evaluate(f"void ({READY})()")
        self.page.locator("html[data-ready]").wait_for()
        return self

    def sign_in(self, user: User) -> None:
        client = Client()
        client.force_login(user)
        value = client.cookies[settings.SESSION_COOKIE_NAME].value
        site = urljoin(self.page.url, "/")
        self.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": site}])

    def sign_out(self) -> None:
        self.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)

    def go_down(self) -> None:
        """Into the basement."""
        self.context.set_offline(True)

    def come_up(self) -> None:
        self.context.set_offline(False)

    def wait(self, milliseconds: int = GRACE) -> None:
        """By the phone's clock; what goes out now is heard of first, for only then is it settled when it goes again."""
        self.settle()
        self.context.clock.fast_forward(milliseconds)

    def walk_on(self) -> None:
        """Nobody is in the next room within a second."""
        self.context.clock.fast_forward(1_000)

    def settle(self) -> None:
        """Waits until nothing is being sent."""
        self.page.evaluate(SETTLED)

    def tab(self) -> Phone:
        """Another tab, opened as well."""
        return Phone(self.context.new_page())

    def start_again(self, address: str = "/patrol/") -> Phone:
        """The app is ended, and opened from the home screen."""
        fresh = self.tab()
        self.page.evaluate(DEAF)
        self.page.close()
        return fresh.open(address)

    def is_held_by(self, user: User) -> None:
        """Waits until the page knows."""
        self.page.evaluate(HELD_BY, user.name)

    # What is done on it

    def record(self, code: str, *defects: str, outcome: str = "", photos: Iterable[bytes] = (), **more: Any) -> str:
        """The id of what was saved."""
        pictures = [base64.b64encode(photo).decode() for photo in photos]
        outcome = outcome or ("defects" if defects else "clean")
        return str(self.page.evaluate(SAVE, [code, outcome, defects, pictures, more]))

    def call(self, module: str, script: str, *arguments: Any) -> Any:
        """What `script`, a function's body, makes of a module of the page."""
        body = f"async (given) => {{ const it = await import('/static/patrol/{module}.js'); {script} }}"
        return self.page.evaluate(body, list(arguments))

    def turn_clock(self, by: timedelta) -> None:
        """Somebody sets the clock of the phone; the true time goes on."""
        self.context.clock.set_system_time(self.page.evaluate("Date.now()") / 1000 + by.total_seconds())

    # What is seen

    @property
    def button(self) -> Locator:
        return self.page.locator("#unsent")

    def shows(self, text: str) -> None:
        """Waits until the button says so."""
        wanted(self.button).to_have_text(re.compile(text))

    def keeps(self, records: int = 1) -> None:
        """Waits until so many are written down that nobody has sent."""
        self.shows(f"{records} 条未同步")

    def look(self) -> Locator:
        """The panel behind the button."""
        panel = self.page.locator("#panel")
        if not panel.is_visible():
            self.button.click()
        panel.wait_for()
        return panel

    def try_again(self) -> None:
        """Presses the panel's button, and waits until it can be pressed again."""
        button = self.look().get_by_role("button", name="再试一次")
        button.click()
        self.page.locator("#panel button:enabled", has_text="再试一次").wait_for()

    def panel_shows(self, text: str) -> None:
        self.look()
        self.page.locator("#panel", has_text=re.compile(text)).wait_for()

    def says(self, text: str) -> None:
        """Waits until a message on top of the page says so."""
        self.page.locator("#messages", has_text=re.compile(text)).wait_for()

    # What comes between it and the server

    def meddle(self, address: str, way: Callable[[Route], None], times: int | None = None) -> None:
        """Calls of `address` go `way`; `times` of them, or all."""
        self.context.route(self._call(address), way, times=times)

    def leave_alone(self, address: str) -> None:
        self.context.unroute(self._call(address))

    def batches(self) -> list[list[str]]:
        """The ids of every batch that goes out from now on; the list grows."""
        seen: list[list[str]] = []

        def note(request: Request) -> None:
            if request.url.endswith("/inspections/batch"):
                seen.append(inspections_of(request))

        self.context.on("request", note)
        return seen

    @staticmethod
    def _call(address: str) -> re.Pattern[str]:
        return re.compile(rf"/api/v1/{address}")


def inspections_of(request: Request) -> list[str]:
    """The ids that a batch holds."""
    return [item["id"] for item in (request.post_data_json or {}).get("inspections", [])]


def lost(route: Route) -> None:
    """The server has it, and the phone never hears of that."""
    route.fetch()
    route.abort("connectionreset")


def never_sent(route: Route) -> None:
    route.abort("connectionreset")


def answering(status: int, **json: Any) -> Callable[[Route], None]:
    def way(route: Route) -> None:
        route.fulfill(status=status, json=json)

    return way
