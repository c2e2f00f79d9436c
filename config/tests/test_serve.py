"""The processes are kept running, and ended to the last one."""

import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from config.serve import check_port, port_wanted, read_procfile, take_lock

# A process with a process of its own that does not heed SIGTERM, as a web server with its workers.
# Both hold the pipe open: its end tells that nobody is left.
MEMBER = """
import os, signal, sys
with open(sys.argv[1], "w") as pipe:
    child = os.fork()
    if not child:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        while True:
            signal.pause()
    print(sys.argv[2], os.getpid(), child, file=pipe, flush=True)
    signal.pause()
"""
KEEPER = """
import os, sys
from config.serve import Keeper, Kept
Keeper([Kept(name, f"{sys.executable} {sys.argv[1]} {sys.argv[2]} {name}", os.environ) for name in ("queue", "worker")]).run()
"""


class House:
    """A keeper with two processes, and the pipe that they speak into."""

    def __init__(self, folder: Path) -> None:
        pipe, member = folder / "pipe", folder / "member.py"
        os.mkfifo(pipe)
        member.write_text(MEMBER)
        command = [sys.executable, "-c", KEEPER, str(member), str(pipe)]
        self.log = folder / "log"
        with self.log.open("w") as log:
            self.keeper = subprocess.Popen(command, cwd=settings.BASE_DIR, stderr=log)
        self.pipe = pipe.open("rb", buffering=0)

    def line(self) -> str:
        """The next line, or nothing when all have gone."""
        assert select.select([self.pipe], [], [], 60)[0], "nobody spoke"
        return self.pipe.readline().decode()

    def started(self) -> dict[str, int]:
        return {name: int(number) for name, number, _ in (self.line().split() for _ in range(2))}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    yield house
    house.keeper.kill()
    house.keeper.wait()
    house.pipe.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_one_signal_ends_everybody(house: House, number: signal.Signals) -> None:
    assert set(house.started()) == {"queue", "worker"}
    house.keeper.send_signal(number)
    assert house.line() == ""
    assert house.keeper.wait() == 0


def test_a_killed_process_comes_back_and_leaves_nobody_behind(house: House) -> None:
    worker = house.started()["worker"]
    os.kill(worker, signal.SIGKILL)
    name, number, _ = house.line().split()
    assert name == "worker"
    assert int(number) != worker
    house.keeper.send_signal(signal.SIGINT)
    assert house.line() == ""
    assert "worker ended (-9)" in house.log.read_text()


def test_a_port_in_use_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(SystemExit, match=f"PORT={port + 1} make run"):
            check_port("127.0.0.1", port)
    check_port("127.0.0.1", port)


def test_two_from_one_folder_are_not_served(tmp_path: Path) -> None:
    with take_lock(tmp_path / "serve.lock"), pytest.raises(SystemExit, match="already"):
        take_lock(tmp_path / "serve.lock")
    take_lock(tmp_path / "serve.lock").close()


def test_the_queue_starts_before_those_that_need_it() -> None:
    assert list(read_procfile(settings.BASE_DIR / "Procfile")) == ["queue", "web", "worker", "beat"]


@pytest.mark.parametrize("said", ["abc", "0", "70000", "80a"])
def test_a_port_that_is_none_is_told(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", said)
    with pytest.raises(SystemExit, match="is no port"):
        port_wanted()
