"""`manage.py load_demo`: two real weeks of one department, to try the product on."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from campus.selectors import today
from config import demo


class Command(BaseCommand):
    help = "Load the demo: two real weeks and a few of today's checks. A second load changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--date", type=date.fromisoformat, help="what today is, YYYY-MM-DD")
        parser.add_argument("--force", action="store_true", help="also where DEBUG is off: its passwords are public")

    def handle(self, *args: Any, **options: Any) -> None:
        if not (settings.DEBUG or options["force"]):
            raise CommandError("The demo's passwords are public: it wants DEBUG=1, or --force.")
        try:
            loaded = demo.load(today=options["date"] or today(), progress=self.tell)
        except demo.DemoRefusedError as refusal:
            raise CommandError(f"Not loaded, nothing changed: {refusal}.") from refusal
        self.stdout.write(f"Demo loaded. Password: {demo.PASSWORD}" if loaded else "The demo is loaded already.")

    def tell(self, what: str, done: int, of: int) -> None:
        if not self.stdout.isatty() and done < of:
            return  # a log wants one line
        self.stdout.write(f"  {what}: {done} / {of}", ending="\n" if done == of else "\r")
        self.stdout.flush()
