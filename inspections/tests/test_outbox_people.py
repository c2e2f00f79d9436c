"""The outbox and who holds the phone: nothing of one person's is ever sent as another's, and nothing waits in vain."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import time_machine

from campus.models import User
from config.tests.school import PASSWORD, School
from inspections.models import Inspection
from inspections.tests.phone import EVENING, Phone

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def evening() -> Iterator[None]:
    with time_machine.travel(EVENING, tick=True):
        yield


@pytest.fixture
def phone(school: School, take_phone: Callable[..., Phone]) -> Phone:
    return take_phone(school.inspector).open()


def recorded_by() -> dict[str, User]:
    return {check.target_key: check.inspector for check in Inspection.objects.all()}


def sign_in_on_the_page(phone: Phone, user: User) -> None:
    page = phone.page
    page.get_by_label("学号或工号").fill(user.number)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()


def test_signed_out_it_is_kept_told_and_goes_on_after_signing_in(school: School, phone: Phone) -> None:
    phone.sign_out()
    phone.record("5413")
    phone.wait()
    phone.shows("1 条未同步.*要登录")
    phone.panel_shows("登录过期了.*1 条记录还在手机里，一条没丢")
    phone.record("5420")
    phone.shows("2 条未同步")
    assert recorded_by() == {}
    phone.page.get_by_role("link", name="登录并发送").click()
    sign_in_on_the_page(phone, school.inspector)
    phone.page.wait_for_url("**/patrol/")
    phone.wait()
    phone.shows("都发出去了")
    assert recorded_by() == {"room:5413": school.inspector, "room:5420": school.inspector}


def test_it_outlives_signing_out_on_the_page(school: School, phone: Phone) -> None:
    phone.go_down()
    phone.record("5413")
    phone.come_up()
    phone.meddle("inspections/batch", lambda route: route.abort())
    phone.page.goto("/me/")
    phone.page.get_by_role("button", name="退出").click()
    phone.page.wait_for_url("**/signin/")
    phone.leave_alone("inspections/batch")
    phone.go_down()
    phone.page.goto("/patrol/")
    phone.shows("1 条未同步")
    phone.come_up()
    phone.shows("要登录")
    phone.sign_in(school.inspector)
    phone.try_again()
    phone.shows("都发出去了")
    assert recorded_by() == {"room:5413": school.inspector}


def test_the_csrf_cookie_is_read_when_sending_and_renewed_when_it_is_stale(school: School, phone: Phone) -> None:
    phone.record("5413")
    phone.context.clear_cookies(name="csrftoken")
    phone.wait()
    phone.shows("都发出去了")
    assert recorded_by() == {"room:5413": school.inspector}


def test_what_one_recorded_waits_for_him_while_another_holds_the_phone(school: School, phone: Phone) -> None:
    phone.go_down()
    phone.record("5413")
    phone.sign_in(school.inspector2)
    phone.come_up()
    phone = phone.start_again()
    phone.shows("你的都发出去了.*别人的 1 条没发")
    phone.panel_shows("王同学 有 1 条还在这部手机里")
    phone.page.keyboard.press("Escape")
    phone.record("5420")
    phone.wait()
    phone.shows("都发出去了")
    assert recorded_by() == {"room:5420": school.inspector2}
    phone.sign_in(school.inspector)
    phone = phone.start_again()
    phone.is_held_by(school.inspector)
    phone.shows("都发出去了")
    phone.settle()
    assert recorded_by() == {"room:5413": school.inspector, "room:5420": school.inspector2}


def test_a_page_that_has_not_heard_of_the_change_sends_nothing_as_the_other(school: School, phone: Phone) -> None:
    phone.sign_in(school.inspector2)
    phone.record("5413")
    phone.wait()
    phone.panel_shows("王同学 有 1 条还在这部手机里")
    assert recorded_by() == {}
    assert phone.call("places", "return it.me().name") == "李同学"


def test_the_other_tab_hears_who_is_there_now(school: School, phone: Phone) -> None:
    other = phone.tab().open()
    phone.go_down()
    phone.record("5413")
    phone.sign_in(school.inspector2)
    phone.come_up()
    phone.page.reload()
    other.panel_shows("王同学 有 1 条还在这部手机里")
    assert other.call("places", "return it.me().name") == "李同学"
    assert recorded_by() == {}


def test_whoever_may_not_record_is_told_so(school: School, take_phone: Callable[..., Phone]) -> None:
    phone = take_phone(school.admin)
    phone.page.goto("/patrol/")
    phone.page.get_by_text("这个账号不用查卫生").wait_for()


def test_whoever_never_signed_in_is_asked_to(school: School, take_phone: Callable[..., Phone]) -> None:
    phone = take_phone()
    phone.page.goto("/patrol/?target=5413")
    phone.page.get_by_role("link", name="登录").click()
    sign_in_on_the_page(phone, school.inspector)
    phone.page.wait_for_url("**/patrol/#place/**")
    phone.page.locator("#main", has_text="5413").wait_for()
