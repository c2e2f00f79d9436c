"""Reading pages as a person does: the words, row by row, and the fields of a form."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from django.http import HttpResponse

ROW = re.compile(r'<li id="(?:room|area)-\d+".*?</li>', re.DOTALL)
FIELD = re.compile(r"<input[^>]*>|<textarea[^>]*>")


def words(html: str) -> str:
    """The text of `html`, a space for every tag, white space folded."""
    html = re.sub(r"<(script|style|template)\b.*?</\1>", "", html, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def seen(response: HttpResponse | Any) -> str:
    return words(response.content.decode())


def rows(response: Any) -> dict[str, str]:
    """The rows of a list of places, by the place's code, in their order."""
    texts = [words(row) for row in ROW.findall(response.content.decode())]
    return {text.split()[0]: text for text in texts}


def current(response: Any) -> str | None:
    """The code of the place that the list says is next."""
    marked = [words(row) for row in ROW.findall(response.content.decode()) if "aria-current" in row]
    return marked[0].split()[0] if marked else None


def attribute(tag: str, name: str) -> str | None:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return unescape(found[1]) if found else None


def filled_in(response: Any) -> dict[str, Any]:
    """What a browser without a script would send of the page's forms, buttons apart."""
    data: dict[str, Any] = {}
    for tag in FIELD.findall(response.content.decode()):
        name, kind = attribute(tag, "name"), attribute(tag, "type")
        if not name or name == "csrfmiddlewaretoken" or (kind in {"checkbox", "radio"} and " checked" not in tag):
            continue
        value = attribute(tag, "value") or ("on" if kind == "checkbox" else "")
        data[name] = [*data[name], value] if isinstance(data.get(name), list) else value
        if kind == "checkbox" and name == "defects" and not isinstance(data[name], list):
            data[name] = [value]
    return data


def press_ids(response: Any) -> dict[str, tuple[str, str]]:
    """For each row with a button: where it posts to, and the id it sends, by the place's code."""
    found = {}
    for row in ROW.findall(response.content.decode()):
        button = re.search(r"<button[^>]*>", row)
        if button:
            found[words(row).split()[0]] = (
                attribute(button[0], "formaction") or "",
                attribute(button[0], "value") or "",
            )
    return found
