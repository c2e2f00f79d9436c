"""What a phone sends, for the tests of the API."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.test import Client
from django.utils import timezone

from config.tests.school import MONDAY, at
from inspections.models import Standard

BATCH = "/api/v1/inspections/batch"
Item = dict[str, Any]


def item(code: str = "5413", *findings: Item, kind: str = "dorm", **fields: Any) -> Item:
    """One routine check of Monday evening, clean where it has no findings."""
    said = {
        "id": str(uuid4()),
        "target": {"type": "room" if kind == "dorm" else "area", "code": code},
        "shift": "evening",
        "occasion": "routine",
        "performed_at": at(MONDAY).isoformat(),
        "outcome": "defects" if findings else "clean",
        "told": None,
        "standard": Standard.objects.get(kind=kind, version=1).pk,
        "note": "",
        "replaces": None,
        "findings": list(findings),
    }
    return said | fields


def found(defect: str | None = "bags-hanging", **fields: Any) -> Item:
    said = {"id": str(uuid4()), "defect": defect, "text": "", "points": None, "class": None, "corrected": False}
    return said | {"photos": []} | fields


def send(client: Client, *items: Any, sent_at: datetime | None = None, **headers: str) -> list[Item]:
    """The results of one batch; its `sent_at` is the server's own time unless told."""
    body = {"sent_at": (sent_at or timezone.now()).isoformat(), "inspections": items}
    answer = client.post(BATCH, body, content_type="application/json", headers=headers)
    assert answer.status_code == 200, (answer.status_code, answer.content)
    results: list[Item] = answer.json()["results"]
    assert [result["id"] for result in results] == [
        said.get("id") if isinstance(said, dict) else None for said in items
    ]
    return results


def statuses(results: list[Item]) -> list[str]:
    return [result["status"] for result in results]
