"""What a batch is measured against: a view of Django's alone that stores one check a request, and asks nothing.

It stands in the same house, behind the same door: the same middleware, the same sign-in. But it knows no REST
framework and no rules, and believes the row ids that it is told. It stores the same rows as the product does for one
check, in one transaction.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

import config.wsgi  # noqa: F401  # sets Django up
from config.access import TABLE
from inspections.models import Concern, Finding, Inspection


@csrf_exempt
def store(request: HttpRequest) -> HttpResponse:
    person: Any = request.user
    said: dict[str, Any] = json.loads(request.body)
    with transaction.atomic():
        inspection = Inspection.objects.create(
            id=UUID(said["id"]),
            room_id=said["room"],
            area_id=said["area"],
            category=said["category"],
            shift=said["shift"],
            occasion="routine",
            performed_at=said["performed_at"],
            performed_on=said["performed_on"],
            received_at=timezone.now(),
            clock_offset=timedelta(0),
            week_id=said["week"],
            inspector=person,
            standard_id=said["standard"],
            outcome=said["outcome"],
            content_hash=said["hash"],
        )
        Concern.objects.bulk_create(
            Concern(inspection=inspection, school_class_id=school_class) for school_class in said["classes"]
        )
        Finding.objects.bulk_create(
            Finding(
                id=UUID(finding["id"]),
                inspection=inspection,
                position=n,
                defect_id=finding["defect"],
                points=finding["points"],
                scope=finding["scope"],
                serious=finding["serious"],
            )
            for n, finding in enumerate(said["findings"], 1)
        )
    return JsonResponse({"id": said["id"], "status": "created"})


urlpatterns = [path("api/bare", store, name="bare")]
TABLE["bare"] = TABLE["inspections:api-batch"]

settings.ROOT_URLCONF = "bench.bare"
application = WSGIHandler()
