"""The phone's sheets and rounds where days, people, occasions and pictures change under them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import time, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
import time_machine

from config.tests.school import MONDAY, School, at
from inspections.models import Inspection
from inspections.tests.drawn import jpeg
from inspections.tests.phone import EVENING, Phone
from inspections.tests.walking import a_round, inspector, tell_men_from_women
from scoring.services import send_back

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.django_db(transaction=True)

CODES = ["5403", "5413", "5420"]


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """The server's, which runs."""
    with time_machine.travel(EVENING, tick=True) as traveller:
        yield traveller


@pytest.fixture
def walked(school: School) -> School:
    tell_men_from_women(school)
    a_round(school, CODES, school.inspector, inspector(school, "partner"))
    return school


@pytest.fixture
def phone(walked: School, take_phone: Callable[..., Phone]) -> Phone:
    return take_phone(walked.inspector).open()


def find(page: Page, *defects: str) -> None:
    for defect in defects:
        page.get_by_text(defect, exact=True).click()


def save(page: Page) -> None:
    page.locator("#save").click()
    page.locator(".sheet").wait_for(state="detached")


def waiting(phone: Phone) -> list[list[str]]:
    """Place, shift, occasion and number of findings of what waits."""
    script = """return (await it.rows()).map(({ item }) =>
        [item.target.code, item.shift, item.occasion, String(item.findings.length)])"""
    rows: list[list[str]] = phone.call("outbox", script)
    return rows


def test_a_defect_goes_to_the_round_that_is_walked(walked: School, take_phone: Callable[..., Phone]) -> None:
    a_round(walked, CODES, walked.inspector, name="午检", shift="noon", starts_at=time(12, 20))
    phone = take_phone(walked.inspector).open()
    phone.go_down()
    page = phone.page
    page.get_by_role("button", name="有问题").click()
    find(page, "被子未叠")
    save(page)
    page.locator("#do-now").click()
    phone.keeps(2)
    assert waiting(phone) == [["5403", "evening", "routine", "1"], ["5413", "evening", "routine", "0"]]
    page.get_by_role("button", name="午检").click()
    page.locator("#coverage", has_text="0 / 3").wait_for()
    page.reload()
    page.locator("#coverage", has_text="0 / 3").wait_for()


def test_a_draft_ends_with_its_day(phone: Phone, clock: time_machine.Traveller) -> None:
    page = phone.page
    page.goto("/patrol/#place/room:5413")
    find(page, "被子未叠")
    page.locator("#note").fill("两次敲门")
    page.goto("/patrol/")
    clock.shift(timedelta(days=1))
    phone.context.clock.set_system_time(at(MONDAY, "19:40") + timedelta(days=1))
    phone = phone.start_again("/patrol/#place/room:5413")
    phone.page.locator("#note").wait_for()
    assert phone.page.locator("#note").input_value() == ""
    assert phone.page.locator("#defect-bed-unmade").is_checked() is False


def test_after_midnight_a_tap_is_refused_and_not_filed_elsewhere(phone: Phone) -> None:
    phone.go_down()
    phone.page.locator("#do-now").wait_for()
    # At once, before the page finds by itself that the day is over
    phone.page.evaluate(
        """() => {
          const now = Date.now;
          Date.now = () => now() + 5 * 3600_000;
          document.getElementById("do-now").click();
        }"""
    )
    phone.says("过了零点")
    assert waiting(phone) == []
    phone.page.get_by_text("现在没有要查的").wait_for()


def test_a_photo_that_is_still_made_small_is_waited_for(phone: Phone) -> None:
    page = phone.page
    page.goto("/patrol/#place/room:5413")
    page.evaluate(
        """() => {
          const make = window.createImageBitmap;
          window.createImageBitmap = (...given) =>
            new Promise((done) => (window.goOn = () => done(make(...given))));
        }"""
    )
    find(page, "被子未叠")
    page.locator("#camera").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": jpeg()})
    page.get_by_text("正在缩小照片").wait_for()
    page.locator("#save").click()
    page.evaluate("window.goOn()")
    phone.shows("1 条未同步")
    assert phone.call("outbox", "return (await it.rows())[0].photos.length") == 1


def test_of_two_photos_the_one_taken_away_is_the_one_that_goes(phone: Phone) -> None:
    page = phone.page
    page.goto("/patrol/#place/room:5413")
    find(page, "被子未叠")
    for number, colour in enumerate([(200, 0, 0), (0, 0, 200)], 1):
        page.locator("#camera").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": jpeg(colour)})
        page.locator(f".shot:nth-of-type({number}) canvas, .shots > .shot >> nth={number - 1}").first.wait_for()
    page.locator(".shots > .shot").nth(1).wait_for()
    page.locator(".shot-away").first.click()
    page.locator(".shots > .shot").nth(1).wait_for(state="detached")
    colour = page.evaluate(
        """async () => {
          const canvas = document.querySelector(".shot canvas");
          const pixel = () => [...canvas.getContext("2d").getImageData(44, 44, 1, 1).data];
          for (let frames = 0; frames < 600 && pixel()[3] === 0; frames++) await new Promise(requestAnimationFrame);
          return pixel();
        }"""
    )
    assert colour[2] > 150 > colour[0]


def test_a_correction_keeps_the_pictures_of_what_it_corrects(phone: Phone) -> None:
    page = phone.page
    first = phone.record("5413", "bed-unmade", photos=[jpeg()])
    phone.wait()
    phone.shows("都发出去了")
    page.goto("/patrol/#place/room:5413")
    page.locator(".shot", has_text="之前已发").wait_for()
    find(page, "袋子乱挂")
    save(page)
    phone.keeps()
    phone.wait()
    phone.shows("都发出去了")
    second = Inspection.objects.get(replaces=UUID(first))
    kept = second.findings.get(defect__code="bed-unmade")
    assert [str(photo.photo_id) for photo in kept.photos.all()] == [
        str(photo.photo_id)
        for finding in Inspection.objects.get(pk=first).findings.all()
        for photo in finding.photos.all()
    ]


def test_a_spot_check_stands_beside_the_routine_one(school: School, take_phone: Callable[..., Phone]) -> None:
    phone = take_phone(school.inspector).open()
    page = phone.page
    phone.record("5413")
    phone.wait()
    phone.shows("都发出去了")
    page.goto("/patrol/#place/room:5413")
    page.get_by_text("更正").first.wait_for()
    page.locator("#occasion").select_option("spot")
    find(page, "被子未叠")
    save(page)
    phone.keeps()
    phone.wait()
    phone.shows("都发出去了")
    spot = Inspection.objects.get(occasion="spot")
    assert spot.replaces is None
    assert Inspection.objects.filter(occasion="routine").count() == 1


def test_the_chosen_occasion_outlives_a_reload(school: School, take_phone: Callable[..., Phone]) -> None:
    phone = take_phone(school.inspector).open()
    page = phone.page
    page.goto("/patrol/#place/room:5413")
    page.locator("#occasion").select_option("school")
    find(page, "被子未叠")
    page.reload()
    page.locator(".found").wait_for()
    assert page.locator("#occasion").input_value() == "school"
    save(page)
    phone.keeps()
    assert waiting(phone)[0][2] == "school"


def test_a_saved_sheet_leaves_no_draft(phone: Phone) -> None:
    page = phone.page
    phone.go_down()
    page.goto("/patrol/#place/room:5413")
    find(page, "被子未叠")
    page.locator("#note").press_sequentially("两次")
    save(page)
    phone.keeps()
    script = "return (await it.transact(['kept'], 'readonly', (tx) => tx.objectStore('kept').getAllKeys())).filter((key) => key.includes('draft'))"
    assert phone.call("store", script) == []


def test_what_another_phone_recorded_is_corrected_filled_in(phone: Phone, walked: School) -> None:
    walked.check("5413", None, "bed-unmade", clock="19:21", by=walked.inspector)
    page = phone.page
    page.evaluate("async () => (await import('/static/patrol/places.js')).refreshWork()")
    page.locator(".is-defects", has_text="5413").wait_for()
    page.locator("#do-room\\:5413").click()
    page.locator(".found", has_text="被子未叠").wait_for()
    find(page, "袋子乱挂")
    save(page)
    phone.keeps()
    phone.wait()
    phone.shows("都发出去了")
    assert Inspection.objects.get(replaces__isnull=False).findings.count() == 2


def test_a_round_with_ones_own_place_is_not_said_to_be_done(walked: School, take_phone: Callable[..., Phone]) -> None:
    walked.inspector.home_room = walked.rooms["5413"]
    walked.inspector.save()
    phone = take_phone(walked.inspector).open()
    page = phone.page
    phone.go_down()
    for code in ("5403", "5420"):
        page.locator(f"[aria-current=step]:has-text('{code}')").wait_for()
        phone.walk_on()
        page.locator("#do-now").click()
    page.get_by_text("还剩 1 处是自己的，要换人查").wait_for()


def test_an_answered_return_is_not_asked_for_again(walked: School, take_phone: Callable[..., Phone]) -> None:
    check = walked.check("5403", None, "bed-unmade", by=walked.inspector)
    send_back(
        inspection=check.pk,
        by=walked.reviewer,
        reason="哪张床？照片看不清是靠窗的还是靠门的那一张，请写明白，或者再补一张照片，不然没法扣到人",
    )
    phone = take_phone(walked.inspector).open()
    page = phone.page
    card = page.locator(".came-back", has_text="哪张床").bounding_box()
    assert card
    assert card["x"] >= 0
    assert card["x"] + card["width"] <= 375
    assert 0 <= card["y"] < 600
    page.locator(".is-defects", has_text="5403").get_by_text("退回了").wait_for()
    page.locator(".came-back", has_text="哪张床").get_by_role("link").click()
    page.locator("#note").fill("靠窗的")
    save(page)
    page.locator("#coverage").wait_for()
    assert page.locator(".came-back").count() == 0
    phone.keeps()
    phone.wait()
    phone.shows("都发出去了")
    assert page.locator(".came-back").count() == 0
    assert Inspection.objects.get(replaces=check).note == "靠窗的"


def test_what_the_browser_cannot_write_down_is_told(phone: Phone) -> None:
    phone.page.evaluate(
        """() => { IDBObjectStore.prototype.add = () => { throw new DOMException("", "UnknownError"); }; }"""
    )
    phone.page.locator("#do-now").click()
    phone.says("5403 没存上")
    assert phone.page.locator("#coverage").inner_text().replace(" ", "") == "0/3"


def test_whoever_signs_in_next_taps_for_himself(walked: School, phone: Phone) -> None:
    a_round(walked, ["教101"], walked.inspector2)
    page = phone.page
    phone.sign_in(walked.inspector2)
    other = phone.context.new_page()
    other.goto("/me/")  # the other signs in, and his page says so in a cookie
    page.locator("#do-now").click()
    phone.says("换了人登录")
    phone.is_held_by(walked.inspector2)
    assert Inspection.objects.count() == 0
    script = "return (await (await import('/static/patrol/store.js')).transact(['outbox'], 'readonly', (tx) => tx.objectStore('outbox').getAll())).length"
    assert phone.call("outbox", script) == 0


def test_the_way_back_from_the_route_is_not_the_sheet(phone: Phone) -> None:
    page = phone.page
    phone.go_down()
    page.get_by_role("button", name="有问题").click()
    find(page, "被子未叠")
    save(page)
    page.locator("#coverage", has_text="1").wait_for()
    page.go_back()
    page.locator("#coverage", has_text="1").wait_for()
    assert page.locator(".sheet").count() == 0


def test_an_area_is_found_by_letters_too(phone: Phone) -> None:
    page = phone.page
    page.get_by_role("link", name="按房号").click()
    assert page.locator("#q").get_attribute("inputmode") == "numeric"
    page.get_by_role("button", name="字母汉字").click()
    page.locator("#q[inputmode=text]").fill("教")
    page.get_by_text("教101").first.wait_for()


def test_what_was_missed_on_the_first_visit_is_asked_for_again(
    walked: School, take_phone: Callable[..., Phone]
) -> None:
    phone = take_phone(walked.inspector)
    phone.meddle("places", lambda route: route.abort())
    phone.page.goto("/patrol/")
    phone.page.get_by_text("正在取路线").wait_for()
    phone.leave_alone("places")
    phone.context.clock.fast_forward(60_000)
    phone.page.locator("#coverage", has_text="0 / 3").wait_for()


def test_a_round_given_meanwhile_comes_up_by_itself(school: School, take_phone: Callable[..., Phone]) -> None:
    phone = take_phone(school.inspector).open()
    phone.page.get_by_text("现在没有要查的").wait_for()
    tell_men_from_women(school)
    a_round(school, CODES, school.inspector)
    phone.context.clock.fast_forward(6 * 60_000)
    phone.page.locator("#coverage", has_text="0 / 3").wait_for()


def test_a_refused_correction_hides_nothing(phone: Phone) -> None:
    page = phone.page
    first = phone.record("5403")
    phone.wait()
    phone.shows("都发出去了")
    phone.record("5403", outcome="defects", replaces=first)  # it names none
    phone.wait()
    phone.shows("1 条要改")
    page.locator(".is-clean", has_text="5403").wait_for()
    assert page.locator("#coverage").inner_text().replace(" ", "") == "1/3"


@pytest.mark.parametrize(("screen", "scheme"), [("phone", "dark"), ("desk", "light")])
def test_dark_and_on_a_desk_nothing_is_wrong_either(
    walked: School,
    take_phone: Callable[..., Phone],
    accessibility_faults: Callable[[Page], list[str]],
    screen: str,
    scheme: str,
) -> None:
    phone = take_phone(walked.inspector, screen=screen, scheme=scheme).open()
    page = phone.page
    page.locator("#coverage").wait_for()
    assert accessibility_faults(page) == []
    page.goto("/patrol/#find")
    page.locator("#q").fill("5")
    page.locator("#found a").first.wait_for()
    assert accessibility_faults(page) == []
    page.goto("/patrol/#place/room:5420")
    find(page, "袋子乱挂")
    page.locator(".found").wait_for()
    phone.look()
    assert accessibility_faults(page) == []
