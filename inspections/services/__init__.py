"""The verbs of recording: a check, and its pictures. Nothing else writes either."""

from inspections.drafts import CheckDraft, FindingDraft
from inspections.pictures import NotAPicture
from inspections.services.photos import (
    Kept,
    PhotoConflict,
    forget_unnamed,
    keep_photo,
    make_thumb,
    photos_without_thumb,
)
from inspections.services.recording import (
    PASSING,
    Conflict,
    NotAllowed,
    Recorded,
    Result,
    record,
    record_many,
    record_press,
)
from inspections.validation import Rejected

__all__ = [
    "PASSING",
    "CheckDraft",
    "Conflict",
    "FindingDraft",
    "Kept",
    "NotAPicture",
    "NotAllowed",
    "PhotoConflict",
    "Recorded",
    "Rejected",
    "Result",
    "forget_unnamed",
    "keep_photo",
    "make_thumb",
    "photos_without_thumb",
    "record",
    "record_many",
    "record_press",
]
