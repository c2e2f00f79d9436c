"""What the worker does: ids in, one service called. A lost task is no loss, the job’s row is the truth."""

from __future__ import annotations

import logging

from celery import shared_task
from kombu.exceptions import OperationalError

from reports.services import run_job, sweep

log = logging.getLogger(__name__)

# A sweep's task that nobody took is worth nothing after the next sweep
SWEPT_SECONDS = 55


@shared_task
def build_bulletin(job_id: int) -> None:
    """Make the bulletin that a job asks for."""
    run_job(job_id=job_id)


@shared_task
def sweep_jobs() -> None:
    """Every minute: send again what was never begun, or fell silent."""
    for job_id in sweep():
        build_bulletin.apply_async((job_id,), expires=SWEPT_SECONDS)


def send(job_id: int) -> None:
    """Hand a job to the worker. Where the queue does not answer, the next sweep does it."""
    try:
        build_bulletin.delay(job_id)
    except OperationalError:
        log.warning("The queue does not answer: job %s waits for the sweep", job_id)
