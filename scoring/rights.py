"""Who may decide on a check (design §6.3): a reviewer, never on his own; an advisor where no reviewer may."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, TextChoices
from django.utils.translation import gettext_lazy as _

from campus.models import Role, User
from inspections.models import Concern, Inspection
from scoring.facts import HAS_SLOT, UNDECIDED, others_of_slot


class Hindrance(TextChoices):
    """Why somebody may not decide on a check; the first four leave it to a colleague."""

    ENTRY = "entry", _("You recorded it yourself. Another reviewer decides.")
    CLASS = "class", _("It is about your own class. Another reviewer decides.")
    ROOM = "room", _("It is your own room. Another reviewer decides.")
    AGAINST = "against", _("You recorded another check of this place and shift. Somebody else decides between the two.")
    ROLE = "role", _("Only a reviewer decides on checks.")
    REVIEWERS = "reviewers", _("A reviewer decides on it. An advisor does where no reviewer may.")


def hindrance(
    user: User, inspection: Inspection, classes: Collection[int], *, beyond_reviewers: bool, against_own: bool
) -> Hindrance | None:
    """Why `user` may not decide on `inspection`; None where he may.

    `classes` are the ids of all classes concerned, also those exempt; `beyond_reviewers` says that no reviewer may
    decide on it, `against_own` that an entry of his own stands against it (the functions of these names).
    """
    if inspection.inspector_id == user.pk:
        return Hindrance.ENTRY
    if not user.own_class_ids().isdisjoint(classes):
        return Hindrance.CLASS
    if inspection.room_id and inspection.room_id == user.home_room_id:
        return Hindrance.ROOM
    if against_own:
        return Hindrance.AGAINST
    if user.holds(Role.REVIEWER):
        return None
    if not user.holds(Role.ADVISOR):
        return Hindrance.ROLE
    return None if beyond_reviewers else Hindrance.REVIEWERS


def own(user: User) -> Q:
    """Checks that are a person's own: his entries, of his class, of his room."""
    mine = Q(inspector=user)
    if classes := user.own_class_ids():
        mine |= Q(Exists(Concern.objects.filter(inspection=OuterRef("pk"), school_class__in=classes)))
    if user.home_room_id:
        mine |= Q(room=user.home_room_id)
    return mine


def against_own(user: User) -> Q:
    """Checks of whose slot `user` has recorded another that waits: to pass the one is to set his own aside."""
    return HAS_SLOT & Q(Exists(others_of_slot().filter(UNDECIDED, inspector=user)))


def beyond_reviewers(checks: Iterable[Inspection], user: User) -> set[UUID]:
    """Of `checks` those that no reviewer may decide on; asked for advisors alone, it reads who the reviewers are."""
    if user.holds(Role.REVIEWER) or not user.holds(Role.ADVISOR):
        return set()
    among = Inspection.objects.filter(no_reviewer_may(), pk__in=[inspection.pk for inspection in checks])
    return set(among.values_list("pk", flat=True))


def no_reviewer_may() -> Q:
    """Checks that no active reviewer may decide on, so that an advisor does."""
    everyone = Q()
    for reviewer in User.objects.filter(is_active=True, memberships__role=Role.REVIEWER):
        everyone &= own(reviewer) | against_own(reviewer)
    return everyone


def deciding(user: User) -> Q:
    """Checks that are `user`'s kind to decide on: all for a reviewer, for an advisor what no reviewer may."""
    return Q() if user.holds(Role.REVIEWER) else no_reviewer_may()
