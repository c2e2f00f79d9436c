"""Who sees a picture (design §6.3): its sender, whoever reads a line of its finding, whoever may look at the check."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from campus.models import Role, User
from inspections.models import FindingPhoto, Inspection, Photo
from scoring.models import Entry

# The pictures that the findings fetched before name, and which of them have arrived
PHOTOS_OF_FINDINGS = Prefetch("findings__photos", FindingPhoto.objects.with_arrival())
PHOTOS_OF_LINES = Prefetch("finding__photos", FindingPhoto.objects.with_arrival())


def photos_open_to(user: User) -> QuerySet[Photo]:
    """The pictures `user` may see. Of a class's mess that is not passed yet, its officer sees none: nor any line."""
    lines = Entry.objects.visible_to(user).filter(finding__photos__photo_id=OuterRef("pk"))
    may = Q(sender=user) | Q(Exists(lines))
    if user.holds(Role.REVIEWER, Role.ADVISOR):
        checks = Inspection.objects.visible_to(user).filter(findings__photos__photo_id=OuterRef("pk"))
        may |= Q(Exists(checks))
    return Photo.objects.filter(may)
