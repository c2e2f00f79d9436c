"""A transactional test leaves the database as the migrations made it, guards and all."""

import pytest

from campus.models import Department
from config import guards
from inspections.models import Standard
from scoring.models import Policy


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", ["first", "second"])
def test_each_finds_what_migrations_loaded_and_nothing_of_the_other(turn: str) -> None:
    assert not Department.objects.exists()
    assert Standard.objects.exists()
    assert Policy.objects.exists()
    assert guards.installed() == guards.expected()
    Department.objects.create(code="01", name="师范系")
