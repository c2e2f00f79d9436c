"""How the tests of a page read it: as words, the way a person sees it."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.test import Client

from campus.models import User


class Page:
    """An answer, as text without tags, and its links by their words."""

    def __init__(self, response: HttpResponseBase) -> None:
        assert isinstance(response, HttpResponse)
        self.status = response.status_code
        self.html = response.content.decode()
        reader = _Reader()
        reader.feed(self.html.split("<main", 1)[-1].split("</main>")[0] if "<main" in self.html else self.html)
        self.text = squeezed(" ".join(reader.words))
        self.links = reader.links
        self.rows = [squeezed(" ".join(row)) for row in reader.rows]

    def row(self, code: str) -> str:
        """The words of the table's row about a class."""
        (row,) = [row for row in self.rows if code in row.split()]
        return row

    def __contains__(self, words: str) -> bool:
        return words in self.text


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.rows: list[list[str]] = []
        self.links: dict[str, str] = {}
        self.link: str | None = None
        self.in_row = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
            self.in_row = True
        if tag == "a":
            self.link = dict(attrs).get("href")

    def handle_endtag(self, tag: str) -> None:
        if tag == "tr":
            self.in_row = False
        if tag == "a":
            self.link = None

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if self.in_row:
            self.rows[-1].append(data)
        if self.link and data.strip():
            self.links[squeezed(data)] = self.link


def squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", unescape(text)).strip()


def read(user: User | None, address: str) -> Page:
    """The page at `address` as `user` sees it."""
    client = Client()
    if user:
        client.force_login(user)
    return Page(client.get(address))
