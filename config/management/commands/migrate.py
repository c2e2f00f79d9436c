"""`manage.py migrate`: Django's own, with the guards off meanwhile and in force afterwards, also when it fails."""

from __future__ import annotations

from typing import Any

from django.core.management.commands.migrate import Command as Migrate

from config import guards


class Command(Migrate):
    def handle(self, *args: Any, **options: Any) -> None:
        if options["plan"] or options["check_unapplied"]:
            super().handle(*args, **options)
            return
        with guards.lifted(options["database"]):
            super().handle(*args, **options)
