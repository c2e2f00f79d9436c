"""Asking for a bulletin, watching it being made, downloading it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from kombu.exceptions import OperationalError

from campus.models import User, WeekClosing
from config.tests.school import MONDAY, at
from reports import tasks
from reports.models import BulletinFile, Job
from reports.services import FAILED, MOST_ATTEMPTS, UNSENT, ask_for_bulletin, run_job

if TYPE_CHECKING:
    from config.tests.school import School

pytestmark = pytest.mark.django_db

WEEK = "2026-11-09"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The jobs that were handed to the queue."""
    jobs: list[int] = []
    monkeypatch.setattr(tasks.build_bulletin, "delay", jobs.append)
    return jobs


@pytest.fixture
def today(time_machine: Any) -> Any:
    """Monday after the week of the stories."""
    time_machine.move_to(at(MONDAY + timedelta(days=7), "09:00"), tick=False)
    return time_machine


def made(school: School, by: User | None = None) -> BulletinFile:
    job = ask_for_bulletin(week=school.week, by=by or school.reviewer)
    run_job(job_id=job.pk)
    return BulletinFile.objects.get(job=job)


def page(client: Client, user: User, address: str, **headers: Any) -> str:
    client.force_login(user)
    answer = client.get(address, headers=headers or None)
    assert answer.status_code == 200
    return answer.content.decode()


# The list


def test_who_draws_up_the_week_has_a_button_and_others_have_not(school: School, client: Client) -> None:
    address = f"/bulletins/?week={WEEK}"
    for user in (school.reviewer, school.admin):
        assert f'action="/bulletins/build/?week={WEEK}"' in page(client, user, address)
    for user in (school.officer, school.advisor, school.inspector, school.nobody):
        assert "/bulletins/build/" not in page(client, user, address)


def test_without_a_week_it_is_about_the_last_that_is_over(school: School, client: Client, today: Any) -> None:
    assert "第 11 周" in page(client, school.reviewer, "/bulletins/")
    assert f'action="/bulletins/build/?week={WEEK}"' in page(client, school.reviewer, "/bulletins/")


def test_an_empty_list_says_what_to_do(school: School, client: Client) -> None:
    before = page(client, school.nobody, "/bulletins/")
    assert 'class="empty"' in before
    made(school)
    assert 'class="empty"' not in page(client, school.nobody, "/bulletins/")


def test_a_school_without_terms_has_no_bulletins_yet(client: Client, db: None) -> None:
    user = User.objects.create_user("1", name="钱老师")
    assert 'class="empty"' in page(client, user, "/bulletins/")


def test_files_stand_newest_first_with_who_made_them(school: School, client: Client) -> None:
    first, second = made(school), made(school, by=school.admin)
    text = page(client, school.nobody, "/bulletins/")
    assert text.index(f"/bulletins/files/{second.pk}/") < text.index(f"/bulletins/files/{first.pk}/")
    assert "吴同学" in text
    assert "钱老师制" in text


def test_what_only_a_doubter_asks_for_is_folded_away(school: School, client: Client) -> None:
    file = made(school)
    text = page(client, school.nobody, "/bulletins/")
    shown, folded = text.split("<details>", 1)
    assert file.sha256[:8] not in shown
    assert f"SHA-256 {file.sha256}" in folded.split("</details>", 1)[0]


def test_a_file_made_before_its_week_was_published_stays_a_draft(school: School, client: Client) -> None:
    draft = made(school)
    WeekClosing.objects.create(week=school.week, by=school.admin)
    final = made(school)
    files = {file.pk: file.draft for file in BulletinFile.objects.select_related("week__closing")}
    assert files == {draft.pk: True, final.pk: False}
    assert page(client, school.nobody, "/bulletins/").count('class="tag"') == 1


def test_many_files_are_shown_a_page_at_a_time(school: School, client: Client) -> None:
    def file(n: int) -> BulletinFile:
        return BulletinFile(week=school.week, file=f"{n}.xlsx", sha256=f"{n:064}", size=1024, made_by=school.reviewer)

    BulletinFile.objects.bulk_create(file(n) for n in range(3))
    client.force_login(school.nobody)
    client.get("/bulletins/")
    few = queries(client)
    BulletinFile.objects.bulk_create(file(n) for n in range(3, 45))
    assert queries(client) == few
    shown = [page(client, school.nobody, f"/bulletins/?page={n}").count("/bulletins/files/") for n in (1, 2, 3)]
    assert shown == [20, 20, 5]


def queries(client: Client) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get("/bulletins/").status_code == 200
    return len(captured)


# Asking


def test_the_button_queues_a_job_and_leads_to_it(
    school: School, client: Client, sent: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    client.force_login(school.reviewer)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(f"/bulletins/build/?week={WEEK}")
    job = Job.objects.get()
    assert (job.week, job.asked_by, sent) == (school.week, school.reviewer, [job.pk])
    assert answer["Location"] == f"/bulletins/jobs/{job.pk}/"


def test_pressing_twice_is_one_job(school: School, client: Client, sent: list[int]) -> None:
    for user in (school.reviewer, school.admin):
        client.force_login(user)
        client.post(f"/bulletins/build/?week={WEEK}")
    assert Job.objects.count() == 1


def test_a_silent_queue_loses_nothing(
    school: School,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The page answers all the same, the job waits, and the sweep sends it later."""

    def refuse(job_id: int) -> None:
        raise OperationalError("nobody listens")

    monkeypatch.setattr(tasks.build_bulletin, "delay", refuse)
    client.force_login(school.reviewer)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(f"/bulletins/build/?week={WEEK}")
    assert answer.status_code == 302
    assert Job.objects.get().state == Job.State.QUEUED
    assert "waits for the sweep" in caplog.text


def test_a_week_that_there_is_not_is_told(school: School, client: Client) -> None:
    client.force_login(school.reviewer)
    assert client.post("/bulletins/build/?week=2026-08-01").status_code == 404
    assert client.get("/bulletins/?week=once").status_code == 400
    assert not Job.objects.exists()


@pytest.mark.parametrize("name", ["officer", "officer2", "inspector", "head", "advisor", "nobody"])
def test_others_cannot_ask(school: School, client: Client, name: str) -> None:
    client.force_login(school.people[name])
    assert client.post(f"/bulletins/build/?week={WEEK}").status_code == 403
    assert not Job.objects.exists()


# Watching


def test_a_job_asks_again_until_it_is_finished(school: School, client: Client) -> None:
    job = ask_for_bulletin(week=school.week, by=school.reviewer)
    address = f"/bulletins/jobs/{job.pk}/"
    waiting = page(client, school.nobody, address)
    assert 'hx-trigger="every 1s"' in waiting
    assert '<noscript><meta http-equiv="refresh"' in waiting
    run_job(job_id=job.pk)
    done = page(client, school.nobody, address)
    assert "hx-trigger" not in done
    assert "http-equiv" not in done
    assert f"/bulletins/files/{job.bulletin_file.pk}/" in done


def test_an_answer_is_spared_while_nothing_changes(school: School, client: Client) -> None:
    job = ask_for_bulletin(week=school.week, by=school.reviewer)
    address = f"/bulletins/jobs/{job.pk}/?seen=queued-0-0"
    client.force_login(school.reviewer)
    assert client.get(address, headers={"HX-Request": "true"}).status_code == 204
    run_job(job_id=job.pk)
    fragment = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    assert "/bulletins/files/" in fragment


def test_how_far_it_is(school: School, client: Client) -> None:
    job = ask_for_bulletin(week=school.week, by=school.reviewer)
    Job.objects.filter(pk=job.pk).update(started_at=timezone.now(), beat_at=timezone.now(), steps_done=1)
    text = page(client, school.reviewer, f"/bulletins/jobs/{job.pk}/")
    assert '<progress max="3" value="1"' in text
    assert text.count('aria-current="step"') == 1
    assert text.count('class="later"') == 1


def test_a_job_that_nobody_begins_says_that_it_is_not_lost(school: School, client: Client) -> None:
    job = ask_for_bulletin(week=school.week, by=school.reviewer)
    address = f"/bulletins/jobs/{job.pk}/"
    assert "seen=queued-0-0" in page(client, school.reviewer, address)
    Job.objects.filter(pk=job.pk).update(asked_at=timezone.now() - 2 * UNSENT)
    assert "seen=queued-0-1" in page(client, school.reviewer, address)


def test_a_job_whose_worker_fell_silent_says_since_when(school: School, client: Client, today: Any) -> None:
    job = ask_for_bulletin(week=school.week, by=school.reviewer)
    address, begun = f"/bulletins/jobs/{job.pk}/", timezone.now()
    Job.objects.filter(pk=job.pk).update(started_at=begun, beat_at=begun, steps_done=1, attempts=1)
    lively = page(client, school.reviewer, address)
    assert "seen=running-1-0" in lively
    assert "没有动静" not in lively
    today.move_to(begun + 2 * UNSENT, tick=False)
    silent = page(client, school.reviewer, address)
    assert "seen=running-1-1" in silent
    assert "后台从 09:00 起没有动静。" in silent
    assert "自动重做" in silent
    assert "没动静" in silent
    # Of the last try that cannot be promised
    Job.objects.filter(pk=job.pk).update(attempts=MOST_ATTEMPTS)
    assert "自动重做" not in page(client, school.reviewer, address)


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/bulletins/?page=%00", 200),
        (f"/bulletins/files/{10**30}/", 404),
        (f"/bulletins/jobs/{10**30}/?seen=%00", 404),
        ("/bulletins/?week=%00", 400),
    ],
)
def test_whatever_is_asked_for_is_answered(school: School, client: Client, address: str, status: int) -> None:
    client.force_login(school.reviewer)
    assert client.get(address).status_code == status


def test_a_failed_job_says_what_to_do_and_offers_another_try(school: School, client: Client) -> None:
    job = ask_for_bulletin(week=school.week, by=school.reviewer)
    Job.objects.filter(pk=job.pk).update(finished_at=timezone.now(), error=FAILED)
    address = f"/bulletins/jobs/{job.pk}/"
    text = page(client, school.reviewer, address)
    assert f'action="/bulletins/build/?week={WEEK}"' in text
    assert "hx-trigger" not in text
    assert "/bulletins/build/" not in page(client, school.officer, address)


def test_the_list_shows_the_job_that_is_at_work(school: School, client: Client) -> None:
    ask_for_bulletin(week=school.week, by=school.reviewer)
    text = page(client, school.reviewer, f"/bulletins/?week={WEEK}")
    assert 'hx-trigger="every 1s"' in text
    assert "/bulletins/build/" not in text


# Downloading


def test_everybody_downloads_it_under_a_name_that_says_what_it_is(school: School, client: Client, today: Any) -> None:
    file = made(school)
    client.force_login(school.nobody)
    answer: Any = client.get(f"/bulletins/files/{file.pk}/")
    assert answer.status_code == 200
    assert answer["Content-Type"] == XLSX
    assert name_of(answer) == "卫生量化通报-第11周-草稿-11月16日0900.xlsx"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "private" in answer["Cache-Control"]
    assert len(b"".join(answer.streaming_content)) == file.size


def test_two_files_of_one_week_are_told_apart_by_their_names(school: School, client: Client, today: Any) -> None:
    files = [made(school)]
    today.shift(timedelta(hours=5))
    files.append(made(school))
    today.shift(timedelta(hours=18))
    WeekClosing.objects.create(week=school.week, by=school.admin)
    files.append(made(school))
    client.force_login(school.nobody)
    assert [name_of(client.get(f"/bulletins/files/{file.pk}/")) for file in files] == [
        "卫生量化通报-第11周-草稿-11月16日0900.xlsx",
        "卫生量化通报-第11周-草稿-11月16日1400.xlsx",
        "卫生量化通报-第11周-定稿-11月17日0800.xlsx",
    ]


def test_of_two_drafts_of_one_minute_the_later_has_a_number(school: School, client: Client, today: Any) -> None:
    files = [made(school), made(school)]
    today.shift(timedelta(seconds=59))
    files.append(made(school))
    today.shift(timedelta(seconds=1))
    files.append(made(school))
    client.force_login(school.nobody)
    assert [name_of(client.get(f"/bulletins/files/{file.pk}/")) for file in files] == [
        "卫生量化通报-第11周-草稿-11月16日0900.xlsx",
        "卫生量化通报-第11周-草稿-11月16日0900-2.xlsx",
        "卫生量化通报-第11周-草稿-11月16日0900-3.xlsx",
        "卫生量化通报-第11周-草稿-11月16日0901.xlsx",
    ]


def name_of(answer: Any) -> str:
    return unquote(answer["Content-Disposition"].removeprefix("attachment; filename*=utf-8''"))


def test_nobody_who_is_signed_out_gets_it(school: School, client: Client) -> None:
    file = made(school)
    assert client.get(f"/bulletins/files/{file.pk}/")["Location"].startswith("/signin/")
    assert client.get(f"/media/{file.file.name}").status_code in (302, 404)


def test_a_file_that_is_gone_is_not_found(school: School, client: Client) -> None:
    file = made(school)
    client.force_login(school.nobody)
    default_storage.delete(str(file))
    assert client.get(f"/bulletins/files/{file.pk}/").status_code == 404
    assert client.get("/bulletins/files/999/").status_code == 404
