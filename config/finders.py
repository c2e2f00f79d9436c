"""The few third-party files that pages use, out of `node_modules`."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core.checks import CheckMessage, Warning
from django.core.files.storage import FileSystemStorage, Storage


class NodeModulesStorage(FileSystemStorage):
    """Opens a file by the address it is served under."""

    def __init__(self) -> None:
        super().__init__(location=settings.NODE_MODULES)

    def path(self, name: str) -> str:
        return super().path(settings.NODE_MODULES_FILES[name])


class NodeModulesFinder(BaseFinder):
    """Finds what `NODE_MODULES_FILES` names, and nothing else of `node_modules`."""

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        missing = [file for file in settings.NODE_MODULES_FILES.values() if not self._file(file).exists()]
        hint = "Run `npm ci` (or `make run`, which does it)."
        return [Warning(f"node_modules lacks {', '.join(missing)}.", hint=hint, id="config.W001")] if missing else []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        file = settings.NODE_MODULES_FILES.get(path)
        found = [str(self._file(file))] if file and self._file(file).exists() else []
        return found if find_all or not found else found[0]

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        storage = NodeModulesStorage()
        for name in settings.NODE_MODULES_FILES:
            if not matches_patterns(name, ignore_patterns) and storage.exists(name):
                yield name, storage

    def _file(self, file: str) -> Path:
        return Path(settings.NODE_MODULES) / file
