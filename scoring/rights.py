"""Who may decide on a check (design §6.3): a reviewer, never on his own; an advisor where no reviewer may."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from campus.models import Role, User
from inspections.models import Concern, Inspection


def hindrance(user: User, inspection: Inspection, classes: Collection[int], *, beyond_reviewers: bool) -> str | None:
    """Why `user` may not decide on `inspection`, in his language; None where he may.

    `classes` are the ids of all classes concerned, also those exempt; `beyond_reviewers` says that no reviewer may
    decide on it (`no_reviewer_may`).
    """
    if inspection.inspector_id == user.pk:
        return _("You recorded it yourself. Another reviewer decides.")
    if not user.own_class_ids().isdisjoint(classes):
        return _("It is about your own class. Another reviewer decides.")
    if inspection.room_id and inspection.room_id == user.home_room_id:
        return _("It is your own room. Another reviewer decides.")
    if user.holds(Role.REVIEWER):
        return None
    if not user.holds(Role.ADVISOR):
        return _("Only a reviewer decides on checks.")
    return None if beyond_reviewers else _("A reviewer decides on it. An advisor does where no reviewer may.")


def own(user: User) -> Q:
    """Checks that are a person's own: his entries, of his class, of his room."""
    mine = Q(inspector=user)
    if classes := user.own_class_ids():
        mine |= Q(Exists(Concern.objects.filter(inspection=OuterRef("pk"), school_class__in=classes)))
    if user.home_room_id:
        mine |= Q(room=user.home_room_id)
    return mine


def no_reviewer_may() -> Q:
    """Checks that are every active reviewer's own, so that an advisor may decide on them."""
    everyone = Q()
    for reviewer in User.objects.filter(is_active=True, memberships__role=Role.REVIEWER):
        everyone &= own(reviewer)
    return everyone


def deciding(user: User) -> Q:
    """Checks that are `user`'s kind to decide on: all for a reviewer, for an advisor what no reviewer may."""
    return Q() if user.holds(Role.REVIEWER) else no_reviewer_may()
