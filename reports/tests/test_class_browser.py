"""A class's week on a phone."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from config.tests.school import MONDAY
from scoring.services import give_bonus

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

    from config.tests.school import School

pytestmark = pytest.mark.django_db(transaction=True)

# How far the name of the group begins behind the last figure, and how far the page reaches beyond the screen
GAPS = """() => {
    const score = document.createRange()
    score.selectNodeContents(document.querySelector(".score .t-64"))
    const group = document.createRange()
    group.selectNodeContents(document.querySelector(".score-rank"))
    const beside = group.getBoundingClientRect().left - score.getBoundingClientRect().right
    return [beside, document.documentElement.scrollWidth - document.documentElement.clientWidth]
}"""
BEYOND = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_long_name_of_the_group_leaves_the_score_its_room(
    school: School, open_page: Callable[..., Page], live_server: LiveServer, language: str
) -> None:
    school.verified("5403")
    give_bonus(patterns=["0853"], points=Decimal("8.12"), date=MONDAY, reason="打扫阶教", by=school.admin)
    page = open_page(school.reviewer)
    page.context.add_cookies([{"name": "django_language", "value": language, "url": live_server.url}])
    page.goto(f"/classes/0853/?week={MONDAY}")
    assert page.locator(".score .t-64").inner_text() == "108.12"
    beside, beyond = page.evaluate(GAPS)
    assert (beside > 0, beyond) == (True, 0)
    page.goto(f"/classes/0852/?week={MONDAY}")
    assert page.locator(".score .t-64").count() == 0
    assert page.evaluate(BEYOND) == 0
