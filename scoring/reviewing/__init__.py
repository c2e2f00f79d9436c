"""What the review reads: the queue, one check, and which of those ticked nobody need look at. Nothing is written."""

from scoring.reviewing.detail import Detail, detail_of
from scoring.reviewing.queue import Group, Queue, Scope, following, queue_for
from scoring.reviewing.rows import Found, Row, unquestionable

__all__ = ["Detail", "Found", "Group", "Queue", "Row", "Scope", "detail_of", "following", "queue_for", "unquestionable"]
