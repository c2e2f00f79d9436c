"""`PUT photos/<uuid>`: one picture, before or after the record that names it."""

from __future__ import annotations

import shutil
from functools import partial
from http import HTTPStatus
from tempfile import SpooledTemporaryFile
from typing import IO
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, UnreadablePostError
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException, ParseError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from campus.models import User
from inspections.api.owner import OWNER, require_owner
from inspections.forms import whole_number
from inspections.pictures import MEDIA_TYPES, MOST_BYTES
from inspections.services import NotAPicture, PhotoConflict, keep_photo
from inspections.tasks import send_thumb


class TooLarge(APIException):
    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class Taken(APIException):
    status_code = HTTPStatus.CONFLICT


class KeptSerializer(serializers.Serializer[dict[str, str]]):
    """`sha256` is of the bytes that arrived, in hexadecimal."""

    sha256 = serializers.CharField()


class PhotoView(APIView):
    """A picture, as the bytes of the request."""

    @extend_schema(
        parameters=[OWNER],
        request=dict.fromkeys(MEDIA_TYPES, OpenApiTypes.BINARY),
        responses={
            201: KeptSerializer,
            200: OpenApiResponse(KeptSerializer, "The same bytes were stored before"),
            400: OpenApiResponse(description="No picture, or one of too many pixels"),
            409: OpenApiResponse(description="The id is taken, or somebody else has signed in since"),
            413: OpenApiResponse(description="More than 10 MB"),
        },
    )
    def put(self, request: Request, pk: UUID) -> Response:
        require_owner(request)
        assert isinstance(request.user, User), "held by config.access"
        with SpooledTemporaryFile(settings.FILE_UPLOAD_MAX_MEMORY_SIZE) as file:
            take_in(request._request, file)
            try:
                kept = keep_photo(photo=pk, file=file, sender=request.user)
            except NotAPicture as error:
                raise ParseError(str(error)) from error
            except PhotoConflict as conflict:
                raise Taken(str(conflict)) from conflict
        answer = KeptSerializer({"sha256": kept.photo.sha256}).data
        if kept.status == "duplicate":
            return Response(answer)
        transaction.on_commit(partial(send_thumb, pk))
        return Response(answer, HTTPStatus.CREATED)


def take_in(request: HttpRequest, file: IO[bytes]) -> None:
    """Copy the body into `file`, all of it. Django's own bound is for forms, and a picture may be larger.

    No more is read than was announced. What breaks off half way would be kept as a picture of its own, and the whole
    one refused for ever after: it is told from a whole one by its length.
    """
    announced = whole_number(request.headers.get("Content-Length"))
    if announced > MOST_BYTES:
        raise TooLarge(_("This photo has more than %(most)d MB. Send a smaller one.") % {"most": MOST_BYTES >> 20})
    try:
        shutil.copyfileobj(request, file)
    except UnreadablePostError as error:
        raise ParseError(_cut_short()) from error
    if file.tell() != announced:
        raise ParseError(_cut_short())
    file.seek(0)


def _cut_short() -> str:
    return _("The connection broke off. Send the photo once more.")
