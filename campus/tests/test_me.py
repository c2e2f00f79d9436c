"""A person's own page."""

from django.test import Client

from campus.models import Membership, Role
from config.tests.school import School


def test_it_says_who_one_is(school: School, client: Client) -> None:
    client.force_login(school.officer)
    page = client.get("/me/").content.decode()
    assert "陈同学" in page
    assert "officer" in page
    assert "班级卫生委员 0852" in page


def test_somebody_without_a_role_is_told_what_is_left(school: School, client: Client) -> None:
    client.force_login(school.nobody)
    assert "还没有，可以看排名和通报" in client.get("/me/").content.decode()


def test_many_roles_cost_no_more_queries(school: School, client: Client, django_assert_max_num_queries: object) -> None:
    client.force_login(school.advisor)
    Membership.objects.bulk_create(
        Membership(user=school.advisor, role=Role.ADVISOR, school_class=each) for each in school.classes.values()
    )
    with django_assert_max_num_queries(5):  # type: ignore[operator]
        page = client.get("/me/").content.decode()
    assert "辅导员 10311" in page


def test_it_speaks_the_language_one_chooses(school: School, client: Client) -> None:
    client.force_login(school.officer)
    response = client.post("/language/", {"language": "en", "next": "/me/"})
    assert response["Location"] == "/me/"
    page = client.get("/me/").content.decode()
    assert '<html lang="en"' in page
    assert "Sign out" in page
    client.post("/language/", {"language": "zh-hans", "next": "/me/"})
    page = client.get("/me/").content.decode()
    assert '<html lang="zh-Hans"' in page
    assert "退出登录" in page


def test_one_signs_out_by_a_button_not_by_a_link(school: School, client: Client) -> None:
    client.force_login(school.officer)
    assert client.get("/signout/").status_code == 405
    assert client.post("/signout/")["Location"] == "/signin/"
    assert client.get("/me/")["Location"] == "/signin/?next=/me/"
