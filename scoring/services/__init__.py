"""The verbs of scoring: decide on checks, post to the ledger. Nothing else writes a line of it."""

from scoring.services.bonuses import give_bonus
from scoring.services.ledger import reverse
from scoring.services.refusals import AlreadyDecided, NotAllowed, Refusal
from scoring.services.review import Verdict, send_back, set_aside, verify

__all__ = [
    "AlreadyDecided",
    "NotAllowed",
    "Refusal",
    "Verdict",
    "give_bonus",
    "reverse",
    "send_back",
    "set_aside",
    "verify",
]
