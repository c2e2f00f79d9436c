"""`python -m config.serve`: everything at once, out of the Procfile, until Ctrl-C.

Each process leads a session of its own. One that dies is cleared away with what it started, and starts again
(honcho would end all the others); one that ends at once again and again waits longer each time.
"""

import contextlib
import ctypes
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

BASE_DIR = Path(__file__).resolve().parent.parent
TICK = 0.1  # seconds between two looks at the processes
PATIENCE = 10.0  # seconds to end in good order
STEADY = 2.0  # seconds up, after which a death counts as the first
SHORTEST_WAIT, LONGEST_WAIT = 0.5, 30.0  # seconds before a start


def say(text: str) -> None:
    print(f"== {text}", file=sys.stderr, flush=True)


def read_procfile(path: Path) -> dict[str, str]:
    """Name and shell command of each process, in the order of starting."""
    lines = (line.partition(":") for line in path.read_text().splitlines() if line.strip() and line[0] != "#")
    return {name.strip(): command.strip() for name, _, command in lines}


def end_with_parent() -> None:
    """In a new process: where the system can, have it ended when this program is killed outright."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # 1 is PR_SET_PDEATHSIG


@dataclass(slots=True)
class Kept:
    """One line of the Procfile, kept running."""

    name: str
    command: str
    env: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    due: float = 0.0
    wait: float = 0.0

    def start(self) -> None:
        self.started = time.monotonic()
        # Shell and `exec`: ${PORT:-8000} is filled in, and no shell stays between us and the process
        self.process = subprocess.Popen(
            ["/bin/sh", "-c", f"exec {self.command}"],
            cwd=BASE_DIR,
            env=self.env,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=end_with_parent,
        )

    def look(self) -> None:
        """Start it when it is due; when it has died, clear up and settle when to start it again."""
        if self.process is None:
            if time.monotonic() >= self.due:
                self.start()
            return
        code = self.process.poll()
        if code is None:
            return
        self.clear()
        steady = time.monotonic() - self.started > STEADY
        self.wait = SHORTEST_WAIT if steady else min(LONGEST_WAIT, self.wait * 2 or SHORTEST_WAIT)
        self.due = time.monotonic() + self.wait
        say(f"{self.name} ended ({code}); it starts again.")

    def clear(self) -> None:
        """Kill what is left of its session: web workers keep the port, an embedded beat would tick twice."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def ask_to_end(self) -> None:
        if self.process is not None:
            self.process.terminate()


class Keeper:
    """Starts them in order, looks after them, and ends them backwards."""

    def __init__(self, kept: list[Kept]) -> None:
        self.kept = kept
        self.asked_to_stop = 0

    def run(self, address: tuple[str, int] | None = None) -> None:
        """Until SIGINT, SIGTERM or SIGHUP; a second one does not wait. Says when `address` first answers."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)
        try:
            while not self.asked_to_stop:
                for one in self.kept:
                    one.look()
                if address and answers(address):
                    say(f"http://{address[0]}:{address[1]} is ready; Ctrl-C ends it.")
                    address = None
                time.sleep(TICK)
        finally:
            self._end()

    def _stop(self, number: int, frame: object) -> None:
        self.asked_to_stop += 1

    def _end(self) -> None:
        # The queue was first to start and is last to go: a worker without it would wait for it
        for one in reversed(self.kept):
            one.ask_to_end()
            deadline = time.monotonic() + PATIENCE
            while one.process and one.process.poll() is None and self.asked_to_stop < 2 and time.monotonic() < deadline:
                time.sleep(TICK / 4)
            one.clear()


def answers(address: tuple[str, int]) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(address, timeout=1):
        return True
    return False


def port_wanted() -> int:
    """The port that the environment names. Ends with a word to the person where that is no port."""
    said = os.environ.get("PORT") or "8000"
    if not (said.isascii() and said.isdigit() and 0 < int(said) < 65536):
        sys.exit(f"PORT={said} is no port; take a number such as PORT=8080.")
    return int(said)


def check_port(host: str, port: int) -> None:
    """End with a word to the person where somebody else has the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as fault:
            sys.exit(f"Cannot serve on {host}:{port} ({fault.strerror}). Choose another port: PORT={port + 1} make run")


def take_lock(path: Path) -> IO[str]:
    """Held while we live, and let go by the system however we die; two of us would share one queue."""
    path.parent.mkdir(exist_ok=True)
    lock = path.open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        sys.exit("It runs from this folder already: use that one, or end it first.")
    return lock


def main() -> None:
    host, port = os.environ.get("HOST", "127.0.0.1"), port_wanted()
    lock = take_lock(BASE_DIR / "var" / "serve.lock")
    check_port(host, port)
    env = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "PORT": str(port),
    }
    if subprocess.run([sys.executable, "-m", "config.prepare"], cwd=BASE_DIR, env=env).returncode:
        sys.exit("The database could not be made ready; see above.")
    processes = read_procfile(BASE_DIR / "Procfile")
    if os.environ.get("REDIS_URL"):
        processes.pop("queue", None)
    with lock:
        Keeper([Kept(name, command, env) for name, command in processes.items()]).run((host, port))


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C before anything was served
        main()
