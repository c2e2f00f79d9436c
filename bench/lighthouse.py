"""`python -m bench.lighthouse`: what Lighthouse says of the phone's app on a middling phone: /patrol/, signed in.

The app is served as in production, on the demo. Lighthouse looks several times, and the median of each score counts:
it reckons from what the processor took, which has a bad moment now and then.
"""

from __future__ import annotations

import json
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from bench.house import PRODUCT, STARTING, as_in_production, end, free_port, run, say, serving
from config.serve import BASE_DIR

LOOKS = 3
GOAL = 95
CATEGORIES = ["performance", "accessibility"]
LIGHTHOUSE = BASE_DIR / "bench" / "node_modules" / ".bin" / "lighthouse"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SIGN_IN = """
from django.conf import settings
from django.test import Client
from campus.models import User
client = Client()
client.force_login(User.objects.get(number="inspector"))
print(settings.SESSION_COOKIE_NAME + "=" + client.cookies[settings.SESSION_COOKIE_NAME].value)
"""

Report = dict[str, Any]


@contextmanager
def opened(folder: Path) -> Iterator[tuple[str, str]]:
    """The app's address, and the cookie of an inspector who has signed in."""
    env = as_in_production(
        folder,
        DATABASE_URL=f"sqlite:///{folder / 'campus.sqlite3'}",
        DJANGO_SETTINGS_MODULE="bench.settings",
        BENCH_STATIC_ROOT=str(folder / "static"),
    )
    run("manage.py", "migrate", "--verbosity", "0", env=env)
    run("manage.py", "load_demo", "--force", env=env)
    run("manage.py", "collectstatic", "--verbosity", "0", "--no-input", env=env)
    cookie = run("manage.py", "shell", "--verbosity", "0", "-c", SIGN_IN, env=env).strip()
    with serving(PRODUCT, env) as port:
        yield f"http://127.0.0.1:{port}/patrol/", cookie


@contextmanager
def phone(browser: str, address: str, cookie: str) -> Iterator[int]:
    """The debugging port of a fresh browser in which the inspector has signed in.

    As a header of Lighthouse's the cookie would be gone as soon as the server sets one of its own.
    """
    from playwright.sync_api import sync_playwright

    port = free_port()
    flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [browser, *flags, f"--remote-debugging-port={port}", f"--user-data-dir={profile}", "about:blank"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_for(port)
            name, _, value = cookie.partition("=")
            with sync_playwright() as playwright:
                driven = playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
                driven.contexts[0].add_cookies([{"name": name, "value": value, "url": urljoin(address, "/")}])
            yield port
        finally:
            end(process)


def wait_for(port: int) -> None:
    deadline = time.monotonic() + STARTING
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    sys.exit("The browser does not start.")


def look(port: int, address: str) -> Report:
    command = [
        str(LIGHTHOUSE),
        address,
        f"--port={port}",
        f"--only-categories={','.join(CATEGORIES)}",
        "--output=json",
        "--quiet",
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"Lighthouse failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    report: Report = json.loads(done.stdout)
    if "runtimeError" in report:
        sys.exit(f"Lighthouse saw no page: {report['runtimeError']['message']}")
    check_seen(report)
    return report


def check_seen(report: Report) -> None:
    """An empty page is quick, and has no fault: everything that the round is made of must have come."""
    asked = report["audits"]["network-requests"]["details"]["items"]
    answered = {urlsplit(one["url"]).path: one.get("statusCode") for one in asked}
    missed = {path: status for path, status in answered.items() if status != 200}
    if missed or "/api/v1/places" not in answered:
        sys.exit(f"Lighthouse saw no round: {missed or list(answered)}")


def scores(report: Report) -> dict[str, int]:
    return {name: round(100 * report["categories"][name]["score"]) for name in CATEGORIES}


def faults(report: Report) -> list[str]:
    """What cost something."""
    told = []
    for category in CATEGORIES:
        for part in report["categories"][category]["auditRefs"]:
            audit = report["audits"][part["id"]]
            if part["weight"] and audit["score"] is not None and audit["score"] < 1:
                told.append(f"{category}: {audit['title']}: {audit.get('displayValue') or where(audit)}")
    return told


def where(audit: Report) -> str:
    items = audit.get("details", {}).get("items", [])
    return ", ".join(item["node"]["selector"] for item in items if "node" in item)


def tell(reports: list[Report]) -> bool:
    """The table; whether the goals are met."""
    seen, met = [scores(report) for report in reports], True
    say(f"\n{'Lighthouse, mobile':<24}{'median':>8}{'from':>8}{'to':>8}{'goal':>8}")
    for name in CATEGORIES:
        found = [one[name] for one in seen]
        middle = statistics.median_low(found)
        met &= middle >= GOAL
        told = "met" if middle >= GOAL else "MISSED"
        say(f"{name:<24}{middle:>8}{min(found):>8}{max(found):>8}{GOAL:>8}  {told}")
    for fault in faults(min(reports, key=lambda report: scores(report)["performance"])):
        say(f"  in the worst: {fault}")
    return met


def main() -> int:
    say("Lighthouse on /patrol/")
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None or not LIGHTHOUSE.exists():
        sys.exit("It wants Chromium (Debian: apt-get install chromium), and `npm ci` in bench/ first.")
    reports = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, opened(Path(folder)) as (address, cookie):
        for n in range(LOOKS):
            with phone(browser, address, cookie) as port:
                reports.append(look(port, address))
            say(f"look {n + 1}/{LOOKS}: " + ", ".join(f"{name} {score}" for name, score in scores(reports[-1]).items()))
    return 0 if tell(reports) else 1


if __name__ == "__main__":
    sys.exit(main())
