"""What I recorded on a day, and what became of it; on top what was sent back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from campus.models import WeekClosing
from config.tests.school import MONDAY, School, at
from inspections.models import Inspection
from inspections.tests.pages import filled_in, seen
from scoring.services import send_back, set_aside, verify

pytestmark = pytest.mark.django_db
MINE = "/checks/"
TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def monday_evening() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(at(MONDAY, "19:20"), tick=False) as clock:
        yield clock


@pytest.fixture
def inspector(school: School, client: Client) -> Client:
    client.force_login(school.inspector)
    return client


def returned(
    school: School, reason: str = "班级不对，再看一眼", code: str = "5413", clock: str = "19:05"
) -> Inspection:
    check = school.check(code, None, "bags-hanging", clock=clock)
    send_back(inspection=check.pk, by=school.reviewer, reason=reason)
    return check


def correcting(check: Inspection) -> str:
    """The link to the sheet that corrects `check`."""
    return f'href="/checks/new/room/{check.target.code}/?replaces={check.pk}"'


def test_a_day_without_a_check_says_what_to_do(school: School, inspector: Client) -> None:
    page = seen(inspector.get(MINE))
    assert "今天记的 11月9日 周一 0 条记录" in page
    assert "今天还没有记 按下面的按钮选地方，干净的按一下就行" in page
    assert "记一次检查" in page
    assert "退回" not in page


def test_my_checks_of_today_newest_first(school: School, inspector: Client) -> None:
    school.check("5413", None, "bags-hanging", {"text": "仙人掌", "points": "1", "school_class": "0852"}, clock="19:05")
    school.check("门厅", clock="07:20", shift="morning")
    school.check("5403", "locked", clock="19:10", occasion="school")
    school.check("5420", by=school.inspector2)
    page = seen(inspector.get(MINE))
    assert "3 条记录" in page
    listed = [
        "5403 19:10 晚检 · 校查 待审核 5403 锁门 更正",
        "5413 19:05 晚检 物品悬挂 袋子乱挂、仙人掌 (0852) 待审核 5413 2 处问题 更正",
        "门厅 07:20 早检 待审核 门厅 正常 更正",
    ]
    assert " ".join(listed) in page
    assert "5420" not in page


# What became of it


def test_what_waits_can_be_corrected(school: School, inspector: Client) -> None:
    check = school.check("5413", clock="19:05")
    page = inspector.get(MINE)
    assert "5413 19:05 晚检 待审核 5413 干净 更正" in seen(page)
    assert correcting(check) in page.content.decode()


def test_what_passed_stands(school: School, inspector: Client) -> None:
    check = school.check("5413", clock="19:05")
    verify(inspections=[check.pk], by=school.reviewer)
    page = inspector.get(MINE)
    assert "5413 19:05 晚检 已通过 干净" in seen(page)
    assert correcting(check) not in page.content.decode()


def test_what_was_set_aside_does_not_count_and_it_says_why(school: School, inspector: Client) -> None:
    check = school.check("5413", clock="19:05")
    set_aside(inspection=check.pk, by=school.reviewer, reason="查错楼了")
    page = inspector.get(MINE)
    assert "5413 19:05 晚检 不计：查错楼了 干净" in seen(page)
    assert correcting(check) not in page.content.decode()


def test_what_gave_way_to_another_record_says_so(school: School, inspector: Client) -> None:
    school.check("5413", clock="19:05")
    other = school.check("5413", None, "bags-hanging", clock="19:08", by=school.inspector2)
    verify(inspections=[other.pk], by=school.reviewer)
    assert "5413 19:05 晚检 不计：同一班次通过了另一条 干净" in seen(inspector.get(MINE))


def test_what_was_corrected_does_not_count(school: School, inspector: Client) -> None:
    first = school.check("5413", clock="19:05")
    second = school.check("5413", None, "bags-hanging", clock="19:10", replaces=first.pk)
    assert "5413 19:05 晚检 不计：后来更正过 干净" in seen(inspector.get(MINE))
    verify(inspections=[second.pk], by=school.reviewer)
    page = seen(inspector.get(MINE))
    assert "已通过 1 处问题 5413 19:05 晚检 不计：后来更正过 干净" in page


def test_what_passed_stands_though_it_was_corrected(school: School, inspector: Client) -> None:
    first = school.verified("5413", clock="19:05")
    school.check("5413", None, "bags-hanging", clock="19:10", replaces=first.pk)
    assert "5413 19:05 晚检 已通过 干净" in seen(inspector.get(MINE))


# Sent back


def test_what_was_sent_back_stands_on_top_with_the_reason_and_the_way_to_answer(
    school: School, inspector: Client
) -> None:
    check = returned(school)
    school.check("5403", clock="19:10")
    page = inspector.get(MINE)
    assert "退回 1 条，等你更正 5413 11月9日 周一 晚检 班级不对，再看一眼 去更正" in seen(page)
    assert "5413 19:05 晚检 物品悬挂 袋子乱挂 已退回：班级不对，再看一眼 5413 1 处问题 更正" in seen(page)
    assert page.content.decode().count(correcting(check)) == 3
    assert seen(page).index("等你更正") < seen(page).index("5403")


def test_it_stands_there_on_whatever_day_one_looks(
    school: School, inspector: Client, monday_evening: time_machine.Traveller
) -> None:
    returned(school)
    returned(school, "房号写错", "5403", "19:10")
    monday_evening.move_to(at(TUESDAY, "07:30"))
    for day in ("", "2026-11-09", "2026-10-01"):
        assert "退回 2 条，等你更正 5403 11月9日 周一 晚检 房号写错 去更正" in seen(inspector.get(MINE, {"day": day}))


def test_the_answer_keeps_the_day_and_the_shift_of_what_it_replaces(
    school: School, inspector: Client, monday_evening: time_machine.Traveller
) -> None:
    check = returned(school)
    monday_evening.move_to(at(TUESDAY, "07:30"))
    (link,) = set(re.findall(r'href="(/checks/new/[^"]*replaces=[^"]*)"', inspector.get(MINE).content.decode()))
    sheet = inspector.get(link)
    assert "11月9日" in seen(sheet)
    answer = inspector.post(link, filled_in(sheet) | {"defects": ["hats-hanging"], "outcome": "defects"}, follow=True)
    assert "那天记的 11月9日 周一 2 条记录" in seen(answer)
    assert "等你更正" not in seen(answer)
    newer = Inspection.objects.get(replaces=check)
    assert (newer.performed_at, newer.shift, newer.occasion) == (check.performed_at, check.shift, check.occasion)
    assert newer.received_at == at(TUESDAY, "07:30")


def test_an_answer_takes_it_off(school: School, inspector: Client) -> None:
    check = returned(school)
    school.check("5413", None, "hats-hanging", clock="19:05", replaces=check.pk)
    page = seen(inspector.get(MINE))
    assert "等你更正" not in page
    assert "已退回：班级不对，再看一眼 后来更正过 1 处问题" in page


def test_so_does_the_end_of_its_week(school: School, inspector: Client) -> None:
    returned(school)
    WeekClosing.objects.create(week=school.week, by=school.admin)
    page = seen(inspector.get(MINE))
    assert "等你更正" not in page
    assert "已退回：班级不对，再看一眼" in page


def test_so_does_another_record_of_its_shift_that_passed(school: School, inspector: Client, client: Client) -> None:
    """No answer could pass beside it."""
    returned(school)
    other = school.check("5413", clock="19:08", by=school.inspector2)
    assert "退回 1 条，等你更正" in seen(inspector.get(MINE))
    verify(inspections=[other.pk], by=school.reviewer)
    assert "等你更正" not in seen(inspector.get(MINE))
    client.force_login(school.reviewer)
    assert "等检查员更正" not in seen(client.get("/review/"))


def test_a_spot_check_is_answered_beside_others_that_passed(school: School, inspector: Client) -> None:
    check = school.check("5413", None, "bags-hanging", clock="18:05", occasion="spot")
    send_back(inspection=check.pk, by=school.reviewer, reason="再看一眼")
    school.verified("5413", clock="18:40", occasion="spot")
    assert "退回 1 条，等你更正" in seen(inspector.get(MINE))


def test_what_came_back_to_others_is_theirs(school: School, client: Client) -> None:
    returned(school)
    client.force_login(school.inspector2)
    assert "退回" not in seen(client.get(MINE))


# Days


def test_turning_back_to_other_days(school: School, inspector: Client, monday_evening: time_machine.Traveller) -> None:
    school.check("5413", clock="19:05")
    monday_evening.move_to(at(TUESDAY, "07:30"))
    assert "0 条记录 前一天" in seen(inspector.get(MINE))
    page = inspector.get(MINE, {"day": "2026-11-09"})
    assert "那天记的 11月9日 周一 1 条记录 前一天 后一天" in seen(page)
    assert '?day=2026-11-08"' in page.content.decode()
    assert '?day=2026-11-10"' in page.content.decode()
    assert "那天没有记" in seen(inspector.get(MINE, {"day": "2026-11-08"}))


@pytest.mark.parametrize("day", ["2027-01-01", "yesterday", "2026-02-30", "0001-01-01", ""])
def test_days_that_cannot_be_are_today(school: School, inspector: Client, day: str) -> None:
    assert "今天记的" in seen(inspector.get(MINE, {"day": day}))


@pytest.mark.parametrize("number", [1, 5])
def test_more_checks_take_no_more_queries(
    school: School, inspector: Client, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for minute in range(number):
        check = school.check("5413", None, "bags-hanging", "sill-cluttered", clock=f"18:0{minute}", occasion="spot")
        send_back(inspection=check.pk, by=school.reviewer, reason="再看一眼")
        check = school.check("5413", None, "bags-hanging", clock=f"19:0{minute}", occasion="spot")
        set_aside(inspection=check.pk, by=school.reviewer, reason="查错楼了")
    with django_assert_num_queries(9):
        inspector.get(MINE)


@pytest.mark.parametrize("number", ["officer", "head", "nobody", "admin"])
def test_who_does_not_record_has_no_list(school: School, client: Client, number: str) -> None:
    client.force_login(school.people[number])
    assert client.get(MINE).status_code == 403
