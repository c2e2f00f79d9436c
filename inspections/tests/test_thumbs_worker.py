"""A real worker makes the small copies."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.test import Client

from config.tests.school import School
from conftest import Worker
from inspections.models import Photo
from inspections.tasks import make_thumb
from inspections.tests.drawn import jpeg


@pytest.mark.django_db(transaction=True)
def test_a_photo_that_arrives_has_its_small_copy_made_once(
    worker: Worker, school: School, client: Client, tmp_path: Path, settings: Any
) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    client.force_login(school.inspector)
    pk = uuid4()
    assert client.put(f"/api/v1/photos/{pk}", jpeg(size=(800, 600)), "image/jpeg").status_code == 201
    for _ in range(3):
        make_thumb.delay(str(pk))
    assert worker.has_done(4) == ["make_thumb"] * 4
    photo = Photo.objects.get()
    assert photo.thumb_made_at
    assert default_storage.exists(photo.thumb_name)
    assert len(list(tmp_path.rglob("*.jpg"))) == 2
