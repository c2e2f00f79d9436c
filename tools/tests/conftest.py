from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_django import Settings

from tools import catalogue

Write = Callable[[str, str], Path]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """An empty project: no sources, no catalogue."""
    return tmp_path


@pytest.fixture
def write(project: Path) -> Write:
    """Put a file into the project, its folders made on the way."""

    def write(name: str, text: str) -> Path:
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def translate(project: Path, settings: Settings) -> Callable[[dict[str, str | list[str]]], None]:
    """Add translations, compile, and let Django look texts up in the project's catalogue."""

    def translate(translations: dict[str, str | list[str]]) -> None:
        catalogue.update(project)
        catalogue.add(project, translations)
        catalogue.compile_catalogue(project)
        settings.LOCALE_PATHS = [project / "locale"]  # setting it also makes Django forget what it had loaded

    return translate
