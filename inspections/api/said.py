"""A check that is stored, as a batch would say it: for whoever recorded it, to correct it or to answer a return."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from campus.selectors import school_zone
from inspections.api.reading import CHECK
from inspections.drafts import figure
from inspections.models import Finding, Inspection


@extend_schema_field(CHECK.schema)
class CheckField(serializers.JSONField):
    """A check as a batch says it."""


def as_said(inspection: Inspection) -> dict[str, Any]:
    """The check as a batch would say it. Reads room, area and the findings with defect, class and pictures."""
    return {
        "id": str(inspection.pk),
        "target": {"type": "room" if inspection.room_id else "area", "code": inspection.target.code},
        "shift": inspection.shift,
        "occasion": inspection.occasion,
        "performed_at": inspection.performed_at.astimezone(school_zone()).isoformat(),
        "outcome": inspection.outcome,
        "told": inspection.told or None,
        "standard": inspection.standard_id,
        "note": inspection.note,
        "replaces": str(inspection.replaces_id) if inspection.replaces_id else None,
        "findings": [_finding(finding) for finding in inspection.findings.all()],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "id": str(finding.pk),
        "defect": finding.defect.code if finding.defect else None,
        "text": finding.text,
        "points": figure(finding.points),
        "class": finding.school_class.code if finding.school_class else None,
        "corrected": finding.corrected,
        "photos": [str(photo.photo_id) for photo in finding.photos.all()],
    }
