"""The versions of the standard that are in force, as a phone makes its sheets from them (§6.2)."""

from __future__ import annotations

from typing import Any

from django.http.response import HttpResponseBase
from django.utils.decorators import method_decorator
from django.views.decorators.gzip import gzip_page
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from campus.selectors import today
from inspections.api.etag import AS_IT_WAS, with_etag
from inspections.api.shapes import StandardShape
from inspections.drafts import figure
from inspections.models import Defect, Item, Kind, Standard
from inspections.selectors import instead_of, standards_in_force


@method_decorator(gzip_page, name="dispatch")
class StandardsView(APIView):
    """One version of each kind: its items and defects, what stands instead of a check, what each costs.

    Asked again with its ETag: 304 where it stands.
    """

    @extend_schema(responses={200: StandardShape(many=True), 304: AS_IT_WAS})
    def get(self, request: Request) -> HttpResponseBase:
        return with_etag(request, [standard_shape(version) for version in standards_in_force(today())])


def standard_shape(version: Standard) -> dict[str, Any]:
    return {
        "id": version.pk,
        "kind": version.kind,
        "version": version.version,
        "effective_from": version.effective_from.isoformat(),
        "locked_points": figure(version.locked_points),
        "refused_points": figure(version.refused_points),
        "most_own_points": figure(version.most_own_points),
        "instead": [outcome.value for outcome in instead_of(Kind(version.kind))],
        "items": [item_shape(item) for item in version.items.all()],
    }


def item_shape(item: Item) -> dict[str, Any]:
    defects = [defect_shape(defect) for defect in item.defects.all()]
    return {"code": item.code, "name": item.name, "name_en": item.name_en, "defects": defects}


def defect_shape(defect: Defect) -> dict[str, Any]:
    return {
        "code": defect.code,
        "name": defect.name,
        "name_en": defect.name_en,
        "points": figure(defect.points),
        "scope": defect.scope,
        "serious": defect.serious,
    }
