"""Who sees a picture (design §6.3): its sender, whoever reads a line of its finding, whoever may look at the check."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from campus.models import Role, User
from inspections.models import FindingPhoto, Inspection, Photo
from scoring.models import Entry
from scoring.rights import no_reviewer_may

PHOTOS_OF_LINES = Prefetch("finding__photos", FindingPhoto.objects.with_arrival())


def photos_of_findings(user: User) -> Prefetch[Any]:
    """The pictures that findings name, of those that `user` may look at, and which of them have arrived."""
    return Prefetch("findings__photos", FindingPhoto.objects.with_arrival().filter(_looked_at_by(user)))


def photos_open_to(user: User) -> QuerySet[Photo]:
    """The pictures `user` may see. Of a class's mess that is not passed yet, its officer sees none: nor any line."""
    lines = Entry.objects.visible_to(user).filter(finding__photos__photo_id=OuterRef("pk"))
    may = Q(sender=user) | Q(Exists(lines))
    if user.holds(Role.REVIEWER, Role.ADVISOR):
        named = FindingPhoto.objects.filter(_looked_at_by(user), photo_id=OuterRef("pk"))
        may |= Q(Exists(named.filter(finding__inspection__in=Inspection.objects.visible_to(user))))
    return Photo.objects.filter(may)


def _looked_at_by(user: User) -> Q:
    """Pictures in findings: a reviewer looks at all; an advisor at his classes' mess, and at what he decides on."""
    if user.holds(Role.REVIEWER):
        return Q()
    his = user.readable_classes("finding__school_class__")
    his |= user.readable_classes("finding__attribution__school_class__")
    everybodys = Q(finding__school_class=None, finding__attribution=None)
    decides = Inspection.objects.filter(no_reviewer_may())
    return his | everybodys | Q(finding__inspection__inspector=user) | Q(finding__inspection__in=decides)
