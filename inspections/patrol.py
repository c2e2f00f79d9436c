"""The phone's app as it is handed out: the page, its service worker and its manifest. None of them knows a person."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import conditional_page, require_safe

from inspections.patrol_words import patrol_words

STYLES = ("bootstrap/dist/css/bootstrap.min.css", "css/theme.css", "css/inspections.css", "css/patrol.css")
SCRIPTS = Path(settings.BASE_DIR, "static/patrol")
WORKER = SCRIPTS / "sw.js"
LIBRARIES = ("idb/build/index.js", "morphdom/dist/morphdom-esm.js")
MODULES = (*LIBRARIES, *sorted(f"patrol/{path.name}" for path in SCRIPTS.glob("*.js") if path != WORKER))
PICTURES = ("img/icons.svg", "img/mark.svg")
FILES = (*STYLES, "js/theme.js", *MODULES, *PICTURES)


@require_safe
@cache_control(no_cache=True)
@gzip_page
@conditional_page
def shell(request: HttpRequest) -> HttpResponse:
    """The page: the same for everybody, so that it can be kept on a phone that several people use."""
    return render(request, "patrol/shell.html", shell_context())


def shell_context() -> dict[str, object]:
    told = {
        "words": patrol_words(),
        "language": get_language(),
        "zone": settings.TIME_ZONE,
        "icons": static("img/icons.svg"),
        "worker": reverse("inspections:patrol-worker"),
        "scope": reverse("inspections:patrol"),
        "signin": reverse("signin"),
        "home": reverse("home"),
    }
    return {"told": told, "styles": STYLES, "modules": MODULES}


@require_safe
@cache_control(no_cache=True)
@gzip_page
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker: `static/patrol/sw.js`, told what to keep.

    Another version for whatever changes of it, be it the language: then the phone fetches everything anew.
    """
    files = [reverse("inspections:patrol-manifest"), *map(static, FILES)]
    kept = {"version": version(files), "page": reverse("inspections:patrol"), "files": files}
    script = f"const KEPT = {json.dumps(kept)};\n{WORKER.read_text()}"
    return HttpResponse(script, content_type="text/javascript")


def version(addresses: list[str]) -> str:
    """A hash over all that the phone keeps. The address of a collected file carries the file's own hash."""
    digest = sha256(render_to_string("patrol/shell.html", shell_context()).encode())
    digest.update("\n".join(addresses).encode())
    if not hasattr(staticfiles_storage, "hashed_files"):
        for name in FILES:
            digest.update(Path(str(finders.find(name))).read_bytes())
    return digest.hexdigest()[:16]


@require_safe
@cache_control(no_cache=True)
@gzip_page
def manifest(request: HttpRequest) -> HttpResponse:
    """What the app is called, and what it shows, on the phone's own screen."""
    patrol = reverse("inspections:patrol")
    told = {
        "id": patrol,
        "name": _("Sanitation checks"),
        "short_name": pgettext("below the app's icon", "Checks"),
        "lang": get_language(),
        "start_url": patrol,
        "scope": "/",  # signing in, and the other pages, stay in its window
        "display": "standalone",
        "background_color": "#fbf9f4",
        "theme_color": "#fbf9f4",
        "icons": [icon(192), icon(512), icon(512, "maskable")],
        "shortcuts": [
            {"name": _("Find a room"), "url": f"{patrol}#find"},
            {"name": _("What has not been sent"), "url": f"{patrol}#unsent"},
        ],
    }
    return JsonResponse(told, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})


def icon(size: int, purpose: str = "any") -> dict[str, str]:
    source = static(f"img/app-{purpose}-{size}.png")
    return {"src": source, "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
