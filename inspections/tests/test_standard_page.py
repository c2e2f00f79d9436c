"""The page of a version of the standard."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config.tests.school import MONDAY, School
from inspections.models import Defect, Item, Standard
from inspections.tests.pages import seen

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday_evening")]


def test_everybody_reads_what_costs_how_much(school: School, client: Client) -> None:
    client.force_login(school.nobody)
    dorm = Standard.objects.get(kind="dorm")
    page = seen(client.get(reverse("inspections:standard", args=[dorm.pk])))
    assert "宿舍 检查标准 第 1 版，2000年1月1日起生效" in page
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
    assert "第 2 版 2026年11月9日起 第 1 版 2000年1月1日起" in seen(page)
    assert reverse("inspections:standard", args=[first.pk]) in page.content.decode()
