"""What the commands about one week share: `--week`, `--json`, and the words where there is no such week."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from campus.calendar import NoTermError
from campus.models import Week
from campus.selectors import current_week, week_holding


class WeekCommand(BaseCommand):
    """A command about the week that holds a day: the one given, else today (between terms, the last week)."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--week", metavar="YYYY-MM-DD", help="any day of the week; default: today")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def week(self, day: str | None) -> Week:
        """The week that holds `day` (ISO). Raises `CommandError`, in words."""
        if not day:
            week = current_week()
            if week is None:
                raise CommandError("There is no term yet, so there are no weeks.")
            return week
        try:
            return week_holding(date.fromisoformat(day))
        except NoTermError as problem:
            raise CommandError(f"{problem}.") from None
        except ValueError:
            raise CommandError(f"{day!r} is no date; write it like 2026-05-11.") from None

    def print_json(self, shape: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(shape, ensure_ascii=False, indent=2))
