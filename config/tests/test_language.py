"""Pages are Chinese, unless a person chose English."""

from http.cookies import SimpleCookie

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("browser", [None, "en", "en-GB,en;q=0.9", "de", "*"])
def test_whatever_the_browser_asks_for_it_gets_chinese(client: Client, browser: str | None) -> None:
    headers = {"Accept-Language": browser} if browser else {}
    page = client.get("/signin/", headers=headers)
    assert page["Content-Language"] == "zh-hans"
    assert '<html lang="zh-Hans"' in page.content.decode()


def test_english_is_kept_once_chosen(client: Client) -> None:
    answer = client.post("/language/", {"language": "en", "next": "/signin/"})
    assert answer["Location"] == "/signin/"
    page = client.get("/signin/")
    assert page["Content-Language"] == "en"
    assert '<html lang="en"' in page.content.decode()


def test_a_language_that_there_is_not_is_chinese(client: Client) -> None:
    client.cookies = SimpleCookie({"django_language": "xx"})
    assert client.get("/signin/")["Content-Language"] == "zh-hans"
