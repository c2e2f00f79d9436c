"""From week to week, back from the standard, and on paper, in a browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from campus.models import SchoolClass
from config.tests.school import MONDAY

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

    from config.tests.school import School

pytestmark = pytest.mark.django_db(transaction=True)

OpenPage = Callable[..., "Page"]
BEFORE = MONDAY - timedelta(days=7)
INK = "rgb(30, 27, 23)"
# How many lines the name of each week beside takes, and how far the page reaches beyond the screen
LINES = """() => [
    ...[...document.querySelectorAll(".turn > a")].map((a) => {
        const name = document.createRange()
        name.selectNodeContents([...a.childNodes].find((node) => node.nodeType === Node.TEXT_NODE))
        return name.getClientRects().length
    }),
    document.documentElement.scrollWidth - document.documentElement.clientWidth,
]"""


def test_a_chosen_week_is_shown_at_once(school: School, open_page: OpenPage, screen: str) -> None:
    page = open_page(school.nobody, screen=screen)
    page.goto(f"/ranking/?week={MONDAY}")
    assert not page.get_by_role("button", name="看").is_visible()
    page.select_option("#week", str(BEFORE))
    page.wait_for_url(f"**/ranking/?week={BEFORE}")
    page.go_back()
    page.wait_for_url(f"**/ranking/?week={MONDAY}")
    assert page.input_value("#week") == str(MONDAY)


@pytest.mark.parametrize("screen", ["desk"], indirect=True)
def test_who_turns_by_the_arrow_keys_says_when(school: School, open_page: OpenPage, screen: str) -> None:
    page = open_page(school.nobody, screen=screen)
    page.goto(f"/ranking/?week={MONDAY}")
    page.focus("#week")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.url.endswith(f"?week={MONDAY}")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/ranking/?week={MONDAY - timedelta(days=14)}")


def test_without_javascript_a_button_shows_the_week(school: School, open_page: OpenPage) -> None:
    page = open_page(school.nobody, javascript=False)
    page.goto(f"/ranking/?week={MONDAY}")
    page.select_option("#week", str(BEFORE))
    page.get_by_role("button", name="看", exact=True).click()
    page.wait_for_url(f"**/ranking/?week={BEFORE}")


@pytest.mark.parametrize("javascript", [True, False])
def test_english_weeks_stand_on_one_line(
    school: School, open_page: OpenPage, live_server: LiveServer, javascript: bool
) -> None:
    page = open_page(school.nobody, javascript=javascript)
    page.context.add_cookies([{"name": "django_language", "value": "en", "url": live_server.url}])
    page.goto(f"/ranking/?week={MONDAY}")
    assert page.evaluate(LINES) == [1, 1, 0]


def test_back_from_the_standard_is_where_one_was(school: School, open_page: OpenPage) -> None:
    school.verified("5413", None, "desk-dirty")
    page = open_page(school.officer)
    page.goto(f"/classes/0852/?week={MONDAY}")
    page.get_by_role("link", name="宿舍标准第 1 版").click()
    page.get_by_role("link", name="返回").click()
    page.wait_for_url(f"**/classes/0852/?week={MONDAY}")


def test_who_came_to_the_standard_from_elsewhere_goes_home(school: School, open_page: OpenPage) -> None:
    page = open_page(school.nobody)
    page.goto(f"/standards/{school.verified('5413').standard_id}/")
    assert page.get_by_text("第 1 版，2000年1月1日起生效").is_visible()
    page.get_by_role("link", name="返回").click()
    page.wait_for_url("**/ranking/")


@pytest.mark.parametrize("scheme", ["light", "dark"], indirect=True)
@pytest.mark.parametrize("screen", ["desk"], indirect=True)
def test_the_ranking_of_a_department_is_one_sheet_of_paper(
    school: School, open_page: OpenPage, screen: str, scheme: str
) -> None:
    maths = school.classes["0852"].department
    SchoolClass.objects.bulk_create(SchoolClass(code=f"09{n:02}", department=maths, entry_year=2009) for n in range(18))
    for code in ("5413", "5403", "3318"):
        for day in range(3):
            school.verified(code, None, "desk-dirty", day=MONDAY + timedelta(days=day))
    page = open_page(school.admin, screen=screen, scheme=scheme)
    page.goto(f"/ranking/?week={MONDAY}&group=数理系")
    edge = "10mm"
    paper = page.pdf(format="A4", margin={"top": edge, "right": edge, "bottom": edge, "left": edge})
    assert paper.count(b"/Type /Page\n") == 1
    page.emulate_media(media="print", color_scheme=scheme)  # type: ignore[arg-type]
    for pressed in (".masthead", ".turn", ".filter", ".tabs"):
        assert not page.locator(pressed).is_visible(), pressed
    assert page.locator(".rank thead").is_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.rank .song')).color") == INK


@pytest.mark.parametrize("scheme", ["light", "dark"], indirect=True)
def test_a_week_without_checks_can_be_read_by_everybody(
    school: School,
    open_page: OpenPage,
    screen: str,
    scheme: str,
    accessibility_faults: Callable[[Any], list[str]],
) -> None:
    school.verified("5413", day=BEFORE)
    page = open_page(school.officer, screen=screen, scheme=scheme)
    for address in (f"/classes/0852/?week={MONDAY}", f"/ranking/?week={MONDAY}"):
        page.goto(address)
        assert accessibility_faults(page) == []
        page.get_by_role("link", name="看最近有检查的第 10 周").click()
        page.wait_for_url(f"**?week={BEFORE}")
