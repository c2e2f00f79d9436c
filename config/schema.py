"""The schema of the API and its pages, and what it says of every address."""

from __future__ import annotations

from typing import Any

from drf_spectacular.authentication import SessionScheme
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

schema = SpectacularAPIView.as_view()
docs = SpectacularSwaggerSplitView.as_view()

FAULT = {
    "type": "object",
    "properties": {"detail": {"type": "string", "description": "What to do, in the reader's language"}},
    "required": ["detail"],
}


class PageScheme(SessionScheme):  # type: ignore[no-untyped-call]
    """A page's own calls, by session and CSRF token."""

    target_class = "config.rest.SessionAuthentication"


def tell_of_faults(result: dict[str, Any], **told: Any) -> dict[str, Any]:
    """Whatever goes wrong anywhere is JSON with a `detail`."""
    result.setdefault("components", {}).setdefault("schemas", {})["Fault"] = FAULT
    answer = {"$ref": "#/components/schemas/Fault"}
    for operations in result["paths"].values():
        for operation in operations.values():
            operation["responses"].setdefault(
                "default", {"description": "It was not done", "content": {"application/json": {"schema": answer}}}
            )
    return result
