"""A house of its own for a benchmark: a database that is made and dropped, and the web server of the Procfile on it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

from config.serve import BASE_DIR, read_procfile

POSTGRES = "postgres://postgres@127.0.0.1:5432/postgres"
PRODUCT = "config.wsgi:application"
STARTING = 60.0  # seconds until a server that does not answer is given up


def say(text: str) -> None:
    print(text, flush=True)


@contextmanager
def postgres_database(name: str) -> Iterator[str]:
    """The address of a new, empty database: beside the one of `DATABASE_URL`, or on this machine."""
    import psycopg
    from psycopg.sql import SQL, Identifier

    told = os.environ.get("DATABASE_URL", "")
    server = told if told.startswith("postgres") else POSTGRES
    own = f"{name}_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(own)))
        try:
            yield urlsplit(server)._replace(path=f"/{own}").geturl()
        finally:
            connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(own)))


def as_in_production(folder: Path, **more: str) -> dict[str, str]:
    """The environment of processes that work on their own files in `folder`; plain HTTP, for there is no proxy."""
    left = {name: value for name, value in os.environ.items() if name not in ("DEBUG", "AWS_STORAGE_BUCKET_NAME")}
    return left | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "SECRET_KEY": "only-for-the-benchmark",
        "HTTPS": "0",
        "MEDIA_ROOT": str(folder / "media"),
        "LOG_LEVEL": "WARNING",
        **more,
    }


def run(*command: str, env: Mapping[str, str]) -> str:
    """What `python …` printed. Ends the benchmark with its last words where it fails."""
    done = subprocess.run([sys.executable, *command], cwd=BASE_DIR, env=env, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


@contextmanager
def serving(app: str, env: Mapping[str, str]) -> Iterator[int]:
    """The port at which `app` is served, by as many workers and threads as the product is."""
    port = free_port()
    command = read_procfile(BASE_DIR / "Procfile")["web"].replace(PRODUCT, app)
    with ExitStack() as stack:
        log = stack.enter_context(tempfile.TemporaryFile())
        server = subprocess.Popen(
            ["/bin/sh", "-c", f"exec {command}"],
            cwd=BASE_DIR,
            env={**env, "HOST": "127.0.0.1", "PORT": str(port)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        stack.callback(end, server)
        deadline = time.monotonic() + STARTING
        while not answers(port):
            if server.poll() is not None or time.monotonic() > deadline:
                log.seek(0)
                sys.exit(f"{app} does not start:\n{log.read().decode(errors='replace')}")
            time.sleep(0.05)
        yield port


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(port: int) -> bool:
    with suppress(OSError, HTTPException):
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    return False


def end(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(15)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
