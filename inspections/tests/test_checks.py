"""What I recorded on a day, and the versions of the standard."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from time_machine import Traveller

from config.tests.school import MONDAY, School, at
from inspections.models import Defect, Item, Standard
from inspections.tests.pages import seen

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday_evening")]
CHECKS = "/checks/"


@pytest.fixture
def inspector(school: School, client: Client) -> Client:
    client.force_login(school.inspector)
    return client


def test_a_day_without_a_check_says_what_to_do(school: School, inspector: Client) -> None:
    page = seen(inspector.get(CHECKS))
    assert "今天记的 11月9日 周一 0 次检查" in page
    assert "今天还没有记 按下面的按钮选地方，干净的按一下就行" in page
    assert "记一次检查" in page


def test_my_checks_of_today_newest_first(school: School, inspector: Client) -> None:
    school.check("5413", None, "bags-hanging", {"text": "仙人掌", "points": "1", "school_class": "0852"}, clock="19:05")
    school.check("门厅", clock="07:20", shift="morning")
    school.check("5403", "locked", clock="19:10", occasion="school")
    school.check("5420", by=school.inspector2)
    page = seen(inspector.get(CHECKS))
    assert "3 次检查" in page
    listed = [
        "5403 19:10 晚检 · 校查 锁门",
        "5413 19:05 晚检 物品悬挂 袋子乱挂、仙人掌 (0852) 2 处问题",
        "门厅 07:20 早检 正常",
    ]
    assert " ".join(listed) in page
    assert "5420" not in page


def test_a_check_that_was_corrected_says_so(school: School, inspector: Client) -> None:
    first = school.check("5413", clock="19:05")
    school.check("5413", None, "bags-hanging", clock="19:10", replaces=first.pk)
    assert "5413 19:05 晚检 后来更正过 干净" in seen(inspector.get(CHECKS))


def test_turning_back_to_other_days(school: School, inspector: Client, monday_evening: Traveller) -> None:
    school.check("5413", clock="19:05")
    monday_evening.move_to(at(MONDAY + timedelta(days=1), "07:30"))
    assert "0 次检查" in seen(inspector.get(CHECKS))
    page = inspector.get(CHECKS, {"day": "2026-11-09"})
    assert "那天记的 11月9日 周一 1 次检查" in seen(page)
    assert '?day=2026-11-08"' in page.content.decode()
    assert '?day=2026-11-10"' in page.content.decode()
    assert "那天没有记" in seen(inspector.get(CHECKS, {"day": "2026-11-08"}))


@pytest.mark.parametrize("day", ["2027-01-01", "yesterday", "2026-02-30", "0001-01-01", ""])
def test_days_that_cannot_be_are_today(school: School, inspector: Client, day: str) -> None:
    assert "今天记的" in seen(inspector.get(CHECKS, {"day": day}))


@pytest.mark.parametrize("number", [1, 5])
def test_more_checks_take_no_more_queries(
    school: School, inspector: Client, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for minute in range(number):
        school.check("5413", None, "bags-hanging", "sill-cluttered", clock=f"19:0{minute}", occasion="spot")
    with django_assert_num_queries(6):
        inspector.get(CHECKS)


@pytest.mark.parametrize("number", ["officer", "head", "nobody", "admin"])
def test_who_does_not_record_has_no_list(school: School, client: Client, number: str) -> None:
    client.force_login(school.people[number])
    assert client.get(CHECKS).status_code == 403


# The standard


def test_everybody_reads_what_costs_how_much(school: School, client: Client) -> None:
    client.force_login(school.nobody)
    dorm = Standard.objects.get(kind="dorm")
    page = seen(client.get(reverse("inspections:standard", args=[dorm.pk])))
    assert "宿舍 检查标准 第 1 版，2000-01-01 起生效" in page
    assert "空气 异味 公共 1 分 烟头 公共 2 分" in page
    assert "私拉电线 一票否决 个人 10 分" in page
    assert "拒检 10 分 锁门 不扣分，还要再去 其他问题，检查员自己写 最多 2 分" in page
    assert "各版本" not in page


@pytest.mark.parametrize("kind", ["duty", "event"])
def test_where_there_is_no_door_nothing_is_said_of_a_locked_one(school: School, client: Client, kind: str) -> None:
    client.force_login(school.nobody)
    page = seen(client.get(reverse("inspections:standard", args=[Standard.objects.get(kind=kind).pk])))
    assert "拒检 10 分 其他问题" in page
    assert "锁门" not in page


def test_versions_lead_to_each_other_and_drafts_are_not_shown(school: School, client: Client) -> None:
    first = Standard.objects.get(kind="area")
    second = Standard.objects.create(kind="area", version=2, effective_from=MONDAY, locked_points=2)
    item = Item.objects.create(standard=second, code="floor", name="地面", name_en="Ground", position=1)
    Defect.objects.create(standard=second, item=item, code="loose-soil", name="浮土", points="1.50", position=1)
    client.force_login(school.officer)
    address = reverse("inspections:standard", args=[second.pk])
    assert client.get(address).status_code == 404

    second.published_at = timezone.now()
    second.save()
    page = client.get(address)
    assert "浮土 公共 1.5 分" in seen(page)
    assert "第 2 版 2026-11-09 起 第 1 版 2000-01-01 起" in seen(page)
    assert reverse("inspections:standard", args=[first.pk]) in page.content.decode()
