"""A real worker, on a real queue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.utils import timezone

from conftest import Worker
from reports.models import BulletinFile, Job
from reports.services import UNSENT, ask_for_bulletin
from reports.tasks import build_bulletin, sweep_jobs

if TYPE_CHECKING:
    from config.tests.school import School

pytestmark = pytest.mark.django_db(transaction=True)


def test_makes_the_file_that_was_asked_for(worker: Worker, school: School, client: Client) -> None:
    school.verified("5413", None, "bags-hanging")
    client.force_login(school.reviewer)
    answer = client.post("/bulletins/build/?week=2026-11-09")
    assert worker.has_done(1) == ["build_bulletin"]
    job = Job.objects.get()
    assert answer["Location"] == f"/bulletins/jobs/{job.pk}/"
    assert (job.state, job.error) == (Job.State.DONE, "")
    file: Any = client.get(f"/bulletins/files/{job.bulletin_file.pk}/")
    assert b"".join(file.streaming_content)[:2] == b"PK"


def test_a_task_delivered_five_times_makes_one_file(worker: Worker, school: School) -> None:
    job = ask_for_bulletin(week=school.week, by=school.reviewer)
    for _ in range(5):
        build_bulletin.delay(job.pk)
    worker.has_done(5)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (Job.State.DONE, 1)
    assert BulletinFile.objects.count() == 1


def test_the_sweep_sends_what_was_lost(worker: Worker, school: School) -> None:
    job = ask_for_bulletin(week=school.week, by=school.reviewer)
    Job.objects.filter(pk=job.pk).update(asked_at=timezone.now() - 2 * UNSENT)
    sweep_jobs.delay()
    assert worker.has_done(2) == ["sweep_jobs", "build_bulletin"]
    job.refresh_from_db()
    assert job.state == Job.State.DONE
