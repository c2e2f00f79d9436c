"""`GET /api/v1/standards`: what the phone makes its sheets from."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from campus.selectors import today
from config.tests.school import School
from inspections.models import Defect, Item, Standard

pytestmark = pytest.mark.django_db
STANDARDS = "/api/v1/standards"


@pytest.fixture
def phone(school: School, client: Client) -> Client:
    client.force_login(school.inspector)
    return client


def by_kind(client: Client) -> dict[str, Any]:
    answer = client.get(STANDARDS)
    assert answer.status_code == 200
    return {version["kind"]: version for version in answer.json()}


def test_one_version_of_each_kind_with_all_that_a_sheet_needs(phone: Client) -> None:
    versions = by_kind(phone)
    assert set(versions) == {"classroom", "classroom_deep", "area", "dorm", "duty", "event"}
    dorm = versions["dorm"]
    assert dorm["id"] == Standard.objects.get(kind="dorm").pk
    assert (dorm["version"], dorm["locked_points"], dorm["refused_points"]) == (1, "0", "10")
    assert dorm["most_own_points"] == "2"  # cigarette ends; the dearer ones are serious
    hanging = dorm["items"][0]
    assert (hanging["code"], hanging["name"], hanging["name_en"]) == ("hanging", "物品悬挂", "Hanging things")
    assert hanging["defects"][0] == {
        "code": "bags-hanging",
        "name": "袋子乱挂",
        "name_en": "bags hung up",
        "points": "1",
        "scope": "personal",
        "serious": False,
    }
    assert [d["code"] for item in dorm["items"] for d in item["defects"] if d["serious"]] == [
        "banned-appliance",
        "unsafe-wiring",
    ]


def test_what_may_stand_instead_of_a_check_in_the_sheets_order(phone: Client) -> None:
    versions = by_kind(phone)
    assert versions["dorm"]["instead"] == ["locked", "nobody", "refused", "skipped"]
    assert versions["classroom"]["instead"] == ["locked", "refused", "skipped"]
    assert versions["duty"]["instead"] == ["refused", "skipped"]


def publish(kind: str, *, days: int, published: bool = True) -> Standard:
    standard = Standard.objects.create(kind=kind, version=2, effective_from=today() + timedelta(days=days))
    item = Item.objects.create(standard=standard, code="desk", name="桌面", position=1)
    Defect.objects.create(standard=standard, item=item, code="dirty", name="脏", points=Decimal("0.50"), position=1)
    standard.published_at = timezone.now() if published else None
    standard.save()
    return standard


def test_a_newer_version_counts_from_its_day_and_once_it_is_published(phone: Client) -> None:
    publish("dorm", days=1)
    publish("area", days=0, published=False)
    newer = publish("duty", days=0)
    versions = by_kind(phone)
    assert (versions["dorm"]["version"], versions["area"]["version"]) == (1, 1)
    assert (versions["duty"]["id"], versions["duty"]["most_own_points"]) == (newer.pk, "0.5")


def test_what_the_phone_has_already_is_not_sent_again(phone: Client) -> None:
    first = phone.get(STANDARDS)
    assert first["Cache-Control"] == "private, no-cache"
    again = phone.get(STANDARDS, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    publish("dorm", days=0)
    changed = phone.get(STANDARDS, headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]


def test_more_versions_take_no_more_queries(phone: Client, django_assert_num_queries: Any) -> None:
    for published in (False, True):
        if published:
            publish("dorm", days=-1)
        with django_assert_num_queries(5):  # session, person, versions, items, defects
            phone.get(STANDARDS)
