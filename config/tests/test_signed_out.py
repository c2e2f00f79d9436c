"""What one had entered, where one was signed out meanwhile, or somebody else has signed in on the same phone."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse

from config.tests.school import PASSWORD, School
from inspections.models import Inspection
from inspections.tests.pages import filled_in, seen
from scoring.models import Verification

HTMX = {"HX-Request": "true"}
SHEET = "/checks/new/room/5413/?shift=evening&occasion=routine"
LOST = "登录过期了，刚才填的没有存上，再填一遍"


def signed_in_again(client: Client, school: School, answer: object) -> str:
    """What the page says that one comes back to."""
    next_page = client.get(answer["Location"]).context["next"]  # type: ignore[index]
    entered = {"username": school.inspector.number, "password": PASSWORD, "next": next_page}
    return seen(client.post(reverse("signin"), entered, follow=True))


def test_a_press_by_htmx_is_answered_so_that_the_page_stays(school: School, client: Client) -> None:
    answer = client.post(SHEET, {"outcome": "clean"}, headers=HTMX)
    assert (answer.status_code, answer.content, "HX-Redirect" in answer) == (401, b"", False)


def test_a_look_by_htmx_leads_to_the_sign_in_page_and_back(school: School, client: Client) -> None:
    headers = HTMX | {"HX-Current-URL": "http://testserver/checks/new/?building=5"}
    answer = client.get("/checks/new/?q=54", headers=headers)
    assert answer["HX-Redirect"] == f"/signin/?next={quote('/checks/new/?building=5')}"


@pytest.mark.parametrize(
    ("came_from", "back"),
    [
        (f"http://testserver{SHEET}", SHEET),
        ("http://testserver/checks/new/?building=5#room-1", "/checks/new/?building=5"),
        ("https://elsewhere.example/", SHEET),
        ("", SHEET),
    ],
)
def test_without_a_script_one_comes_back_to_where_one_was_and_is_told(
    school: School, client: Client, came_from: str, back: str
) -> None:
    answer = client.post(SHEET, {"outcome": "clean"}, headers={"Referer": came_from})
    assert client.get(answer["Location"]).context["next"] == back
    assert LOST in signed_in_again(client, school, answer)
    assert LOST not in seen(client.get(SHEET))


def test_who_signs_out_twice_has_lost_nothing(school: School, client: Client) -> None:
    assert client.post(reverse("signout"))["Location"] == reverse("signin")
    client.force_login(school.inspector)
    assert LOST not in seen(client.get(SHEET))


# Two people, one phone


def drawn_for(page: object) -> dict[str, str]:
    """The header by which a page of ours says whose it is, as htmx sends it."""
    html = page.content.decode()  # type: ignore[attr-defined]
    return HTMX | {"X-Drawn-For": html.split('"X-Drawn-For": "')[1].split('"')[0]}


def test_nothing_is_saved_as_somebody_elses(school: School, client: Client) -> None:
    client.force_login(school.inspector)
    page = client.get(SHEET)
    client.force_login(school.inspector2)
    data = filled_in(page) | {"outcome": "clean"}
    answer = client.post(SHEET, data, headers=drawn_for(page))
    assert (answer.status_code, answer["HX-Reswap"], Inspection.objects.count()) == (422, "none", 0)
    assert "这份是王同学填的，现在登录的是李同学，没有存" in seen(answer)

    client.force_login(school.inspector)
    assert "HX-Redirect" in client.post(SHEET, data, headers=drawn_for(page) | {"HX-Target": "sheet"})
    assert Inspection.objects.get().inspector == school.inspector


def test_nor_decided_in_anothers_name(school: School, client: Client) -> None:
    check = school.check("5413")
    client.force_login(school.reviewer)
    page = client.get("/review/")
    client.force_login(school.inspector2)
    answer = client.post("/review/verify/", {"inspection": [str(check.pk)]}, headers=drawn_for(page))
    assert "这份是吴同学填的，现在登录的是李同学" in seen(answer)
    assert not Verification.objects.exists()


def test_looking_needs_no_such_care(school: School, client: Client) -> None:
    client.force_login(school.inspector)
    page = client.get(SHEET)
    client.force_login(school.inspector2)
    assert client.get("/checks/new/?q=54", headers=drawn_for(page)).status_code == 200


def test_but_a_whole_page_is_drawn_anew_and_for_the_one_who_looks(school: School, client: Client) -> None:
    """htmx would put it into the page of the other, which goes on telling the other's name."""
    client.force_login(school.inspector)
    page = client.get(SHEET)
    client.force_login(school.inspector2)
    answer = client.get("/checks/new/?building=5", headers=drawn_for(page) | {"HX-Boosted": "true"})
    assert (answer["HX-Redirect"], answer.content) == ("/checks/new/?building=5", b"")
