"""Twenty phones, fifty checks each, and all workers of the server killed every two seconds: nothing lost, nothing twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client

from config.tests.school import MONDAY, School, at
from inspections.models import Inspection
from inspections.services import recording
from inspections.tests.outbox import found, item, send, statuses
from inspections.tests.storm import CHECKS, PHONES, faults, rage

pytestmark = pytest.mark.django_db(transaction=True)


def test_every_check_and_every_photo_once(tmp_path: Path) -> None:
    storm = rage(tmp_path)
    assert faults(storm) == {}, storm
    assert Inspection.objects.count() == PHONES * CHECKS == 1000
    # It was a storm: what the server had done, and could not say any more, was sent again
    assert storm.killed
    assert storm.photos
    assert storm.statuses["duplicate"]


def test_it_would_show_in_a_server_with_ids_of_its_own(tmp_path: Path) -> None:
    # Quick enough for a test, and with little patience: the answer is given up, the check is stored
    storm = rage(tmp_path, app="inspections.tests.naive:application", checks=CHECKS // 2, patience=(0.05, 0.3))
    assert faults(storm, stored_as="note")["twice"], storm


@pytest.mark.parametrize("names", ["photos", "a check that it replaces"])
def test_a_check_is_not_refused_for_what_its_first_sending_stores_meanwhile(
    school: School, client: Client, monkeypatch: pytest.MonkeyPatch, names: str
) -> None:
    """The storm showed it: between the look for the ids and that for what they name, the same batch came through."""
    client.force_login(school.inspector)
    with time_machine.travel(at(MONDAY, "19:25"), tick=False):
        replaced, neighbour = item(), item("5420")
        send(client, replaced, neighbour)
        finding = found(photos=["11111111-1111-4111-8111-111111111111"])
        check = item("5413", finding, replaces=replaced["id"] if "replaces" in names else None)
        batch = [check, neighbour]
        look_up = recording.look_up  # type: ignore[attr-defined]

        def look_up_later(*args: Any) -> Any:
            monkeypatch.setattr(recording, "look_up", look_up)
            assert statuses(send(client, *batch)) == ["created", "duplicate"]
            return look_up(*args)

        monkeypatch.setattr(recording, "look_up", look_up_later)
        assert statuses(send(client, *batch)) == ["duplicate", "duplicate"]
    assert Inspection.objects.count() == 3
