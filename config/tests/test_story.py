"""The main job in a browser, end to end: record, review, score, ranking, bulletin; and axe on every page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import time_machine
from openpyxl import load_workbook
from playwright.sync_api import expect

from config.tests.school import MONDAY, School, at
from inspections.models import Standard
from scoring.services import send_back

if TYPE_CHECKING:
    from playwright.sync_api import Page

OpenPage = Callable[..., "Page"]


@pytest.fixture(autouse=True)
def monday_evening() -> Iterator[None]:
    """The pages read the clock; the term does not last for ever."""
    with time_machine.travel(at(MONDAY, "19:20"), tick=True):
        yield


def sign_in(page: Page, number: str, password: str) -> None:
    page.goto("/signin/")
    page.get_by_label("学号或工号").fill(number)
    page.get_by_label("密码", exact=True).fill(password)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(lambda url: "/signin/" not in url)


def score_of(page: Page, code: str) -> str:
    """The total score that the ranking shows for class `code`."""
    page.goto("/ranking/?week=2026-11-09")
    row = page.locator("table.rank tr", has=page.locator("th", has_text=re.compile(f"^\\s*{code}\\s*$")))
    return row.locator(".sc").inner_text(timeout=5_000).strip()


@pytest.mark.usefixtures("celery_worker_running")
def test_from_a_tap_to_the_bulletin(school: School, open_page: OpenPage, screen: str, tmp_path: Path) -> None:
    inspector, reviewer = open_page(screen=screen), open_page(screen=screen)

    # Before: nobody has looked at class 0852
    school.verified("3318", clock="18:30")
    sign_in(reviewer, "reviewer", school.password)
    assert score_of(reviewer, "0852").startswith("—")  # not 100: nobody has looked

    # The inspector finds a bag hung up in 5413
    sign_in(inspector, "inspector", school.password)
    inspector.goto("/checks/")
    inspector.get_by_role("link", name="记一次检查").first.click()
    inspector.wait_for_load_state()
    inspector.get_by_role("searchbox").fill("5413")
    inspector.locator("#board a", has_text="5413").first.click()
    expect(inspector.get_by_role("heading", level=1)).to_contain_text("5413")
    expect(inspector.get_by_role("button", name="干净，下一间")).to_be_visible()
    inspector.get_by_text("袋子乱挂", exact=True).first.click()
    expect(inspector.locator("[data-sum]")).to_have_text("−1")
    inspector.get_by_role("button", name="保存，下一间").click()
    expect(inspector.get_by_text("5413 记下了，等审核")).to_be_visible()

    # It costs nothing until somebody else has looked
    assert score_of(reviewer, "0852").startswith("—")  # not 100: nobody has looked
    reviewer.goto("/review/")
    reviewer.get_by_role("link", name=re.compile("5413")).first.click()
    expect(reviewer.get_by_role("heading", level=1, name="5413")).to_be_visible()
    reviewer.get_by_role("button", name="通过这条").click()
    expect(reviewer.get_by_text("都审完了").first).to_be_visible()

    # One finding in the one room seen: 100 - 5 x 1
    assert score_of(reviewer, "0852") == "95.00"
    reviewer.goto("/classes/0852/?week=2026-11-09")
    expect(reviewer.get_by_text("95.00").first).to_be_visible()
    expect(reviewer.get_by_text("袋子乱挂").first).to_be_visible()
    expect(reviewer.get_by_text("宿舍标准第 1 版").first).to_be_visible()

    # The worker makes the bulletin
    reviewer.goto("/bulletins/?week=2026-11-09")
    reviewer.get_by_role("button", name="生成 Excel 通报").click()
    link = reviewer.locator("#job-file")
    expect(link).to_be_visible(timeout=30_000)
    with reviewer.expect_download() as waiting:
        link.click()
    path = tmp_path / "bulletin.xlsx"
    waiting.value.save_as(path)
    assert waiting.value.suggested_filename.endswith(".xlsx")
    sheet = load_workbook(path)["各班量化汇总表"]
    (row,) = [row for row in sheet.iter_rows(values_only=True) if "0852" in row]
    assert 95 in row


@pytest.mark.parametrize("screen", ["phone"], indirect=True)
def test_recording_and_passing_work_without_javascript(school: School, open_page: OpenPage, screen: str) -> None:
    inspector = open_page(screen=screen, javascript=False)
    sign_in(inspector, "inspector", school.password)
    inspector.goto("/checks/new/room/5420/")
    inspector.get_by_text("帽子乱挂", exact=True).first.click()
    inspector.get_by_role("button", name="保存，下一间").click()
    expect(inspector.get_by_text("5420 记下了，等审核")).to_be_visible()

    reviewer = open_page(screen=screen, javascript=False)
    sign_in(reviewer, "reviewer", school.password)
    reviewer.goto("/review/")
    expect(reviewer.get_by_text("未定班级").first).to_be_visible()
    reviewer.get_by_role("link", name=re.compile("5420")).first.click()
    reviewer.get_by_text("0853", exact=True).last.click()
    reviewer.get_by_role("button", name="通过这条").click()
    expect(reviewer.get_by_text("都审完了").first).to_be_visible()
    assert score_of(reviewer, "0853") == "95.00"
    assert score_of(reviewer, "0852") == "100.00"


PAGES = {
    "reviewer": [
        "/me/",
        "/checks/",
        "/checks/new/",
        "/checks/new/room/5420/",
        "/review/",
        "/review/?date=2026-11-09",
        "/policies/1/",
        "/ranking/",
        "/ranking/?week=nonsense",
        "/classes/0852/",
        "/bulletins/",
        "/nowhere/",
    ],
    "officer": ["/ranking/", "/classes/0852/", "/bulletins/", "/review/"],
}


@pytest.mark.parametrize("scheme", ["light", "dark"], indirect=True)
def test_axe_finds_nothing_on_any_page(
    school: School,
    open_page: OpenPage,
    screen: str,
    scheme: str,
    accessibility_faults: Callable[[Page], list[str]],
) -> None:
    school.verified("5413", None, "bags-hanging", "unsafe-wiring", clock="18:30")
    school.verified("教102", None, "floor-litter", clock="07:30", shift="morning")
    for code in ("5403", "3318"):
        school.check(code, clock="18:40")
    school.check("5413", None, "bags-hanging", clock="18:50", occasion="school")
    school.check("5420", None, "hats-hanging", clock="18:55")
    waiting = school.check("3427", None, "desk-dirty", by=school.inspector2, clock="18:57")
    twin = school.check("3427", by=school.advisor, clock="18:58")
    sent_back = school.check("3501", None, "desk-dirty", by=school.reviewer, clock="18:59")
    send_back(inspection=sent_back.pk, by=school.reviewer2, reason="再看一眼")
    standards = [f"/standards/{pk}/" for pk in Standard.objects.values_list("pk", flat=True)[:2]]
    found = {}
    signed_out = open_page(screen=screen, scheme=scheme)
    signed_out.goto("/signin/")
    found["/signin/"] = accessibility_faults(signed_out)
    for number, paths in PAGES.items():
        page = open_page(school.people[number], screen=screen, scheme=scheme)
        more = (
            [
                *standards,
                f"/review/{waiting.pk}/",
                f"/review/{twin.pk}/",
                f"/checks/new/room/3501/?replaces={sent_back.pk}",
            ]
            if number == "reviewer"
            else []
        )
        for path in [*paths, *more]:
            page.goto(path)
            found[f"{number} {path}"] = accessibility_faults(page)
            assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), (
                f"{path} is wider than {screen}"
            )
    assert {path: faults for path, faults in found.items() if faults} == {}
