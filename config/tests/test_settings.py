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
    names = ["SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "DATABASE"]
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
