"""What is still to be chosen is told in the page's language, whatever the browser's."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from config.tests.school import School
from scoring.models import Verification

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.django_db(transaction=True)
HEAR = "box => box.addEventListener('invalid', (event) => { window.bubble = !event.defaultPrevented; })"


def test_a_class_that_is_to_be_named_is_asked_for(school: School, open_page: Callable[..., Page]) -> None:
    check = school.check("5420", None, "hats-hanging")
    page = open_page(school.reviewer)
    page.goto(f"/review/{check.pk}/")
    page.locator(".name-class input").first.evaluate(HEAR)
    page.get_by_role("button", name="通过这条").click()
    page.locator("#messages", has_text="还有没选的").wait_for()
    assert page.evaluate("bubble") is False
    assert page.locator(".name-class input:focus").count() == 1
    page.locator(".name-class label", has_text="0853").click()
    page.get_by_role("button", name="通过这条").click()
    page.locator("#messages", has_text="5420 通过了").wait_for()
    assert Verification.objects.count() == 1
