"""Whether an answer is what the schema says."""

from __future__ import annotations

from functools import cache
from typing import Any

import jsonschema  # type: ignore[import-untyped]
from drf_spectacular.generators import SchemaGenerator


def as_json_schema(part: Any) -> Any:
    """OpenAPI 3.0 says `nullable` where JSON Schema has a type of its own."""
    if isinstance(part, list):
        return [as_json_schema(each) for each in part]
    if not isinstance(part, dict):
        return part
    plain = {name: as_json_schema(each) for name, each in part.items() if name != "nullable"}
    return {"anyOf": [plain, {"type": "null"}]} if part.get("nullable") else plain


@cache
def _schema() -> Any:
    generator: Any = SchemaGenerator
    return as_json_schema(generator().get_schema(request=None, public=True))


def keeps_contract(answer: Any, method: str, path: str) -> Any:
    """The JSON of `answer`, after a look at the schema of `path` (below `/api/v1/`) for its status."""
    said, schema = answer.json(), _schema()
    responses = schema["paths"][f"/api/v1/{path}"][method]["responses"]
    shape = responses[str(answer.status_code)]["content"]["application/json"]["schema"]
    whole = {**shape, "components": schema["components"]}
    jsonschema.validate(said, whole, format_checker=jsonschema.FormatChecker())
    return said
