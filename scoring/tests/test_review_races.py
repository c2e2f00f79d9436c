"""Several reviewers at the same moment: one decision stands, the ledger is posted once, nobody is left waiting."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from campus.models import Membership, Role, User
from config.tests.school import School
from scoring.models import Entry, Return, Reversal, SetAside, Verification
from scoring.services import AlreadyDecided, Refusal, reverse, send_back, verify

pytestmark = pytest.mark.django_db(transaction=True)

Deed = Callable[[], Any]


def at_once(deeds: Sequence[Deed]) -> list[Any]:
    """Do all of `deeds` in threads that start together; what each returned, or the refusal it met."""
    start = Barrier(len(deeds))

    def do(deed: Deed) -> Any:
        try:
            connection.ensure_connection()
            start.wait()
            return deed()
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return [future.result() for future in [pool.submit(do, deed) for deed in deeds]]


def reviewers(school: School, number: int) -> list[User]:
    people = [school.person(f"reviewer-{n}", f"审核{n}") for n in range(number)]
    Membership.objects.bulk_create(Membership(user=person, role=Role.REVIEWER) for person in people)
    return people


def passing(by: User, *inspections: Any) -> Deed:
    return lambda: [verdict.status for verdict in verify(inspections=[one.pk for one in inspections], by=by)]


def test_one_check_passed_by_six_at_once_is_posted_once(school: School) -> None:
    check = school.check("5413", None, "bags-hanging", "desk-untidy")
    found = at_once([passing(person, check) for person in reviewers(school, 6)])
    assert Counter(status for (status,) in found) == {"verified": 1, "already": 5}
    assert sum(entry.points for entry in Entry.objects.all()) == -2


def test_of_six_checks_of_one_room_passed_at_once_one_passes(school: School) -> None:
    checks = [
        school.check("5413", None, "bags-hanging", clock=f"19:{n}0", by=(school.inspector, school.inspector2)[n % 2])
        for n in range(6)
    ]
    people = reviewers(school, 6)
    found = at_once([passing(person, check) for person, check in zip(people, checks, strict=True)])
    assert Counter(status for (status,) in found) == {"verified": 1, "refused": 5}
    assert (Verification.objects.count(), SetAside.objects.count(), Entry.objects.count()) == (1, 5, 1)


def test_the_same_pairs_passed_in_both_directions_never_lock_each_other_out(school: School) -> None:
    rooms = ["5403", "5413", "3501", "3318"]
    pairs = [
        (school.check(code, clock="19:52"), school.check(code, clock="20:05", by=school.inspector2))
        for code in rooms[:2]
    ] + [(school.check(code, clock="19:52"), school.check(code, occasion="spot")) for code in rooms[2:]]
    first, second = [pair[0] for pair in pairs], [pair[1] for pair in reversed(pairs)]
    one, other = reviewers(school, 2)
    found = at_once([passing(one, *first), passing(other, *second)])
    # Two rooms have one slot each, the spot checks stand beside the routine ones
    assert Counter(found[0] + found[1]) == {"verified": 6, "refused": 2}
    assert Verification.objects.count() == 6


def test_passed_and_sent_back_at_once_is_one_of_the_two(school: School) -> None:
    check = school.check("5413", None, "bags-hanging")
    one, other = reviewers(school, 2)
    passed, returned = at_once(
        [passing(one, check), lambda: send_back(inspection=check.pk, by=other, reason="班级不对")]
    )
    if passed == ["verified"]:
        assert isinstance(returned, AlreadyDecided)
        assert (Entry.objects.count(), Return.objects.count()) == (1, 0)
    else:
        assert passed == ["refused"]
        assert (Entry.objects.count(), Return.objects.count()) == (0, 1)


def test_one_line_taken_back_by_four_at_once_is_taken_back_once(school: School) -> None:
    entry = Entry.objects.get(inspection=school.verified("5413", None, "bags-hanging"))

    def back(by: User) -> Deed:
        return lambda: reverse(
            entry=entry, points=Decimal("0.6"), cause=Reversal.Cause.APPEAL, reason="不是这间", by=by
        )

    found = at_once([back(person) for person in reviewers(school, 4)])
    assert sorted(type(one).__name__ for one in found) == ["Entry", "Refusal", "Refusal", "Refusal"]
    assert sum(line.points for line in Entry.objects.all()) == Decimal("-0.4")
