"""The pages of rounds on a phone and a desk: axe finds nothing, and the board renews itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import time, timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from playwright.sync_api import expect

from config.tests.school import MONDAY, School, at
from inspections.models import Round
from inspections.rounds.services import excuse
from inspections.tests.walking import a_round, inspector, tell_men_from_women, template, walker, walking

if TYPE_CHECKING:
    from playwright.sync_api import Page

OpenPage = Callable[..., "Page"]
ROOMS = ["5403", "5413", "5420"]


@pytest.fixture(autouse=True)
def monday_evening() -> Iterator[None]:
    with time_machine.travel(at(MONDAY, "19:20"), tick=True):
        yield


@pytest.fixture
def walked(school: School) -> Round:
    """Building 5 is under way, one is on leave; two classrooms were missed at noon, one door was locked."""
    tell_men_from_women(school)
    template(weekdays=0b1111111)
    template("教室", area_kind="classroom", weekdays=0b11, shift="noon", starts_at=time(13, 30))
    a_round(school, ["教101", "教102"], school.inspector, shift="noon", at=at(MONDAY, "08:00"))
    people = [school.inspector, inspector(school, "m1"), inspector(school, "m2", "0851")]
    one = a_round(school, ROOMS, *people, name="5号楼", at=at(MONDAY, "08:00"))
    excuse(walker=walker(one, people[2]), reason="上课", by=school.reviewer)
    school.check("5413", None, "bags-hanging", clock="19:15")
    school.check("5420", "locked", clock="19:17")
    return one


@pytest.mark.parametrize("scheme", ["light", "dark"], indirect=True)
def test_axe_finds_nothing_on_any_page_of_rounds(
    school: School,
    walked: Round,
    open_page: OpenPage,
    screen: str,
    scheme: str,
    accessibility_faults: Callable[[Page], list[str]],
) -> None:
    page = open_page(school.reviewer, screen=screen, scheme=scheme)
    found = {}
    for path in (
        "/coverage/",
        "/coverage/?date=2026-11-08",
        "/coverage/?at=building:5",
        "/coverage/send/?shift=noon&occasion=routine&place=area:教101",
        "/coverage/attendance/",
        "/rounds/",
        "/rounds/?week=2026-11-16",
        "/rounds/new/",
        f"/rounds/{walked.pk}/",
        f"/rounds/{walked.pk}/places/",
        "/rounds/templates/",
        "/rounds/templates/new/",
    ):
        page.goto(path)
        for fold in page.locator("main summary").all():
            fold.click()
        found[path] = accessibility_faults(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} is wider than {screen}"
    assert {path: faults for path, faults in found.items() if faults} == {}


def test_the_board_shows_a_check_as_it_arrives(school: School, walked: Round, open_page: OpenPage, screen: str) -> None:
    page = open_page(school.reviewer, screen=screen)
    page.clock.install()
    page.goto("/coverage/")
    cell = page.locator(".cover-cell.s-evening", has_text="王同学")
    expect(cell).to_contain_text("2 / 3")
    send = page.get_by_role("link", name="派人补查 教102")
    send.focus()
    school.check("5403", clock="19:19")
    page.clock.run_for(10_000)
    expect(cell).to_contain_text("3 / 3")
    expect(cell).to_contain_text("查完")
    expect(send).to_be_focused()
    # And it goes on asking
    school.check("教101", clock="19:19", shift="noon")
    page.clock.run_for(10_000)
    expect(page.get_by_role("link", name="派人补查 教101")).to_have_count(0)


def test_its_clock_goes_on_while_nothing_else_changes(
    school: School, walked: Round, open_page: OpenPage, screen: str
) -> None:
    page = open_page(school.reviewer, screen=screen)
    page.clock.install()
    page.goto("/coverage/")
    expect(page.locator("#clock")).to_contain_text("19:20")
    page.locator("#board > *").first.evaluate("one => { one.untouched = true }")
    with time_machine.travel(at(MONDAY, "19:26"), tick=True):
        page.clock.run_for(10_000)
        expect(page.locator("#clock")).to_contain_text("19:26")
        expect(page.locator(f"#ago-{walked.pk}")).to_have_text("9 分钟前")
        assert page.locator("#board > *").first.evaluate("one => one.untouched")
        # And it goes on asking
        school.check("5403", clock="19:19")
        page.clock.run_for(10_000)
        expect(page.locator(".cover-cell.s-evening", has_text="王同学")).to_contain_text("3 / 3")


@pytest.mark.parametrize("screen", ["phone"], indirect=True)
def test_a_phone_shows_one_shift_and_leads_to_the_others(
    school: School, walked: Round, open_page: OpenPage, screen: str
) -> None:
    page = open_page(school.reviewer, screen=screen)
    page.goto("/coverage/")
    expect(page.locator(".cover-cell.s-evening").first).to_be_visible()
    expect(page.locator(".cover-cell.s-noon").first).to_be_hidden()
    page.get_by_role("link", name="午检 漏查 2").click()
    expect(page.locator(".cover-cell.s-noon").first).to_be_visible()
    expect(page.locator(".cover-cell.s-evening").first).to_be_hidden()


@pytest.mark.parametrize("javascript", [True, False])
def test_from_the_missed_place_to_somebody_sent_there(
    school: School, walked: Round, open_page: OpenPage, screen: str, javascript: bool
) -> None:
    page = open_page(school.reviewer, screen=screen, javascript=javascript)
    page.goto("/coverage/")
    page.get_by_role("link", name="派人补查 教101").click()
    expect(page.get_by_role("checkbox", name="教101")).to_be_checked()
    expect(page.get_by_role("checkbox", name="教102")).not_to_be_checked()
    page.get_by_role("checkbox", name="m1同学").check()
    page.get_by_role("button", name="派出去").click()
    expect(page.get_by_text("已派m1同学")).to_be_visible()
    assert walking(Round.objects.latest("pk")) == ["m1"]


@pytest.mark.parametrize("javascript", [True, False])
def test_pressed_twice_at_once_one_is_sent(
    school: School, walked: Round, open_page: OpenPage, screen: str, javascript: bool
) -> None:
    page = open_page(school.reviewer, screen=screen, javascript=javascript)
    page.goto("/coverage/send/?shift=noon&occasion=routine&place=area:教101")
    page.get_by_role("checkbox", name="m1同学").check()
    page.get_by_role("button", name="派出去").dblclick()
    expect(page.get_by_text("已派m1同学")).to_be_visible()
    assert Round.objects.filter(name="午检补查").count() == 1


def test_that_the_partner_was_there_is_confirmed_by_hand(
    school: School, walked: Round, open_page: OpenPage, screen: str
) -> None:
    with time_machine.travel(at(MONDAY, "23:59") + timedelta(hours=1), tick=True):
        page = open_page(school.reviewer, screen=screen)
        page.goto(f"/rounds/{walked.pk}/")
        row = page.locator("li.walker", has_text="m1同学")
        expect(row).to_contain_text("没有自己的记录，同伴查了")
        row.get_by_role("button", name="确认到场 m1同学").click()
        expect(page.get_by_text("到了，吴同学确认")).to_be_visible()
    assert walker(walked, school.people["m1"]).confirmed_by == school.reviewer


def test_leave_and_a_substitute_by_hand(school: School, walked: Round, open_page: OpenPage, screen: str) -> None:
    page = open_page(school.reviewer, screen=screen)
    page.goto(f"/rounds/{walked.pk}/")
    row = page.locator("li.walker", has_text="m1同学")
    row.get_by_text("来不了").click()
    row.get_by_label("原因").fill("发烧")
    row.get_by_label("谁来替").select_option(label="郑同学 最近 0 轮")
    row.get_by_role("button", name="准假").click()
    expect(page.get_by_text("请假：发烧，郑同学替班")).to_be_visible()
    assert walking(walked) == ["inspector", "reviewer2"]
