"""The same check sent again is stored once; other content under its id changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, timedelta
from decimal import Decimal
from functools import partial
from threading import Barrier, local
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from campus.models import Membership, Role
from config.tests.school import MONDAY, School, at
from dormitories.models import Residency
from inspections.models import Finding, Inspection
from inspections.services import CheckDraft, Conflict, FindingDraft, Recorded, Rejected, record, record_press
from inspections.tests.test_recording import finding, said
from inspections.validation import examine


def send(draft: CheckDraft, school: School, clock: str = "19:25") -> Recorded:
    return record(draft=draft, inspector=school.inspector, received_at=at(MONDAY, clock))


@pytest.fixture
def draft(school: School) -> CheckDraft:
    own = finding(text="仙人掌", points=Decimal("1"))
    return said("5420", "defects", finding("bags-hanging", school_class="0853"), own, note="敲了门", told="yes")


@pytest.mark.django_db
class TestOneAfterTheOther:
    def test_the_same_again_is_a_duplicate_and_a_success(self, school: School, draft: CheckDraft) -> None:
        first = send(draft, school)
        again = send(draft, school, clock="23:00")
        assert (first.status, again.status) == ("created", "duplicate")
        assert again.inspection == first.inspection
        assert (Inspection.objects.count(), Finding.objects.count()) == (1, 2)
        assert Inspection.objects.get().received_at == at(MONDAY, "19:25")

    def test_the_same_in_other_writing_is_the_same(self, school: School, draft: CheckDraft) -> None:
        send(draft, school)
        bags, own = draft.findings
        written = replace(
            draft,
            performed_at=draft.performed_at.astimezone(UTC),
            note=" 敲了门\r\n",
            findings=(bags, replace(own, points=Decimal("1.00"), text=" 仙人掌")),
        )
        assert send(written, school).status == "duplicate"

    @pytest.mark.parametrize(
        "change",
        [
            lambda d: replace(d, note=""),
            lambda d: replace(d, told=""),
            lambda d: replace(d, shift="noon"),
            lambda d: replace(d, target_code="5413"),
            lambda d: replace(d, performed_at=d.performed_at + timedelta(seconds=1)),
            lambda d: replace(d, outcome="clean", findings=()),
            lambda d: replace(d, findings=d.findings[::-1]),
            lambda d: replace(d, findings=(replace(d.findings[0], corrected=True), d.findings[1])),
            lambda d: replace(d, findings=(replace(d.findings[0], school_class=None), d.findings[1])),
            lambda d: replace(d, findings=(d.findings[0], replace(d.findings[1], points=Decimal("0.5")))),
        ],
    )
    def test_other_content_under_the_same_id_is_a_conflict(
        self, school: School, draft: CheckDraft, change: Callable[[CheckDraft], CheckDraft]
    ) -> None:
        stored = send(draft, school).inspection
        with pytest.raises(Conflict) as conflict:
            send(change(draft), school)
        assert conflict.value.stored == stored
        assert send(draft, school).status == "duplicate"

    def test_another_persons_id_is_a_conflict_whatever_it_says(self, school: School, draft: CheckDraft) -> None:
        send(draft, school)
        with pytest.raises(Conflict):
            record(draft=draft, inspector=school.advisor, received_at=at(MONDAY))

    def test_what_was_stored_stays_a_success_when_the_roster_has_changed_since(
        self, school: School, draft: CheckDraft
    ) -> None:
        send(draft, school)
        Residency.objects.filter(room__code="5420").delete()
        school.inspector.home_class = school.classes["0853"]
        assert send(draft, school).status == "duplicate"

    @pytest.mark.parametrize("seconds", [0, 300, 301.5, -7200, 10**11, -(10**11)])
    def test_the_offset_measured_while_sending_is_no_part_of_the_content(
        self, school: School, draft: CheckDraft, seconds: float
    ) -> None:
        behind = timedelta(minutes=5)
        received = at(MONDAY, "19:25")
        first = record(draft=draft, inspector=school.inspector, received_at=received, clock_offset=behind)
        again = record(
            draft=draft, inspector=school.inspector, received_at=received, clock_offset=timedelta(seconds=seconds)
        )
        assert (first.status, again.status) == ("created", "duplicate")
        assert Inspection.objects.get().performed_at == at(MONDAY, "19:25")

    def test_another_time_told_is_a_conflict_though_the_offset_makes_it_the_same(
        self, school: School, draft: CheckDraft
    ) -> None:
        send(draft, school)
        early = replace(draft, performed_at=draft.performed_at - timedelta(minutes=5))
        with pytest.raises(Conflict):
            record(
                draft=early,
                inspector=school.inspector,
                received_at=at(MONDAY, "19:25"),
                clock_offset=timedelta(minutes=5),
            )

    def test_the_second_press_of_a_form_keeps_the_time_of_the_first(self, school: School, draft: CheckDraft) -> None:
        first = record_press(draft=draft, inspector=school.inspector)
        later = replace(draft, performed_at=draft.performed_at + timedelta(seconds=2))
        assert record_press(draft=later, inspector=school.inspector).status == "duplicate"
        assert Inspection.objects.get().performed_at == first.inspection.performed_at
        with pytest.raises(Conflict):
            record_press(draft=replace(later, note="又想起来"), inspector=school.inspector)


Deed = Callable[[], Recorded]


def at_once(deeds: Sequence[Deed], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """All of `deeds` in threads; each has looked for its id, and found nothing, before any of them inserts."""
    looked, here = Barrier(len(deeds)), local()

    def examine_together(*args: Any) -> Any:
        try:
            facts = examine(*args)
        except BaseException:
            looked.abort()
            raise
        if not hasattr(here, "waited"):  # the second look finds who was quicker
            here.waited = True
            looked.wait()
        return facts

    monkeypatch.setattr("inspections.services.recording.examine", examine_together)

    def do(deed: Deed) -> str:
        try:
            return deed().status
        except (Conflict, Rejected) as error:
            return type(error).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return [future.result() for future in [pool.submit(do, deed) for deed in deeds]]


@pytest.mark.django_db(transaction=True)
class TestAtTheSameMoment:
    def test_one_is_created_and_the_others_are_duplicates(
        self, school: School, draft: CheckDraft, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        found = at_once([lambda: send(draft, school)] * 6, monkeypatch)
        assert Counter(found) == {"created": 1, "duplicate": 5}
        assert (Inspection.objects.count(), Finding.objects.count()) == (1, 2)

    def test_of_two_contents_under_one_id_one_stands(
        self, school: School, draft: CheckDraft, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        other = replace(draft, note="另一句")
        found = at_once([lambda: send(draft, school), lambda: send(other, school)], monkeypatch)
        assert Counter(found) == {"created": 1, "Conflict": 1}
        assert Inspection.objects.count() == 1

    def test_two_corrections_of_one_check(self, school: School, monkeypatch: pytest.MonkeyPatch) -> None:
        first = school.check("5413", None, "bags-hanging", clock="19:00")
        corrections = [said("5413", replaces=first.pk) for _ in range(2)]
        found = at_once([partial(send, draft, school) for draft in corrections], monkeypatch)
        assert Counter(found) == {"created": 1, "Rejected": 1}

    def test_two_checks_that_share_a_findings_id(self, school: School, monkeypatch: pytest.MonkeyPatch) -> None:
        one = FindingDraft(id=uuid4(), defect="bags-hanging")
        drafts = [said(code, "defects", one) for code in ("5413", "5403")]
        found = at_once([partial(send, draft, school) for draft in drafts], monkeypatch)
        assert Counter(found) == {"created": 1, "Rejected": 1}
        assert Inspection.objects.count() == 1

    def test_two_inspectors_at_one_room_are_both_kept(self, school: School, monkeypatch: pytest.MonkeyPatch) -> None:
        """What happened in the field is recorded, then judged (§6.2)."""
        other = school.person("i3", "许同学")
        Membership.objects.create(user=other, role=Role.INSPECTOR)
        deeds: list[Deed] = [
            lambda: send(said("5413"), school),
            lambda: record(draft=said("5413", "locked"), inspector=other, received_at=at(MONDAY)),
        ]
        assert Counter(at_once(deeds, monkeypatch)) == {"created": 2}
