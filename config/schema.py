"""The schema of the API and its pages, and what it says of every address."""

from __future__ import annotations

from typing import Any

from drf_spectacular.authentication import SessionScheme
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

schema = SpectacularAPIView.as_view()
# Asked what it takes, it would look for a page to say so, and there is none
docs = SpectacularSwaggerSplitView.as_view(metadata_class=None)

FAULT = {
    "type": "object",
    "properties": {
        "detail": {"type": "string", "description": "What to do, in the reader's language"},
        "errors": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
            "description": "What is wrong, by the path of what it is about; `detail` where it is the whole",
        },
        "code": {"type": "string", "description": "The same word in every language"},
    },
    "required": ["detail"],
}
ANYWHERE = {
    "401": "Nobody has signed in, or the token is worth nothing",
    "403": "The role does not include this; or the page's CSRF token is missing",
    "406": "An answer of another kind than JSON was asked for",
    "429": "Too many calls: again after `Retry-After` seconds",
    "503": "The database does not work: again after `Retry-After` seconds",
}
ASKED = {"400": "This cannot be read"}  # by a query or a body
NAMED = {"404": "There is no such thing, or not for this person"}  # by the address
SENT = {"413": "More than is taken at once", "415": "A body of another kind"}


class PageScheme(SessionScheme):  # type: ignore[no-untyped-call]
    """A page's own calls, by session and CSRF token."""

    target_class = "config.rest.SessionAuthentication"


def tell_of_faults(result: dict[str, Any], **told: Any) -> dict[str, Any]:
    """Whatever goes wrong anywhere is JSON with a `detail`; each address says with which status."""
    result.setdefault("components", {}).setdefault("schemas", {})["Fault"] = FAULT
    for operations in result["paths"].values():
        for operation in operations.values():
            _complete(operation)
    return result


def _complete(operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    for status, description in faults_of(operation).items():
        responses.setdefault(status, {"description": description})
    for status, response in responses.items():
        if status >= "400":
            answer = {"schema": {"$ref": "#/components/schemas/Fault"}}
            response.setdefault("content", {"application/json": answer})
    operation["responses"] = dict(sorted(responses.items()))
    if "requestBody" in operation:
        operation["requestBody"]["required"] = True


def faults_of(operation: dict[str, Any]) -> dict[str, str]:
    """What may go wrong by the nature of what is sent, by status; what else may, or better words, the view says."""
    faults, places = dict(ANYWHERE), {parameter["in"] for parameter in operation.get("parameters", ())}
    if "requestBody" in operation:
        faults |= ASKED | SENT
    if "query" in places:
        faults |= ASKED
    if "path" in places:
        faults |= NAMED
    return faults
