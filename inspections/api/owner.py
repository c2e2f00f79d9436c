"""Whose outbox is being emptied: what one person tapped is never recorded as another's."""

from __future__ import annotations

from http import HTTPStatus

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import APIException
from rest_framework.request import Request

OWNER = OpenApiParameter(
    "X-Outbox-Owner",
    int,
    OpenApiParameter.HEADER,
    description="Whose outbox this is, by the person’s id. Where somebody else has signed in since: 409, other-user",
)


class OtherUser(APIException):
    status_code = HTTPStatus.CONFLICT


def require_owner(request: Request) -> None:
    """Raises `OtherUser` where the request comes out of another person's outbox."""
    owner = request.headers.get("X-Outbox-Owner")
    if owner is not None and owner != str(request.user.pk):
        told = _("Somebody else has signed in on this phone. These records wait for their own inspector.")
        raise OtherUser({"detail": told, "code": "other-user"})
