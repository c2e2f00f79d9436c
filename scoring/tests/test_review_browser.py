"""The review at a desk by keys, on a phone by thumb and without scripts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from config.tests.school import School
from scoring.models import Return, SetAside, Verification
from scoring.services import send_back

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

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
    page.goto("/review/?date=2026-11-09")
    assert beside(page) == "5413"
    page.keyboard.press("x")
    assert page.locator("#queue .q[aria-current] input").is_checked()
    page.keyboard.press("v")
    page.locator("#messages", has_text="5413 通过了，同一班次的另外 1 条已搁置，不算分").wait_for()
    assert beside(page) == "5420"
    assert (Verification.objects.count(), SetAside.objects.count()) == (1, 1)

    page.keyboard.press("r")
    page.locator("#reason:focus").wait_for()
    page.keyboard.type("帽子是谁的 v r")  # letters in the field are letters
    page.get_by_role("button", name="退回").click()
    page.locator("#messages", has_text="5420 已退回给王同学").wait_for()
    assert Return.objects.get().reason == "帽子是谁的 v r"

    page.keyboard.press("Shift+V")
    page.locator("#messages", has_text="通过了 2 条").wait_for()
    page.get_by_text("要你审的都审完了").wait_for()
    page.get_by_text("需回避的 1 条，由其他审核员审").click()
    page.locator(".q", has_text="3427").locator("a").click()
    page.locator("#side", has_text="本班的检查，需回避").wait_for()


def test_the_keys_pass_by_what_is_folded(busy: School, open_page: OpenPage) -> None:
    page = open_page(busy.reviewer, "desk")
    page.goto("/review/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.locator("#side h1", has_text="5420").wait_for()
    page.keyboard.press("j")
    assert at_row(page) == "5420"


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


def test_a_list_that_the_browser_has_kept_is_asked_for_anew(busy: School, open_page: OpenPage) -> None:
    page = open_page(busy.reviewer, "phone")
    page.goto("/review/")
    busy.check("5403")
    with page.expect_navigation():
        page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    assert page.locator("#list-head h1").inner_text() == "6 条待审核"


@pytest.mark.parametrize("screen", ["phone", "desk"])
def test_what_was_sent_back_can_be_opened(busy: School, open_page: OpenPage, screen: str) -> None:
    send_back(inspection=busy.rooms["5420"].inspections.get().pk, by=busy.reviewer, reason="帽子是谁的")
    page = open_page(busy.reviewer, screen)
    page.goto("/review/")
    page.get_by_text("退回 1 条，等检查员更正").click()
    page.get_by_role("link", name="帽子是谁的").click()
    page.locator("#side", has_text="退回：帽子是谁的").wait_for()


def test_words_that_were_not_sent_stay_with_their_check(busy: School, open_page: OpenPage) -> None:
    page = open_page(busy.reviewer, "desk")
    page.goto("/review/")
    at_5413, at_5420 = (page.locator("#queue .q", has_text=code).first.locator("a") for code in ("5413", "5420"))
    page.locator("#reason").fill("哪条是真的")
    page.locator(".reasons label", has_text="重复").click()
    at_5420.click()
    page.locator("#side h1", has_text="5420").wait_for()
    assert words(page) == ("", "")
    page.reload()
    at_5413.click()
    page.locator("#side h1", has_text="5413").wait_for()
    assert words(page) == ("哪条是真的", "重复")
    page.get_by_role("button", name="退回").click()
    page.locator("#messages", has_text="5413 已退回给王同学").wait_for()
    assert Return.objects.get().reason == "重复：哪条是真的"
    assert page.evaluate("Object.keys(sessionStorage).filter((name) => !name.startsWith('htmx'))") == []


def words(page: Page) -> tuple[str, str]:
    """What stands in the field, and the reason that is chosen."""
    chosen = page.locator("[name=why]:checked")
    return page.locator("#reason").input_value(), chosen.input_value() if chosen.count() else ""


def test_a_choice_that_is_wanting_is_told_of_its_check_alone(busy: School, open_page: OpenPage) -> None:
    page = open_page(busy.reviewer, "desk")
    page.goto(f"/review/{busy.rooms['5420'].inspections.get().pk}/")
    page.get_by_role("button", name="通过这条").click()
    page.locator("#messages", has_text="还有没选的").wait_for()
    page.locator("#queue .q", has_text="5413").first.locator("a").click()
    page.locator("#side h1", has_text="5413").wait_for()
    assert page.locator("#messages").inner_text() == ""


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


# On a slow line: the list goes on at once, the check beside it only when the answer is there


def at_row(page: Page) -> str:
    """The place of the row that the keys are at."""
    return page.locator("#queue .q[aria-current] .no").inner_text()


def hold(page: Page, address: str) -> list[Route]:
    """What is asked of the address waits here until the test lets it go."""
    held: list[Route] = []
    page.route(address, lambda route: held.append(route))
    return held


def press_and_hold(page: Page, key: str, held: list[Route]) -> Route:
    before = len(held)
    with page.expect_request("**/review/**"):
        page.keyboard.press(key)
    while len(held) == before:
        page.evaluate("0")  # hears what the browser has to tell
    return held[-1]


@pytest.mark.parametrize("key", ["v", "r"])
def test_no_key_decides_on_the_check_that_the_list_has_left(busy: School, open_page: OpenPage, key: str) -> None:
    page = open_page(busy.reviewer2, "desk")
    page.goto("/review/")
    first = beside(page)
    decided: list[str] = []
    page.on("request", lambda request: decided.append(request.url) if request.method == "POST" else None)
    answer = press_and_hold(page, "j", hold(page, "**/review/*-*/*"))
    assert (at_row(page) != first, beside(page)) == (True, first)
    page.keyboard.press(key)
    answer.continue_()
    page.locator("#side:not([inert]) h1", has_text=at_row(page)).wait_for()
    page.evaluate("0")  # hears what the browser has to tell
    assert decided == []
    assert not Verification.objects.exists()


def test_of_two_steps_the_last_is_shown_and_passed(busy: School, open_page: OpenPage) -> None:
    page = open_page(busy.reviewer, "desk")
    page.goto("/review/")
    held = hold(page, "**/review/*-*/*")
    press_and_hold(page, "j", held)
    answer = press_and_hold(page, "j", held)
    answer.continue_()
    wanted = at_row(page)
    page.locator("#side:not([inert], .htmx-added) h1", has_text=wanted).wait_for()
    address = page.url
    page.keyboard.press("r")
    page.locator("#reason:focus").wait_for()
    assert (beside(page), at_row(page), page.url) == (wanted, wanted, address)


def test_without_an_answer_the_list_goes_back_to_the_check_that_is_shown(busy: School, open_page: OpenPage) -> None:
    page = open_page(busy.reviewer2, "desk")
    page.goto("/review/")
    first, address = at_row(page), page.url
    press_and_hold(page, "j", hold(page, "**/review/*-*/*")).abort()
    page.locator("#messages", has_text="没有发出去").wait_for()
    page.locator("#side:not([inert])").wait_for()
    assert (at_row(page), beside(page), page.url) == (first, first, address)


def test_while_a_decision_is_on_its_way_the_list_waits_for_it(busy: School, open_page: OpenPage) -> None:
    page = open_page(busy.reviewer2, "desk")
    page.goto("/review/")
    first = at_row(page)
    answer = press_and_hold(page, "v", hold(page, "**/review/verify/*"))
    page.keyboard.press("j")
    assert at_row(page) == first
    answer.continue_()
    page.locator("#messages", has_text=f"{first} 通过了").wait_for()
    assert at_row(page) == beside(page) != first


def test_a_role_withdrawn_meanwhile_is_not_told_as_a_lost_session(busy: School, open_page: OpenPage) -> None:
    page = open_page(busy.reviewer2, "desk")
    page.goto("/review/")
    busy.reviewer2.memberships.all().delete()
    page.keyboard.press("j")
    page.locator("#messages", has_text="你的角色变了").wait_for()
