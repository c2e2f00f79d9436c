"""The lines of navigation: what each role sees, what is marked, and that nothing refused is offered."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory
from django.urls import resolve

from campus.models import Membership, Role, User
from config import access
from config.navigation import Navigation, navigation
from config.tests.school import MONDAY, School, at
from inspections.models import Inspection
from inspections.rounds.services import call_off, send_out
from scoring.services import send_back

EVERYBODYS = ["排名", "通报"]


def shown_to(user: User | AnonymousUser, path: str = "/me/") -> Navigation:
    request = RequestFactory().get(path)
    request.user = user
    request.resolver_match = resolve(path)
    shown: Navigation = navigation(request)["navigation"]
    return shown


@pytest.mark.parametrize(
    ("person", "lines"),
    [
        ("inspector", ["检查", *EVERYBODYS]),
        ("reviewer", ["检查", "审核", "进度", *EVERYBODYS]),
        ("officer", ["本班", *EVERYBODYS]),
        ("head", EVERYBODYS),
        ("advisor", ["检查", "审核", *EVERYBODYS]),
        ("admin", EVERYBODYS),
        ("nobody", EVERYBODYS),
    ],
)
def test_each_role_sees_its_own_lines(school: School, person: str, lines: list[str]) -> None:
    shown = shown_to(school.people[person])
    assert [line.label for line in shown.lines] == lines
    assert [tab.label for tab in shown.tabs] == [*lines[:4], "我的"]


def test_the_signed_out_see_none(db: None) -> None:
    shown = shown_to(AnonymousUser())
    assert (shown.lines, shown.tabs, shown.me) == ((), (), None)


def test_every_line_opens_for_the_one_who_sees_it(school: School, client: Client) -> None:
    for person in school.people.values():
        client.force_login(person)
        for line in shown_to(person).tabs:
            assert client.get(line.url).status_code == 200, (person.number, line.url)


def test_a_line_that_would_be_refused_is_not_shown(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(access.TABLE, "scoring:queue", access.holding(Role.ADMINISTRATOR))
    monkeypatch.delitem(access.TABLE, "reports:bulletins")
    assert [line.label for line in shown_to(school.reviewer).lines] == ["检查", "进度", "排名"]


def test_a_phone_has_room_for_five_and_the_rest_is_told_on_ones_own_page(school: School, client: Client) -> None:
    person = school.reviewer2  # at home in 0853
    Membership.objects.create(user=person, role=Role.OFFICER, school_class=school.classes["0853"])
    shown = shown_to(person)
    assert [tab.label for tab in shown.tabs] == ["检查", "审核", "进度", "本班", "我的"]
    assert [line.label for line in shown.more] == ["排名", "通报"]
    client.force_login(person)
    assert client.get("/me/").content.decode().count('href="/bulletins/"') == 2  # the desk's head, and the list


def test_an_officer_of_another_class_has_no_class_of_his_own(school: School) -> None:
    person = school.officer
    person.home_class = school.classes["0851"]
    person.save()
    assert "本班" not in [line.label for line in shown_to(User.objects.get(pk=person.pk)).lines]


@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/me/", ["我的"]),
        ("/ranking/", ["排名"]),
        ("/classes/0852/", ["本班"]),
        ("/classes/0851/", ["排名"]),
        ("/bulletins/", ["通报"]),
        ("/checks/new/", []),
    ],
)
def test_the_line_where_one_is_is_marked(school: School, path: str, current: list[str]) -> None:
    assert [tab.label for tab in shown_to(school.officer, path).tabs if tab.current] == current


def test_what_was_sent_back_is_counted_behind_the_line_where_it_is_answered(school: School, client: Client) -> None:
    for code in ("5413", "3318"):
        check = school.check(code)
        send_back(inspection=check.pk, by=school.reviewer, reason="再看一眼")
    school.check("5413", replaces=Inspection.objects.get(room__code="5413").pk)
    assert [line.count for line in shown_to(school.inspector).tabs] == [1, 0, 0, 0]
    assert [line.count for line in shown_to(school.inspector2).tabs] == [0, 0, 0, 0]
    client.force_login(school.inspector)
    assert client.get("/ranking/").content.decode().count("1 条退回") == 2  # the desk's head, and the phone's foot


def test_the_head_names_the_person_and_the_weightiest_role(school: School) -> None:
    Membership.objects.create(user=school.officer, role=Role.INSPECTOR)
    assert shown_to(school.officer).who == f"陈同学，{Role.INSPECTOR.label}"
    assert shown_to(school.nobody).who == "冯同学"


def test_an_officer_on_a_round_today_finds_the_way_to_it(school: School, client: Client, time_machine: Any) -> None:
    time_machine.move_to(at(MONDAY, "19:00"), tick=False)
    school.officer.gender = "male"
    school.officer.save()
    codes = [school.target(code) for code in ("5403", "教103")]
    one = send_out(
        name="互查",
        targets=codes,
        users=[school.officer],
        day=MONDAY,
        shift="evening",
        occasion="routine",
        starts_at=time(19, 20),
        by=school.reviewer,
    )
    labels = ["检查", "本班", *EVERYBODYS]
    shown = shown_to(school.officer)
    assert [line.label for line in shown.lines] == labels
    assert [tab.label for tab in shown.tabs] == [*labels, "我的"]
    assert shown.lines[0].url == "/patrol/"
    client.force_login(school.officer)
    assert 'href="/patrol/"' in client.get("/", follow=True).content.decode()
    assert [line.url for line in shown_to(school.inspector).lines if line.label == "检查"] == ["/checks/"]
    time_machine.move_to(at(MONDAY + timedelta(days=1), "08:00"))
    assert "检查" not in [line.label for line in shown_to(school.officer).lines]
    time_machine.move_to(at(MONDAY, "19:00"))
    call_off(round=one, by=school.reviewer)
    assert "检查" not in [line.label for line in shown_to(school.officer).lines]
