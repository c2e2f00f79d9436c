"""Monday evening, for the pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine

from config.tests.school import MONDAY, at


@pytest.fixture
def monday_evening() -> Iterator[time_machine.Traveller]:
    """It is Monday, 19:20, and stays so until the test moves on."""
    with time_machine.travel(at(MONDAY, "19:20"), tick=False) as clock:
        yield clock
