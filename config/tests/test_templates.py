"""What holds for every template: the content policy, and that the pictures named are there."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

TEMPLATES = sorted(Path(settings.BASE_DIR, "templates").rglob("*.html"))
INLINE = re.compile(r"""\sstyle\s*=|<style|<script(?![^>]*\ssrc=)|\son[a-z]+\s*=\s*["']|javascript:""", re.IGNORECASE)
ICON = re.compile(r"img/icons\.svg' %}#([a-z-]+)\"")
STATIC = re.compile(r"{% static ['\"]([^'\"]+)['\"] %}")


def test_there_are_templates() -> None:
    assert len(TEMPLATES) > 10


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_a_template_keeps_to_the_content_policy_and_names_what_is_there(path: Path) -> None:
    text = path.read_text()
    assert INLINE.findall(text) == [], "inline style or script, which the content policy refuses"
    drawn = set(re.findall(r'<symbol id="([a-z-]+)"', Path(settings.BASE_DIR, "static/img/icons.svg").read_text()))
    assert set(ICON.findall(text)) - drawn == set(), "an icon that nobody drew"
    # What npm brings is looked for by the finder's own check
    own = [name for name in STATIC.findall(text) if not name.startswith("bootstrap/")]
    assert [name for name in own if finders.find(name) is None] == []
    assert "https://" not in text, "nothing is fetched from elsewhere"
