"""Signing in with one's number: what one is told, and what nobody is told."""

import re

import pytest
from django.test import Client
from pytest_django import Settings

from campus.models import Membership, Role, User

WRONG = "学号或密码不对，再看一眼"
CLOSED = "这个账号停用了"


@pytest.fixture
def officer(db: None) -> User:
    user = User.objects.create_user("115107", "weisheng-2026", name="林同学")
    Membership.objects.create(user=user, role=Role.INSPECTOR)
    return user


def sign_in(client: Client, number: str, password: str, follow: str = "") -> str:
    response = client.post("/signin/", {"username": number, "password": password, "next": follow})
    return response["Location"] if response.status_code == 302 else response.content.decode()


def test_the_right_number_and_password_lead_to_the_start(client: Client, officer: User) -> None:
    assert sign_in(client, "115107", "weisheng-2026") == "/"


def test_one_gets_back_to_where_one_was(client: Client, officer: User) -> None:
    assert sign_in(client, "115107", "weisheng-2026", follow="/me/") == "/me/"
    assert sign_in(Client(), "115107", "weisheng-2026", follow="https://elsewhere.example/") == "/"


def test_a_number_may_have_spaces_around_it_and_wide_digits(client: Client, officer: User) -> None:
    assert sign_in(client, " １１５１０７ ", "weisheng-2026") == "/"


def test_a_wrong_password_and_an_unknown_number_are_told_alike(client: Client, officer: User) -> None:
    wrong = sign_in(client, "115107", "weisheng-2025")
    unknown = sign_in(client, "115108", "weisheng-2026")
    assert WRONG in wrong
    assert WRONG in unknown
    assert 'aria-describedby="id_password_error"' in wrong
    assert "weisheng-2025" not in wrong


def test_a_closed_account_is_told_to_its_owner_alone(client: Client, officer: User) -> None:
    User.objects.update(is_active=False)
    owner = sign_in(client, "115107", "weisheng-2026")
    assert CLOSED in owner
    assert WRONG not in owner
    stranger = sign_in(client, "115107", "guess")
    assert WRONG in stranger
    assert CLOSED not in stranger


def test_an_empty_form_asks_for_what_is_missing(client: Client, db: None) -> None:
    page = sign_in(client, "", "")
    assert re.search(r'id="id_username_error"[^>]*>请填学号或工号<', page)
    assert re.search(r'id="id_password_error"[^>]*>请填密码<', page)


def test_a_number_that_is_too_long_is_told_so(client: Client, db: None) -> None:
    assert "学号或工号太长了，最多 32 个字" in sign_in(client, "1" * 33, "weisheng-2026")


def test_the_fields_help_a_phone_fill_them(client: Client, db: None) -> None:
    page = client.get("/signin/").content.decode()
    assert 'autocomplete="username"' in page
    assert 'autocapitalize="none"' in page
    assert 'autocomplete="current-password"' in page
    assert "忘了密码，找管理老师重设" in page


def test_somebody_signed_in_passes_through(client: Client, officer: User) -> None:
    client.force_login(officer)
    assert client.get("/signin/")["Location"] == "/"


class TestDemo:
    @pytest.fixture(autouse=True)
    def people(self, db: None) -> None:
        for number, name, role in [("reviewer", "吴同学", Role.REVIEWER), ("inspector", "王同学", Role.INSPECTOR)]:
            Membership.objects.create(user=User.objects.create_user(number, name=name), role=role)

    def test_newcomers_see_the_demo_accounts_on_their_own_machine(self, client: Client, settings: Settings) -> None:
        settings.DEBUG = True
        page = client.get("/signin/").content.decode()
        assert "演示账号" in page
        assert page.index("王同学") < page.index("吴同学")
        assert 'href="?number=inspector"' in page

    def test_a_school_does_not_list_anybody(self, client: Client, settings: Settings) -> None:
        settings.DEBUG = False
        page = client.get("/signin/").content.decode()
        assert "演示账号" not in page
        assert "王同学" not in page

    def test_a_click_fills_in_the_number_without_a_script_too(self, client: Client) -> None:
        assert 'value="inspector"' in client.get("/signin/?number=inspector").content.decode()

    def test_no_list_where_no_demo_is_loaded(self, client: Client, settings: Settings) -> None:
        settings.DEBUG = True
        for user in User.objects.all():
            User.objects.filter(pk=user.pk).update(number=f"20{user.pk:04}")
        assert "演示账号" not in client.get("/signin/").content.decode()
