"""Why a verb of scoring was refused; each says it in words for the person who asked."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from inspections.drafts import plain
from scoring.models import REASON_LENGTH


class Refusal(ValueError):
    """What was asked cannot be done as it stands."""


class NotAllowed(Refusal):
    """The person may not: his role, his own entry, his own class."""


class AlreadyDecided(Refusal):
    """Somebody has decided on the check before."""


def reason_given(reason: str) -> str:
    """`reason` in the characters that are stored. Raises `Refusal` for none, and for more than 200 of them."""
    reason = plain(reason)
    if not reason:
        raise Refusal(_("Say why, in a few words."))
    if len(reason) > REASON_LENGTH:
        too_many = len(reason) - REASON_LENGTH
        raise Refusal(
            ngettext(
                "The reason is %(count)d character too long: %(most)d at most.",
                "The reason is %(count)d characters too long: %(most)d at most.",
                too_many,
            )
            % {"count": too_many, "most": REASON_LENGTH}
        )
    return reason
