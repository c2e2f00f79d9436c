"""A page that was drawn before one recorded the place, in another window or on the phone: it asks first."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client
from time_machine import Traveller

from config.tests.school import MONDAY, School, at
from inspections.models import Inspection
from inspections.tests.pages import filled_in, press_ids, rows, seen
from inspections.tests.test_sheet import sheet_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday_evening")]
LIST = "/checks/new/?building=5"
HTMX = {"HX-Request": "true"}
BEFORE = "这一页打开以后你已经记过这里，就是下面那条。要更正就再按一次"


@pytest.fixture
def inspector(school: School, client: Client) -> Client:
    client.force_login(school.inspector)
    return client


def newest() -> Inspection:
    return Inspection.objects.latest("received_at")


def test_a_stale_sheet_shows_what_was_recorded_and_asks(
    school: School, inspector: Client, monday_evening: Traveller
) -> None:
    stale = filled_in(inspector.get(sheet_of("5413"))) | {"defects": ["bags-hanging"], "outcome": "defects"}
    first = school.check("5413", None, "sill-cluttered", clock="19:20")
    monday_evening.move_to(at(MONDAY, "19:21"))
    page = inspector.post(sheet_of("5413"), stale)
    assert (page.status_code, Inspection.objects.count()) == (422, 1)
    assert BEFORE in seen(page)
    assert "更正 19:20 那次： 窗台 乱放" in seen(page)

    again = filled_in(page)
    assert again["defects"] == ["bags-hanging"]
    inspector.post(sheet_of("5413"), again | {"outcome": "defects"})
    assert (newest().replaces, [str(f) for f in newest().findings.all()]) == (first, ["物品悬挂 袋子乱挂"])


def test_a_correction_that_was_made_elsewhere_meanwhile_asks_too(school: School, inspector: Client) -> None:
    first = school.check("5413", None, "bags-hanging", clock="19:05")
    stale = filled_in(inspector.get(sheet_of("5413"))) | {"defects": ["hats-hanging"], "outcome": "defects"}
    second = school.check("5413", clock="19:10", replaces=first.pk)
    page = inspector.post(sheet_of("5413"), stale)
    assert BEFORE in seen(page)
    inspector.post(sheet_of("5413"), filled_in(page) | {"outcome": "defects"})
    assert newest().replaces == second


@pytest.mark.parametrize("occasion", ["spot", "routine"])
def test_a_stale_tap_shows_the_row_as_it_is_and_records_nothing(
    school: School, inspector: Client, occasion: str
) -> None:
    address, press = press_ids(inspector.get(f"{LIST}&occasion={occasion}"))["5403"]
    school.check("5403", None, "bags-hanging", clock="19:10", occasion=occasion)
    part = inspector.post(address, {"id": press, "outcome": "clean"}, headers=HTMX)
    assert (part.status_code, Inspection.objects.count()) == (200, 1)
    assert "1 处问题" in rows(part)["5403"]
    assert "5403 你 19:10 已经记过，要更正就点这一行" in seen(part)


def test_a_stale_tap_without_a_script_opens_the_sheet_that_asks(school: School, inspector: Client) -> None:
    address, press = press_ids(inspector.get(LIST))["5403"]
    school.check("5403", "locked", clock="19:05")
    page = inspector.post(address, {"id": press, "outcome": "clean"})
    assert (page.status_code, Inspection.objects.count()) == (422, 1)
    assert BEFORE in seen(page)
    assert "你 19:05 记过： 锁门" in seen(page)
    inspector.post(address, filled_in(page) | {"outcome": "clean"})
    assert (newest().outcome, newest().replaces) == ("clean", None)


def test_a_room_to_be_gone_to_again_is_one_tap_all_the_same(school: School, inspector: Client) -> None:
    school.check("5413", "locked", clock="19:00")
    for code in ("5403", "5420"):
        school.check(code, clock="19:05")
    data = filled_in(inspector.get(LIST)) | {"outcome": "clean"}
    part = inspector.post(sheet_of("5413"), data | {"id": str(uuid4())}, headers=HTMX)
    assert (newest().outcome, newest().target.code) == ("clean", "5413")
    assert "已经记过" not in seen(part)


def test_what_others_recorded_meanwhile_is_not_asked_about(school: School, inspector: Client) -> None:
    data = filled_in(inspector.get(sheet_of("5413"))) | {"outcome": "clean"}
    school.check("5413", clock="19:10", by=school.inspector2)
    assert inspector.post(sheet_of("5413"), data).status_code == 302
