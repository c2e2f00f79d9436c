"""What was said of one check, as plain values: from a page or a phone, before anybody has looked at it."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
UNSEEN = {"Cc", "Cs"}  # control characters, and halves of characters that no database takes


@dataclass(frozen=True, slots=True)
class FindingDraft:
    """One defect seen. `defect` is a code of the standard, else `text` and `points` say what and how much.

    `school_class` is the code of the one class it is charged to; `photos` are the ids of its pictures, which are sent
    apart.
    """

    id: UUID
    defect: str | None = None
    text: str = ""
    points: Decimal | None = None
    school_class: str | None = None
    corrected: bool = False
    photos: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckDraft:
    """One visit of one target, as its inspector tells it.

    `performed_at` is the time by the inspector's own clock, right or wrong, with its offset from UTC; `standard` is an
    id.
    """

    id: UUID
    target_type: str
    target_code: str
    shift: str
    occasion: str
    performed_at: datetime
    outcome: str
    standard: int
    told: str = ""
    note: str = ""
    replaces: UUID | None = None
    findings: tuple[FindingDraft, ...] = ()

    @property
    def photos(self) -> list[UUID]:
        return [photo for finding in self.findings for photo in finding.photos]

    def tidied(self) -> CheckDraft:
        """The same in the characters that are stored."""
        return replace(
            self,
            target_code=one_line(self.target_code),
            told=self.told or "",
            note=plain(self.note),
            findings=tuple(
                replace(
                    finding,
                    defect=one_line(finding.defect or "") or None,
                    text=one_line(finding.text),
                    school_class=one_line(finding.school_class or "") or None,
                )
                for finding in self.findings
            ),
        )


def plain(text: str) -> str:
    """`text` stripped, and without the characters that nobody sees and a file or a database chokes on.

    A record from the field is never refused for one of these.
    """
    text = text.replace("\r\n", "\n").replace("\t", " ")
    return "".join(c for c in text if c == "\n" or not _unseen(c)).strip()


def one_line(text: str) -> str:
    return " ".join(plain(text).split())


def _unseen(character: str) -> bool:
    # U+FFFE and U+FFFF are no characters, and XML knows none of them
    return unicodedata.category(character) in UNSEEN or ord(character) & 0xFFFE == 0xFFFE


def figure(points: Decimal | None) -> str | None:
    """1, 1.0 and 1.00 alike as `1`; what is beyond all bounds, as it came."""
    if points is None or not points.is_finite() or abs(points.adjusted()) > 20:
        return None if points is None else str(points)
    return f"{points.normalize():f}"


def content_hash(draft: CheckDraft) -> str:
    """SHA-256 (hex) of the tidied `draft`: equal for a resend, however its numbers and times were written.

    The time is the one told: how wrong that clock was is measured anew at each sending.
    """
    said = json.dumps(_normal(draft), ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return sha256(said.encode()).hexdigest()


def _normal(draft: CheckDraft) -> dict[str, Any]:
    return {
        "id": str(draft.id),
        "target": [draft.target_type, draft.target_code],
        "shift": draft.shift,
        "occasion": draft.occasion,
        # A difference, for a conversion to UTC overflows at the ends of time
        "performed_at": (draft.performed_at - EPOCH) // timedelta(microseconds=1),
        "outcome": draft.outcome,
        "standard": draft.standard,
        "told": draft.told,
        "note": draft.note,
        "replaces": str(draft.replaces) if draft.replaces else None,
        "findings": [
            {
                "id": str(finding.id),
                "defect": finding.defect,
                "text": finding.text,
                "points": figure(finding.points),
                "class": finding.school_class,
                "corrected": finding.corrected,
                "photos": [str(photo) for photo in finding.photos],
            }
            for finding in draft.findings
        ],
    }
