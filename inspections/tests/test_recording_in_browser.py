"""Recording with a thumb: the quick ways, where a script runs; and that nobody is shut out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
import time_machine

from config.tests.school import MONDAY, School, at
from dormitories.models import Room
from inspections.models import Inspection

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/checks/new/?building=5&shift=evening"
# The page is read, and no deferred script has run yet
TYPE_EARLY = """
document.addEventListener("readystatechange", () => {
  if (document.readyState === "interactive") document.getElementById("q").value = "3318";
});
"""
MIXED = "/checks/new/room/5420/?shift=evening"
BETWEEN_TABS_AND_DOCK = """(code) => {
  const row = [...document.querySelectorAll(".split")].find((one) => one.textContent.includes(code));
  const { top, bottom } = row.getBoundingClientRect();
  return top >= 44 && bottom <= document.getElementById("dock").getBoundingClientRect().top;
}"""


@pytest.fixture(autouse=True)
def evening() -> Iterator[None]:
    """Monday evening, and the clock runs: a browser waits by it."""
    with time_machine.travel(at(MONDAY, "19:20"), tick=True):
        yield


@pytest.fixture
def phone(school: School, open_page: Callable[..., Page]) -> Page:
    return open_page(school.inspector)


def expect(page: Page, selector: str, text: str) -> None:
    page.locator(selector, has_text=re.compile(text)).first.wait_for()


def test_one_tap_marks_the_row_clean_and_moves_on(school: School, phone: Page) -> None:
    phone.goto(LIST)
    phone.get_by_role("button", name="5413 干净").click()
    expect(phone, "[aria-current=step]", "5420")
    assert phone.locator("#count").inner_text().split() == ["1", "/", "3", "已查"]
    assert phone.locator("[aria-current=step]").count() == 1
    phone.get_by_role("button", name="干净，下一间").click()
    expect(phone, "[aria-current=step]", "5403")
    phone.get_by_role("button", name="干净，下一间").click()
    expect(phone, "#dock", "这一页查完了")
    assert [check.target.code for check in Inspection.objects.all()] == ["5413", "5420", "5403"]


def test_a_refused_tap_is_told_above_the_list(school: School, phone: Page) -> None:
    phone.goto(LIST)
    school.inspector.home_class = school.classes["0852"]
    school.inspector.save()
    phone.get_by_role("button", name="5413 干净").click()
    expect(phone, "#messages", "这是你自己的班级或宿舍")
    assert phone.get_by_role("button", name="5413 干净").is_visible()


def test_finding_while_typing(school: School, phone: Page) -> None:
    phone.goto(LIST)
    assert phone.get_by_role("heading", level=1).inner_text() == "5号楼 晚检"
    phone.locator("#q").press_sequentially("3318")
    expect(phone, "h1", "找“3318”")
    expect(phone, ".split", "3318")
    assert phone.locator(".split").count() == 1
    assert phone.locator("#q").input_value() == "3318"


def test_what_was_typed_before_the_scripts_had_run_is_found_too(school: School, phone: Page) -> None:
    phone.add_init_script(TYPE_EARLY)
    phone.goto(LIST)
    expect(phone, ".split", "3318")
    assert phone.locator(".split").count() == 1
    assert phone.locator("#q").input_value() == "3318"


def test_what_the_page_came_with_is_not_looked_for_again(school: School, phone: Page) -> None:
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(request.url))
    phone.goto("/checks/new/?q=3318", wait_until="networkidle")
    assert [url for url in asked if "/checks/new/" in url] == [phone.url]


def test_shift_and_occasion_are_chosen_together(school: School, phone: Page) -> None:
    phone.goto(LIST)
    phone.locator("summary").click()
    phone.locator("label", has_text="午检").click()
    phone.get_by_label("检查类别").select_option(label="大扫除")
    phone.get_by_role("button", name="就按这个").click()
    expect(phone, "summary", "午检 · 大扫除")
    assert "5413" in phone.locator("main").inner_text()


def test_what_was_found_stays_found_in_another_shift(school: School, phone: Page) -> None:
    phone.goto(LIST)
    phone.locator("#q").press_sequentially("3318")
    expect(phone, "h1", "找“3318”")
    phone.locator("summary").click()
    phone.locator("label", has_text="午检").click()
    phone.get_by_role("button", name="就按这个").click()
    expect(phone, "summary", "午检 · 日查")
    assert [row.split()[0] for row in phone.locator(".split").all_inner_texts()] == ["3318"]


# A long list


def expect_in_view(page: Page, code: str) -> None:
    page.wait_for_function(BETWEEN_TABS_AND_DOCK, arg=code)


def long_building(school: School) -> None:
    """Thirty rooms above those of the cast."""
    building = school.rooms["5413"].building
    for n in range(30):
        Room.objects.create(building=building, number=f"56{n:02}", code=f"56{n:02}", floor=6)


def test_the_list_opens_at_the_place_that_is_next(school: School, phone: Page) -> None:
    long_building(school)
    school.check("5403", clock="19:05")
    phone.goto("/checks/new/")
    expect(phone, "[aria-current=step]", "5413")
    expect_in_view(phone, "5413")

    # Back comes to where one was
    phone.evaluate("scrollTo({ top: 300, behavior: 'instant' })")
    phone.goto("/checks/")
    phone.go_back()
    phone.wait_for_function("scrollY === 300")


def test_it_goes_along_with_the_button_under_the_thumb_and_stands_still_for_a_row(school: School, phone: Page) -> None:
    long_building(school)
    phone.goto("/checks/new/?building=5")
    for n in range(9):
        expect(phone, "#dock .now-no", f"56{n:02}")
        phone.get_by_role("button", name="干净，下一间").click()
    expect(phone, "#dock .now-no", "5609")
    expect_in_view(phone, "5609")
    phone.get_by_role("link", name="教室").click()
    expect(phone, "h1", "教室")
    phone.get_by_role("link", name="5号楼").click()
    expect(phone, "h1", "5号楼")
    expect_in_view(phone, "5609")
    before = phone.evaluate("scrollY")
    phone.get_by_role("button", name="5611 干净").click()
    expect(phone, "#dock .now-no", "5612")
    assert phone.evaluate("scrollY") == before


def test_the_sum_grows_and_the_button_says_what_it_does(school: School, phone: Page) -> None:
    phone.goto(MIXED)
    total, clean, save = phone.locator("[data-sum]"), phone.locator(".btn-success"), phone.locator("button.btn-primary")
    assert (total.inner_text(), clean.is_visible(), save.is_visible()) == ("0", True, False)

    phone.locator("label.chip", has_text="袋子乱挂").click()
    phone.locator("label.chip", has_text="烟头").click()
    assert (total.inner_text(), clean.is_visible(), save.is_visible()) == ("−3", False, True)

    phone.locator("[name=own_text]").fill("床上有仙人掌")
    phone.get_by_role("button", name="多扣").click()
    assert total.inner_text() == "−4"
    phone.locator("[name=own_text]").fill("")
    phone.locator("label.chip", has_text="烟头").click()
    assert total.inner_text() == "−1"


@pytest.mark.parametrize("javascript", [True, False])
def test_a_chip_asks_whose_it_is_once_it_is_chosen(
    school: School, open_page: Callable[..., Page], javascript: bool
) -> None:
    page = open_page(school.inspector, javascript=javascript)
    page.goto(MIXED)
    whose = page.locator("label[for^=id_class-bags-hanging]")
    assert not whose.first.is_visible()
    page.locator("label.chip", has_text="袋子乱挂").click()
    whose.filter(has_text="0853").click()
    page.locator("label[for=id_corrected-bags-hanging]").click()
    page.locator("button.btn-primary").click()
    expect(page, "#messages", "5420 记下了，等审核")
    (finding,) = Inspection.objects.get().findings.select_related("school_class")
    assert (str(finding.school_class), finding.corrected) == ("0853", True)


def test_a_fault_leads_to_its_field(school: School, phone: Page) -> None:
    phone.goto(MIXED)
    phone.locator("[name=own_text]").fill("床上有仙人掌")
    phone.locator("[name=own_points]").fill("99")
    phone.locator("button.btn-primary").click()
    expect(phone, "#faults", "其他问题扣几分：0 到 2 分")
    assert phone.locator("[name=own_text]").input_value() == "床上有仙人掌"


def busy(school: School) -> None:
    school.check("5413", None, "bags-hanging", "sill-cluttered", clock="19:05")
    school.check("5403", "locked", clock="19:06")
    school.check("5420", None, "bags-hanging", clock="19:07", by=school.inspector2)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", ["phone", "desk"])
def test_nobody_is_shut_out(
    school: School,
    open_page: Callable[..., Page],
    screen: str,
    scheme: str,
    accessibility_faults: Callable[[Any], list[str]],
) -> None:
    busy(school)
    page = open_page(school.inspector, screen=screen, scheme=scheme)
    for address in ("/checks/", LIST, "/checks/new/?q=54", "/checks/new/?q=nothing", MIXED, "/checks/new/room/3427/"):
        page.goto(address)
        assert accessibility_faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.goto(MIXED)
    page.locator("label.chip", has_text="袋子乱挂").click()
    page.locator("[name=own_text]").fill("床上有仙人掌")
    page.locator("[name=own_points]").fill("99")
    page.locator("button.btn-primary").click()
    expect(page, "#faults", "还没存上")
    assert accessibility_faults(page) == []
    page.get_by_role("link", name=re.compile("检查标准第 1 版")).click()
    page.wait_for_url("**/standards/*/")
    assert accessibility_faults(page) == []
