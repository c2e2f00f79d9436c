"""The lines of navigation: what each role sees, what is marked, and that nothing refused is offered."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory
from django.urls import resolve

from campus.models import Membership, Role, User
from config import access
from config.navigation import Navigation, navigation
from config.tests.school import School

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
        ("reviewer", ["检查", "审核", *EVERYBODYS]),
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
    assert [tab.label for tab in shown.tabs] == [*lines, "我的"]


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
    assert [line.label for line in shown_to(school.reviewer).lines] == ["检查", "排名"]


def test_a_phone_has_room_for_five_and_the_rest_is_told_on_ones_own_page(school: School, client: Client) -> None:
    person = school.reviewer2  # at home in 0853
    Membership.objects.create(user=person, role=Role.OFFICER, school_class=school.classes["0853"])
    shown = shown_to(person)
    assert [tab.label for tab in shown.tabs] == ["检查", "审核", "本班", "排名", "我的"]
    assert [line.label for line in shown.more] == ["通报"]
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


def test_the_head_names_the_person_and_the_weightiest_role(school: School) -> None:
    Membership.objects.create(user=school.officer, role=Role.INSPECTOR)
    assert shown_to(school.officer).who == f"陈同学，{Role.INSPECTOR.label}"
    assert shown_to(school.nobody).who == "冯同学"
