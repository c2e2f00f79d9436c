"""The queue keeps what it was given, and the worker of the tests is a real one."""

import socket
import threading
from pathlib import Path

import pytest
from celery import Celery, shared_task
from pytest_django import Settings
from redis import Redis

from config import queue

heard: list[str] = []
done = threading.Event()


@shared_task
def hear(word: str) -> None:
    heard.append(word)
    done.set()


def test_a_worker_takes_what_was_sent(celery_worker_running: Celery) -> None:
    done.clear()
    hear.delay("地面有垃圾")
    assert done.wait(60)
    assert heard == ["地面有垃圾"]


@pytest.fixture
def own_queue(settings: Settings, tmp_path: Path) -> Path:
    settings.QUEUE_SOCKET, settings.QUEUE_DATA = tmp_path / "q.sock", tmp_path / "data"
    return tmp_path / "q.sock"


def test_what_was_queued_outlives_the_server(own_queue: Path) -> None:
    with queue.running(), Redis(unix_socket_path=str(own_queue)) as client:
        client.rpush("campus", "job 1")
    with queue.running(), Redis(unix_socket_path=str(own_queue)) as client:
        assert client.lrange("campus", 0, -1) == [b"job 1"]


def test_a_socket_left_by_a_killed_server_is_no_obstacle(own_queue: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(own_queue))
    assert not queue.answers(own_queue)
    with queue.running():
        assert queue.answers(own_queue)


def test_there_is_one_queue_for_a_folder(own_queue: Path) -> None:
    with queue.running(), pytest.raises(SystemExit, match="already runs"):
        queue.main()
