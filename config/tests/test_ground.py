import pytest
from config import guards
from inspections.models import Standard

@pytest.mark.django_db
def test_guards_stand():
    assert guards.installed() == guards.expected()
    assert Standard.objects.count() > 3

@pytest.mark.django_db(transaction=True)
def test_a():
    assert Standard.objects.count() > 3
    from campus.models import Department
    Department.objects.create(code="x", name="y")

@pytest.mark.django_db(transaction=True)
def test_b():
    from campus.models import Department
    assert not Department.objects.count()
    assert Standard.objects.count() > 3
    assert guards.installed() == guards.expected()
