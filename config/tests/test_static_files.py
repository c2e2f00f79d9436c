"""Third-party files come from node_modules, by name; the pages' files are all there."""

from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.template.loader import get_template
from django.test import Client
from pytest_django import Settings

TEMPLATES = Path(settings.BASE_DIR, "templates")


def test_a_named_file_is_served_and_its_neighbour_is_not(client: Client) -> None:
    assert client.get("/static/bootstrap/dist/css/bootstrap.min.css").status_code == 200
    assert Path(settings.NODE_MODULES, "bootstrap/package.json").exists()
    assert finders.find("bootstrap/package.json") is None
    assert finders.find("bootstrap/dist/css/../../package.json") is None


def test_nothing_else_of_node_modules_is_collected() -> None:
    (finder,) = (finder for finder in finders.get_finders() if type(finder).__name__ == "NodeModulesFinder")
    assert [name for name, _ in finder.list([])] == settings.NODE_MODULES_FILES


def test_every_file_that_a_style_sheet_names_is_there(settings: Settings, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    assert (tmp_path / "staticfiles.json").exists()


@pytest.mark.parametrize("name", sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html")))
def test_every_template_can_be_read(name: str) -> None:
    get_template(name)
