"""Pictures as a browser shows them, under the strict policy, on the phone and on the desk."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from config.tests.school import School
from conftest import OpenPage
from inspections.services import keep_photo, make_thumb
from inspections.tests.drawn import jpeg

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture
def photos(school: School) -> list[UUID]:
    """Of a passed check of class 0852's room: three, and a fourth that has not arrived."""
    photos = [uuid4() for _ in range(4)]
    school.verified("5413", None, {"defect": "bags-hanging", "photos": tuple(photos)})
    for photo in photos[:3]:
        keep_photo(photo=photo, file=BytesIO(jpeg(size=(1200, 900))), sender=school.inspector)
        make_thumb(photo=photo)
    return photos


def shown(page: Page) -> list[bool]:
    page.wait_for_load_state("networkidle")
    page.locator("img.photo").last.scroll_into_view_if_needed()
    page.wait_for_function("[...document.querySelectorAll('img.photo')].every((image) => image.complete)")
    found: list[bool] = page.evaluate("[...document.querySelectorAll('img.photo')].map((i) => i.naturalWidth > 0)")
    return found


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("screen", ["phone", "desk"], indirect=True)
class TestPictures:
    def test_the_reviewer_sees_them_and_goes_to_one(
        self,
        school: School,
        photos: list[UUID],
        open_page: OpenPage,
        screen: str,
        accessibility_faults: Callable[[Page], list[str]],
    ) -> None:
        check = school.check("5413", None, "bad-smell", by=school.inspector2, occasion="spot")
        page = open_page(school.reviewer, screen=screen)
        page.goto(f"/review/{pictured(school)}/")
        assert shown(page) == [True] * 3
        assert page.get_by_text("1 张照片还没到").is_visible()
        assert accessibility_faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.locator("#side a:has(img.photo)").nth(1).click()
        page.wait_for_url(f"**/photos/{photos[1]}/")
        page.goto(f"/review/{check.pk}/")
        assert page.locator("img.photo").count() == 0

    def test_the_officer_sees_them_on_the_line(
        self,
        school: School,
        photos: list[UUID],
        open_page: OpenPage,
        screen: str,
        accessibility_faults: Callable[[Page], list[str]],
    ) -> None:
        page = open_page(school.officer, screen=screen)
        page.goto("/classes/0852/?week=2026-11-09")
        assert shown(page) == [True] * 3
        assert accessibility_faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.get_by_label("看照片：5413 物品悬挂 袋子乱挂").first.click()
        page.wait_for_url(f"**/photos/{photos[0]}/")


def pictured(school: School) -> str:
    from inspections.models import Inspection

    return str(Inspection.objects.get(findings__photos__position=4).pk)
