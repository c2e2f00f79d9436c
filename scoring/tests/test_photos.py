"""A picture is seen by those who may (design §6.3), on the pages and under its own address, and by nobody else."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campus.models import Membership, Role, User
from config.tests.school import School
from inspections.models import Finding, Inspection, Photo
from inspections.services import keep_photo, make_thumb
from inspections.tests.drawn import jpeg
from scoring.models import Entry, Reversal
from scoring.photos import photos_open_to
from scoring.services import reverse as take_back
from scoring.services import send_back, verify


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path


def bags(*photos: UUID, **more: Any) -> dict[str, Any]:
    """A finding that names `photos`."""
    return {"defect": "bags-hanging", "photos": photos, **more}


def sent(*photos: UUID, by: User) -> None:
    for photo in photos:
        keep_photo(photo=photo, file=BytesIO(jpeg(size=(800, 600))), sender=by)


def checked(school: School, code: str = "5413", by: User | None = None, **more: Any) -> tuple[Inspection, UUID]:
    """A check with one finding and its picture, not yet reviewed."""
    photo, by = uuid4(), by or school.inspector
    check = school.check(code, None, bags(photo, **more), by=by)
    sent(photo, by=by)
    return check, photo


def passed(school: School, code: str = "5413", **more: Any) -> UUID:
    check, photo = checked(school, code, **more)
    (verdict,) = verify(inspections=[check.pk], by=school.reviewer)
    assert verdict.status == "verified"
    return photo


def who_sees(school: School, photo: UUID) -> set[str]:
    people = school.people.items()
    return {number for number, user in people if photos_open_to(user).filter(pk=photo).exists()}


REVIEW = {"inspector", "reviewer", "reviewer2", "advisor"}


class TestWhoSees:
    def test_before_the_review_only_those_who_decide_and_its_inspector(self, school: School) -> None:
        _check, photo = checked(school)
        assert who_sees(school, photo) == REVIEW

    def test_once_passed_whoever_reads_the_line(self, school: School) -> None:
        assert who_sees(school, passed(school)) == REVIEW | {"officer", "head", "admin"}

    def test_another_classs_is_not_theirs(self, school: School) -> None:
        assert who_sees(school, passed(school, "3501")) == {"inspector", "reviewer", "reviewer2", "admin", "officer2"}

    def test_a_finding_that_names_a_class_is_not_shown_to_the_other_class_of_the_room(self, school: School) -> None:
        other = school.person("other", "何同学", "0853")
        Membership.objects.create(user=other, role=Role.OFFICER, school_class=school.classes["0853"])
        seen = who_sees(school, passed(school, "5420", school_class="0853"))
        assert "other" in seen
        assert "officer" not in seen

    def test_a_finding_that_names_none_is_shown_to_both(self, school: School) -> None:
        photo = uuid4()
        school.verified("5420", None, {"defect": "room-floor-dirty", "photos": (photo,)})
        sent(photo, by=school.inspector)
        assert "officer" in who_sees(school, photo)

    def test_an_advisor_sees_the_mess_of_his_own_classes_and_what_nobody_has_named_yet(self, school: School) -> None:
        other = school.person("other", "何老师")
        Membership.objects.create(user=other, role=Role.ADVISOR, school_class=school.classes["0853"])
        theirs, his = (checked(school, "5420", school_class=code)[1] for code in ("0852", "0853"))
        _check, nobodys = checked(school, "5420")
        assert [photos_open_to(other).filter(pk=photo).exists() for photo in (theirs, his, nobodys)] == [
            False,
            True,
            True,
        ]
        attributed = Finding.objects.get(photos__photo_id=nobodys)
        verify(inspections=[attributed.inspection_id], by=school.reviewer, names={attributed.pk: "0852"})
        assert not photos_open_to(other).filter(pk=nobodys).exists()

    def test_and_all_that_is_his_to_decide(self, school: School) -> None:
        """Both reviewers are too near: one lives in the room, the other's class does."""
        other = school.person("other", "何老师")
        Membership.objects.create(user=other, role=Role.ADVISOR, school_class=school.classes["0853"])
        _check, photo = checked(school, "5420", school_class="0852")
        school.reviewer.home_room = school.rooms["5420"]
        school.reviewer.save()
        assert photos_open_to(other).filter(pk=photo).exists()

    def test_what_a_correction_took_over_is_seen_through_it(self, school: School) -> None:
        first, photo = checked(school)
        send_back(inspection=first.pk, by=school.reviewer, reason="班级不对")
        second = school.check("5413", None, bags(photo), replaces=first.pk)
        verify(inspections=[second.pk], by=school.reviewer)
        assert "officer" in who_sees(school, photo)

    def test_one_that_no_finding_names_is_its_senders_alone(self, school: School) -> None:
        photo = uuid4()
        sent(photo, by=school.inspector)
        assert who_sees(school, photo) == {"inspector"}

    def test_everybody_else_is_told_there_is_none(self, school: School, client: Client) -> None:
        photo = passed(school)
        for name in ("scoring:photo", "scoring:photo-thumb"):
            address = reverse(name, args=[photo])
            assert client.get(address).status_code == 302
            client.force_login(school.nobody)
            assert client.get(address).status_code == 404
            client.logout()


class TestServing:
    @pytest.fixture
    def reviewer(self, school: School, client: Client) -> Client:
        client.force_login(school.reviewer)
        return client

    def test_a_picture_as_it_is_kept_for_this_browser_alone(self, school: School, reviewer: Client) -> None:
        photo = passed(school)
        response = reviewer.get(f"/photos/{photo}/")
        with Photo.objects.get().file.open("rb") as file:
            assert b"".join(response) == file.read()
        assert response["Content-Type"] == "image/jpeg"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert set(response["Cache-Control"].split(", ")) == {"private", "no-cache"}
        assert response["Content-Disposition"].startswith("inline")

    def test_asked_again_it_is_not_sent_again_but_the_right_is_looked_at(self, school: School, client: Client) -> None:
        address = f"/photos/{passed(school)}/"
        client.force_login(school.officer)
        first = client.get(address)
        seen = {"If-None-Match": first["ETag"]}
        again = client.get(address, headers=seen)
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
        assert "private" in again["Cache-Control"]
        Membership.objects.filter(user=school.officer).delete()
        assert client.get(address, headers=seen).status_code == 404

    def test_the_picture_itself_stands_in_until_the_small_copy_is_made(self, school: School, reviewer: Client) -> None:
        photo = passed(school)
        large, small = f"/photos/{photo}/", f"/photos/{photo}/thumb/"
        stand_in = reviewer.get(small)
        assert b"".join(stand_in) == b"".join(reviewer.get(large))
        make_thumb(photo=photo)
        made = reviewer.get(small, headers={"If-None-Match": stand_in["ETag"]})
        assert made.status_code == 200
        assert len(b"".join(made)) < Photo.objects.get().size

    def test_the_proxy_hands_it_out_where_there_is_one(self, school: School, reviewer: Client, settings: Any) -> None:
        settings.X_ACCEL_REDIRECT = "/media-inside/"
        photo = passed(school)
        make_thumb(photo=photo)
        name = f"/media-inside/photos/{photo.hex[:2]}/{photo.hex}"
        for address, file in [(f"/photos/{photo}/", f"{name}.jpg"), (f"/photos/{photo}/thumb/", f"{name}-320.jpg")]:
            response = reviewer.get(address)
            assert (response["X-Accel-Redirect"], response.content) == (file, b"")
            assert response["Content-Type"] == "image/jpeg"
            assert "private" in response["Cache-Control"]

    def test_a_bucket_will_do_as_well_as_a_folder(self, school: School, reviewer: Client, settings: Any) -> None:
        settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}
        photo = passed(school)
        assert b"".join(reviewer.get(f"/photos/{photo}/")).startswith(b"\xff\xd8")

    def test_a_file_that_is_gone_is_not_found(self, school: School, reviewer: Client, folder: Path) -> None:
        photo = passed(school)
        (folder / str(Photo.objects.get().file)).unlink()
        assert reviewer.get(f"/photos/{photo}/").status_code == 404

    def test_no_other_address_leads_to_it(self, school: School, reviewer: Client, settings: Any) -> None:
        passed(school)
        name = str(Photo.objects.get().file)
        for address in (f"/{name}", f"/media/{name}", f"{settings.STATIC_URL}{name}"):
            assert reviewer.get(address).status_code in (403, 404)


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


class TestReviewPage:
    @pytest.fixture
    def reviewer(self, school: School, client: Client) -> Client:
        client.force_login(school.reviewer)
        return client

    def page(self, client: Client, check: Inspection) -> str:
        html = client.get(f"/review/{check.pk}/").content.decode()
        return html[html.index('id="side"') :]

    def test_the_first_stands_large_the_others_small_each_leads_to_the_picture(
        self, school: School, reviewer: Client
    ) -> None:
        first, second = uuid4(), uuid4()
        check = school.check("5413", None, bags(first), {"defect": "bad-smell", "photos": (second,)})
        sent(first, second, by=school.inspector)
        side = self.page(reviewer, check)
        assert re.findall(r'<a href="(/photos/.*?)"><img class="photo" src="(.*?)" alt="(.*?)"', side) == [
            (f"/photos/{first}/", f"/photos/{first}/", "5413 的照片：物品悬挂 袋子乱挂"),
            (f"/photos/{second}/", f"/photos/{second}/thumb/", "5413 的照片：空气 异味"),
        ]
        assert "照片还没到" not in side

    def test_those_that_have_not_arrived_are_counted(self, school: School, reviewer: Client) -> None:
        photos = [uuid4() for _ in range(3)]
        check = school.check("5413", None, bags(*photos))
        assert "3 张照片还没到" in self.page(reviewer, check)
        sent(photos[1], by=school.inspector)
        side = self.page(reviewer, check)
        assert "2 张照片还没到" in side
        assert f"/photos/{photos[1]}/" in side
        assert f"/photos/{photos[0]}/" not in side

    def test_a_check_without_pictures_says_nothing_of_them(self, school: School, reviewer: Client) -> None:
        assert "照片" not in self.page(reviewer, school.check("5413", None, "bags-hanging"))

    def test_of_two_records_it_is_told_which_has_a_picture(self, school: School, reviewer: Client) -> None:
        _pictured, _photo = checked(school)
        plain = school.check("5413", by=school.inspector2, clock="19:40")
        assert "物品悬挂 袋子乱挂，照片 1 张" in self.page(reviewer, plain)

    def test_an_advisor_is_shown_no_picture_of_another_classs_mess(self, school: School, client: Client) -> None:
        other = school.person("other", "何老师")
        Membership.objects.create(user=other, role=Role.ADVISOR, school_class=school.classes["0853"])
        check, photo = checked(school, "5420", school_class="0852")
        client.force_login(other)
        assert str(photo) not in self.page(client, check)
        client.force_login(school.advisor)
        assert str(photo) in self.page(client, check)

    def test_an_unclear_photo_is_a_reason(self, school: School, reviewer: Client) -> None:
        check, _photo = checked(school)
        assert 'value="照片看不清"' in self.page(reviewer, check)
        assert 'value="照片看不清"' not in self.page(reviewer, school.check("5403"))

    def test_many_cost_no_more_queries_than_one(self, school: School, reviewer: Client) -> None:
        few = uuid4()
        one = school.check("5413", None, bags(few))
        sent(few, by=school.inspector)
        counted = queries(reviewer, f"/review/{one.pk}/")
        many = [[uuid4() for _ in range(6)] for _ in range(5)]
        defects = ("bags-hanging", "desk-dirty", "bad-smell", "hats-hanging", "room-floor-dirty")
        named = [{"defect": d, "photos": tuple(p)} for d, p in zip(defects, many, strict=True)]
        other = school.check("5403", None, *named)
        sent(*(photo for photos in many[:3] for photo in photos), by=school.inspector)
        assert queries(reviewer, f"/review/{other.pk}/") == counted


class TestClassPage:
    def page(self, school: School, client: Client) -> str:
        client.force_login(school.officer)
        return client.get("/classes/0852/?week=2026-11-09").content.decode()

    def shots(self, html: str) -> list[tuple[str, str, str]]:
        return re.findall(r'<a class="shot" href="(.*?)" aria-label="(.*?)"><img class="photo" src="(.*?)"', html)

    def test_a_line_shows_its_picture_small_and_leads_to_it(self, school: School, client: Client) -> None:
        photo = passed(school)
        html = self.page(school, client)
        assert self.shots(html) == [(f"/photos/{photo}/", "看照片：5413 物品悬挂 袋子乱挂", f"/photos/{photo}/thumb/")]
        assert client.get(f"/photos/{photo}/thumb/").status_code == 200

    def test_several_stand_side_by_side(self, school: School, client: Client) -> None:
        photos = [uuid4() for _ in range(3)]
        school.verified("5413", None, bags(*photos))
        sent(*photos, by=school.inspector)
        assert [link for link, _said, _src in self.shots(self.page(school, client))] == [
            f"/photos/{photo}/" for photo in photos
        ]

    def test_one_that_has_not_arrived_is_not_shown(self, school: School, client: Client) -> None:
        school.verified("5413", None, bags(uuid4()))
        assert self.shots(self.page(school, client)) == []

    def test_the_line_that_takes_it_back_shows_it_no_second_time(self, school: School, client: Client) -> None:
        passed(school)
        line = Entry.objects.get()
        take_back(entry=line, cause=Reversal.Cause.WITHDRAWAL, reason="记错了", by=school.reviewer2)
        assert len(self.shots(self.page(school, client))) == 1

    def test_many_cost_no_more_queries_than_few(self, school: School, client: Client) -> None:
        client.force_login(school.officer)
        address = "/classes/0852/?week=2026-11-09"
        passed(school)
        few = queries(client, address)
        for shift, clock in [("morning", "07:30"), ("noon", "13:30")]:
            photos = [[uuid4() for _ in range(4)] for _ in range(3)]
            defects = ("bags-hanging", "desk-dirty", "bad-smell")
            named = [{"defect": d, "photos": tuple(p)} for d, p in zip(defects, photos, strict=True)]
            school.verified("5413", None, *named, shift=shift, clock=clock)
            sent(*(photo for each in photos for photo in each), by=school.inspector)
        assert queries(client, address) == few
