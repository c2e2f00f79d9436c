"""`python -m bench.lighthouse`: what Lighthouse says of the phone's app on a middling phone: /patrol/, signed in.

The app is served as in production, on the demo. Lighthouse looks several times, and the median of each score counts:
it reckons from what the processor took, which has a bad moment now and then.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.house import PRODUCT, as_in_production, run, say, serving
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


def look(browser: str, address: str, cookie: str) -> Report:
    command = [
        str(LIGHTHOUSE),
        address,
        f"--only-categories={','.join(CATEGORIES)}",
        f"--extra-headers={json.dumps({'Cookie': cookie})}",
        "--chrome-flags=--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage",
        "--output=json",
        "--quiet",
    ]
    done = subprocess.run(command, env=os.environ | {"CHROME_PATH": browser}, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"Lighthouse failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    report: Report = json.loads(done.stdout)
    if "runtimeError" in report:
        sys.exit(f"Lighthouse saw no page: {report['runtimeError']['message']}")
    return report


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
            reports.append(look(browser, address, cookie))
            say(f"look {n + 1}/{LOOKS}: " + ", ".join(f"{name} {score}" for name, score in scores(reports[-1]).items()))
    return 0 if tell(reports) else 1


if __name__ == "__main__":
    sys.exit(main())
