"""`PUT /api/v1/photos/<uuid>`, as a phone and a program meet it."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.test import Client, RequestFactory
from rest_framework.authtoken.models import Token
from rest_framework.exceptions import ParseError
from rest_framework.throttling import UserRateThrottle

from config import settings as written
from config.tests.school import School
from inspections import pictures, tasks
from inspections.api import photos
from inspections.models import Photo
from inspections.tests.contract import keeps_contract
from inspections.tests.drawn import drawn, jpeg, png, saved

pytestmark = pytest.mark.django_db
PUT = Callable[..., Any]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path


@pytest.fixture
def put(school: School, client: Client) -> PUT:
    client.force_login(school.inspector)

    def send(content: bytes, pk: UUID | None = None, kind: str = "image/jpeg", **headers: str) -> Any:
        return client.put(f"/api/v1/photos/{pk or uuid4()}", content, kind, headers=headers)

    return send


def told(answer: Any, status: int) -> str:
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/json"), answer.content
    detail: str = answer.json()["detail"]
    return detail


def test_a_photo_is_acknowledged_by_the_hash_of_its_bytes(put: PUT, school: School) -> None:
    pk, sent = uuid4(), jpeg(size=(2000, 1500))
    first, again = put(sent, pk), put(sent, pk)
    assert (first.status_code, again.status_code) == (201, 200)
    for answer in (first, again):
        assert keeps_contract(answer, "put", "photos/{id}") == {"sha256": sha256(sent).hexdigest()}
    assert Photo.objects.get().sender == school.inspector


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_its_kind_is_told_by_its_bytes(put: PUT, kind: str) -> None:
    assert put(saved(drawn(), kind), kind="application/octet-stream").status_code == 201


def test_a_machine_without_room_asks_for_it_once_more(put: PUT, monkeypatch: pytest.MonkeyPatch) -> None:
    """The phone keeps the photo, which a 400 would have ended."""

    def full(*args: Any) -> None:
        raise MemoryError

    pk = uuid4()
    with monkeypatch.context() as patch:
        patch.setattr(pictures, "_smaller", full)
        answer = put(jpeg(), pk)
    assert told(answer, 503) == "这边出错了，过一会儿再试"
    assert answer["Retry-After"] == "5"
    assert put(jpeg(), pk).status_code == 201


def test_other_bytes_under_the_id_are_refused(put: PUT) -> None:
    pk = uuid4()
    put(jpeg(), pk)
    assert told(put(jpeg("red"), pk), 409) == "这个编号已经有别的照片了。重拍一张"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "这不是能看的照片"),
        ("不是照片".encode(), "这不是能看的照片"),
        (jpeg()[:300], "这不是能看的照片"),
        (png(8000, 8000, depth=8, colour=2), "照片的像素太多"),
    ],
    ids=["nothing", "text", "half", "too many pixels"],
)
def test_what_cannot_be_kept_is_told_why(put: PUT, content: bytes, why: str) -> None:
    assert why in told(put(content), 400)
    assert not Photo.objects.exists()


def test_ten_megabytes_and_no_more(put: PUT) -> None:
    """More than Django's own bound for a form, which would answer 400."""
    most, picture = 10 * 1024 * 1024, jpeg()
    assert put(picture + b"\0" * (most - len(picture))).status_code == 201
    assert told(put(picture + b"\0" * (most + 1 - len(picture))), 413) == "照片超过 10 MB，换一张小的"
    assert Photo.objects.count() == 1


def test_of_one_that_is_too_large_nothing_is_read(school: School, put: PUT, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(request: WSGIRequest, *args: int) -> bytes:
        raise AssertionError("it was read")

    monkeypatch.setattr(WSGIRequest, "read", read)
    assert put(b"\0" * (11 * 1024 * 1024)).status_code == 413


@pytest.mark.parametrize("said", ["", "+5", "five", "-1", "9" * 5000])
def test_a_body_of_no_told_length_is_no_picture(put: PUT, client: Client, said: str) -> None:
    answer = client.generic("PUT", f"/api/v1/photos/{uuid4()}", jpeg(), "image/jpeg", CONTENT_LENGTH=said)
    assert told(answer, 400)


class TestAConnectionThatBrokeOff:
    """What came of it is not kept: under the same id the whole picture would be refused for ever."""

    def cut(self, body: Any, announced: int) -> str:
        environ = RequestFactory().put("/").environ | {"wsgi.input": body, "CONTENT_LENGTH": str(announced)}
        with pytest.raises(ParseError) as error:
            photos.take_in(WSGIRequest(environ), BytesIO())
        return str(error.value.detail)

    def test_the_server_says_nothing(self) -> None:
        sent = jpeg()
        assert self.cut(BytesIO(sent[:-20]), len(sent)) == "网断了，这张照片没传完。再传一次"

    def test_the_server_says_so(self) -> None:
        class Gone(BytesIO):
            def read(self, *args: Any) -> bytes:
                raise OSError("client gone")

        assert self.cut(Gone(), 100) == "网断了，这张照片没传完。再传一次"


def test_what_another_sends_from_the_same_phone_is_not_taken_for_his(put: PUT, school: School) -> None:
    answer = put(jpeg(), **{"X-Outbox-Owner": str(school.inspector2.pk)})
    assert (answer.status_code, answer.json()["code"]) == (409, "other-user")
    assert not Photo.objects.exists()
    assert put(jpeg(), **{"X-Outbox-Owner": str(school.inspector.pk)}).status_code == 201


def test_who_may(school: School, client: Client) -> None:
    address = f"/api/v1/photos/{uuid4()}"
    assert told(client.put(address, jpeg(), "image/jpeg"), 401) == "请先登录"
    client.force_login(school.nobody)
    told(client.put(address, jpeg(), "image/jpeg"), 403)
    assert not Photo.objects.exists()


def test_a_session_needs_its_csrf_token_and_a_program_its_own(school: School) -> None:
    strict, address = Client(enforce_csrf_checks=True), f"/api/v1/photos/{uuid4()}"
    strict.force_login(school.inspector)
    told(strict.put(address, jpeg(), "image/jpeg"), 403)
    token = Token.objects.create(user=school.inspector)
    answer = strict.put(address, jpeg(), "image/jpeg", headers={"Authorization": f"Token {token.key}"})
    assert answer.status_code == 201


@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_it_takes_nothing_but_put(put: PUT, client: Client, method: str) -> None:
    assert getattr(client, method)(f"/api/v1/photos/{uuid4()}").status_code == 405


def test_no_more_than_thirty_a_second(put: PUT, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(UserRateThrottle, "THROTTLE_RATES", written.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"])
    monkeypatch.setattr(UserRateThrottle, "timer", lambda self: 0.0)
    pk = uuid4()
    assert {put(jpeg(), pk).status_code for _ in range(30)} == {201, 200}
    told(put(jpeg(), pk), 429)


def test_the_small_copy_is_asked_for_once_the_photo_is_stored(
    put: PUT, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(tasks.make_thumb, "delay", sent.append)
    pk = uuid4()
    with django_capture_on_commit_callbacks(execute=True):
        put(jpeg(), pk)
        assert sent == []
    with django_capture_on_commit_callbacks(execute=True):
        put(jpeg(), pk)
    assert sent == [str(pk)]


def test_many_photos_cost_as_many_queries_as_few(put: PUT, django_assert_num_queries: Any) -> None:
    for _ in range(2):
        # session, person, roles; is it there, is it another's; savepoint, insert, release
        with django_assert_num_queries(8):
            put(jpeg())
