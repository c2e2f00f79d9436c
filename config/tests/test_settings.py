"""What the environment makes of the settings; safe where it says nothing."""

import json
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from config.settings import kept_secret, socket_path

ASK = "import json, sys, config.settings as s; print(json.dumps({n: getattr(s, n) for n in sys.argv[1:]}, default=str))"
SERVER = {"DATABASE_URL": "postgres://user@db.example/campus", "SECRET_KEY": "long and random"}


def run(names: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", ASK, *names],
        env={"PATH": os.environ["PATH"], **environment},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
    )


def made(*names: str, **environment: str) -> dict[str, Any]:
    done = run(list(names), **environment)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_nothing_said_is_embedded_and_safe() -> None:
    chosen = made("DEBUG", "SECRET_KEY", "DATABASE", "CELERY_BROKER_URL", "TIME_ZONE", "ALLOWED_HOSTS")
    assert chosen["DEBUG"] is False
    assert len(chosen["SECRET_KEY"]) > 50
    assert chosen["SECRET_KEY"] == made("SECRET_KEY")["SECRET_KEY"]
    assert chosen["DATABASE"]["ENGINE"] == "django.db.backends.sqlite3"
    assert chosen["DATABASE"]["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert chosen["CELERY_BROKER_URL"].startswith("redis+socket:///")
    assert chosen["TIME_ZONE"] == "Asia/Shanghai"
    assert chosen["ALLOWED_HOSTS"] == ["localhost", "127.0.0.1", "[::1]"]


def test_a_database_of_its_own_needs_a_key_of_its_own() -> None:
    done = run(["DEBUG"], DATABASE_URL=SERVER["DATABASE_URL"])
    assert done.returncode != 0
    assert "SECRET_KEY must be set too" in done.stderr


def test_a_server_keeps_its_cookies_to_https_and_its_connections_in_a_pool() -> None:
    names = ["SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "LANGUAGE_COOKIE_SECURE", "SECURE_SSL_REDIRECT"]
    names += ["SECURE_HSTS_SECONDS", "DATABASE"]
    chosen = made(*names, **SERVER)
    assert all(chosen[name] for name in names)
    assert chosen["DATABASE"]["CONN_MAX_AGE"] == 0
    assert chosen["DATABASE"]["OPTIONS"]["pool"]
    plain = made(*names, **SERVER, HTTPS="0")
    assert not any(plain[name] for name in names[:-1])


def test_the_secret_is_for_its_owner_alone_and_all_who_start_together_agree(tmp_path: Path) -> None:
    path = tmp_path / "secret_key"
    with ThreadPoolExecutor(16) as together:
        secrets = set(together.map(kept_secret, [path] * 64))
    assert len(secrets) == 1
    assert secrets == {path.read_text()}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(("folders", "kept"), [(1, True), (40, False)])
def test_a_socket_has_a_path_that_the_system_takes(folders: int, kept: bool) -> None:
    wanted = Path("/", *["卫生"] * folders, "queue.sock")
    path = socket_path(wanted)
    assert (path == wanted) is kept
    assert len(os.fsencode(path)) < 108
    assert socket_path(wanted.with_name("other.sock")) != path


def test_nobody_is_believed_to_come_by_https_unless_a_proxy_is_named() -> None:
    told = 'import config.settings as s; print(getattr(s, "SECURE_PROXY_SSL_HEADER", None))'

    def header(**environment: str) -> str:
        command = [sys.executable, "-c", told]
        env = {"PATH": os.environ["PATH"], **environment}
        return subprocess.run(command, env=env, cwd=settings.BASE_DIR, capture_output=True, text=True).stdout.strip()

    assert header() == header(**SERVER) == "None"
    assert "X_FORWARDED_PROTO" in header(BEHIND_PROXY="1")


def test_a_task_outlives_its_worker_and_a_dumb_broker_is_given_up() -> None:
    names = ["CELERY_TASK_ACKS_LATE", "CELERY_TASK_REJECT_ON_WORKER_LOST", "CELERY_WORKER_PREFETCH_MULTIPLIER"]
    chosen = made(*names, "CELERY_BROKER_TRANSPORT_OPTIONS", "CELERY_BEAT_SCHEDULE")
    assert [chosen[name] for name in names] == [True, True, 1]
    broker = chosen["CELERY_BROKER_TRANSPORT_OPTIONS"]
    assert broker["visibility_timeout"] >= 3600
    assert broker["max_retries"] <= 5
    assert broker["socket_timeout"] <= 10
    assert all(line["options"]["expires"] < line["schedule"] for line in chosen["CELERY_BEAT_SCHEDULE"].values())


@pytest.mark.django_db
def test_a_page_lets_no_script_or_style_in_but_its_own_files(client: Client) -> None:
    answer = client.get("/signin/")
    policy = dict(part.strip().partition(" ")[::2] for part in answer["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'self'"
    assert not {"script-src", "style-src"} & set(policy)
    assert (policy["object-src"], policy["base-uri"], policy["frame-ancestors"]) == ("'none'",) * 3
    assert answer["X-Frame-Options"] == "DENY"
