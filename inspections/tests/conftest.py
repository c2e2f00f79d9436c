"""Monday evening, for the pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
import time_machine

from campus.models import User
from config.tests.school import MONDAY, at
from inspections.tests.phone import EVENING, Phone

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture
def monday_evening() -> Iterator[time_machine.Traveller]:
    """It is Monday, 19:20, and stays so until the test moves on."""
    with time_machine.travel(at(MONDAY, "19:20"), tick=False) as clock:
        yield clock


@pytest.fixture
def take_phone(open_page: Callable[..., Page]) -> Callable[..., Phone]:
    """`take_phone(user)`: a phone of somebody who has signed in, Monday 19:20 by its clock."""

    def take(user: User | None = None, **how: Any) -> Phone:
        page = open_page(user, **how)
        page.context.clock.install(time=EVENING)
        return Phone(page)

    return take
