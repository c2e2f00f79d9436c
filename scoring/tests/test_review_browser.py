"""The review at a desk by keys, on a phone by thumb and without scripts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from config.tests.school import School
from scoring.models import Return, SetAside, Verification

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.django_db(transaction=True)

OpenPage = Callable[..., "Page"]


@pytest.fixture
def busy(school: School) -> School:
    """Two of 5413, one whose class is open, one of the reviewer's own class, and two clean ones."""
    school.check("5413", None, "bags-hanging", clock="19:52")
    school.check("5413", clock="20:05", by=school.inspector2)
    school.check("5420", None, "hats-hanging", clock="19:58")
    school.check("3427", None, "bags-hanging", by=school.inspector2)
    school.check("教101")
    school.check("教201")
    return school


def beside(page: Page) -> str:
    return page.locator("#side h1").inner_text()


def test_at_a_desk_keys_go_from_row_to_row_and_decide(busy: School, open_page: OpenPage) -> None:
    page = open_page(busy.reviewer, "desk")
    page.goto("/review/")
    assert beside(page) == "3427"
    page.keyboard.press("j")
    page.locator("#side h1", has_text="5413").wait_for()
    page.keyboard.press("x")
    assert page.locator("#queue .q[aria-current] input").is_checked()
    page.keyboard.press("v")
    page.locator("#messages", has_text="5413 通过了，同一班次的另外 1 条搁置了").wait_for()
    assert beside(page) == "5420"
    assert (Verification.objects.count(), SetAside.objects.count()) == (1, 1)

    page.keyboard.press("r")
    page.locator("#reason:focus").wait_for()
    page.keyboard.type("帽子是谁的 v r")  # letters in the field are letters
    page.get_by_role("button", name="退回").click()
    page.locator("#messages", has_text="5420 退给了王同学").wait_for()
    assert Return.objects.get().reason == "帽子是谁的 v r"

    page.keyboard.press("Shift+V")
    page.locator("#messages", has_text="通过了 2 条").wait_for()
    assert page.locator("#queue .q").count() == 1
    assert page.locator("#side", has_text="涉及你自己的班").is_visible()


def test_a_folded_line_opens_and_its_box_ticks_what_is_in_it(busy: School, open_page: OpenPage) -> None:
    page = open_page(busy.reviewer, "desk")
    page.goto("/review/")
    page.locator(".q-fold summary").click()
    page.locator("[data-fold]").check()
    assert page.locator(".q-fold .q input:checked").count() == 2
    page.get_by_role("button", name="通过选中的").click()
    page.locator("#messages", has_text="通过了 2 条").wait_for()


@pytest.mark.parametrize("javascript", [True, False])
def test_on_a_phone_one_check_is_a_page_of_its_own(busy: School, open_page: OpenPage, javascript: bool) -> None:
    page = open_page(busy.reviewer, "phone", javascript=javascript)
    page.goto("/review/")
    assert page.locator("#side").is_hidden()
    page.locator(".q", has_text="5420").locator("a").click()
    page.wait_for_url("**/review/*-*/")
    assert page.locator("#list").is_hidden()
    page.locator(".seg label", has_text="0853").click()
    page.get_by_role("button", name="通过这条").click()
    page.locator("#messages", has_text="5420 通过了").wait_for()
    page.get_by_role("link", name="待审核").click()
    page.locator(".dock button").click()
    page.locator("#messages", has_text="通过了 2 条").wait_for()
    assert Verification.objects.count() == 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_an_open_fold_and_a_wanting_reason(
    busy: School, open_page: OpenPage, accessibility_faults: Callable[[Any], list[str]], scheme: str
) -> None:
    page = open_page(busy.reviewer, "desk", scheme=scheme)
    page.goto(f"/review/{busy.rooms['5420'].inspections.get().pk}/")
    page.locator(".q-fold summary").click()
    page.get_by_role("button", name="退回").click()
    page.locator("#reason:focus").wait_for()
    assert accessibility_faults(page) == []
