"""What the phone says of a check, read strictly; every fault is told by its path, and the schema says the same.

A batch is read in a fraction of what serializers take for two hundred checks, and what was said is never bent: a
number that should be a word is a fault.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from inspections.drafts import CheckDraft, FindingDraft, one_line
from inspections.models import PHOTOS_OF_A_FINDING, Occasion, Outcome, Told
from inspections.validation import FINDINGS_AT_MOST

BATCH_AT_MOST = 200
A_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
A_FIGURE = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,9})?", re.ASCII)

Schema = dict[str, Any]


class Unreadable(Exception):
    """`errors` says what cannot be read, by its path; the path of the whole is empty."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__(errors)
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Shape:
    """`read` makes a plain value of what the JSON said, or raises `Unreadable`; `schema` is its OpenAPI."""

    read: Callable[[Any], Any]
    schema: Schema


def unreadable(message: str) -> Unreadable:
    return Unreadable({"": [message]})


# Values


def text(**schema: Any) -> Shape:
    def read(said: Any) -> str:
        if not isinstance(said, str):
            raise unreadable(_("This should be text."))
        return said

    return Shape(read, {"type": "string", **schema})


def whole_number() -> Shape:
    def read(said: Any) -> int:
        if not isinstance(said, int) or isinstance(said, bool):
            raise unreadable(_("This should be a whole number."))
        return said

    return Shape(read, {"type": "integer"})


def flag() -> Shape:
    def read(said: Any) -> bool:
        if not isinstance(said, bool):
            raise unreadable(_("This should be true or false."))
        return said

    return Shape(read, {"type": "boolean"})


def uuid() -> Shape:
    def read(said: Any) -> UUID:
        if not isinstance(said, str) or not A_UUID.fullmatch(said):
            raise unreadable(_("This should be a UUID."))
        return UUID(said)

    return Shape(read, {"type": "string", "format": "uuid"})


def figure() -> Shape:
    def read(said: Any) -> Decimal:
        if not isinstance(said, str) or not A_FIGURE.fullmatch(said):
            raise unreadable(_('This should be a figure, written as text: "1" or "0.5".'))
        return Decimal(said)

    return Shape(read, {"type": "string", "pattern": f"^{A_FIGURE.pattern}$", "example": "1"})


def moment() -> Shape:
    def read(said: Any) -> datetime:
        try:
            instant = datetime.fromisoformat(said)
        except (TypeError, ValueError):
            raise unreadable(_("This should be a time, written 2026-05-11T07:31:05+08:00.")) from None
        if instant.tzinfo is None:
            raise unreadable(_("This time does not say its offset from UTC."))
        return instant

    return Shape(read, {"type": "string", "format": "date-time"})


def or_null(shape: Shape) -> Shape:
    schema = {**shape.schema, "nullable": True}
    if "enum" in schema:
        schema["enum"] = [*schema["enum"], None]
    return Shape(lambda said: None if said is None else shape.read(said), schema)


# What is made of values


def several(shape: Shape, most: int) -> Shape:
    def read(said: Any) -> tuple[Any, ...]:
        if not isinstance(said, list):
            raise unreadable(_("This should be a list."))
        if len(said) > most:
            raise unreadable(_("%(most)d at most.") % {"most": most})
        return tuple(_parts({str(n): (shape, part) for n, part in enumerate(said)}).values())

    return Shape(read, {"type": "array", "items": shape.schema, "maxItems": most})


def record(wanted: Mapping[str, Shape], optional: Mapping[str, Shape] | None = None) -> Shape:
    """An object with these keys; what is optional may be left out, and is then not in what is read."""
    shapes = {**wanted, **(optional or {})}

    def read(said: Any) -> dict[str, Any]:
        if not isinstance(said, dict):
            raise unreadable(_("This should be an object."))
        errors = {key: [_("This is missing.")] for key in wanted if key not in said}
        errors |= {one_line(key)[:40]: [_("Nobody knows this.")] for key in said if key not in shapes}
        return _parts({key: (shape, said[key]) for key, shape in shapes.items() if key in said}, errors)

    properties = {key: shape.schema for key, shape in shapes.items()}
    closed = {"type": "object", "properties": properties, "additionalProperties": False}
    return Shape(read, {**closed, "required": list(wanted)} if wanted else closed)


def _parts(parts: Mapping[str, tuple[Shape, Any]], errors: dict[str, list[str]] | None = None) -> dict[str, Any]:
    """Each part as it was read. Raises `Unreadable` with the faults of all."""
    values, errors = {}, dict(errors or {})
    for name, (shape, said) in parts.items():
        try:
            values[name] = shape.read(said)
        except Unreadable as unread:
            errors |= {f"{name}.{path}" if path else name: told for path, told in unread.errors.items()}
    if errors:
        raise Unreadable(errors)
    return values


# The check

SHIFTS, TARGETS = ["morning", "noon", "evening"], ["room", "area"]

FINDING = record(
    {"id": uuid()},
    {
        "defect": or_null(text(description="The code of a defect of the standard; null for own text")),
        "text": text(),
        "points": or_null(figure()),
        "class": or_null(text(description="The code of the one class it is charged to")),
        "corrected": flag(),
        "photos": several(uuid(), PHOTOS_OF_A_FINDING),
    },
)
CHECK = record(
    {
        "id": uuid(),
        "target": record({"type": text(enum=TARGETS), "code": text()}),
        "shift": text(enum=SHIFTS),
        "occasion": text(enum=Occasion.values),
        "performed_at": moment(),
        "outcome": text(enum=Outcome.values),
        "standard": whole_number(),
    },
    {
        "told": or_null(text(enum=Told.values)),
        "note": text(),
        "replaces": or_null(uuid()),
        "findings": several(FINDING, FINDINGS_AT_MOST),
    },
)
# The checks themselves are read one by one: a bad one is no fault of the batch
BATCH = record({"sent_at": moment(), "inspections": several(Shape(lambda said: said, CHECK.schema), BATCH_AT_MOST)})


def read_check(said: Any) -> CheckDraft:
    """Raises `Unreadable`."""
    check = CHECK.read(said)
    target = check.pop("target")
    findings = tuple(_finding(finding) for finding in check.pop("findings", ()))
    told = check.pop("told", None) or ""
    return CheckDraft(target_type=target["type"], target_code=target["code"], told=told, findings=findings, **check)


def _finding(said: dict[str, Any]) -> FindingDraft:
    return FindingDraft(school_class=said.pop("class", None), **said)
