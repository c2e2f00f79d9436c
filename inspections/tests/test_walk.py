"""A round on the phone: one tap a clean room, and what the screens make of everything else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine

from config.tests.school import MONDAY, School
from dormitories.models import Building, Residency, Room
from inspections.models import Inspection, Outcome
from inspections.tests.phone import EVENING, Phone
from inspections.tests.walking import a_round, inspector, tell_men_from_women

if TYPE_CHECKING:
    from playwright.sync_api import FloatRect, Page

pytestmark = pytest.mark.django_db(transaction=True)

CODES = ["5413", "5420", *(f"53{n:02}" for n in range(1, 29))]  # thirty rooms
# Counts how often the thumb comes down
COUNT = """() => {
  window.taps = 0;
  addEventListener("pointerdown", () => (window.taps += 1), true);
}"""

# Draws what is there once more, twice: whatever was asked for before is on the screen then
DRAW = """async () => {
  const { round } = await import("/static/patrol/round.js");
  for (const _ of [1, 2]) await round.changed();
}"""


@pytest.fixture(autouse=True)
def evening() -> Iterator[None]:
    with time_machine.travel(EVENING, tick=True):
        yield


@pytest.fixture
def thirty(school: School) -> School:
    """Building 5 with thirty rooms that 王同学 walks this evening together with 赵同学."""
    tell_men_from_women(school)
    building = Building.objects.get(code="5")
    for code in CODES[2:]:
        room = Room.objects.create(building=building, number=code, code=code, floor=3)
        Residency.objects.create(room=room, school_class=school.classes["0853"], starts_on=MONDAY)
        school.rooms[code] = room
    a_round(school, CODES, school.inspector, inspector(school, "partner"))
    return school


@pytest.fixture
def phone(thirty: School, take_phone: Callable[..., Phone]) -> Phone:
    return take_phone(thirty.inspector).open()


def row(page: Page, code: str) -> str:
    """What the row of a place says, once it is there."""
    return page.locator(".split", has_text=code).inner_text()


def test_thirty_rooms_with_three_findings_are_thirty_seven_taps_at_most(phone: Phone) -> None:
    page = phone.page
    page.evaluate(COUNT)
    phone.go_down()
    for n, code in enumerate(CODES):
        page.locator(f"[aria-current=step]:has-text('{code}')").wait_for()
        if n in (3, 7, 11):
            page.get_by_role("button", name="有问题").click()
            page.get_by_text("被子未叠").click()
            page.get_by_role("button", name="保存，下一处").click()
        else:
            page.locator("#do-now").click()
        page.locator(f"[id='at-room:{code}']:not([aria-current])").wait_for()
        phone.walk_on()
    page.get_by_text("这一轮查完了").wait_for()
    assert page.locator("#coverage").inner_text().replace(" ", "") == "30/30"
    assert page.evaluate("window.taps") <= 37

    phone.keeps(len(CODES))
    phone.wait()
    phone.come_up()
    phone.shows("都发出去了")
    outcomes = [check.outcome for check in Inspection.objects.order_by("performed_at", "received_at")]
    assert outcomes.count(Outcome.CLEAN) == 27
    assert outcomes.count(Outcome.DEFECTS) == 3


def test_the_newest_is_taken_back_while_it_has_not_gone_out(phone: Phone) -> None:
    phone.go_down()
    phone.page.locator("#do-now").click()
    phone.page.get_by_role("button", name="撤销").wait_for()
    phone.walk_on()
    phone.page.get_by_role("button", name="撤销").click()
    phone.page.locator("#do-room\\:5413", has_text="干净").locator(".box").wait_for()
    assert phone.call("outbox", "return (await it.rows()).length") == 0


def test_a_redraw_takes_no_tap_away(phone: Phone) -> None:
    page = phone.page
    page.locator("#do-room\\:5413").hover()
    page.mouse.down()
    page.evaluate(DRAW)
    page.mouse.up()
    page.locator(".is-clean", has_text="5413").wait_for()


def test_a_tap_begun_for_one_place_records_no_other(phone: Phone, thirty: School) -> None:
    page = phone.page
    page.locator("#do-now").hover()
    page.mouse.down()
    thirty.check("5413", None, "bed-unmade", clock="19:21", by=thirty.people["partner"])
    page.evaluate("async () => (await import('/static/patrol/places.js')).refreshWork()")
    page.locator("[aria-current=step]:has-text('5420')").wait_for()
    page.mouse.up()
    page.evaluate(DRAW)
    assert phone.call("outbox", "return (await it.rows()).length") == 0


@pytest.mark.parametrize("button", ["#do-now", "#do-room\\:5413"])
def test_pressed_twice_by_mistake_it_is_one(phone: Phone, button: str) -> None:
    phone.page.locator(button).dblclick()
    phone.page.locator(".is-clean", has_text="5413").wait_for()
    phone.page.evaluate(DRAW)
    assert phone.call("outbox", "return (await it.rows()).map((row) => row.item.target.code)") == ["5413"]


def test_a_double_tap_falls_on_no_other_screen(phone: Phone) -> None:
    page = phone.page
    phone.go_down()
    at_button = page.get_by_role("button", name="有问题").bounding_box()
    assert at_button
    tap_twice(page, at_button, ".sheet")
    page.get_by_text("被子未叠").click()
    phone.walk_on()
    at_button = page.get_by_role("button", name="保存，下一处").bounding_box()
    assert at_button
    tap_twice(page, at_button, "#coverage")
    page.locator(".is-defects", has_text="5413").wait_for()
    page.evaluate(DRAW)
    script = "return (await it.rows()).map(({ item }) => [item.target.code, item.outcome])"
    assert phone.call("outbox", script) == [["5413", "defects"]]


def tap_twice(page: Page, where: FloatRect, then: str) -> None:
    """The second comes down on what the first has brought."""
    x, y = where["x"] + where["width"] / 2, where["y"] + where["height"] / 2
    page.mouse.click(x, y)
    page.locator(then).wait_for()
    page.mouse.click(x, y)


def test_locked_is_two_taps_and_is_to_be_seen_again(phone: Phone) -> None:
    page = phone.page
    page.get_by_role("button", name="有问题").click()
    page.get_by_role("button", name="锁门").click()
    page.locator(".is-locked", has_text="5413").wait_for()
    assert "还要再去" in row(page, "5413")
    assert page.locator("#coverage").inner_text().replace(" ", "") == "0/30"


def test_refused_wants_a_second_press(phone: Phone) -> None:
    page = phone.page
    page.get_by_role("button", name="有问题").click()
    page.get_by_role("button", name="拒检").dblclick()  # a slip
    page.get_by_role("button", name="再按一次").wait_for()
    assert page.locator(".sheet").count() == 1
    phone.walk_on()
    page.get_by_role("button", name="再按一次").click()
    page.locator(".is-refused", has_text="5413").wait_for()


def test_a_mixed_room_asks_whose_it_is_and_leaves_it_open(phone: Phone) -> None:
    page = phone.page
    page.goto("/patrol/?target=5420")
    page.get_by_text("袋子乱挂").click()
    page.get_by_text("帽子乱挂").click()
    assert page.get_by_text("不选就由审核定").count() == 2
    page.locator("label[for='class-bag-0853'], .found label", has_text="0853").first.click()
    assert page.locator(".sheet-title output").inner_text() == "−2"
    page.get_by_role("button", name="保存，下一处").click()
    phone.keeps()
    phone.wait()
    phone.shows("都发出去了")
    (check,) = Inspection.objects.all()
    named = [f.school_class.code if f.school_class else None for f in check.findings.order_by("position")]
    assert named == ["0853", None]
    assert check.told == "yes"


def test_a_finished_row_is_corrected_by_a_record_that_replaces_it(phone: Phone) -> None:
    page = phone.page
    page.locator("#do-now").click()
    phone.keeps()
    phone.wait()
    phone.shows("都发出去了")
    page.locator("#do-room\\:5413").click()
    page.get_by_text("被子未叠").click()
    page.get_by_role("button", name="保存更正").click()
    page.locator(".is-defects", has_text="5413").wait_for()
    phone.keeps()
    phone.wait()
    phone.shows("都发出去了")
    first, second = Inspection.objects.order_by("received_at")
    assert second.replaces == first
    # The minute of the visit; the test turns the phone's clock on, and with it how far that is off
    assert abs(second.performed_at - first.performed_at) < timedelta(minutes=1)


def test_what_was_entered_outlives_a_reload(phone: Phone) -> None:
    page = phone.page
    page.goto("/patrol/?target=room:5413")
    page.get_by_text("被子未叠").click()
    page.locator("#note").fill("两次敲门")
    page.get_by_text("烟头").click()
    page.reload()
    page.locator(".sheet-title output", has_text="−3").wait_for()
    assert page.locator("#note").input_value() == "两次敲门"


def test_the_partners_work_is_seen_and_asked_about(phone: Phone, thirty: School) -> None:
    thirty.check("5413", None, "bed-unmade", clock="19:21", by=thirty.people["partner"])
    page = phone.page
    page.evaluate("async () => (await import('/static/patrol/places.js')).refreshWork()")
    page.locator(".is-defects", has_text="5413").wait_for()
    assert "partner同学" in row(page, "5413")
    page.locator("#do-room\\:5413").click()
    page.get_by_text("记过：").wait_for()
    page.get_by_role("button", name="同意，不再记").click()
    page.locator("#coverage", has_text="1").wait_for()
    assert Inspection.objects.count() == 1


def test_any_place_is_found_by_its_number_however_it_is_typed(phone: Phone) -> None:
    page = phone.page
    page.get_by_role("link", name="按房号").click()
    page.locator("#q").fill("５３ 0")
    page.get_by_text("5301").wait_for()
    page.locator("#q").fill("5301")
    page.locator("#q").press("Enter")
    page.locator(".sheet-title", has_text="5301").wait_for()


def test_nothing_is_wrong_for_those_who_cannot_see_or_point(
    phone: Phone, accessibility_faults: Callable[[Page], list[str]]
) -> None:
    assert accessibility_faults(phone.page) == []
    phone.page.goto("/patrol/?target=5420")
    phone.page.get_by_text("袋子乱挂").click()
    phone.page.locator(".found").wait_for()
    assert accessibility_faults(phone.page) == []
