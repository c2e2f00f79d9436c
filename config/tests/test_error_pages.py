"""What one reads when something is wrong: always what to do next."""

from __future__ import annotations

import re

import pytest
from django.contrib.staticfiles import finders
from django.http import HttpRequest
from django.template.loader import get_template
from django.test import Client, RequestFactory
from django.views.defaults import bad_request, server_error
from pytest_django import Settings

from config.tests.school import School


def test_an_address_that_is_not_there(school: School, client: Client) -> None:
    client.force_login(school.officer)
    response = client.get("/nowhere/")
    page = response.content.decode()
    assert response.status_code == 404
    assert "没有这一页" in page
    assert "回首页" in page
    assert "看排名" in page


def test_on_a_programmers_machine_it_is_the_same_page(school: School, client: Client, settings: Settings) -> None:
    settings.DEBUG = True
    client.force_login(school.officer)
    for address in ("/nowhere/", "/classes/9999/"):
        response = client.get(address)
        assert response.status_code == 404
        assert "没有这一页" in response.content.decode()


def test_an_address_closed_to_the_role(school: School, client: Client) -> None:
    client.force_login(school.nobody)
    response = client.get("/review/")
    page = response.content.decode()
    assert response.status_code == 403
    assert "你没有权限看这一页" in page
    assert "找管理老师加上" in page


def test_a_page_left_open_too_long(db: None) -> None:
    response = Client(enforce_csrf_checks=True).post("/signin/", {"username": "a", "password": "b"})
    page = response.content.decode()
    assert response.status_code == 403
    assert "这一页开得太久了" in page
    assert "刷新后再填一次" in page


def failing(request: HttpRequest, status: int) -> str:
    """The page as Django makes it at the end of its wits: no context, and here no database either."""
    response = server_error(request) if status == 500 else bad_request(request, ValueError("broken"))
    assert response.status_code == status
    return response.content.decode()


@pytest.mark.parametrize(("status", "chinese", "english"), [
    (500, "这边出错了", "Something failed on our side"),
    (400, "看不懂这个请求", "nothing was saved"),
])  # fmt: skip
def test_a_fault_is_told_without_context_or_database(status: int, chinese: str, english: str) -> None:
    page = failing(RequestFactory().get("/"), status)
    assert chinese in page
    assert english in page


@pytest.mark.parametrize("name", ["500.html", "400.html"])
def test_what_a_fault_page_refers_to_is_there(name: str) -> None:
    files = re.findall(r'(?:href|src)="/static/([^"]+)"', get_template(name).render())
    own = [file for file in files if not file.startswith("bootstrap/")]  # comes by npm
    assert own
    assert [file for file in own if finders.find(file) is None] == []
