"""Sign-in and one's own page in a real browser, light and dark, on the phone and on the desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from campus.models import Membership, Role, User

if TYPE_CHECKING:
    from playwright.sync_api import Page

OpenPage = Callable[..., "Page"]
Faults = Callable[["Page"], list[str]]


@pytest.fixture
def inspector(transactional_db: None) -> User:
    user = User.objects.create_user("115107", "weisheng-2026", name="王同学")
    Membership.objects.create(user=user, role=Role.INSPECTOR)
    return user


def too_wide(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_both_pages_are_for_everybody(
    inspector: User, open_page: OpenPage, accessibility_faults: Faults, screen: str, scheme: str, language: str
) -> None:
    for user, address in [(None, "/signin/?number=115107"), (inspector, "/me/")]:
        page = open_page(user, screen=screen, scheme=scheme)
        page.goto(address)
        page.get_by_role("button", name="English" if language == "en" else "中文").click()
        page.wait_for_load_state()
        assert page.locator("html").get_attribute("data-bs-theme") == scheme
        assert accessibility_faults(page) == []
        assert not too_wide(page)


def test_signing_in_with_a_look_at_the_password(inspector: User, open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/signin/?next=/me/")
    page.get_by_label("学号或工号").fill("115107")
    page.get_by_label("密码", exact=True).fill("weisheng-2026")
    page.get_by_role("button", name="显示").click()
    assert page.get_by_label("密码", exact=True).get_attribute("type") == "text"
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/me/")
    assert page.get_by_role("heading", name="王同学").is_visible()


def test_dark_is_kept_and_the_system_can_have_it_back(inspector: User, open_page: OpenPage) -> None:
    page = open_page(inspector, scheme="light")
    page.goto("/me/")
    page.get_by_text("深色").click()
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    page.goto("/ranking/")
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    page.goto("/me/")
    assert page.get_by_label("深色").is_checked()
    page.get_by_text("跟随系统").click()
    assert page.locator("html").get_attribute("data-bs-theme") == "light"


def test_without_a_script_one_signs_in_and_out(inspector: User, open_page: OpenPage) -> None:
    page = open_page(javascript=False)
    page.goto("/signin/?next=/me/")
    assert not page.get_by_role("button", name="显示").is_visible()
    page.get_by_label("学号或工号").fill("115107")
    page.get_by_label("密码", exact=True).fill("weisheng-2026")
    page.get_by_role("button", name="登录").click()
    assert not page.get_by_text("深色").is_visible()
    page.get_by_role("button", name="退出登录").click()
    assert page.get_by_label("学号或工号").is_visible()
