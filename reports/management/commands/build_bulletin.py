"""`build_bulletin [--week YYYY-MM-DD] --output FILE`: the week's bulletin, as Excel (.xlsx) or plain text (.txt)."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from django.core.management.base import CommandError, CommandParser

from reports.bulletins.facts import BulletinFacts, bulletin_facts, week_to_tell
from reports.bulletins.files import write_excel, write_text
from reports.management.weekly import WeekCommand
from scoring.models import Policy

Writer = Callable[[BulletinFacts, IO[bytes]], None]
WRITERS: dict[str, Writer] = {".xlsx": write_excel, ".txt": write_text}


class Command(WeekCommand):
    help = "Write the bulletin of a week: an Excel workbook (.xlsx), or plain text (.txt)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--week", metavar="YYYY-MM-DD", help="any day of the week; default: the last that is over")
        parser.add_argument("--output", metavar="FILE", required=True, type=Path, help="FILE.xlsx or FILE.txt")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["output"]
        writer = _writer(path)
        week = None if options["week"] else week_to_tell()
        try:
            facts = bulletin_facts(week or self.week(options["week"]))
        except Policy.DoesNotExist:
            raise CommandError("There is no scoring policy for this week; set one first.") from None
        _write_whole(path, lambda file: writer(facts, file))
        self.stdout.write(f"{path}: {facts.week.term} week {facts.week.number}, {facts.ranking.state}")


def _writer(path: Path) -> Writer:
    """Raises `CommandError` where the file could not be written, before anything is computed."""
    if path.suffix.lower() not in WRITERS:
        raise CommandError(f"{path.name!r} ends neither in .xlsx nor in .txt: one of the two says what to write.")
    if not path.parent.is_dir():
        raise CommandError(f"There is no folder {str(path.parent)!r}; make it first.")
    if path.is_dir():
        raise CommandError(f"{str(path)!r} is a folder; name a file.")
    return WRITERS[path.suffix.lower()]


def _write_whole(path: Path, write: Callable[[IO[bytes]], None]) -> None:
    """The file as it was until the new one is whole. Raises `CommandError`."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("wb") as file:
            write(file)
        draft.replace(path)
    except OSError as error:
        raise CommandError(f"{path} could not be written: {error.strerror or error}.") from error
    finally:
        draft.unlink(missing_ok=True)
