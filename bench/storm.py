"""`python -m bench.storm`: the storm of `inspections.tests.storm` ten times on SQLite and ten times on PostgreSQL.

Each on an empty database of its own; PostgreSQL's is made on the server of `DATABASE_URL`, where it names one, and
dropped. Ends with 1 where a check or a photo was lost, torn or there twice.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg.sql import SQL, Identifier

TIMES = 10
POSTGRESQL = "postgres://postgres@127.0.0.1:5432/postgres"
BASE_DIR = Path(__file__).resolve().parent.parent


@contextmanager
def sqlite() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="storm-") as folder:
        yield f"sqlite:///{folder}/campus.sqlite3"


@contextmanager
def postgresql() -> Iterator[str]:
    told = os.environ.get("DATABASE_URL", "")
    server = urlsplit(told if told.startswith("postgres") else POSTGRESQL)
    name = f"campus_storm_{os.getpid()}"
    with psycopg.connect(server.geturl(), autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        try:
            yield server._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


DATABASES: dict[str, Callable[[], AbstractContextManager[str]]] = {"SQLite": sqlite, "PostgreSQL": postgresql}


def storm(database_url: str, seed: int) -> bool:
    """Whether all was there in the end, whole and once; the storm tells of itself."""
    env = os.environ | {"DATABASE_URL": database_url, "SECRET_KEY": "of-the-storm", "HTTPS": "0"}
    env.pop("DEBUG", None)
    return not subprocess.run(
        [sys.executable, "-m", "inspections.tests.storm", str(seed)], cwd=BASE_DIR, env=env
    ).returncode


def say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def main() -> None:
    calm = 0
    for seed in range(1, TIMES + 1):
        for name, database in DATABASES.items():
            say(f"storm {seed} of {TIMES}, {name}: ")
            with database() as url:
                calm += storm(url, seed)
    wanted = TIMES * len(DATABASES)
    say(f"storms: {calm} of {wanted} lost nothing and stored nothing twice\n")
    sys.exit(calm < wanted)


if __name__ == "__main__":
    main()
