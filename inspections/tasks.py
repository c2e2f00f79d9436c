"""What the worker does for pictures: ids in, one service called. A lost task is no loss, the row is the truth."""

from __future__ import annotations

import logging
from uuid import UUID

from celery import shared_task
from kombu.exceptions import OperationalError

from inspections import services

log = logging.getLogger(__name__)

# A sweep's task that nobody took is worth nothing after the next sweep
SWEPT_SECONDS = 55


@shared_task
def make_thumb(photo: str) -> None:
    """Make the small copy of a picture."""
    services.make_thumb(photo=UUID(photo))


@shared_task
def sweep_thumbs() -> None:
    """Every minute: send again the pictures whose small copy nobody made."""
    for photo in services.photos_without_thumb():
        make_thumb.apply_async((str(photo),), expires=SWEPT_SECONDS)


@shared_task
def sweep_unnamed() -> None:
    """Every hour: delete the pictures that no finding has named for a month."""
    services.forget_unnamed()


def send_thumb(photo: UUID) -> None:
    """Hand a picture to the worker. Where the queue does not answer, the next sweep does it."""
    try:
        make_thumb.delay(str(photo))
    except OperationalError:
        log.warning("The queue does not answer: the small copy of photo %s waits for the sweep", photo)
