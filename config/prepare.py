"""`python -m config.prepare`: what must be there before pages are served; in DEBUG, an empty database gets the demo."""

import os

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from campus.models import SchoolClass
    from tools import catalogue

    # Babel's own compiler, no gettext: after an update nobody reads yesterday's words
    catalogue.compile_catalogue(settings.BASE_DIR)
    call_command("migrate", verbosity=0, interactive=False)
    if not settings.DEBUG:
        call_command("collectstatic", verbosity=0, interactive=False)
    # Asked of the database, not of a file beside it: who has a class of his own wants no demo
    if settings.DEBUG and not SchoolClass.objects.exists():
        call_command("load_demo")


if __name__ == "__main__":
    main()
