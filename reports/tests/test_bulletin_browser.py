"""From the button to the file, as a reviewer sees it; a real worker makes it meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook

from reports.models import Job
from reports.services import ask_for_bulletin, run_job

if TYPE_CHECKING:
    from celery import Celery
    from playwright.sync_api import Page

    from config.tests.school import School

pytestmark = pytest.mark.django_db(transaction=True)

Faults = Callable[[Any], list[str]]


@pytest.mark.parametrize("scheme", ["light", "dark"], indirect=True)
def test_a_reviewer_presses_the_button_and_downloads_the_file(
    celery_worker_running: Celery,
    school: School,
    open_page: Callable[..., Page],
    screen: str,
    scheme: str,
    accessibility_faults: Faults,
) -> None:
    school.verified("5413", None, "bags-hanging")
    page = open_page(school.reviewer, screen=screen, scheme=scheme)
    page.goto("/bulletins/?week=2026-11-09")
    assert accessibility_faults(page) == []
    page.click("form[method=post] button")
    page.wait_for_selector("#job-file")
    assert accessibility_faults(page) == []
    with page.expect_download() as download:
        page.click("#job-file")
    assert download.value.suggested_filename.startswith("卫生量化通报-第11周-草稿-")
    assert load_workbook(download.value.path().open("rb"))["宿舍"]["B5"].value == "5413"
    page.click("#job-back")
    assert page.locator(".bulletin").count() == 1
    assert accessibility_faults(page) == []


@pytest.mark.parametrize("screen", ["phone"], indirect=True)
def test_the_slip_follows_the_job(
    school: School, open_page: Callable[..., Page], screen: str, accessibility_faults: Faults
) -> None:
    job = ask_for_bulletin(week=school.week, by=school.reviewer)
    page = open_page(school.officer, screen=screen)
    page.goto(f"/bulletins/jobs/{job.pk}/")
    assert page.locator("[aria-current=step]").count() == 0
    Job.objects.filter(pk=job.pk).update(started_at=job.asked_at, steps_done=1)
    page.wait_for_selector("[aria-current=step]")
    assert page.locator("progress").get_attribute("value") == "1"
    assert accessibility_faults(page) == []
    Job.objects.filter(pk=job.pk).update(started_at=None)
    run_job(job_id=job.pk)
    page.wait_for_selector("#job-file")
    assert page.locator("progress").count() == 0


def test_without_scripts_the_page_comes_anew_by_itself(school: School, open_page: Callable[..., Page]) -> None:
    job = ask_for_bulletin(week=school.week, by=school.reviewer)
    page = open_page(school.reviewer, javascript=False)
    page.goto(f"/bulletins/jobs/{job.pk}/")
    run_job(job_id=job.pk)
    page.wait_for_selector("#job-file")
