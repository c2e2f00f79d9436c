"""A job is done once, whoever takes it and however often it is handed out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.storage import default_storage
from django.db import OperationalError, connection
from django.utils import timezone

from reports import selectors, services
from reports.bulletins import facts
from reports.models import BulletinFile, Job
from reports.services import FAILED, GIVEN_UP, MOST_ATTEMPTS, NO_POLICY, NOT_STORED, ask_for_bulletin, run_job, sweep
from scoring.models import CategoryRule, OccasionMultiplier, Policy

if TYPE_CHECKING:
    from config.tests.school import School

pytestmark = pytest.mark.django_db


@pytest.fixture
def job(school: School) -> Job:
    return ask_for_bulletin(week=school.week, by=school.reviewer)


def ago(**time: int) -> datetime:
    return timezone.now() - timedelta(**time)


def begun(job: Job, beat_at: datetime, attempts: int = 1) -> None:
    """As a worker leaves it that last gave a sign of life at `beat_at`."""
    Job.objects.filter(pk=job.pk).update(started_at=beat_at, beat_at=beat_at, attempts=attempts)


# Asking


def test_a_week_has_one_unfinished_job_whoever_asks(school: School, job: Job) -> None:
    assert ask_for_bulletin(week=school.week, by=school.admin) == job
    assert job.asked_by == school.reviewer
    assert job.state == Job.State.QUEUED


def test_a_finished_job_is_followed_by_a_new_one(school: School, job: Job) -> None:
    run_job(job_id=job.pk)
    again = ask_for_bulletin(week=school.week, by=school.reviewer)
    assert again != job
    run_job(job_id=again.pk)
    assert BulletinFile.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_many_who_ask_at_once_one_job_comes(school: School) -> None:
    week, jobs, barrier = school.week, [], Barrier(6)

    def ask() -> None:
        barrier.wait()
        jobs.append(ask_for_bulletin(week=week, by=None).pk)
        connection.close()

    at_once(ask, 6)
    assert len(jobs) == 6
    assert len(set(jobs)) == 1


def at_once(work: Callable[[], None], times: int) -> None:
    threads = [Thread(target=work) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


# Doing


def test_makes_a_file_and_says_how_far_it_is(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    done = services.Claim.done

    def note(claim: services.Claim, steps: int) -> None:
        done(claim, steps)
        seen.append(Job.objects.get(pk=job.pk).steps_done)

    monkeypatch.setattr(services.Claim, "done", note)
    run_job(job_id=job.pk)
    job.refresh_from_db()
    assert seen == [1, 2]
    assert (job.state, job.steps_done, job.steps, job.error) == (Job.State.DONE, 3, 3, "")
    with job.bulletin_file.file.open("rb") as file:
        content = file.read()
    assert content[:2] == b"PK"
    assert job.bulletin_file.sha256 == hashlib.sha256(content).hexdigest()
    assert job.bulletin_file.size == len(content)
    assert job.bulletin_file.made_by == job.asked_by


def test_a_task_delivered_again_makes_no_second_file(job: Job) -> None:
    run_job(job_id=job.pk)
    finished_at = Job.objects.get(pk=job.pk).finished_at
    run_job(job_id=job.pk)
    assert BulletinFile.objects.count() == 1
    assert Job.objects.get(pk=job.pk).finished_at == finished_at


def test_a_job_that_is_gone_is_nothing(school: School) -> None:
    run_job(job_id=12345)
    assert not BulletinFile.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_several_workers_at_once_one_makes_the_file(school: School) -> None:
    job, barrier = ask_for_bulletin(week=school.week, by=None), Barrier(4)

    def work() -> None:
        barrier.wait()
        run_job(job_id=job.pk)
        connection.close()

    at_once(work, 4)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (Job.State.DONE, 1)
    assert BulletinFile.objects.count() == 1


def test_a_job_that_somebody_is_at_is_left_to_him(job: Job) -> None:
    begun(job, ago(minutes=4))
    run_job(job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (Job.State.RUNNING, 1)


def test_a_job_whose_worker_fell_silent_is_taken_over(job: Job) -> None:
    begun(job, ago(minutes=6))
    run_job(job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (Job.State.DONE, 2)


def test_a_worker_that_comes_back_after_it_was_relieved_leaves_no_file(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first worker stalls with its file all but stored; a second takes over and finishes."""
    keep = services._keep

    def stall(claim: services.Claim, file: Any) -> None:
        monkeypatch.setattr(services, "_keep", keep)
        Job.objects.filter(pk=job.pk).update(beat_at=ago(minutes=6))
        run_job(job_id=job.pk)
        keep(claim, file)

    monkeypatch.setattr(services, "_keep", stall)
    stored_before = stored()
    run_job(job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (Job.State.DONE, 2)
    assert stored() - stored_before == {job.bulletin_file.file.name.rpartition("/")[2]}


def stored() -> set[str]:
    folder = "bulletins/2026"
    return set(default_storage.listdir(folder)[1]) if default_storage.exists(folder) else set()


# What goes wrong


def test_what_goes_wrong_is_told_in_words_and_written_down(
    job: Job, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise ZeroDivisionError("a fault of ours")

    monkeypatch.setattr(services, "write_excel", fail)
    run_job(job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.error) == (Job.State.FAILED, FAILED)
    assert "a fault of ours" in caplog.text
    assert not BulletinFile.objects.exists()


def test_a_full_disk_is_told_as_such(
    job: Job, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = tmp_path / "media"
    blocked.write_text("a file where the folder should be")
    settings.MEDIA_ROOT = str(blocked)
    run_job(job_id=job.pk)
    job.refresh_from_db()
    assert job.error == NOT_STORED


def test_a_school_without_policy_is_told_what_to_do(job: Job, caplog: pytest.LogCaptureFixture) -> None:
    for model in (OccasionMultiplier, CategoryRule, Policy):
        model._default_manager.all().delete()
    run_job(job_id=job.pk)
    job.refresh_from_db()
    assert job.error == NO_POLICY


def test_whatever_goes_wrong_leaves_no_file_that_nobody_names(
    job: Job, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(**fields: Any) -> None:
        raise OperationalError("the connection is gone")

    monkeypatch.setattr(BulletinFile.objects, "create", fail)
    before = stored()
    run_job(job_id=job.pk)
    job.refresh_from_db()
    assert job.error == FAILED
    assert stored() == before


# The sweep


def test_a_job_that_was_never_begun_is_sent_again(job: Job) -> None:
    assert sweep() == []
    Job.objects.filter(pk=job.pk).update(asked_at=ago(minutes=2))
    assert sweep() == [job.pk]


def test_a_silent_job_is_sent_again_and_a_live_one_is_not(job: Job) -> None:
    begun(job, ago(minutes=4))
    assert sweep() == []
    begun(job, ago(minutes=6))
    assert sweep() == [job.pk]


def test_a_finished_job_is_never_sent_again(job: Job) -> None:
    run_job(job_id=job.pk)
    Job.objects.filter(pk=job.pk).update(asked_at=ago(days=1), beat_at=ago(days=1))
    assert sweep() == []


def test_a_job_that_ended_every_worker_is_begun_by_none(job: Job) -> None:
    begun(job, ago(minutes=6), attempts=MOST_ATTEMPTS)
    run_job(job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (Job.State.RUNNING, MOST_ATTEMPTS)


def test_a_job_that_ended_every_worker_is_given_up(job: Job) -> None:
    begun(job, ago(minutes=6), attempts=MOST_ATTEMPTS)
    assert sweep() == []
    job.refresh_from_db()
    assert (job.state, job.error) == (Job.State.FAILED, GIVEN_UP)


# Meanwhile


@pytest.mark.django_db(transaction=True)
def test_others_write_while_the_figures_are_read(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is verified between two reads stands in none of them, and nobody waits for the bulletin."""
    school.verified("教103", None, "floor-litter", clock="07:30", shift="morning")
    school.verified("教102", clock="07:30", shift="morning")

    def rank_then_somebody_verifies(week: Any) -> Any:
        ranking = selectors.ranking_of(week)
        thread = Thread(target=verify_one)
        thread.start()
        thread.join()
        return ranking

    def verify_one() -> None:
        school.verified("教101", None, "floor-litter", clock="07:30", shift="morning")
        connection.close()

    monkeypatch.setattr(facts, "ranking_of", rank_then_somebody_verifies)
    week = school.week
    first = facts.bulletin_facts(week)
    assert {line.place for line in first.lines} == {"教103"}
    monkeypatch.undo()
    assert {line.place for line in facts.bulletin_facts(week).lines} == {"教101", "教103"}
