"""Nothing that was tapped on a sheet is lost: no signal, signed out, somebody else signed in, Enter on the keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
import time_machine

from campus.models import User
from config.tests.school import MONDAY, PASSWORD, School, at
from inspections.models import Inspection

if TYPE_CHECKING:
    from playwright.sync_api import Dialog, Page, Route

pytestmark = pytest.mark.django_db(transaction=True)

OpenPage = Callable[..., "Page"]
SHEET = "/checks/new/room/5420/?shift=evening"


@pytest.fixture(autouse=True)
def evening() -> Iterator[None]:
    """Monday evening, and the clock runs: a browser waits by it."""
    with time_machine.travel(at(MONDAY, "19:20"), tick=True):
        yield


@pytest.fixture
def filled(school: School, open_page: OpenPage) -> Page:
    """The sheet of 5420 on a phone, with a finding and a note."""
    page = open_page(school.inspector)
    page.goto(SHEET)
    page.locator("label.chip", has_text="袋子乱挂").click()
    page.locator("label[for^=id_class-bags-hanging]", has_text="0853").click()
    page.locator("[name=note]").fill("门后")
    return page


def told(page: Page, text: str) -> None:
    page.locator("#messages", has_text=re.compile(text)).wait_for()


def save(page: Page) -> None:
    page.locator("button.btn-primary").click()


def sign_out(page: Page) -> None:
    page.context.clear_cookies(name="sessionid")


def sign_in(page: Page, person: User) -> None:
    """In the new tab that the message's link opens."""
    with page.expect_popup() as opened:
        page.locator("#messages a").click()
    tab = opened.value
    tab.locator("[name=username]").fill(person.number)
    tab.locator("[name=password]").fill(PASSWORD)
    tab.locator("button.btn-thumb").click()
    tab.wait_for_url(lambda url: "/signin/" not in url)
    tab.close()


def as_entered(page: Page) -> bool:
    """Whether all that was entered stands there still."""
    boxes = page.locator("#id_defects_0_0, [name=class-bags-hanging][value='0853']")
    return (
        boxes.evaluate_all("boxes => boxes.map((box) => box.checked)") == [True, True]
        and page.locator("[name=note]").input_value() == "门后"
        and page.locator("[data-sum]").inner_text() == "−1"
    )


def test_with_no_signal_the_sheet_stays_and_is_sent_later(school: School, filled: Page) -> None:
    filled.context.set_offline(True)
    save(filled)
    told(filled, "没有发出去")
    assert as_entered(filled)
    filled.context.set_offline(False)
    save(filled)
    told(filled, "5420 记下了，等审核")
    assert str(Inspection.objects.get().findings.get().school_class) == "0853"


def test_a_line_that_hangs_is_not_waited_for(school: School, filled: Page) -> None:
    """A cellar's usual case: the browser itself would wait for minutes."""
    filled.evaluate("addEventListener('htmx:beforeRequest', ({ detail }) => { window.wait = detail.xhr.timeout; })")
    filled.route("**/checks/new/room/**", lambda route: route.abort("timedout"))
    save(filled)
    told(filled, "没有发出去")
    assert filled.evaluate("wait") == 20_000
    filled.locator("#messages").evaluate("messages => messages.replaceChildren()")
    filled.evaluate("htmx.trigger('#sheet', 'htmx:timeout')")
    told(filled, "没有发出去")


def test_nor_is_it_for_a_tap_on_the_list(school: School, open_page: OpenPage) -> None:
    page = open_page(school.inspector)
    page.goto("/checks/new/?building=5&shift=evening")
    page.evaluate("addEventListener('htmx:beforeRequest', ({ detail }) => { window.wait = detail.xhr.timeout; })")
    page.get_by_role("button", name="5413 干净").click()
    page.locator("#count", has_text="1 / 3").wait_for()
    assert page.evaluate("wait") == 20_000


def test_an_answer_that_was_lost_on_the_way_makes_no_second_check(school: School, filled: Page) -> None:
    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    filled.route("**/checks/new/room/**", lose, times=1)
    save(filled)
    told(filled, "没有发出去")
    save(filled)
    told(filled, "5420 记下了，等审核")
    assert Inspection.objects.count() == 1


def test_signed_out_in_another_tab_one_signs_in_beside_it_and_saves(school: School, filled: Page) -> None:
    sign_out(filled)
    save(filled)
    told(filled, "登录过期了.*填的都还在")
    assert as_entered(filled)
    sign_in(filled, school.inspector)
    save(filled)
    told(filled, "5420 记下了，等审核")
    assert Inspection.objects.get().inspector == school.inspector


def test_somebody_else_does_not_save_it_as_his(school: School, filled: Page) -> None:
    sign_out(filled)
    save(filled)
    sign_in(filled, school.inspector2)
    save(filled)
    told(filled, "这份是王同学填的，现在登录的是李同学")
    assert (as_entered(filled), Inspection.objects.count()) == (True, 0)


def test_a_tap_on_the_list_is_not_lost_without_a_word_either(school: School, open_page: OpenPage) -> None:
    page = open_page(school.inspector)
    page.goto("/checks/new/?building=5&shift=evening")
    sign_out(page)
    page.get_by_role("button", name="5413 干净").click()
    told(page, "登录过期了")
    sign_in(page, school.inspector)
    page.get_by_role("button", name="5413 干净").click()
    page.locator("#count", has_text="1 / 3").wait_for()
    assert page.locator("#messages").inner_text().strip() == ""


@pytest.mark.parametrize("javascript", [True, False])
def test_enter_in_the_note_of_an_untouched_sheet_asks(school: School, open_page: OpenPage, javascript: bool) -> None:
    page = open_page(school.inspector, javascript=javascript)
    page.goto(SHEET)
    page.locator("[name=note]").fill("门后")
    page.locator("[name=note]").press("Enter")
    page.locator("#faults", has_text="点“干净”，或选一处问题").wait_for()
    assert (page.locator("[name=note]").input_value(), Inspection.objects.count()) == ("门后", 0)


def test_what_came_back_with_a_fault_is_the_same_sheet(school: School, filled: Page) -> None:
    """htmx has put another form there: the sum, the buttons and the steps go on working."""
    filled.locator("[name=own_text]").fill("床上有仙人掌")
    filled.locator("[name=own_points]").fill("99")
    save(filled)
    filled.locator("#faults:focus", has_text="其他问题扣几分：0 到 2 分").wait_for()
    assert filled.locator("[data-sum]").inner_text() == "−100"
    filled.locator("[name=own_points]").fill("1")
    filled.get_by_role("button", name="多扣").click()
    assert filled.locator("[data-sum]").inner_text() == "−3"
    filled.locator("[name=own_text]").fill("")
    filled.locator("label.chip", has_text="袋子乱挂").click()
    assert filled.locator(".btn-success").is_visible()
    assert not filled.locator("button.btn-primary").is_visible()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_correction_comes_filled_in(school: School, open_page: OpenPage, javascript: bool) -> None:
    school.check("5420", None, {"defect": "bags-hanging", "school_class": "0853"}, clock="19:05")
    page = open_page(school.inspector, javascript=javascript)
    page.goto(SHEET)
    page.locator("label.chip", has_text="烟头").click()
    page.get_by_role("button", name="保存更正").click()
    told(page, "5420 记下了，等审核")
    new = Inspection.objects.latest("received_at")
    assert [str(finding) for finding in new.findings.all()] == ["物品悬挂 袋子乱挂", "空气 烟头"]
    assert new.replaces is not None


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_shut_out(
    school: School, open_page: OpenPage, accessibility_faults: Callable[[Page], list[str]], scheme: str
) -> None:
    school.check("5413", "locked", clock="12:10", shift="noon")
    school.check("5413", None, "bags-hanging", {"text": "仙人掌", "points": "1"}, {"text": "水桶", "points": "1"})
    page = open_page(school.inspector, scheme=scheme)
    page.goto("/checks/new/room/5413/?shift=evening")
    page.locator(".chip-why").wait_for()
    assert accessibility_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    sign_out(page)
    save(page)
    told(page, "登录过期了")
    assert accessibility_faults(page) == []


def test_a_sheet_that_comes_back_shows_the_way_out_that_fits_its_ticks(school: School, filled: Page) -> None:
    """Recorded meanwhile in another window: the sheet asks, and one more press on what it shows corrects that."""
    school.check("5420", "clean", by=school.inspector)
    save(filled)
    filled.locator(".faults").wait_for()
    filled.locator(".htmx-request, .htmx-settling, .htmx-swapping").first.wait_for(state="detached")
    assert filled.locator("button[value=clean]").is_hidden()
    filled.locator("button.btn-primary", has_text="保存更正").click()
    filled.wait_for_url(re.compile("/checks/new/[?]"))
    assert Inspection.objects.filter(replaces__isnull=False).count() == 1


def test_a_changed_sheet_is_not_left_without_a_question(filled: Page) -> None:
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    filled.on("dialog", stay)
    filled.locator(".screen-line .back").click(no_wait_after=True)
    filled.locator("[data-sum]", has_text="−1").wait_for()
    assert asked == ["beforeunload"]
    assert as_entered(filled)
