"""What one writes first, for the storm to break: whatever arrives is stored, under an id of the server's own.

All the rest is the product's: what makes the difference is the phone's id as the key.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from uuid import uuid4

from config.wsgi import application  # first: it makes the apps ready, which the models below ask for

# isort: split
from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

from config.urls import urlpatterns as product
from inspections.api.reading import read_check
from inspections.services import record

__all__ = ["application"]
settings.ROOT_URLCONF = __name__


@csrf_exempt
def batch(request: HttpRequest) -> JsonResponse:
    said = json.loads(request.body)["inspections"]
    for check in said:
        store(check, request.user)
    return JsonResponse({"results": [{"id": check["id"], "status": "created"} for check in said]})


def store(check: Any, inspector: Any) -> None:
    """The phone's id is kept in the note."""
    draft = read_check(check)
    findings = tuple(replace(finding, id=uuid4(), photos=()) for finding in draft.findings)
    record(draft=replace(draft, id=uuid4(), note=str(draft.id), findings=findings), inspector=inspector)


batches = ([path("api/v1/inspections/batch", batch, name="api-batch")], "inspections")
urlpatterns = [path("", include(batches)), *product]
