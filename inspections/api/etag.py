"""An answer that a phone keeps: asked again with its ETag, 304 where it still stands."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import quote_etag
from drf_spectacular.utils import OpenApiResponse
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

AS_IT_WAS = OpenApiResponse(description="It stands as it was when it had the ETag that `If-None-Match` names")


def with_etag(request: Request, told: Any) -> HttpResponseBase:
    """`told` as JSON, for this person's own browser to keep; 304 where it has the same already."""
    body = JSONRenderer().render(told)
    etag = quote_etag(sha256(body).hexdigest())
    response = HttpResponse(body, content_type="application/json", headers={"ETag": etag})
    patch_cache_control(response, private=True, no_cache=True)
    answer = get_conditional_response(request._request, etag=etag, response=response)
    assert answer is not None, "one of the two"
    return answer
