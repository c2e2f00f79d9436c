"""The house as a whole: it tells of a database whose guards are not in force."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Tags, Warning, register


class SiteConfig(AppConfig):
    name = "config"
    label = "site"

    def ready(self) -> None:
        register(guards_in_force, Tags.database)


def guards_in_force(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """A system check of the databases asked for: a migration that was killed leaves one unguarded."""
    from config import guards

    return [
        Warning(
            f"{len(missing)} guards of the database {using} are not in force.",
            hint="Run manage.py migrate, which puts them back.",
            id="site.W001",
        )
        for using in databases or ()
        if (missing := guards.missing(using))
    ]
