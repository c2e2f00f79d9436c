"""The verbs of reports: a bulletin is asked for, and made by whoever takes the job."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from datetime import timedelta
from tempfile import TemporaryFile
from typing import IO

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop

from campus.models import User, Week
from reports.bulletins.facts import bulletin_facts
from reports.bulletins.files import write_excel
from reports.models import BulletinFile, Job
from scoring.models import Policy

log = logging.getLogger(__name__)

# Kept in English and told in the language of who looks at the job
STEPS = (
    gettext_noop("Scores, ranks and red flags"),
    gettext_noop("The sheets"),
    gettext_noop("The file"),
)
NO_POLICY = gettext_noop("There is no scoring policy for this week. An administrator sets one first.")
NOT_STORED = gettext_noop("The file could not be stored. Tell your administrator to see to the disk, then try again.")
FAILED = gettext_noop("Something went wrong, and it is written down for your administrator. Try once more.")
GIVEN_UP = gettext_noop("It was begun three times and never finished. Tell your administrator.")

QUIET = timedelta(minutes=5)  # without a sign of life for so long, a job is anybody's
UNSENT = timedelta(minutes=1)
MOST_ATTEMPTS = 3


class LostError(Exception):
    """Somebody else has taken the job over."""


def ask_for_bulletin(*, week: Week, by: User | None) -> Job:
    """The job that makes the Excel bulletin of `week`: the unfinished one where there is one, else a new one.

    Whoever asks sends its id to the queue once the transaction is committed.
    """
    job, _new = Job.objects.get_or_create(
        kind=Job.Kind.BULLETIN_XLSX, week=week, finished_at=None, defaults={"asked_by": by, "steps": len(STEPS)}
    )
    return job


def run_job(*, job_id: int) -> None:
    """Make the file of a job, unless it is finished or somebody else is at it.

    It may be called any number of times, at once too: one file comes of it. What goes wrong is logged, and told in
    the job in words.
    """
    claim = _claim(job_id)
    if claim is None:
        return
    try:
        _make_bulletin(claim)
    except LostError:
        log.warning("Job %s was taken over by somebody else", job_id)
    except Exception as error:
        log.exception("Job %s failed", job_id)
        claim.fail(_in_words(error))


def sweep() -> list[int]:
    """Ids of the jobs to send to the queue again: never begun, or begun and silent.

    A job that was begun too often is given up first: it is the job that ends its workers.
    """
    now = timezone.now()
    silent = Job.objects.filter(finished_at=None, beat_at__lt=now - QUIET)
    silent.filter(attempts__gte=MOST_ATTEMPTS).update(finished_at=now, error=GIVEN_UP)
    unsent = Q(started_at=None, asked_at__lt=now - UNSENT)
    forgotten = Job.objects.filter(finished_at=None).filter(unsent | Q(beat_at__lt=now - QUIET))
    return list(forgotten.order_by("asked_at").values_list("pk", flat=True))


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work on a job; lost to whoever takes the job over after a silence."""

    job: Job
    attempt: int

    def alive(self) -> None:
        """Give a sign of life. Raises `LostError`."""
        self._update(beat_at=timezone.now())

    def done(self, steps: int) -> None:
        """Say how many of the steps are done. Raises `LostError`."""
        self._update(beat_at=timezone.now(), steps_done=steps)

    def finish(self) -> None:
        """Raises `LostError`."""
        self._update(beat_at=timezone.now(), steps_done=len(STEPS), finished_at=timezone.now())

    def fail(self, error: str) -> None:
        self._mine().update(finished_at=timezone.now(), error=error)

    def _update(self, **fields: object) -> None:
        if not self._mine().update(**fields):
            raise LostError

    def _mine(self) -> QuerySet[Job]:
        return Job.objects.filter(pk=self.job.pk, attempts=self.attempt, finished_at=None)


def _claim(job_id: int) -> Claim | None:
    """One statement decides who works: of two workers the second finds nothing left to update."""
    now = timezone.now()
    free = Q(started_at=None) | Q(beat_at__lt=now - QUIET, attempts__lt=MOST_ATTEMPTS)
    unfinished = Job.objects.filter(pk=job_id, finished_at=None)
    begun = {"started_at": now, "beat_at": now, "steps_done": 0, "steps": len(STEPS), "attempts": F("attempts") + 1}
    if not unfinished.filter(free).update(**begun):
        return None
    job = Job.objects.select_related("week", "asked_by").get(pk=job_id)
    return Claim(job, job.attempts)


def _make_bulletin(claim: Claim) -> None:
    """Nothing is kept open in the database while the file is made."""
    facts = bulletin_facts(claim.job.week, by=claim.job.asked_by)
    claim.done(1)
    with TemporaryFile() as file:
        write_excel(facts, file, alive=claim.alive)
        claim.done(2)
        _keep(claim, file)


def _keep(claim: Claim, file: IO[bytes]) -> None:
    """Store the file first and then say so in one transaction: nobody is ever shown half a file."""
    size = file.tell()
    file.seek(0)
    sha256 = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
    week = claim.job.week
    name = default_storage.save(f"bulletins/{week.starts_on:%Y}/{week.starts_on:%Y%m%d}-{sha256[:12]}.xlsx", File(file))
    try:
        with transaction.atomic():
            claim.finish()
            BulletinFile.objects.create(
                job=claim.job, week=week, file=name, sha256=sha256, size=size, made_by=claim.job.asked_by
            )
    except BaseException:
        # Whatever went wrong, no row names the file
        default_storage.delete(name)
        raise


def _in_words(error: Exception) -> str:
    if isinstance(error, Policy.DoesNotExist):
        return NO_POLICY
    return NOT_STORED if isinstance(error, OSError) else FAILED
