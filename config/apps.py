"""The house as a whole: it puts the database's guards in force after every migration."""

from typing import Any

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate, pre_migrate


class SiteConfig(AppConfig):
    name = "config"
    label = "site"

    def ready(self) -> None:
        # Django signals only apps that have models, and once for each: the topmost one speaks for the house
        topmost = apps.get_app_config("reports")
        pre_migrate.connect(_remove_guards, sender=topmost)
        post_migrate.connect(_install_guards, sender=topmost)


def _remove_guards(using: str, **kwargs: Any) -> None:
    from config import guards

    if kwargs.get("plan"):
        guards.remove(using)


def _install_guards(using: str, **kwargs: Any) -> None:
    from config import guards

    guards.install(using)
