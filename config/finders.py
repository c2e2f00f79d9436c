"""The few third-party files that pages use, out of `node_modules` and of applications."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import AppDirectoriesFinder, BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core.checks import CheckMessage, Warning
from django.core.files.storage import FileSystemStorage, Storage


class AppsFinder(AppDirectoriesFinder):
    """Collects the applications' files without those that `APP_FILES_LEFT_OUT` names."""

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[tuple[str, Storage]]:
        return super().list([*(ignore_patterns or []), *settings.APP_FILES_LEFT_OUT])


class NodeModulesFinder(BaseFinder):
    """Finds what `NODE_MODULES_FILES` names, and nothing else of `node_modules`."""

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        missing = [name for name in settings.NODE_MODULES_FILES if not self._exists(name)]
        hint = "Run `npm ci` (or `make run`, which does it)."
        return [Warning(f"node_modules lacks {', '.join(missing)}.", hint=hint, id="config.W001")] if missing else []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        found = [str(self._file(path))] if path in settings.NODE_MODULES_FILES and self._exists(path) else []
        return found if find_all or not found else found[0]

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        storage = FileSystemStorage(location=settings.NODE_MODULES)
        for name in settings.NODE_MODULES_FILES:
            if self._exists(name) and not matches_patterns(name, ignore_patterns or []):
                yield name, storage

    def _exists(self, name: str) -> bool:
        return self._file(name).is_file()

    def _file(self, name: str) -> Path:
        return Path(settings.NODE_MODULES, name)
