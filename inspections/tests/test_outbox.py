"""The outbox, sentence by sentence: nothing that was tapped is lost, and nothing is there twice.

The network is cut by the browser itself; what happens half way (sent, and the answer lost) is done to single calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
import time_machine

from config.tests.school import School
from inspections.models import Inspection, Photo
from inspections.tests.drawn import jpeg
from inspections.tests.phone import EVENING, Phone, answering, inspections_of, lost, never_sent

if TYPE_CHECKING:
    from playwright.sync_api import Route

pytestmark = pytest.mark.django_db(transaction=True)

# In which order a save is complete in the database, and told to the screens
WATCH = """async () => {
  const { on } = await import("/static/patrol/outbox.js");
  window.order = [];
  on(() => window.order.push("told"));
  const begin = IDBDatabase.prototype.transaction;
  IDBDatabase.prototype.transaction = function (stores, mode, how) {
    const transaction = begin.call(this, stores, mode, how);
    if (mode === "readwrite") transaction.addEventListener("complete", () => window.order.push("kept"));
    return transaction;
  };
}"""

# A batch is on its way, and nothing more is heard of it
HANG = """() => {
  const go = window.fetch;
  window.fetch = (address, how) => {
    if (!address.endsWith("/batch")) return go(address, how);
    document.documentElement.dataset.hangs = "";
    return new Promise(() => {});
  };
}"""


@pytest.fixture(autouse=True)
def evening() -> Iterator[None]:
    """Monday evening, and the server's clock runs."""
    with time_machine.travel(EVENING, tick=True):
        yield


@pytest.fixture
def phone(school: School, take_phone: Callable[..., Phone]) -> Phone:
    """王同学's, with a signal."""
    return take_phone(school.inspector).open()


def recorded() -> list[str]:
    """What the server holds."""
    return sorted(check.target_key for check in Inspection.objects.all())


class TestSaving:
    def test_it_is_kept_before_anybody_is_told(self, phone: Phone) -> None:
        phone.page.evaluate(WATCH)
        phone.record("5413")
        assert phone.page.evaluate("window.order") == ["kept", "told"]

    def test_it_outlives_the_app(self, phone: Phone) -> None:
        phone.go_down()
        phone.record("5413", "bags-hanging", photos=[jpeg()])
        phone = phone.start_again()
        phone.shows("1 条未同步")
        phone.panel_shows("5413.*袋子乱挂.*1 张照片")

    def test_pressed_twice_it_is_one(self, phone: Phone) -> None:
        saved = phone.record("5413")
        phone.record("5413", id=saved)
        phone.wait()
        phone.shows("都发出去了")
        assert recorded() == ["room:5413"]

    def test_it_is_taken_back_while_nothing_was_sent(self, phone: Phone) -> None:
        saved = phone.record("5413", "bags-hanging", photos=[jpeg()])
        assert phone.call("outbox", "return it.takeBack(given[0])", saved) is True
        phone.shows("都发出去了")
        phone.wait()
        assert phone.call("outbox", "return it.photosOf(given[0])", saved) == []
        assert recorded() == []

    def test_and_not_once_it_was_given_to_a_sending(self, phone: Phone) -> None:
        phone.meddle("inspections/batch", lost, times=1)
        saved = phone.record("5413")
        phone.wait()
        phone.shows("没信号")
        assert phone.call("outbox", "return it.takeBack(given[0])", saved) is False
        phone.shows("1 条未同步")

    def test_whoever_leaves_the_page_takes_nothing_back(self, phone: Phone) -> None:
        phone.record("5413")
        phone.page.evaluate(
            """() => {
              Object.defineProperty(document, "hidden", { get: () => true });
              document.dispatchEvent(new Event("visibilitychange"));
            }"""
        )
        phone.shows("都发出去了")
        assert recorded() == ["room:5413"]


class TestSending:
    def test_it_goes_out_and_leaves_the_phone(self, phone: Phone) -> None:
        phone.record("5413", "bags-hanging", photos=[jpeg()])
        phone.shows("1 条未同步")
        phone.wait()
        phone.shows("都发出去了")
        assert recorded() == ["room:5413"]
        assert Photo.objects.count() == 1

    def test_how_many_since_when_and_why_is_always_there(self, phone: Phone) -> None:
        phone.go_down()
        phone.record("5413")
        phone.wait(5 * 60_000)
        phone.record("5420")
        phone.shows("2 条未同步.*19:20 起，没信号")
        phone.panel_shows("没有信号，照常查.*2 条记录存在这部手机里")

    def test_with_the_signal_it_goes_by_itself(self, phone: Phone) -> None:
        phone.go_down()
        for code in ("5403", "5413", "5420"):
            phone.record(code)
        phone.wait()
        phone.come_up()
        phone.shows("都发出去了")
        assert recorded() == ["room:5403", "room:5413", "room:5420"]

    def test_the_answer_lost_it_is_sent_again_and_is_there_once(self, phone: Phone) -> None:
        phone.meddle("inspections/batch", lost, times=1)
        phone.meddle("photos/", lost, times=1)
        saved = phone.record("5413", "bags-hanging", photos=[jpeg()])
        batches = phone.batches()
        phone.wait()
        phone.shows("1 条未同步.*没信号")
        assert recorded() == ["room:5413"]
        phone.try_again()
        phone.shows("1 条未同步")
        phone.wait(60_000)
        phone.shows("都发出去了")
        assert batches == [[saved], [saved]]
        assert (recorded(), Photo.objects.count()) == (["room:5413"], 1)

    @pytest.mark.parametrize(
        ("what", "why"),
        [
            (answering(500, detail="…"), "服务器没收下"),
            (answering(503), "服务器没收下"),
            (answering(404, detail="…"), "服务器没收下"),
            (answering(200, results=[]), "1 条未同步"),
            (answering(200, results=[{"id": "another", "status": "created"}]), "1 条未同步"),
            (answering(200), "服务器没收下"),
            (lambda route: route.fulfill(body="<h1>Wi-Fi</h1>", content_type="text/html"), "服务器没收下"),
            (never_sent, "没信号"),
        ],
        ids=["fault", "overload", "no such address", "not a word", "another's", "no results", "café", "broken off"],
    )
    def test_it_stays_without_the_servers_word(self, phone: Phone, what: Callable[[Route], None], why: str) -> None:
        phone.meddle("inspections/batch", what)
        phone.record("5413")
        phone.wait()
        phone.settle()
        phone.shows(why)
        phone.shows("1 条未同步")
        phone.leave_alone("inspections/batch")
        phone.try_again()
        phone.shows("都发出去了")
        assert recorded() == ["room:5413"]

    def test_it_is_tried_again_by_itself_later_and_later(self, phone: Phone) -> None:
        phone.meddle("inspections/batch", answering(503))
        phone.record("5413")
        batches = phone.batches()
        phone.wait()
        phone.shows("服务器没收下")
        for pause in (10_000, 20_000):
            tried = len(batches)
            phone.wait(pause - 2_000)
            assert len(batches) == tried
            phone.wait(2_000)
            phone.settle()
            assert len(batches) == tried + 1
        phone.leave_alone("inspections/batch")
        phone.wait(40_000)
        phone.shows("都发出去了")

    def test_what_the_server_says_nothing_about_goes_again_by_itself(self, phone: Phone) -> None:
        answered: list[Route] = []

        def once(route: Route) -> None:
            if answered:
                return route.fallback()
            answered.append(route)
            route.fulfill(json={"results": []})

        phone.meddle("inspections/batch", once)
        phone.record("5413")
        phone.wait()
        phone.settle()
        phone.shows("1 条未同步")
        phone.wait(30_000)
        phone.shows("都发出去了")
        assert recorded() == ["room:5413"]

    def test_a_server_that_asks_for_time_is_given_it(self, phone: Phone) -> None:
        busy: Any = {"status": 429, "json": {}, "headers": {"Retry-After": "120"}}
        phone.meddle("inspections/batch", lambda route: route.fulfill(**busy), times=1)
        phone.record("5413")
        batches = phone.batches()
        phone.wait()
        phone.shows("服务器没收下")
        phone.wait(115_000)
        assert len(batches) == 1
        phone.wait(5_000)
        phone.shows("都发出去了")

    def test_no_more_than_fifty_at_once(self, phone: Phone) -> None:
        phone.go_down()
        for _ in range(53):
            phone.record("5413")
        batches = phone.batches()
        phone.wait()
        phone.come_up()
        phone.shows("都发出去了")
        assert [len(batch) for batch in batches] == [50, 3]
        assert len(recorded()) == 53

    def test_two_tabs_send_once(self, phone: Phone) -> None:
        other = phone.tab().open()
        batches = phone.batches()
        phone.record("5413")
        other.shows("1 条未同步")
        phone.wait()
        phone.shows("都发出去了")
        other.shows("都发出去了")
        assert len(batches) == 1

    def test_a_tab_that_ends_while_sending_leaves_the_rest_to_the_other(self, phone: Phone) -> None:
        other = phone.tab().open()
        phone.record("5413")
        phone.page.evaluate(HANG)
        phone.call("outbox", "void it.flush({ now: true })")
        phone.page.locator("html[data-hangs]").wait_for()
        phone.page.close()
        other.try_again()
        other.shows("都发出去了")
        assert recorded() == ["room:5413"]


class TestPhotos:
    def test_a_photo_leaves_on_its_own_hash_alone(self, phone: Phone) -> None:
        phone.meddle("photos/", answering(201, sha256="0" * 64))
        phone.record("5413", "bags-hanging", photos=[jpeg()])
        phone.wait()
        phone.panel_shows("5413.*记录已经收到，只差照片.*1 张照片")
        assert recorded() == ["room:5413"]
        phone.leave_alone("photos/")
        phone.try_again()
        phone.shows("都发出去了")
        assert Photo.objects.count() == 1

    def test_the_record_is_not_sent_again_for_a_photo(self, phone: Phone) -> None:
        phone.meddle("photos/", never_sent, times=1)
        batches = phone.batches()
        phone.record("5413", "bags-hanging", photos=[jpeg(), jpeg((1, 2, 3))])
        phone.wait()
        phone.shows("1 条未同步.*没信号")
        phone.wait(60_000)
        phone.shows("都发出去了")
        assert (len(batches), Photo.objects.count()) == (1, 2)

    def test_one_that_never_gets_through_holds_up_no_other(self, phone: Phone) -> None:
        stuck = jpeg((9, 9, 9))
        phone.meddle(
            "photos/", lambda route: route.abort() if route.request.post_data_buffer == stuck else route.fallback()
        )
        phone.record("5403", "bags-hanging", photos=[stuck])
        phone.record("5413", "bags-hanging", photos=[jpeg()])
        phone.wait()
        phone.shows("2 条未同步.*没信号")
        phone.wait(60_000)
        phone.shows("1 条未同步")
        assert Photo.objects.count() == 1

    def test_one_that_the_server_refuses_stands_apart(self, phone: Phone) -> None:
        phone.record("5413", "bags-hanging", photos=[b"no picture"])
        phone.wait()
        phone.shows("1 条要改")
        phone.panel_shows("照片没收下.*记录已经在服务器上.*5413")
        phone.look().get_by_role("button", name="扔掉").click()
        phone.panel_shows("扔掉的只是照片，记录还在")
        assert recorded() == ["room:5413"]


class TestRefused:
    @pytest.fixture
    def refused(self, phone: Phone) -> str:
        """The id of a check with defects that names none; another one went out beside it."""
        saved = phone.record("5413", outcome="defects")
        phone.record("5420")
        phone.wait()
        phone.shows("1 条要改")
        return saved

    def test_it_stands_apart_with_its_reason_and_blocks_nobody(self, phone: Phone, refused: str) -> None:
        assert recorded() == ["room:5420"]
        phone.panel_shows("这些被退回来了.*5413 有问题.*选一处问题")

    def test_it_is_mended_and_sent_as_a_new_record(self, phone: Phone, refused: str) -> None:
        phone.look().get_by_role("link", name="修改").click()
        phone.page.wait_for_url(f"**/patrol/#mend/{refused}")
        script = """
          const { item, photos, errors } = await it.renewed(given[0]);
          await it.save({ ...item, outcome: "clean" }, photos, given[0]);
          return Object.keys(errors);
        """
        assert phone.call("outbox", script, refused) == ["findings"]
        phone.shows("^1 条未同步19:20 起$")
        phone.wait()
        phone.shows("都发出去了")
        mended = Inspection.objects.get(room__code="5413")
        assert str(mended.pk) != refused

    def test_it_is_thrown_away_only_when_asked_twice(self, phone: Phone, refused: str) -> None:
        panel = phone.look()
        panel.get_by_role("button", name="扔掉").click()
        panel.get_by_role("button", name="留着").click()
        phone.shows("1 条要改")
        phone.walk_on()
        panel.get_by_role("button", name="扔掉").click()
        phone.panel_shows("扔掉就没有了")
        phone.walk_on()
        panel.get_by_role("button", name="扔掉").click()
        phone.shows("都发出去了")

    def test_what_the_server_holds_otherwise_is_told(self, phone: Phone) -> None:
        taken = phone.record("5413")
        phone.wait()
        phone.shows("都发出去了")
        phone.record("5420", id=taken)
        phone.wait()
        phone.panel_shows("5420.*已经有一条同号的，内容不一样")
        assert recorded() == ["room:5413"]

    @pytest.mark.parametrize("status", [400, 413, 500])
    def test_a_record_on_which_the_server_chokes_blocks_no_other(self, phone: Phone, status: int) -> None:
        bad = phone.record("5403")

        def choke(route: Route) -> None:
            if bad in inspections_of(route.request):
                route.fulfill(status=status, json={"detail": "看不懂"})
            else:
                route.fallback()

        phone.meddle("inspections/batch", choke)
        for code in ("5413", "5420", "3318", "教102", "3501", "教101"):
            phone.record(code)
        phone.wait()
        if status == 500:
            phone.shows("^1 条未同步.*服务器没收下$")
        else:
            phone.shows("^1 条要改$")
            phone.panel_shows("5403.*看不懂")
        assert len(recorded()) == 6

    def test_a_server_that_fails_on_everything_is_left_alone_soon(self, phone: Phone) -> None:
        phone.meddle("inspections/batch", answering(500, detail="…"))
        for code in ("5403", "5413", "5420", "3318"):
            phone.record(code)
        batches = phone.batches()
        phone.wait()
        phone.shows("4 条未同步.*服务器没收下")
        assert len(batches) == 3
