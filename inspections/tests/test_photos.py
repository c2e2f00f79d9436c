"""A picture is stored once under the id that the phone made, before its record or after it, and is one person's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone
from kombu.exceptions import OperationalError
from PIL import Image

from campus.models import User
from config.tests.school import MONDAY, School, at
from inspections import pictures, tasks
from inspections.models import FindingPhoto, Inspection, Photo
from inspections.services import (
    CheckDraft,
    Conflict,
    NotAPicture,
    PhotoConflict,
    Rejected,
    keep_photo,
    make_thumb,
    photos_without_thumb,
    record,
    recording,
)
from inspections.services import photos as service
from inspections.tests.drawn import jpeg
from inspections.tests.test_recording import finding, said

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def keep(photo: UUID, content: bytes, sender: User) -> str:
    return keep_photo(photo=photo, file=BytesIO(content), sender=sender).status


def bags(*photos: UUID, code: str = "5413", **fields: Any) -> CheckDraft:
    """A check with one finding that names `photos`."""
    return said(code, "defects", finding("bags-hanging", photos=photos), **fields)


def recorded(draft: CheckDraft, inspector: User) -> Inspection:
    return record(draft=draft, inspector=inspector, received_at=at(MONDAY, "19:25")).inspection


class TestKeeping:
    def test_what_is_kept_is_drawn_anew_and_the_hash_is_of_what_was_sent(self, school: School, folder: Path) -> None:
        sent, pk = jpeg(size=(3200, 2400)), uuid4()
        assert keep(pk, sent, school.inspector) == "created"
        photo = Photo.objects.get()
        assert (photo.pk, photo.sha256, photo.sender) == (pk, sha256(sent).hexdigest(), school.inspector)
        with photo.file.open("rb") as file:
            content = file.read()
        assert (photo.width, photo.height, photo.size) == (1600, 1200, len(content))
        assert Image.open(BytesIO(content)).size == (1600, 1200)

    def test_the_same_bytes_again_are_a_duplicate_and_a_success(self, school: School, folder: Path) -> None:
        pk = uuid4()
        assert [keep(pk, jpeg(), school.inspector) for _ in range(3)] == ["created", "duplicate", "duplicate"]
        assert len(files(folder)) == 1

    def test_other_bytes_or_another_person_under_the_id_change_nothing(self, school: School, folder: Path) -> None:
        pk = uuid4()
        keep(pk, jpeg(), school.inspector)
        for content, sender in [(jpeg("red"), school.inspector), (jpeg(), school.inspector2)]:
            with pytest.raises(PhotoConflict):
                keep(pk, content, sender)
        assert Photo.objects.get().sha256 == sha256(jpeg()).hexdigest()
        assert len(files(folder)) == 1

    def test_what_is_no_picture_leaves_nothing(self, school: School, folder: Path) -> None:
        with pytest.raises(NotAPicture):
            keep(uuid4(), b"", school.inspector)
        assert not Photo.objects.exists()
        assert files(folder) == []

    def test_what_a_killed_one_left_is_cleared_away(self, school: School, folder: Path) -> None:
        """It had written its file, and was gone before it could say so."""
        pk = uuid4()
        left = folder / "photos" / pk.hex[:2] / f"{pk.hex}.jpg"
        left.parent.mkdir(parents=True)
        left.write_bytes(b"half a pic")
        keep(pk, jpeg(), school.inspector)
        assert files(folder) == [left.name]
        assert left.read_bytes().endswith(b"\xff\xd9")

    def test_a_full_disk_leaves_neither_row_nor_file(
        self, school: School, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        save = default_storage.save

        def run_out(name: str, content: Any) -> None:
            save(name, content)
            raise OSError("No space left on device")

        monkeypatch.setattr(default_storage, "save", run_out)
        with pytest.raises(OSError, match="No space"):
            keep(uuid4(), jpeg(), school.inspector)
        assert not Photo.objects.exists()
        assert files(folder) == []

    def test_a_bucket_will_do_as_well_as_a_folder(self, school: School, settings: Any) -> None:
        settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}
        pk = uuid4()
        keep(pk, jpeg(), school.inspector)
        make_thumb(photo=pk)
        photo = Photo.objects.get()
        assert default_storage.exists(str(photo.file))
        assert default_storage.exists(photo.thumb_name)


@pytest.mark.django_db(transaction=True)
class TestAtTheSameMoment:
    def at_once(self, deeds: Sequence[Callable[[], str]], monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
        """All of `deeds` in threads; each has looked for its id, and found nothing, before any of them stores."""
        looked, drawn = Barrier(len(deeds)), pictures.redrawn

        def draw_together(file: Any) -> Any:
            looked.wait()
            return drawn(file)

        monkeypatch.setattr(service, "redrawn", draw_together)

        def do(deed: Callable[[], str]) -> str:
            try:
                return deed()
            except PhotoConflict:
                return "conflict"
            finally:
                connection.close()

        with ThreadPoolExecutor(len(deeds)) as pool:
            return Counter(future.result() for future in [pool.submit(do, deed) for deed in deeds])

    def test_one_is_created_and_the_others_are_duplicates(
        self, school: School, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pk = uuid4()
        found = self.at_once([lambda: keep(pk, jpeg(), school.inspector)] * 6, monkeypatch)
        assert found == {"created": 1, "duplicate": 5}
        assert (Photo.objects.count(), len(files(folder))) == (1, 1)

    def test_of_two_pictures_under_one_id_one_stands_with_its_file(
        self, school: School, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pk = uuid4()
        sizes = [(10, 10), (20, 20)]
        deeds = [partial(keep, pk, jpeg(size=size), school.inspector) for size in sizes]
        found = self.at_once(deeds, monkeypatch)
        assert found == {"created": 1, "conflict": 1}
        photo = Photo.objects.get()
        with photo.file.open("rb") as file:
            assert Image.open(file).size == (photo.width, photo.height)
        assert len(files(folder)) == 1

    def test_many_workers_make_one_small_copy(
        self, school: School, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pk = uuid4()
        keep(pk, jpeg(), school.inspector)
        looked, small = Barrier(4), pictures.thumb

        def shrink_together(file: Any) -> Any:
            looked.wait()
            return small(file)

        monkeypatch.setattr(service, "thumb", shrink_together)

        def work(_: int) -> None:
            make_thumb(photo=pk)
            connection.close()

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(work, range(4)))
        assert files(folder) == [f"{pk.hex}-320.jpg", f"{pk.hex}.jpg"]


class TestRecordAndPhoto:
    def test_they_arrive_in_either_order(self, school: School) -> None:
        early, late = uuid4(), uuid4()
        keep(early, jpeg(), school.inspector)
        check = recorded(bags(late, early), school.inspector)
        named = FindingPhoto.objects.filter(finding__inspection=check).order_by("position")
        assert [one.photo_id for one in named] == [late, early]
        assert [one.photo_id for one in named.with_arrival() if not one.arrived] == [late]
        keep(late, jpeg("red"), school.inspector)
        assert all(one.arrived for one in named.with_arrival())

    def test_other_photos_are_other_content(self, school: School) -> None:
        photo = uuid4()
        draft = bags(photo)
        recorded(draft, school.inspector)
        again = record(draft=draft, inspector=school.inspector, received_at=at(MONDAY, "19:26"))
        assert again.status == "duplicate"
        fewer = replace(draft, findings=(replace(draft.findings[0], photos=()),))
        with pytest.raises(Conflict):
            recorded(fewer, school.inspector)

    def test_a_photo_under_an_id_that_anothers_finding_names_is_refused(self, school: School) -> None:
        photo = uuid4()
        recorded(bags(photo), school.inspector)
        with pytest.raises(PhotoConflict):
            keep(photo, jpeg(), school.inspector2)
        assert keep(photo, jpeg(), school.inspector) == "created"

    def test_nor_can_a_finding_name_anothers_photo(self, school: School) -> None:
        sent, named = uuid4(), uuid4()
        keep(sent, jpeg(), school.inspector)
        recorded(bags(named), school.inspector)
        draft = bags(uuid4(), sent, named)
        with pytest.raises(Rejected) as rejected:
            recorded(draft, school.inspector2)
        assert rejected.value.errors == {"findings.0.photos": ["这张照片是另一次检查的"]}
        assert Inspection.objects.count() == 1

    def test_a_photo_stands_in_one_finding_of_one_check(self, school: School) -> None:
        photo = uuid4()
        twice = said(
            "5413", "defects", finding("bags-hanging", photos=(photo, photo)), finding("bad-smell", photos=(photo,))
        )
        with pytest.raises(Rejected) as rejected:
            recorded(twice, school.inspector)
        assert set(rejected.value.errors) == {"findings.0.photos", "findings.1.photos"}
        recorded(bags(photo), school.inspector)
        with pytest.raises(Rejected):
            recorded(bags(photo, code="5403"), school.inspector)

    def test_a_correction_takes_the_photos_over_and_so_does_the_next(self, school: School) -> None:
        photo = uuid4()
        first = recorded(bags(photo), school.inspector)
        second = recorded(bags(photo, replaces=first.pk), school.inspector)
        third = recorded(bags(photo, replaces=second.pk), school.inspector)
        assert FindingPhoto.objects.filter(photo_id=photo, finding__inspection=third).exists()
        with pytest.raises(Rejected):
            recorded(bags(photo, code="5403"), school.inspector)

    @pytest.mark.parametrize(("count", "path"), [(7, "findings.0.photos"), (5000, "findings")])
    def test_too_many_are_rejected(self, school: School, count: int, path: str) -> None:
        with pytest.raises(Rejected) as rejected:
            recorded(bags(*(uuid4() for _ in range(count))), school.inspector)
        assert set(rejected.value.errors) == {path}

    @pytest.mark.django_db(transaction=True)
    def test_whoever_comes_second_is_told_also_where_he_looked_first(
        self, school: School, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        photo, store = uuid4(), recording._store

        def come_second(*args: Any) -> None:
            monkeypatch.setattr(recording, "_store", store)
            keep(photo, jpeg(), school.inspector2)
            store(*args)

        monkeypatch.setattr(recording, "_store", come_second)
        with pytest.raises(Rejected) as rejected:
            recorded(bags(photo), school.inspector)
        assert set(rejected.value.errors) == {"findings.0.photos"}


class TestThumbs:
    def test_320_pixels_made_once(self, school: School, folder: Path) -> None:
        pk = uuid4()
        keep(pk, jpeg(size=(2000, 1000)), school.inspector)
        make_thumb(photo=pk)
        photo = Photo.objects.get()
        with default_storage.open(photo.thumb_name) as file:
            assert Image.open(file).size == (320, 160)
        made_at = photo.thumb_made_at
        make_thumb(photo=pk)
        assert Photo.objects.get().thumb_made_at == made_at
        assert len(files(folder)) == 2

    def test_of_a_photo_that_is_gone_nothing_is_made(self, school: School) -> None:
        make_thumb(photo=uuid4())

    @pytest.mark.parametrize(
        ("later", "swept"), [(timedelta(seconds=30), False), (timedelta(minutes=2), True), (timedelta(days=8), False)]
    )
    def test_one_that_nobody_made_is_swept_up_for_a_week(self, school: School, later: timedelta, swept: bool) -> None:
        lost, made = uuid4(), uuid4()
        for pk in (lost, made):
            keep(pk, jpeg(), school.inspector)
        make_thumb(photo=made)
        with time_machine.travel(timezone.now() + later, tick=False):
            assert photos_without_thumb() == ([lost] if swept else [])

    def test_many_that_nobody_can_make_are_not_in_the_way_of_the_others(self, school: School) -> None:
        """Their files are gone: whatever is done, they are there the next time."""
        gone = [uuid4() for _ in range(450)]
        Photo.objects.bulk_create(
            Photo(id=pk, sha256="0" * 64, sender=school.inspector, file="gone.jpg", width=4, height=3, size=100)
            for pk in gone
        )
        lost = uuid4()
        keep(lost, jpeg(), school.inspector)
        swept: Counter[UUID] = Counter()
        now = timezone.now()
        for minute in range(2, 8):
            with time_machine.travel(now + timedelta(minutes=minute), tick=False):
                once = photos_without_thumb()
            assert len(once) <= 200
            swept.update(once)
        assert swept == dict.fromkeys([*gone, lost], 2)

    def test_the_sweep_sends_them_again(self, school: School, monkeypatch: pytest.MonkeyPatch) -> None:
        pk, sent = uuid4(), []
        keep(pk, jpeg(), school.inspector)
        monkeypatch.setattr(tasks.make_thumb, "apply_async", lambda args, **how: sent.append((args, how)))
        with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=False):
            tasks.sweep_thumbs()
        assert sent == [((str(pk),), {"expires": 55})]

    def test_a_worker_makes_it(self, school: School) -> None:
        pk = uuid4()
        keep(pk, jpeg(), school.inspector)
        tasks.make_thumb(str(pk))
        assert Photo.objects.get().thumb_made_at

    def test_where_the_queue_does_not_answer_it_waits_for_the_sweep(
        self, school: School, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(photo: str) -> None:
            raise OperationalError("nobody there")

        monkeypatch.setattr(tasks.make_thumb, "delay", fail)
        tasks.send_thumb(uuid4())
        assert "waits for the sweep" in caplog.text


class TestUnnamed:
    """A picture whose record never came: a phone was lost, or its check was rejected."""

    def test_after_a_month_it_goes_with_its_small_copy(
        self, school: School, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Those that stay, however many, are not in its way."""
        monkeypatch.setattr(service, "SWEPT_AT_ONCE", 1)
        unnamed, named, fresh = (uuid4() for _ in range(3))
        for pk, ago in [(named, 32), (unnamed, 31), (fresh, 29)]:
            with time_machine.travel(timezone.now() - timedelta(days=ago), tick=False):
                keep(pk, jpeg(), school.inspector)
            make_thumb(photo=pk)
        first = recorded(bags(named), school.inspector)
        recorded(replace(bags(), replaces=first.pk), school.inspector)
        tasks.sweep_unnamed()
        assert set(Photo.objects.values_list("pk", flat=True)) == {named, fresh}
        assert files(folder) == sorted(f"{pk.hex}{end}.jpg" for pk in (named, fresh) for end in ("", "-320"))

    def test_one_whose_file_is_gone_already_goes_too(self, school: School, folder: Path) -> None:
        with time_machine.travel(timezone.now() - timedelta(days=31), tick=False):
            keep(uuid4(), jpeg(), school.inspector)
        (folder / str(Photo.objects.get().file)).unlink()
        tasks.sweep_unnamed()
        assert not Photo.objects.exists()

    def test_one_that_is_named_just_now_stays(
        self, school: School, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The record comes between the look and the deed."""
        pk = uuid4()
        with time_machine.travel(timezone.now() - timedelta(days=31), tick=False):
            keep(pk, jpeg(), school.inspector)
        forget = service._forget

        def named_meanwhile(photo: Photo) -> None:
            recorded(bags(pk), school.inspector)
            forget(photo)

        monkeypatch.setattr(service, "_forget", named_meanwhile)
        tasks.sweep_unnamed()
        assert Photo.objects.get().pk == pk
        assert files(folder) == [f"{pk.hex}.jpg"]
