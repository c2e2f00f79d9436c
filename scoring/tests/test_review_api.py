"""`/api/v1/reviews/`: what the pages do, for programs; what came back, for the phone; all as the schema says."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.authtoken.models import Token

from campus.models import WeekClosing
from config.tests.school import MONDAY, School, at
from inspections.api.reading import read_check
from inspections.models import Inspection
from inspections.services import record
from inspections.tests.contract import keeps_contract
from scoring.models import Attribution, Entry, Return, SetAside, Verification
from scoring.services import send_back, set_aside, verify


class Caller:
    """A person or a program that calls the API."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def post(self, address: str, **said: Any) -> Any:
        answer = self.client.post(f"/api/v1/reviews/{address}", said, content_type="application/json")
        if answer.status_code == 200:
            keeps_contract(answer, "post", f"reviews/{address}")
        return answer

    def returned(self) -> list[Any]:
        answer = self.client.get("/api/v1/reviews/returned")
        assert answer.status_code == 200
        found: list[Any] = keeps_contract(answer, "get", "reviews/returned")["returned"]
        return found


@pytest.fixture
def reviewer(school: School, client: Client) -> Caller:
    client.force_login(school.reviewer)
    return Caller(client)


def as_person(school: School, who: str) -> Caller:
    client = Client()
    client.force_login(school.people[who])
    return Caller(client)


# Passing


class TestVerify:
    def test_each_is_told_of_by_itself_in_the_order_asked(self, school: School, reviewer: Caller) -> None:
        good = school.check("5413", None, "bags-hanging")
        open_class = school.check("5420", None, "hats-hanging")
        before, nowhere = school.verified("5403"), uuid4()
        answer = reviewer.post("verify", inspections=[str(pk) for pk in (open_class.pk, good.pk, before.pk, nowhere)])
        assert answer.status_code == 200
        assert answer.json() == {
            "results": [
                {
                    "id": str(open_class.pk),
                    "status": "refused",
                    "errors": ["物品悬挂 帽子乱挂：先定是哪个班"],
                    "set_aside": [],
                },
                {"id": str(good.pk), "status": "verified", "errors": [], "set_aside": []},
                {"id": str(before.pk), "status": "already", "errors": ["这一条已经通过了"], "set_aside": []},
                {"id": str(nowhere), "status": "refused", "errors": ["没有这条检查"], "set_aside": []},
            ]
        }
        assert Entry.objects.filter(inspection=good).exists()

    def test_the_class_of_a_finding_that_names_none_may_be_said(self, school: School, reviewer: Caller) -> None:
        check = school.check("5420", None, "hats-hanging")
        finding = check.findings.get()
        answer = reviewer.post("verify", inspections=[str(check.pk)], classes={str(finding.pk): "0853"})
        assert answer.json()["results"][0]["status"] == "verified"
        assert Attribution.objects.get().school_class.code == "0853"

    def test_the_others_of_the_shift_give_way_and_it_says_so(self, school: School, reviewer: Caller) -> None:
        check, other = school.check("5413"), school.check("5413", by=school.inspector2, clock="19:40")
        (result,) = reviewer.post("verify", inspections=[str(check.pk)]).json()["results"]
        assert result["set_aside"] == [str(other.pk)]
        assert SetAside.objects.get().inspection == other

    def test_nothing_asked_is_nothing_done(self, reviewer: Caller) -> None:
        assert reviewer.post("verify", inspections=[]).json() == {"results": []}

    @pytest.mark.parametrize(
        "said",
        [
            {},
            {"inspections": "all"},
            {"inspections": ["5413"]},
            {"inspections": [None]},
            {"inspections": [5413]},
            {"inspections": [str(uuid4())] * 1001},
            {"inspections": [], "classes": []},
            {"inspections": [], "classes": {"5413": "0852"}},
            {"inspections": [], "classes": {str(uuid4()): "\0"}},
            {"inspections": [], "classes": {"\ud800": None}},
        ],
    )
    def test_what_cannot_be_read_is_told_by_field(self, reviewer: Caller, said: dict[str, Any]) -> None:
        answer = reviewer.post("verify", **said)
        assert answer.status_code == 400
        assert {path.partition(".")[0] for path in answer.json()["errors"]} <= {"inspections", "classes"}

    def test_an_advisor_passes_only_what_no_reviewer_may(self, school: School) -> None:
        check = school.check("5413")
        (result,) = as_person(school, "advisor").post("verify", inspections=[str(check.pk)]).json()["results"]
        assert result["status"] == "refused"
        assert not Verification.objects.exists()

    def test_a_program_does_it_with_its_token(self, school: School) -> None:
        check = school.check("5413")
        token = Token.objects.create(user=school.reviewer)
        client = Client(enforce_csrf_checks=True, headers={"Authorization": f"Token {token.key}"})
        assert Caller(client).post("verify", inspections=[str(check.pk)]).json()["results"][0]["status"] == "verified"
        assert Verification.objects.get().by == school.reviewer


# Sending back, setting aside


@pytest.mark.parametrize(
    ("address", "status", "kept"), [("return", "returned", Return), ("set-aside", "set_aside", SetAside)]
)
class TestDecline:
    def test_it_is_done_as_on_the_page(
        self, school: School, reviewer: Caller, address: str, status: str, kept: Any
    ) -> None:
        check = school.check("5413", None, "bags-hanging")
        answer = reviewer.post(address, inspection=str(check.pk), reason=" 班级\x01不对 ")
        assert (answer.status_code, answer.json()) == (200, {"id": str(check.pk), "status": status})
        decision = kept.objects.get()
        assert (decision.inspection, decision.by, decision.reason) == (check, school.reviewer, "班级不对")

    @pytest.mark.parametrize("reason", ["", "  ", "字" * 201])
    def test_it_wants_a_reason(
        self, school: School, reviewer: Caller, address: str, status: str, kept: Any, reason: str
    ) -> None:
        check = school.check("5413")
        answer = reviewer.post(address, inspection=str(check.pk), reason=reason)
        assert answer.status_code == 400
        assert list(answer.json()["errors"]) == ["reason"]
        assert not kept.objects.exists()

    @pytest.mark.parametrize("reason", [None, "\0", "\ud800", 5, ["x"]])
    def test_nor_does_it_take_what_is_no_text(
        self, school: School, reviewer: Caller, address: str, status: str, kept: Any, reason: Any
    ) -> None:
        check = school.check("5413")
        answer = reviewer.post(address, inspection=str(check.pk), reason=reason)
        assert answer.status_code == (200 if reason == 5 else 400)

    def test_what_is_decided_is_decided(
        self, school: School, reviewer: Caller, address: str, status: str, kept: Any
    ) -> None:
        check = school.verified("5413")
        answer = reviewer.post(address, inspection=str(check.pk), reason="重复")
        assert (answer.status_code, answer.json()) == (409, {"detail": "这一条已经通过了"})

    def test_ones_own_is_left_to_others(
        self, school: School, reviewer: Caller, address: str, status: str, kept: Any
    ) -> None:
        check = school.check("5413", by=school.reviewer)
        answer = reviewer.post(address, inspection=str(check.pk), reason="重复")
        assert answer.status_code == 403
        assert answer.json() == {"detail": "本人记的，由其他审核员审"}
        assert not kept.objects.exists()

    def test_what_one_may_not_see_is_not_there(
        self, school: School, address: str, status: str, kept: Any, reviewer: Caller
    ) -> None:
        check = school.check("3501")
        for caller, pk in [(as_person(school, "advisor"), check.pk), (reviewer, uuid4())]:
            answer = caller.post(address, inspection=str(pk), reason="重复")
            assert (answer.status_code, answer["Content-Type"]) == (404, "application/json")
        assert not kept.objects.exists()


# What came back


class TestReturned:
    def test_ones_own_with_the_reason_and_all_that_was_said(self, school: School) -> None:
        photo = uuid4()
        findings = [
            {"defect": "hats-hanging", "text": "门后", "school_class": "0853", "corrected": True, "photos": (photo,)},
            {"text": "仙人掌", "points": "0.5"},
        ]
        check = school.check("5420", None, *findings, shift="noon", clock="12:10")
        decision = send_back(inspection=check.pk, by=school.reviewer, reason="班级不对")
        first, second = check.findings.order_by("position")
        (returned,) = as_person(school, "inspector").returned()
        assert returned["reason"] == "班级不对"
        assert returned["at"] == decision.at.astimezone(at(MONDAY).tzinfo).isoformat()
        assert returned["inspection"] == {
            "id": str(check.pk),
            "target": {"type": "room", "code": "5420"},
            "shift": "noon",
            "occasion": "routine",
            "performed_at": "2026-11-09T12:10:00+08:00",
            "outcome": "defects",
            "told": None,
            "standard": check.standard_id,
            "note": "",
            "replaces": None,
            "findings": [
                {
                    "id": str(first.pk),
                    "defect": "hats-hanging",
                    "text": "门后",
                    "points": "1",
                    "class": "0853",
                    "corrected": True,
                    "photos": [str(photo)],
                },
                {
                    "id": str(second.pk),
                    "defect": None,
                    "text": "仙人掌",
                    "points": "0.5",
                    "class": None,
                    "corrected": False,
                    "photos": [],
                },
            ],
        }

    def test_it_can_be_sent_again_as_a_new_record_that_replaces_it(self, school: School) -> None:
        photo = uuid4()
        check = school.check("5413", None, {"defect": "bags-hanging", "photos": (photo,)})
        send_back(inspection=check.pk, by=school.reviewer, reason="再看看")
        inspector = as_person(school, "inspector")
        draft = read_check(inspector.returned()[0]["inspection"])
        findings = tuple(replace(finding, id=uuid4()) for finding in draft.findings)
        newer = replace(draft, id=uuid4(), replaces=check.pk, findings=findings)
        answer = record(draft=newer, inspector=school.inspector, received_at=at(MONDAY, "20:00"))
        assert answer.inspection.performed_at == check.performed_at
        assert answer.inspection.findings.get().photos.get().photo_id == photo
        assert inspector.returned() == []

    def test_an_area_is_told_as_one(self, school: School) -> None:
        check = school.check("教101", "locked")
        send_back(inspection=check.pk, by=school.reviewer, reason="门开着")
        (returned,) = as_person(school, "inspector").returned()
        assert returned["inspection"]["target"] == {"type": "area", "code": "教101"}
        assert returned["inspection"]["findings"] == []

    def test_only_what_waits_for_ones_own_answer(self, school: School) -> None:
        passed, aside, another, waiting = (
            school.check("5413"),
            school.check("5403"),
            school.check("3318", by=school.inspector2),
            school.check("5420"),
        )
        verify(inspections=[passed.pk], by=school.reviewer)
        set_aside(inspection=aside.pk, by=school.reviewer, reason="重复")
        send_back(inspection=another.pk, by=school.reviewer, reason="再看看")
        assert as_person(school, "inspector").returned() == []
        send_back(inspection=waiting.pk, by=school.reviewer, reason="再看看")
        assert [one["inspection"]["id"] for one in as_person(school, "inspector").returned()] == [str(waiting.pk)]
        WeekClosing.objects.create(week=school.week)
        assert as_person(school, "inspector").returned() == []

    def test_as_many_queries_for_thirty_as_for_three(self, school: School) -> None:
        def queries(count: int) -> int:
            for n in range(count):
                finding = {"defect": "bags-hanging", "photos": (uuid4(), uuid4())}
                check = school.check("5413", None, finding, day=MONDAY + timedelta(days=n % 5), occasion="spot")
                send_back(inspection=check.pk, by=school.reviewer, reason="再看看")
            with CaptureQueriesContext(connection) as asked:
                assert as_person(school, "inspector").returned()
            return len(asked)

        few = queries(3)
        assert queries(27) == few
        assert Inspection.objects.count() == 30
