"""Pictures, handed to those who may see them; the folder that they lie in is served by nobody."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from csp.constants import UNSAFE_INLINE
from csp.decorators import csp_update
from django.conf import settings
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from inspections.models import Photo
from scoring.photos import photos_open_to
from scoring.views import person

# A browser that shows nothing but a picture fits it to the window by a style of its own
STYLED: Any = csp_update({"style-src": [UNSAFE_INLINE]})


@require_safe
@STYLED
def photo(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """A picture as it is kept."""
    return handed(request, str(open_photo(request, pk).file))


@require_safe
@STYLED
def photo_thumb(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The small copy; the picture itself until that is made."""
    found = open_photo(request, pk)
    return handed(request, found.thumb_name if found.thumb_made_at else str(found.file))


def open_photo(request: HttpRequest, pk: UUID) -> Photo:
    found: Photo = get_object_or_404(photos_open_to(person(request)), pk=pk)
    return found


def handed(request: HttpRequest, name: str) -> HttpResponseBase:
    """The file `name`, which never changes: kept by this browser alone, that asks each time whether it still may."""
    etag = quote_etag(name)
    response = get_conditional_response(request, etag=etag) or content_of(name)
    response.headers["ETag"] = etag
    patch_cache_control(response, private=True, no_cache=True)
    return response


def content_of(name: str) -> HttpResponseBase:
    if settings.X_ACCEL_REDIRECT:
        return HttpResponse(content_type="image/jpeg", headers={"X-Accel-Redirect": settings.X_ACCEL_REDIRECT + name})
    try:
        return FileResponse(default_storage.open(name), content_type="image/jpeg")
    except FileNotFoundError:
        raise Http404 from None
