"""`POST /api/v1/inspections/batch`: each check is stored once, and told of by itself."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import DataError, InterfaceError, OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campus.models import SHIFT_CHOICES
from config.tests.school import MONDAY, School, at
from inspections.api.reading import SHIFTS
from inspections.models import FindingPhoto, Inspection, Photo
from inspections.tests.outbox import BATCH, Item, found, item, send, statuses

pytestmark = pytest.mark.django_db
NOW = at(MONDAY, "19:25")


@pytest.fixture(autouse=True)
def monday_evening() -> Any:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def phone(school: School, client: Client) -> Client:
    """The inspector's, signed in."""
    client.force_login(school.inspector)
    return client


def errors(client: Client, said: Any) -> dict[str, list[str]]:
    """Why one check is rejected; nothing of it is stored."""
    before = Inspection.objects.count()
    (result,) = send(client, said)
    assert (result["status"], Inspection.objects.count()) == ("rejected", before), result
    told: dict[str, list[str]] = result["errors"]
    return told


# What comes of a check


def test_a_check_is_stored_as_it_was_told(school: School, phone: Client) -> None:
    photo = str(uuid4())
    bags = found("bags-hanging", **{"class": "0853"}, points="1", photos=[photo])
    cactus = found(None, text="仙人掌", points="0.5", corrected=True)
    (result,) = send(phone, item("5420", bags, cactus, note="敲了门", told="yes"))
    assert result["status"] == "created"
    assert result["errors"] == {}
    assert result["photos"] == [photo]

    stored = Inspection.objects.get()
    assert (stored.target_key, stored.shift, stored.occasion) == ("room:5420", "evening", "routine")
    assert (stored.inspector, stored.performed_at, stored.received_at) == (school.inspector, at(MONDAY), NOW)
    assert (stored.outcome, stored.told, stored.note) == ("defects", "yes", "敲了门")
    first, second = stored.findings.all()
    assert (str(first.pk), first.label, str(first.school_class)) == (bags["id"], "物品悬挂 袋子乱挂", "0853")
    assert (second.label, str(second.points), second.corrected) == ("仙人掌", "0.50", True)
    assert [str(named.photo_id) for named in FindingPhoto.objects.all()] == [photo]


def test_what_may_be_left_out(phone: Client) -> None:
    finding = {"id": str(uuid4()), "defect": "bags-hanging"}
    said = item("5413", finding)
    for key in ("told", "note", "replaces"):
        del said[key]
    assert statuses(send(phone, said)) == ["created"]
    clean = item("5403")
    del clean["findings"]
    assert statuses(send(phone, clean)) == ["created"]


def test_each_is_told_of_by_itself_and_in_order(phone: Client) -> None:
    known = item("5413")
    send(phone, known)
    results = send(phone, item("5403"), item("9999"), known, known | {"note": "改"}, {"id": "x"}, 7, item("5420"))
    assert statuses(results) == ["created", "rejected", "duplicate", "conflict", "rejected", "rejected", "created"]
    assert results[1]["errors"] == {"target": ["没有这个地方，再看一眼房号"]}
    assert list(results[3]["errors"]) == ["id"]
    assert results[5] == {"id": None, "status": "rejected", "errors": {"detail": ["这里应是一个对象"]}, "photos": []}
    assert Inspection.objects.count() == 3


def test_a_duplicate_in_the_same_batch(phone: Client) -> None:
    said = item()
    assert statuses(send(phone, said, said, said | {"note": "改"})) == ["created", "duplicate", "conflict"]
    assert Inspection.objects.get().note == ""


def test_another_writing_of_the_same_is_a_duplicate(phone: Client) -> None:
    said = item("5413", found(points="1"))
    send(phone, said)
    (finding,) = said["findings"]
    again = said | {
        "id": said["id"].upper(),
        "performed_at": "2026-11-09T11:20:00Z",
        "findings": [finding | {"points": "1.0"}],
    }
    assert statuses(send(phone, again)) == ["duplicate"]


def test_a_check_and_its_correction_may_come_together(phone: Client) -> None:
    first = item("5413")
    second = item("5413", found(), replaces=first["id"])
    third = item("5413", replaces=first["id"])
    results = send(phone, first, second, third)
    assert statuses(results) == ["created", "created", "rejected"]
    assert results[2]["errors"] == {"replaces": ["那条已经更正过了"]}


def test_a_locked_room_and_the_second_visit_may_come_together(phone: Client) -> None:
    noon = item("5413", outcome="locked", shift="noon", performed_at=at(MONDAY, "12:10").isoformat())
    evening = item("5413", found("locked-again"))
    assert statuses(send(phone, noon, evening)) == ["created", "created"]
    other = item("5403", outcome="locked", shift="noon", performed_at=at(MONDAY, "12:20").isoformat())
    mended = item("5403", shift="noon", performed_at=at(MONDAY, "12:20").isoformat(), replaces=other["id"])
    assert statuses(send(phone, other, mended, item("5403", found("locked-again")))) == [
        "created",
        "created",
        "rejected",
    ]


def test_two_checks_that_share_a_findings_id(phone: Client) -> None:
    """The database refuses the batch as a whole: each then goes alone."""
    one = found()
    results = send(phone, item("5413", one), item("5420"), item("5403", one))
    assert statuses(results) == ["created", "created", "rejected"]
    assert list(results[2]["errors"]) == ["findings.0.id"]


def test_what_nobody_foresaw_is_told_of_one_check_alone(phone: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from inspections.services import recording

    examine, bad = recording.examine, item("5413", note="bad")  # type: ignore[attr-defined]

    def fail(draft: Any, *args: Any) -> Any:
        if draft.note == "bad":
            raise DataError("out of range")
        return examine(draft, *args)

    monkeypatch.setattr(recording, "examine", fail)
    results = send(phone, item("5403"), bad, item("5420"))
    assert statuses(results) == ["created", "rejected", "created"]
    assert results[1]["errors"] == {"detail": ["这条存不进去，跟管理老师说一声"]}


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize(
    "fault", [OperationalError("the database is gone"), InterfaceError("connection already closed"), MemoryError()]
)
def test_a_fault_that_passes_is_no_checks(
    phone: Client, monkeypatch: pytest.MonkeyPatch, fault: Exception, count: int
) -> None:
    """The phone keeps its rows, which a `rejected` would have ended."""

    def fail(*args: Any) -> None:
        raise fault

    monkeypatch.setattr("inspections.services.recording.look_up", fail)
    rows = [item() for _ in range(count)]
    answer = phone.post(BATCH, {"sent_at": NOW.isoformat(), "inspections": rows}, content_type="application/json")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert answer.json() == {"detail": "这边出错了，过一会儿再试"}


# Photos


def photo(school: School, number: str = "inspector") -> str:
    stored = Photo.objects.create(
        id=uuid4(), sha256="0" * 64, sender=school.people[number], file="x.jpg", width=1, height=1, size=1
    )
    return str(stored.pk)


def test_only_the_photos_that_are_not_here_yet_are_asked_for(school: School, phone: Client) -> None:
    here, missing = photo(school), str(uuid4())
    said = item("5413", found(photos=[here, missing]))
    for _ in range(2):
        (result,) = send(phone, said)
        assert result["photos"] == [missing]
    (conflict,) = send(phone, said | {"note": "改"})
    assert conflict["photos"] == []


def test_photos_are_part_of_the_content(phone: Client) -> None:
    finding = found(photos=[str(uuid4())])
    said = item("5413", finding)
    send(phone, said)
    assert statuses(send(phone, said | {"findings": [finding | {"photos": []}]})) == ["conflict"]


def test_a_photo_belongs_to_one_finding_of_ones_own(school: School, phone: Client) -> None:
    one = str(uuid4())
    first = item("5413", found(photos=[one]))
    send(phone, first)
    taken = {"findings.0.photos": ["这张照片是另一次检查的"]}
    assert errors(phone, item("5403", found(photos=[one]))) == taken
    assert errors(phone, item("5403", found(photos=[photo(school, "reviewer")]))) == taken
    assert "findings.1.photos" in errors(
        phone, item("5403", found(photos=["a" * 8 + one[8:]] * 1), found("hats-hanging", photos=["a" * 8 + one[8:]]))
    )
    assert statuses(send(phone, item("5413", found(photos=[one]), replaces=first["id"]))) == ["created"]


def test_six_photos_a_finding(phone: Client) -> None:
    photos = [str(uuid4()) for _ in range(7)]
    assert errors(phone, item("5413", found(photos=photos))) == {"findings.0.photos": ["最多 6 项"]}
    assert statuses(send(phone, item("5413", found(photos=photos[:6])))) == ["created"]


# What cannot be read


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"id": "7"}, {"id": ["这里应是 UUID"]}),
        ({"id": 7}, {"id": ["这里应是 UUID"]}),
        ({"target": "5413"}, {"target": ["这里应是一个对象"]}),
        ({"target": {"type": "room"}}, {"target.code": ["少了这一项"]}),
        ({"target": {"type": "room", "code": 5413}}, {"target.code": ["这里应是文字"]}),
        ({"shift": None}, {"shift": ["这里应是文字"]}),
        ({"shift": "night"}, {"shift": ["没有“night”这个选项"]}),
        ({"outcome": "\ud800"}, {"outcome": ["没有“”这个选项"]}),
        ({"performed_at": "2026-11-09T19:20:00"}, {"performed_at": ["这个时间没有写时区"]}),
        ({"performed_at": "yesterday"}, {"performed_at": ["时间写成 2026-05-11T07:31:05+08:00 这样"]}),
        ({"performed_at": 1}, {"performed_at": ["时间写成 2026-05-11T07:31:05+08:00 这样"]}),
        ({"standard": "1"}, {"standard": ["这里应是整数"]}),
        ({"standard": True}, {"standard": ["这里应是整数"]}),
        ({"standard": 10**30}, {"standard": ["没有这一版检查标准"]}),
        ({"told": False}, {"told": ["这里应是文字"]}),
        ({"replaces": "no"}, {"replaces": ["这里应是 UUID"]}),
        ({"findings": {}}, {"findings": ["这里应是列表"]}),
        ({"findings": [1]}, {"findings.0": ["这里应是一个对象"]}),
        ({"colour": 1, "note": 2}, {"colour": ["没有这一项"], "note": ["这里应是文字"]}),
        ({"\ud800\x00色": 1}, {"色": ["没有这一项"]}),
    ],
)
def test_what_is_not_as_agreed_is_told_by_its_path(phone: Client, fields: Item, told: dict[str, list[str]]) -> None:
    said = item() | fields
    body = {"sent_at": NOW.isoformat(), "inspections": [said, item("5403")]}
    bad, good = phone.post(BATCH, body, content_type="application/json").json()["results"]
    assert (bad["status"], bad["errors"], good["status"]) == ("rejected", told, "created")


@pytest.mark.parametrize(
    "points", [1, 0.5, True, "", "one", "1,5", "NaN", "Infinity", "1e3", "１", "0x1", [], "9" * 50]
)
def test_points_are_a_figure_as_text(phone: Client, points: Any) -> None:
    told = errors(phone, item("5413", found(None, text="仙人掌", points=points)))
    assert told == {"findings.0.points": ['这里应是分数，写成文字："1" 或 "0.5"']}


def test_all_faults_of_a_check_are_told_at_once(phone: Client) -> None:
    finding = found(defect=7, photos=["x"], corrected="yes")  # type: ignore[arg-type]
    told = errors(phone, item("5413", finding, standard=None, note=[]))
    assert set(told) == {"standard", "note", "findings.0.defect", "findings.0.photos.0", "findings.0.corrected"}


def test_what_breaks_a_rule_is_told_in_the_readers_language(phone: Client) -> None:
    said = item("5413", found("no-such"), found(None, text="x", points="9"), told="maybe")
    assert errors(phone, said) == {
        "told": ["没有“maybe”这个选项"],
        "findings.0.defect": ["这一版标准里没有“no-such”"],
        "findings.1.points": ["0 到 2 分"],
    }
    phone.cookies["django_language"] = "en"
    assert errors(phone, item("9999")) == {"target": ["There is no such place. Look at the number once more."]}


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ([], {"detail"}),
        ({}, {"sent_at", "inspections"}),
        ({"sent_at": "2026-11-09T19:25:00", "inspections": []}, {"sent_at"}),
        ({"sent_at": None, "inspections": None}, {"sent_at", "inspections"}),
        ({"sent_at": "2026-11-09T19:25:00+08:00", "inspections": [], "colour": 1}, {"colour"}),
        ({"sent_at": "2026-11-09T19:25:00+08:00", "inspections": [{}] * 201}, {"inspections"}),
    ],
)
def test_a_batch_that_cannot_be_read(phone: Client, body: Any, paths: set[str]) -> None:
    answer = phone.post(BATCH, body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["detail"] == "这一批看不懂"
    assert set(answer.json()["errors"]) == paths


def test_two_hundred_at_once(phone: Client) -> None:
    assert statuses(send(phone, *(item() for _ in range(200)))) == ["created"] * 200
    assert send(phone) == []


# The clock


@pytest.mark.parametrize("off", [timedelta(days=1), timedelta(days=-1), timedelta(minutes=-11), timedelta(seconds=3)])
def test_a_clock_that_is_wrong_is_put_right(phone: Client, off: timedelta) -> None:
    """The phone's clock shows `off` too much."""
    said = item(performed_at=(at(MONDAY) + off).isoformat())
    assert statuses(send(phone, said, sent_at=NOW + off)) == ["created"]
    stored = Inspection.objects.get()
    assert (stored.performed_at, stored.performed_on, stored.clock_offset) == (at(MONDAY), MONDAY, -off)
    # Sent again after the clock was set right
    assert statuses(send(phone, said)) == ["duplicate"]


@pytest.mark.parametrize(("minutes", "status"), [(10, "created"), (11, "rejected")])
def test_what_has_not_come_yet(phone: Client, minutes: int, status: str) -> None:
    said = item(performed_at=(NOW + timedelta(minutes=minutes)).isoformat())
    (result,) = send(phone, said)
    assert result["status"] == status
    assert list(result["errors"]) == ([] if status == "created" else ["performed_at"])


@pytest.mark.parametrize("sent_at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_a_clock_beyond_all_time(phone: Client, sent_at: str) -> None:
    body = {"sent_at": sent_at, "inspections": [item(), item(performed_at=sent_at)]}
    results = phone.post(BATCH, body, content_type="application/json").json()["results"]
    assert list(results[0]["errors"]) == ["performed_at"]


def test_a_date_in_no_term(phone: Client) -> None:
    said = item(performed_at=at(date(2026, 8, 30)).isoformat())
    assert errors(phone, said) == {"performed_at": ["这一天不在任何学期里"]}


# Who


def test_ones_own_class_is_rejected(school: School, phone: Client) -> None:
    assert errors(phone, item("3427")) == {"target": ["这是你自己的班级或宿舍，换别人来查"]}


@pytest.mark.parametrize("number", ["head", "admin", "nobody"])
def test_other_roles_send_nothing(school: School, client: Client, number: str) -> None:
    client.force_login(school.people[number])
    answer = client.post(BATCH, {"sent_at": NOW.isoformat(), "inspections": [item()]}, content_type="application/json")
    assert (answer.status_code, answer.json()) == (403, {"detail": "这事不归你管"})


def test_the_queue_of_another_person_is_never_stored_as_mine(school: School, phone: Client) -> None:
    owner: Any = {"X-Outbox-Owner": str(school.inspector.pk)}
    assert statuses(send(phone, item(), **owner)) == ["created"]
    for wrong in (str(school.reviewer.pk), "x", ""):
        body = {"sent_at": NOW.isoformat(), "inspections": [item()]}
        answer = phone.post(BATCH, body, content_type="application/json", headers={"X-Outbox-Owner": wrong})
        assert (answer.status_code, answer.json()["code"]) == (409, "other-user")
        assert answer.json()["detail"].startswith("这台手机")
    assert Inspection.objects.count() == 1


def test_anothers_id_is_a_conflict(school: School, phone: Client) -> None:
    said = item()
    send(phone, said)
    phone.force_login(school.reviewer)
    assert statuses(send(phone, said)) == ["conflict"]


# What it costs


def test_more_checks_take_no_more_queries(school: School, phone: Client) -> None:
    school.check("5413", "locked", clock="12:10", shift="noon")
    told = []
    for count in (1, 1, 50):
        said = [item("5413", found("locked-again", photos=[str(uuid4())])) for _ in range(count)]
        said += [item("硬化路", found("area-litter"), kind="area") for _ in range(count)]
        with CaptureQueriesContext(connection) as queries:
            assert statuses(send(phone, *said)) == ["created"] * 2 * count
        told.append(sum(not query["sql"].startswith("INSERT") for query in queries))
    cold, one, fifty = told
    assert one == fifty == 13
    assert cold == one + 2  # the standard and its defects, which a process keeps


def test_a_resend_reads_one_thing(phone: Client, django_assert_num_queries: Any) -> None:
    said = [item("5413", found()) for _ in range(50)]
    send(phone, *said)
    with django_assert_num_queries(4):  # session, person, roles, the checks
        assert statuses(send(phone, *said)) == ["duplicate"] * 50


def test_the_shifts_are_all_there() -> None:
    assert [code for code, _label in SHIFT_CHOICES] == SHIFTS
