"""What the phone reads: one's rounds, the places there are, what was recorded on a day."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.gzip import gzip_page
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from campus.models import SHIFT_LABELS, User
from campus.selectors import school_zone, shift_times, today
from inspections.api.etag import AS_IT_WAS, with_etag
from inspections.api.owner import OWNER, require_owner
from inspections.api.reading import Unreadable, moment
from inspections.api.said import as_said
from inspections.api.shapes import PatrolShape, PlacesShape, WorkShape
from inspections.models import Area, Occasion, Round
from inspections.phone import Work, all_places, is_open, work_of
from inspections.places import Group, groups
from inspections.rounds.clock import usual_start
from inspections.rounds.selectors import next_round, rounds_of

CHINESE, ENGLISH = "zh-hans", "en"
SOMEBODY: dict[str, Any] = {"id": None, "name": ""}

# What came before an answer was asked for may be stored after it
OVERLAP = timedelta(minutes=2)
ANSWER_HOLDS = timedelta(days=1)


def person(request: Request) -> User:
    assert isinstance(request.user, User), "held by config.access"
    return request.user


@method_decorator(ensure_csrf_cookie, name="dispatch")  # the shell has no form that would bring it
class PatrolView(APIView):
    """Who I am, which shift it is, and my rounds: today's with their routes, and the next one."""

    @extend_schema(responses=PatrolShape)
    def get(self, request: Request) -> Response:
        user, now = person(request), timezone.now()
        local = now.astimezone(school_zone())
        upcoming = next_round(user, local.date())
        return Response(
            {
                "me": me(user),
                "now": instant(now),
                "date": local.date().isoformat(),
                "shift": shift_times().shift_at(local.time()).value,
                "shifts": [
                    {"code": shift.value, **both(label), "starts_at": clock(usual_start(shift))}
                    for shift, label in SHIFT_LABELS.items()
                ],
                "occasions": [{"code": occasion.value, **both(occasion.label)} for occasion in Occasion],
                "rounds": [
                    {**walk(one), "stops": [stop.target_key for stop in one.stops.all()]}
                    for one in rounds_of(user, local.date())
                ],
                "next_round": {**walk(upcoming), "count": upcoming.count} if upcoming else None,
            }
        )


@method_decorator(gzip_page, name="dispatch")
class PlacesView(APIView):
    """Every place there is, and which class answers for it today. Asked again with its ETag: 304 where it stands."""

    @extend_schema(responses={200: PlacesShape, 304: AS_IT_WAS})
    def get(self, request: Request) -> HttpResponseBase:
        told = {
            "groups": [group_shape(group) for group in groups()],
            "places": [place._asdict() for place in all_places(person(request), today())],
        }
        return with_etag(request, told)


@method_decorator(gzip_page, name="dispatch")
class WorkView(APIView):
    """What was recorded on a day, by everybody: so that two phones of one round show each other's work.

    Told in full; or, asked with the `now` of an earlier answer, what has come or was replaced since.
    """

    @extend_schema(
        parameters=[
            OWNER,
            OpenApiParameter(
                "date",
                date,
                description="Today, where it is left out; else yesterday, or a day with a round of one's own",
            ),
            OpenApiParameter("since", datetime, description="The `now` of an earlier answer; after a day, all is told"),
        ],
        responses={
            200: WorkShape,
            400: OpenApiResponse(description="No such day or time, or one that is not open"),
            409: OpenApiResponse(description="Somebody else has signed in since"),
        },
    )
    def get(self, request: Request) -> Response:
        require_owner(request)
        user, day, now = person(request), asked_day(request), timezone.now()
        if not is_open(user, day):
            raise ParseError(_("Here you read today, yesterday, and the days of your own rounds."))
        since = asked_since(request, now)
        work = work_of(user, day, since)
        return Response(
            {
                "now": instant(now),
                "since": instant(since) if since else None,
                "checks": [check_shape(check, work, user) for check in work.checks],
                "locked": {key: instant(at) for key, at in work.locked.items()},
            }
        )


def asked_day(request: Request) -> date:
    text = request.query_params.get("date")
    if text is None:
        return today()
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:  # it knows other writings, which the schema does not
        raise ParseError(_("A date is written YYYY-MM-DD."))
    return day


def asked_since(request: Request, now: datetime) -> datetime | None:
    """From when on to tell; None for all, also where it is no time of an answer that somebody could still hold."""
    text = request.query_params.get("since")
    if text is None:
        return None
    try:
        asked: datetime = moment().read(text.replace(" ", "+"))  # a plus that nobody escaped
    except Unreadable as unread:
        raise ParseError(unread.errors[""][0]) from unread
    return asked - OVERLAP if timedelta(0) <= now - asked <= ANSWER_HOLDS else None


def me(user: User) -> dict[str, Any]:
    own = [user.home_class.code] if user.home_class else []
    return {"id": user.pk, "name": user.name, "gender": user.gender, "home_classes": own}


def walk(one: Round) -> dict[str, Any]:
    return {
        "id": one.pk,
        "name": one.name,
        "date": one.date.isoformat(),
        "shift": one.shift,
        "occasion": one.occasion,
        "starts_at": clock(one.starts_at),
        "people": [{"id": walker.user.pk, "name": walker.user.name} for walker in one.walking],
    }


def group_shape(group: Group) -> dict[str, Any]:
    label = Area.AreaKind(group.value).label if group.name == "kind" else group.label
    return {"key": f"{group.name}:{group.value}", **both(label)}


def check_shape(check: Any, work: Work, reader: User) -> dict[str, Any]:
    findings = [] if check.own else list(check.findings.all())
    with override(CHINESE):
        labels = [finding.label for finding in findings]
    with override(ENGLISH):
        labels_en = [finding.label for finding in findings]
    return {
        "id": str(check.pk),
        "target": check.target_key,
        "shift": check.shift,
        "occasion": check.occasion,
        "outcome": check.outcome,
        "findings": [{"label": label, "label_en": label_en} for label, label_en in zip(labels, labels_en, strict=True)],
        "by": {"id": check.inspector_id, "name": check.inspector.name} if work.knows(check.inspector) else SOMEBODY,
        "mine": check.inspector_id == reader.pk,
        "performed_at": instant(check.performed_at),
        "replaced_by": str(check.replaced_by) if check.replaced_by else None,
        "said": as_said(check) if check.inspector_id == reader.pk and not check.replaced_by else None,
    }


def both(label: Any) -> dict[str, str]:
    """A text of ours in both languages."""
    with override(CHINESE):
        name = str(label)
    with override(ENGLISH):
        return {"name": name, "name_en": str(label)}


def instant(at: datetime) -> str:
    return at.astimezone(school_zone()).isoformat()


def clock(at: time) -> str:
    return f"{at:%H:%M}"
