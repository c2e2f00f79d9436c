"""`POST inspections/batch`: an outbox is emptied."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from inspections.api.owner import OWNER, require_owner
from inspections.api.patrol import person
from inspections.api.reading import BATCH, Unreadable, read_check
from inspections.api.shapes import ResultsShape, UnreadableShape
from inspections.drafts import CheckDraft, one_line
from inspections.selectors import photos_held
from inspections.services import Conflict, Recorded, Rejected, Result, record_many


class BatchView(APIView):
    """Records checks, up to 200 at once, and tells of each, in order; a bad one never blocks its neighbours.

    What was sent before with the same content is a duplicate, and a success; with other content under the same id it
    is a conflict, and nothing changes. `sent_at` is the phone's clock now: it puts right the times that it tells.
    """

    @extend_schema(
        parameters=[OWNER],
        request={"application/json": BATCH.schema},
        responses={
            200: ResultsShape,
            400: OpenApiResponse(UnreadableShape, "Nothing of it was stored"),
            409: OpenApiResponse(description="Somebody else has signed in since"),
        },
    )
    def post(self, request: Request) -> Response:
        received_at = timezone.now()
        require_owner(request)
        batch = read_batch(request.data)
        drafts = [read_or_rejected(said) for said in batch["inspections"]]
        recorded = iter(
            record_many(
                drafts=[draft for draft in drafts if isinstance(draft, CheckDraft)],
                inspector=person(request),
                received_at=received_at,
                clock_offset=received_at - batch["sent_at"],
            )
        )
        results = [next(recorded) if isinstance(draft, CheckDraft) else draft for draft in drafts]
        photos = [
            draft.photos if isinstance(draft, CheckDraft) and isinstance(result, Recorded) else []
            for draft, result in zip(drafts, results, strict=True)
        ]
        held = photos_held({photo for named in photos for photo in named})
        lines = zip(batch["inspections"], results, photos, strict=True)
        return Response({"results": [line(said, result, set(named) - held) for said, result, named in lines]})


def read_batch(said: Any) -> dict[str, Any]:
    try:
        batch: dict[str, Any] = BATCH.read(said)
    except Unreadable as unread:
        raise ParseError({"detail": _("This batch cannot be read."), "errors": by_path(unread.errors)}) from unread
    return batch


def read_or_rejected(said: Any) -> CheckDraft | Rejected:
    try:
        return read_check(said)
    except Unreadable as unread:
        return Rejected(unread.errors)


def line(said: Any, result: Result, photos: Collection[UUID]) -> dict[str, Any]:
    """What came of one check; `photos` are those of it that are still to come."""
    claimed = said.get("id") if isinstance(said, dict) else None
    return {
        "id": one_line(claimed)[:40] if isinstance(claimed, str) else None,
        **outcome(result),
        "photos": sorted(map(str, photos)),
    }


def outcome(result: Result) -> dict[str, Any]:
    match result:
        case Recorded():
            return {"status": result.status, "errors": {}}
        case Conflict():
            told = _("This was stored before, with other content. Save what is right now as a new record.")
            return {"status": "conflict", "errors": {"id": [told]}}
        case Rejected():
            return {"status": "rejected", "errors": by_path(result.errors)}


def by_path(errors: dict[str, list[str]]) -> dict[str, list[str]]:
    return {path or "detail": told for path, told in errors.items()}
