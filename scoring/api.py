"""`/api/v1/reviews/`: the review for programs, by the services of the pages; and for the phone what came back."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import APIException, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from campus.models import User
from inspections.api.said import CheckField, as_said
from inspections.models import Inspection
from scoring import services
from scoring.forms import MOST_AT_ONCE
from scoring.mine import returned_to
from scoring.models import REASON_LENGTH


def person(request: Request) -> User:
    assert isinstance(request.user, User), "held by config.access"
    return request.user


# Deciding


class IdField(serializers.UUIDField):
    """An id as the answers say it; a number is none, though Python would make one of it."""

    def to_internal_value(self, data: Any) -> UUID:
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


class VerifySerializer(serializers.Serializer[Any]):
    """`classes` names the class (code) of a personal finding (id) that names none, in a place of several classes."""

    inspections = serializers.ListField(child=IdField(), max_length=MOST_AT_ONCE)
    classes = serializers.DictField(child=serializers.CharField(), default=dict)

    def validate_classes(self, said: dict[str, str]) -> dict[UUID, str]:
        try:
            return {UUID(finding): code for finding, code in said.items()}
        except ValueError as error:
            raise ValidationError(_("There is no such finding.")) from error


class VerdictSerializer(serializers.Serializer[services.Verdict]):
    """`errors` say why it was refused, `set_aside` are the checks that gave way to it."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(["verified", "already", "refused"])
    errors = serializers.ListField(child=serializers.CharField())  # type: ignore[assignment]
    set_aside = serializers.ListField(child=serializers.UUIDField())


class VerdictsSerializer(serializers.Serializer[Any]):
    results = VerdictSerializer(many=True)


class VerifyView(APIView):
    """Pass checks and post what they cost; each is told of by itself, in the order asked."""

    @extend_schema(request=VerifySerializer, responses={200: VerdictsSerializer})
    def post(self, request: Request) -> Response:
        asked = read(VerifySerializer, request)
        verdicts = services.verify(inspections=asked["inspections"], by=person(request), names=asked["classes"])
        return Response(VerdictsSerializer({"results": verdicts}).data)


@extend_schema_field({"type": "string", "minLength": 1, "maxLength": REASON_LENGTH})
class ReasonField(serializers.CharField):
    """Words; of too many, or none, the service tells."""


class DeclineSerializer(serializers.Serializer[Any]):
    """`reason` is for the inspector, 200 characters at most."""

    inspection = IdField()
    reason = ReasonField(allow_blank=True)


class DeclinedSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    status = serializers.ChoiceField(["returned", "set_aside"])


class AlreadyDecided(APIException):
    status_code = HTTPStatus.CONFLICT


DECLINE = extend_schema(
    request=DeclineSerializer,
    responses={
        200: DeclinedSerializer,
        400: OpenApiResponse(description="No reason, or too long a one"),
        403: OpenApiResponse(description="One's own check, class or room"),
        404: OpenApiResponse(description="There is no such check"),
        409: OpenApiResponse(description="Somebody has decided on it"),
    },
)


class ReturnView(APIView):
    """Send a check back to its inspector, who answers with a new record."""

    @DECLINE
    def post(self, request: Request) -> Response:
        return decline(request, services.send_back, "returned")


class SetAsideView(APIView):
    """Set a check aside: it does not count."""

    @DECLINE
    def post(self, request: Request) -> Response:
        return decline(request, services.set_aside, "set_aside")


def decline(request: Request, verb: Callable[..., Any], status: str) -> Response:
    asked = read(DeclineSerializer, request)
    try:
        verb(**asked, by=person(request))
    except Inspection.DoesNotExist as error:
        raise Http404 from error
    except services.AlreadyDecided as refusal:
        raise AlreadyDecided(str(refusal)) from refusal
    except services.NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except services.Refusal as refusal:
        raise ValidationError({"reason": [str(refusal)]}) from refusal
    return Response(DeclinedSerializer({"id": asked["inspection"], "status": status}).data)


def read(shape: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """What the request says. Raises `ValidationError`."""
    serializer = shape(data=request.data)
    serializer.is_valid(raise_exception=True)
    said: dict[str, Any] = serializer.validated_data
    return said


# What came back


class ReturnedSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField()
    at = serializers.DateTimeField()
    inspection = CheckField()


class AllReturnedSerializer(serializers.Serializer[Any]):
    returned = ReturnedSerializer(many=True)


class ReturnedView(APIView):
    """One's own checks that were sent back and that no newer record answers yet, while their week is open."""

    @extend_schema(responses=AllReturnedSerializer)
    def get(self, request: Request) -> Response:
        returned = [
            {"reason": check.sent_back.reason, "at": check.sent_back.at, "inspection": as_said(check)}
            for check in returned_to(person(request))
        ]
        return Response(AllReturnedSerializer({"returned": returned}).data)
