"""The outbox and the phone itself: started in a basement, updated, full, its clock wrong, in WeChat, on the home screen."""

from __future__ import annotations

import json
import os
import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import time_machine
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.views import serve
from django.core.signals import request_started
from django.http import HttpRequest, HttpResponseServerError
from django.http.response import HttpResponseBase
from django.test import Client
from PIL import Image

from config.tests.school import School
from inspections.models import FindingPhoto, Inspection, Photo
from inspections.tests.drawn import drawn, jpeg, saved
from inspections.tests.outbox import found, item
from inspections.tests.phone import EVENING, Phone, never_sent, wanted
from inspections.tests.walking import a_round, tell_men_from_women

if TYPE_CHECKING:
    from playwright.sync_api import FilePayload, Locator, Request

pytestmark = pytest.mark.django_db(transaction=True)

DAY = timedelta(days=1)

# Another version of the app is there, and waits until it is let in
UPDATE = """async () => {
  const registration = await navigator.serviceWorker.getRegistration();
  const fetched = new Promise((done) => {
    const look = () => registration.waiting && done();
    registration.addEventListener("updatefound", () => registration.installing.addEventListener("statechange", look));
  });
  await registration.update();
  await fetched;
}"""
# Another version of the app was looked for, and fetched or not
TRIED_UPDATE = """async () => {
  const registration = await navigator.serviceWorker.getRegistration();
  const tried = new Promise((done) => {
    registration.addEventListener("updatefound", () => {
      const { installing } = registration;
      installing.addEventListener("statechange", () => installing.state !== "installing" && done());
    });
  });
  await registration.update().catch(() => {});
  await tried;
}"""
# The database as an older app made it: fewer stores, no indexes, rows that say less
OLD_DATABASE = """async ([rows, photos]) => {
  const asked = indexedDB.open("patrol", 1);
  asked.onupgradeneeded = () => {
    for (const name of ["outbox", "photos"]) asked.result.createObjectStore(name, { keyPath: "id" });
  };
  await new Promise((done) => (asked.onsuccess = done));
  const transaction = asked.result.transaction(["outbox", "photos"], "readwrite");
  for (const row of rows) transaction.objectStore("outbox").add(row);
  for (const { text, ...photo } of photos) {
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0)).buffer;
    transaction.objectStore("photos").add({ ...photo, bytes });
  }
  await new Promise((done) => (transaction.oncomplete = done));
  window.database = asked.result;
}"""
# No store takes anything any more, as the browser says it
FULL = """() => {
  const { put, add } = IDBObjectStore.prototype;
  window.found = () => Object.assign(IDBObjectStore.prototype, { put, add });
  const none = () => {
    throw new DOMException("No room", "QuotaExceededError");
  };
  Object.assign(IDBObjectStore.prototype, { put: none, add: none });
}"""
# As long as this page is there
NOTHING_GOES_OUT = """() => void navigator.locks.request("patrol-outbox", () => new Promise(() => {}))"""
HIDDEN = """() => {
  Object.defineProperty(document, "hidden", { get: () => true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
WECHAT = """() => {
  const said = navigator.userAgent + " MicroMessenger/8.0.50";
  Object.defineProperty(Navigator.prototype, "userAgent", { get: () => said });
}"""
NO_WORKER = "() => delete Navigator.prototype.serviceWorker"


@pytest.fixture(autouse=True)
def evening() -> Iterator[None]:
    with time_machine.travel(EVENING, tick=True):
        yield


@pytest.fixture
def walked(school: School) -> School:
    """王同学 walks three rooms of building 5 this evening."""
    tell_men_from_women(school)
    a_round(school, ("5413", "5420", "5403"), school.inspector)
    return school


@pytest.fixture
def phone(walked: School, take_phone: Callable[..., Phone]) -> Phone:
    """王同学's, with a signal."""
    return take_phone(walked.inspector).open()


@pytest.fixture
def asked() -> Iterator[list[str]]:
    """The addresses that the server was asked for; the list grows.

    But for the worker's, which the browser looks for also where the network is cut for its pages.
    """
    addresses: list[str] = []

    def note(environ: dict[str, Any], **_kwargs: Any) -> None:
        if environ["PATH_INFO"] != "/patrol/sw.js":
            addresses.append(environ["PATH_INFO"])

    request_started.connect(note)
    yield addresses
    request_started.disconnect(note)


Release = Callable[..., None]


@pytest.fixture
def release(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Release:
    """`release(store=("old", "new"))`: the server has a next version of the app, in which this text of that module is new.

    It writes `next` on every page that it runs.
    """
    find = finders.find

    def release(**modules: tuple[str, str]) -> None:
        changed = {"words": ("", 'document.documentElement.dataset.release = "next";\n')} | modules
        files = {f"patrol/{name}.js": tmp_path / f"{name}.js" for name in changed}
        for (name, file), (old, new) in zip(files.items(), changed.values(), strict=True):
            text = Path(str(find(name))).read_text()
            assert old in text
            file.write_text(text.replace(old, new, 1))
        monkeypatch.setattr(finders, "find", lambda path, *how, **more: files.get(path) or find(path, *how, **more))

    return release


def recorded() -> list[str]:
    """What the server holds."""
    return sorted(check.target_key for check in Inspection.objects.all())


def find_defect(phone: Phone, code: str, defect: str = "被子未叠") -> None:
    """The sheet of `code` is opened by its number, and a defect is tapped."""
    phone.page.evaluate("code => void (location.hash = `#place/room:${code}`)", code)
    phone.page.locator(".sheet-title", has_text=code).wait_for()
    phone.page.get_by_text(defect, exact=True).click()
    phone.page.locator(".found", has_text=defect).wait_for()


def save(phone: Phone) -> None:
    phone.page.get_by_role("button", name="保存，下一处").click()


def take_picture(phone: Phone, picture: bytes) -> None:
    """Of the defect that was tapped last."""
    shots = phone.page.locator(".shot")
    before = shots.count()
    file: FilePayload = {"name": "1.jpg", "mimeType": "image/jpeg", "buffer": picture}
    phone.page.locator("#camera").set_input_files(file)
    wanted(shots).to_have_count(before + 1)


def look_away(phone: Phone) -> None:
    """Once the round is there: the screen is off for a moment, or another app on it."""
    phone.page.locator("#coverage").wait_for()
    phone.page.evaluate(HIDDEN)


def runs_the_next(phone: Phone) -> None:
    """Waits until the page is the next version's."""
    phone.page.locator("html[data-release=next]").wait_for()


class TestWithoutASignal:
    def test_it_starts_from_nothing_after_one_visit(self, phone: Phone, asked: list[str]) -> None:
        phone.go_down()
        asked.clear()
        phone = phone.start_again("/patrol/?target=5413")
        find_defect(phone, "5413")
        save(phone)
        phone.page.locator(".is-defects", has_text="5413").wait_for()
        phone = phone.start_again()
        phone.page.locator(".is-defects", has_text="5413").wait_for()
        phone.shows("1 条未同步.*没信号")
        assert asked == []
        phone.come_up()
        phone.shows("都发出去了")
        assert recorded() == ["room:5413"]

    def test_before_the_first_visit_with_a_name_it_says_what_is_missing(self, take_phone: Callable[..., Phone]) -> None:
        phone = take_phone()
        phone.page.goto("/patrol/")
        phone.page.evaluate("async () => void (await navigator.serviceWorker.ready)")
        phone.go_down()
        phone.page.goto("/patrol/")
        phone.page.get_by_text("先在有信号的地方打开一次").wait_for()


class TestASecondTab:
    def test_it_goes_on_where_the_first_was_closed(self, phone: Phone) -> None:
        other = phone.tab().open()
        phone.go_down()
        phone.record("5413")
        other.keeps()
        phone.page.close()
        other.record("5420")
        other.keeps(2)
        other.panel_shows("5413.*5420")
        other.come_up()
        other.shows("都发出去了")
        assert recorded() == ["room:5413", "room:5420"]

    def test_both_tell_the_same_while_they_are_looked_at(self, phone: Phone) -> None:
        other = phone.tab().open()
        phone.go_down()
        phone.record("5413")
        for tab in (phone, other):
            tab.panel_shows("没有信号，照常查.*5413.*干净")
        other.record("5420", "bags-hanging", photos=[jpeg()])
        for tab in (phone, other):
            tab.panel_shows("2 条记录.*1 张照片.*5413.*干净.*5420.*袋子乱挂.*1 张照片")
        phone.come_up()
        for tab in (phone, other):
            tab.panel_shows("都发出去了.*这部手机里没有要发的")

    def test_what_one_of_them_takes_back_is_gone_from_both(self, phone: Phone) -> None:
        other = phone.tab().open()
        phone.go_down()
        phone.record("5413")
        other.page.get_by_role("button", name="撤销").click()
        for tab in (phone, other):
            tab.shows("都发出去了")
            tab.page.locator("#coverage", has_text=re.compile("^0")).wait_for()


class TestANewVersion:
    def test_it_waits_for_the_open_sheet_and_then_takes_over(self, phone: Phone, release: Release) -> None:
        phone.page.evaluate(NOTHING_GOES_OUT)
        phone.record("5420", "bags-hanging", photos=[jpeg()])
        find_defect(phone, "5413")
        phone.page.locator("#note").fill("两次敲门")
        release()
        phone.page.evaluate(UPDATE)
        assert phone.page.locator("html[data-release]").count() == 0
        assert phone.page.locator("#note").input_value() == "两次敲门"
        save(phone)
        phone.keeps(2)
        look_away(phone)
        runs_the_next(phone)
        phone.says("已换成新版，手机里的记录都在")
        phone.shows("都发出去了")
        assert recorded() == ["room:5413", "room:5420"]
        assert Inspection.objects.get(room__code="5413").note == "两次敲门"
        assert Photo.objects.count() == 1

    def test_let_in_by_one_tab_it_leaves_the_others_sheet_alone(self, phone: Phone, release: Release) -> None:
        find_defect(phone, "5413")
        phone.page.locator("#note").fill("两次敲门")
        other = phone.tab().open()
        phone.go_down()
        other.record("5420")
        phone.come_up()
        release()
        look_away(other)
        other.page.evaluate(f"void ({UPDATE})()")
        runs_the_next(other)
        assert phone.page.locator("html[data-release]").count() == 0
        phone.go_down()
        save(phone)
        look_away(phone)
        runs_the_next(phone)
        phone.come_up()
        phone.wait()
        for tab in (phone, other):
            tab.shows("都发出去了")
        assert recorded() == ["room:5413", "room:5420"]

    def test_one_that_does_not_arrive_whole_changes_nothing(
        self, phone: Phone, release: Release, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        phone.go_down()
        phone.record("5413")
        phone.come_up()
        release()
        monkeypatch.setattr("django.contrib.staticfiles.handlers.serve", failing_for("patrol/sheet.js"))
        phone.page.evaluate(TRIED_UPDATE)
        phone.go_down()
        phone = phone.start_again()
        assert phone.page.locator("html[data-release]").count() == 0
        find_defect(phone, "5420")
        save(phone)
        phone.come_up()
        phone.wait()
        phone.shows("都发出去了")
        assert recorded() == ["room:5413", "room:5420"]


def failing_for(broken: str) -> Callable[..., HttpResponseBase]:
    def answer(request: HttpRequest, path: str, **how: Any) -> HttpResponseBase:
        return HttpResponseServerError() if path == broken else serve(request, path, **how)

    return answer


class TestANewSchema:
    SECOND = ("SCHEMA = 1", "SCHEMA = 2")

    def test_what_an_older_app_kept_is_sent(
        self, walked: School, take_phone: Callable[..., Phone], release: Release
    ) -> None:
        phone = take_phone(walked.inspector)
        phone.page.goto("/signin/")
        old_database(phone, walked)
        release(store=self.SECOND)
        phone = phone.start_again()
        phone.settle()
        phone.shows("都发出去了")
        assert recorded() == ["room:5403", "room:5413"]
        assert Photo.objects.count() == 1

    def test_it_waits_for_a_tab_that_does_not_let_go_and_says_so(
        self, walked: School, take_phone: Callable[..., Phone], release: Release
    ) -> None:
        old = take_phone(walked.inspector)
        old.page.goto("/signin/")
        old_database(old, walked)
        release(store=self.SECOND)
        phone = old.tab()
        phone.page.goto("/patrol/")
        phone.says("关掉")
        old.page.close()
        phone.is_held_by(walked.inspector)
        phone.settle()
        phone.shows("都发出去了")
        wanted(phone.page.locator("#messages")).not_to_contain_text("关掉")
        assert recorded() == ["room:5403", "room:5413"]

    def test_an_older_tab_lets_go_and_works_on(self, phone: Phone, release: Release) -> None:
        find_defect(phone, "5413")
        phone.meddle("inspections/batch", never_sent)
        other = phone.tab().open()
        other.record("5403")
        release(store=self.SECOND)
        look_away(other)
        other.page.evaluate(f"void ({UPDATE})()")
        runs_the_next(other)
        other.keeps()
        phone.record("5420")
        save(phone)
        look_away(phone)
        runs_the_next(phone)
        for tab in (phone, other):
            tab.keeps(3)
        phone.leave_alone("inspections/batch")
        phone.try_again()
        for tab in (phone, other):
            tab.shows("都发出去了")
        assert recorded() == ["room:5403", "room:5413", "room:5420"]


def old_database(phone: Phone, school: School) -> None:
    """Two checks of 王同学 as an older app kept them, the one with a photo."""
    photo = jpeg()
    rows = []
    for n, code in enumerate(("5413", "5403")):
        pictures = [] if n else [str(uuid4())]
        check = item(code, found(photos=pictures), id=str(uuid4()))
        marks = [{"id": picture, "sha256": sha256(photo).hexdigest(), "sent": False} for picture in pictures]
        saved_at = int(EVENING.timestamp() * 1000) - 60_000 + n
        rows.append(
            {
                "id": check["id"],
                "owner": school.inspector.pk,
                "item": check,
                "photos": marks,
                "savedAt": saved_at,
                "dueAt": saved_at,
                "state": "waiting",
            }
        )
    [kept] = [
        {"id": mark["id"], "row": row["id"], "type": "image/jpeg", "text": b64encode(photo).decode()}
        for row in rows
        for mark in row["photos"]
    ]
    phone.page.evaluate(OLD_DATABASE, [rows, [kept]])


class TestAFullPhone:
    """The browser's own quota, and then a browser that refuses every single write."""

    ROOM = 8_000_000

    @pytest.fixture
    def small(self, walked: School, take_phone: Callable[..., Phone]) -> Phone:
        """A phone with room for the app and a few pictures."""
        phone = take_phone(walked.inspector)
        phone.page.goto("/signin/")
        give_room(phone, self.ROOM)
        return phone.open()

    def test_it_is_told_at_once_and_nothing_is_half_saved(self, small: Phone) -> None:
        small.go_down()
        waiting = self.fill(small)
        small.panel_shows("手机存满了.*刚才那条存不下，没有记上")
        small.shows(f"{waiting} 条未同步.*手机存满了")
        assert len(small.call("outbox", "return it.rows()")) == waiting
        assert photos_kept(small) == waiting

    def test_what_waits_is_sent_and_then_there_is_room_again(self, small: Phone) -> None:
        small.go_down()
        waiting = self.fill(small)
        small.come_up()
        small.shows("都发出去了")
        assert (Inspection.objects.count(), Photo.objects.count()) == (waiting, waiting)
        small.page.keyboard.press("Escape")
        small.record("5403", "bags-hanging", photos=[noise()])
        small.wait()
        small.shows("都发出去了")
        assert (Inspection.objects.count(), Photo.objects.count()) == (waiting + 1, waiting + 1)

    def fill(self, phone: Phone) -> int:
        """Records with pictures until one finds no room: how many did."""
        kept = 0
        while self.finds_room(phone):
            kept += 1
        return kept

    @staticmethod
    def finds_room(phone: Phone) -> bool:
        try:
            return bool(phone.record("5413", "bags-hanging", photos=[noise()]))
        except Exception as error:  # playwright's, with the page's in its text
            if "StorageFull" not in str(error):
                raise
            return False

    def test_the_sheet_says_so_keeps_what_was_entered_and_saves_it_when_there_is_room(self, phone: Phone) -> None:
        phone.go_down()
        phone.record("5420")
        find_defect(phone, "5413")
        take_picture(phone, jpeg())
        phone.page.evaluate(FULL)
        save(phone)
        phone.says("手机满了，5413 没存上")
        phone.shows("1 条未同步.*手机存满了")
        phone.page.locator(".found", has_text="被子未叠").wait_for()
        phone.page.evaluate("window.found()")
        save(phone)
        phone.keeps(2)
        wanted(phone.button).not_to_contain_text("手机存满了")
        phone.come_up()
        phone.shows("都发出去了")
        assert recorded() == ["room:5413", "room:5420"]
        assert Photo.objects.count() == 1

    def test_a_tap_that_finds_no_room_says_so_and_the_room_stays_to_do(self, phone: Phone) -> None:
        phone.page.evaluate(FULL)
        phone.page.locator("#do-now").click()
        phone.says("手机满了，5403 没存上")
        phone.page.locator("#coverage", has_text=re.compile("^0")).wait_for()
        phone.page.locator("[aria-current=step]", has_text="5403").wait_for()
        phone.page.get_by_role("group", name="5403").wait_for()

    def test_without_room_for_a_single_word_everything_is_sent_once(self, phone: Phone) -> None:
        phone.go_down()
        saved = phone.record("5413", "bags-hanging", photos=[jpeg()])
        batches = phone.batches()
        phone.page.evaluate(FULL)
        phone.come_up()
        phone.shows("都发出去了")
        assert (batches, recorded(), Photo.objects.count()) == ([[saved]], ["room:5413"], 1)

    def test_started_full_it_shows_the_round_and_sends(self, phone: Phone) -> None:
        phone.go_down()
        phone.record("5413")
        phone.context.add_init_script(f"({FULL})()")
        phone.come_up()
        phone = phone.start_again()
        phone.page.locator("#coverage").wait_for()
        phone.shows("都发出去了")
        assert recorded() == ["room:5413"]


def give_room(phone: Phone, bytes_: int) -> None:
    """What the browser has for this site, before it has asked how much that is."""
    session = phone.context.new_cdp_session(phone.page)
    origin = phone.page.evaluate("location.origin")
    session.send("Storage.overrideQuotaForOrigin", {"origin": origin, "quotaSize": bytes_})


def noise() -> bytes:
    """A picture that no art makes small."""
    width, height = 1000, 800
    return saved(Image.frombytes("RGB", (width, height), os.urandom(width * height * 3)), quality=95)


def photos_kept(phone: Phone) -> int:
    count: int = phone.call(
        "store", "return it.transact(['photos'], 'readonly', (tx) => tx.objectStore('photos').count())"
    )
    return count


class TestAWrongClock:
    """The phone's is a day off, or somebody turns it; the server's is right."""

    @pytest.mark.parametrize(
        ("off", "said"), [(DAY, "手机时间快了 1 天"), (-DAY, "手机时间慢了 1 天")], ids=["fast", "slow"]
    )
    def test_it_is_measured_kept_and_told(
        self, walked: School, take_phone: Callable[..., Phone], off: timedelta, said: str
    ) -> None:
        phone = take_phone(walked.inspector)
        phone.turn_clock(off)
        phone.open()
        phone.says(said)
        phone.go_down()
        phone.page.locator("#do-now").click()  # on today's round
        phone.keeps()
        phone = phone.start_again()
        phone.says(said)
        phone.page.locator(".is-clean", has_text="5403").wait_for()
        phone.page.locator("#do-now").click()
        phone.keeps(2)
        phone.panel_shows(said)
        phone.page.keyboard.press("Escape")
        phone.come_up()
        phone.wait()
        phone.shows("都发出去了")
        assert_true_times("5403", "5413")
        for check in Inspection.objects.all():
            assert abs(check.clock_offset + off) < LITTLE

    @pytest.mark.parametrize("turn", [DAY, -DAY], ids=["forward", "back"])
    def test_turned_while_records_wait_each_keeps_its_true_time(self, phone: Phone, turn: timedelta) -> None:
        phone.go_down()
        phone.record("5413")
        phone.turn_clock(turn)
        phone.record("5420")
        phone = phone.start_again()
        phone.record("5403")
        phone.come_up()
        phone.wait()
        phone.shows("都发出去了")
        assert_true_times("5413", "5420", "5403")

    @pytest.mark.parametrize("off", [DAY, -DAY], ids=["fast", "slow"])
    def test_put_right_while_records_wait_each_keeps_its_true_time(
        self, walked: School, take_phone: Callable[..., Phone], off: timedelta
    ) -> None:
        phone = take_phone(walked.inspector)
        phone.turn_clock(off)
        phone.open()
        phone.go_down()
        phone.record("5413")
        phone.turn_clock(-off)
        phone.record("5420")
        phone.come_up()
        phone.wait()
        phone.shows("都发出去了")
        assert_true_times("5413", "5420")
        wanted(phone.page.locator("#messages")).not_to_contain_text("手机时间")

    def test_what_was_sent_before_it_was_put_right_stays_in_the_round(
        self, walked: School, take_phone: Callable[..., Phone]
    ) -> None:
        phone = take_phone(walked.inspector)
        phone.turn_clock(DAY)
        phone.open()
        phone.record("5413")
        phone.wait()
        phone.shows("都发出去了")
        phone.turn_clock(-DAY)
        phone = phone.start_again()
        phone.page.locator(".is-clean", has_text="5413").wait_for()
        phone.page.locator("#coverage", has_text=re.compile("^1")).wait_for()

    def test_another_tab_that_has_not_heard_of_it_sends_the_true_time(self, phone: Phone) -> None:
        other = phone.tab().open()
        phone.go_down()
        other.turn_clock(DAY)
        phone.come_up()
        other.says("手机时间快了 1 天")
        phone.says("手机时间快了 1 天")
        phone.go_down()
        other.record("5413")
        phone.come_up()
        phone.wait()
        phone.try_again()
        phone.shows("都发出去了")
        assert_true_times("5413")

    def test_what_was_saved_is_sent_also_by_a_clock_that_was_turned_back(self, phone: Phone) -> None:
        phone.record("5413")
        phone.turn_clock(-DAY)
        phone.wait()
        phone.shows("都发出去了")
        assert_true_times("5413")


LITTLE = timedelta(minutes=5)  # the tests turn the phone's clock on by seconds


def assert_true_times(*codes: str) -> None:
    checks = {check.room.code: check.performed_at for check in Inspection.objects.select_related("room") if check.room}
    assert checks.keys() == set(codes)
    assert {code: at for code, at in checks.items() if abs(at - EVENING) > LITTLE} == {}


class TestPhotos:
    def test_they_are_made_small_on_the_phone_and_sent_apart(self, phone: Phone) -> None:
        bodies: list[bytes] = []

        def note(request: Request) -> None:
            if "/photos/" in request.url:
                bodies.append(request.post_data_buffer or b"")

        phone.context.on("request", note)
        batches = phone.batches()
        find_defect(phone, "5413")
        take_picture(phone, camera_picture())
        save(phone)
        phone.keeps()
        phone.wait()
        phone.shows("都发出去了")
        [sent] = bodies
        with Image.open(BytesIO(sent)) as picture:
            # Upright, as the camera was held
            assert (picture.format, picture.size, dict(picture.getexif())) == ("JPEG", (1200, 1600), {})
        assert b"Exif" not in sent
        assert len(batches) == 1
        assert FindingPhoto.objects.get(photo_id=Photo.objects.get().pk).finding.inspection.target_key == "room:5413"

    def test_taken_offline_they_are_sent_from_the_phone_later(self, phone: Phone) -> None:
        phone.go_down()
        find_defect(phone, "5413")
        take_picture(phone, camera_picture())
        take_picture(phone, jpeg())
        phone.page.get_by_role("button", name=re.compile("去掉|删")).last.click()
        wanted(phone.page.locator(".shot")).to_have_count(1)
        save(phone)
        phone = phone.start_again()
        phone.panel_shows("5413.*1 张照片")
        phone.come_up()
        phone.shows("都发出去了")
        assert Photo.objects.count() == 1

    def test_what_is_no_picture_is_told(self, phone: Phone) -> None:
        find_defect(phone, "5413")
        file: FilePayload = {"name": "1.txt", "mimeType": "text/plain", "buffer": b"no picture"}
        phone.page.locator("#camera").set_input_files(file)
        phone.says("这张读不出来")
        assert phone.page.locator(".shot").count() == 0


def camera_picture() -> bytes:
    """4000 × 3000, taken with the phone held upright, with the place where."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turn it right
    exif[0x010F] = "Camera"
    exif.get_ifd(0x8825)[1] = "N"
    return saved(drawn((4000, 3000)), exif=exif)


class TestInWeChat:
    def test_it_says_what_may_be_lost_and_how_to_get_out(self, phone: Phone) -> None:
        phone.context.add_init_script(f"({WECHAT})()")
        phone = phone.start_again()
        phone.says("微信可能清掉没发的记录.*右上角 ···，选“在浏览器打开”")
        phone.panel_shows("微信可能清掉没发的记录")

    def test_without_a_worker_it_says_that_it_does_not_open_again_and_records_all_the_same(self, phone: Phone) -> None:
        phone.context.add_init_script(f"({WECHAT})(); ({NO_WORKER})()")
        fresh = phone.tab()
        fresh.page.goto("/patrol/")
        fresh.says("关掉后没信号打不开.*选“在浏览器打开”")
        fresh.go_down()
        fresh.record("5413")
        fresh.come_up()
        fresh.shows("都发出去了")
        assert recorded() == ["room:5413"]

    def test_the_address_of_this_place_can_be_copied(self, phone: Phone) -> None:
        phone.context.add_init_script(f"({WECHAT})()")
        phone.context.grant_permissions(["clipboard-read", "clipboard-write"])
        phone = phone.start_again("/patrol/?target=5413")
        phone.page.get_by_role("button", name="复制网址").first.click()
        phone.says("复制好了")
        assert phone.page.evaluate("navigator.clipboard.readText()") == phone.page.url

    def test_where_copying_is_not_allowed_the_address_stands_there(self, phone: Phone) -> None:
        phone.context.add_init_script(f"({WECHAT})(); delete Navigator.prototype.clipboard")
        phone = phone.start_again()
        phone.page.get_by_role("button", name="复制网址").first.click()
        phone.says(re.escape(phone.page.url))

    def test_elsewhere_nothing_is_said_of_it(self, phone: Phone) -> None:
        phone.look()
        assert phone.page.get_by_text("微信").count() == 0


class TestOnTheHomeScreen:
    @pytest.fixture
    def manifest(self, client: Client) -> dict[str, Any]:
        answer = client.get("/patrol/manifest.webmanifest", headers={"accept-language": "zh-CN"})
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/manifest+json")
        told: dict[str, Any] = json.loads(answer.content)
        return told

    def test_chromium_would_install_it(self, phone: Phone) -> None:
        session = phone.context.new_cdp_session(phone.page)
        faults = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
        assert {fault["errorId"] for fault in faults} <= {"in-incognito"}  # as every test's window is
        assert session.send("Page.getAppManifest")["errors"] == []

    def test_the_manifest_names_it_and_its_shortcuts(self, manifest: dict[str, Any]) -> None:
        assert (manifest["name"], manifest["short_name"], manifest["display"]) == ("卫生检查", "卫生检查", "standalone")
        assert manifest["start_url"] == "/patrol/"
        assert [one["name"] for one in manifest["shortcuts"]] == ["按房号找", "没发出去的"]

    def test_its_icons_are_there_in_the_size_they_say(self, manifest: dict[str, Any]) -> None:
        icons = {(icon["sizes"], icon["purpose"]): icon for icon in manifest["icons"]}
        assert {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")} <= icons.keys()
        for icon in icons.values():
            name = icon["src"].removeprefix("/static/")
            with Image.open(str(finders.find(name))) as picture:
                assert f"{picture.width}x{picture.height}" == icon["sizes"]
                assert Image.MIME[picture.format or ""] == icon["type"]

    def test_its_shortcuts_lead_where_they_say(self, phone: Phone, manifest: dict[str, Any]) -> None:
        find, unsent = (one["url"] for one in manifest["shortcuts"])
        phone.open(find)
        phone.page.locator("#q:focus").wait_for()
        phone.start_again(unsent).page.locator("#panel[open]", has_text="都发出去了").wait_for()


class TestAlwaysThere:
    """How many wait, since when and why: on top of every screen, wherever one has scrolled to."""

    SCREENS = ("", "#find", "#place/room:5413", "#place/room:9999")

    @pytest.mark.parametrize("screen", SCREENS)
    def test_on_every_screen(self, phone: Phone, screen: str) -> None:
        phone.go_down()
        phone.record("5420")
        phone.page.evaluate("hash => void (location.hash = hash)", screen)
        phone.page.locator("#main > *").first.wait_for()
        phone.page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
        phone.shows("^1 条未同步19:20 起，没信号$")
        wanted(phone.button).to_be_in_viewport(ratio=1)
        assert is_on_top(phone.button)

    def test_where_nobody_is_known_yet(self, take_phone: Callable[..., Phone]) -> None:
        phone = take_phone()
        phone.page.goto("/patrol/")
        phone.shows("要登录")
        assert is_on_top(phone.button)


def is_on_top(button: Locator) -> bool:
    """Nothing lies over it, and a thumb finds it."""
    found: bool = button.evaluate(
        """(button) => {
          const { left, top, width, height } = button.getBoundingClientRect();
          return height >= 44 && button.contains(document.elementFromPoint(left + width / 2, top + height / 2));
        }"""
    )
    return found
