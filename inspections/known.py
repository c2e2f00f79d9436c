"""What the drafts of one batch name, looked up at once: in as many queries for two hundred as for one. Read-only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Q

from campus.models import SchoolClass, User, Week
from campus.selectors import Calendar
from campus.statements import Statement
from dormitories.models import Room
from inspections.drafts import CheckDraft
from inspections.models import PHOTOS_OF_A_CHECK, Area, Concern, FindingPhoto, Inspection, Outcome, Photo
from inspections.rights import Walks, may_record_anywhere, walked_by
from inspections.selectors import LOCKED_AGAIN, SAME_VISIT, Place, Target, place_in, place_of
from inspections.versions import Version, published_versions

Checks = defaultdict[Any, list[Inspection]]


class Relation(NamedTuple):
    """A class lives in a room or answers for an area, from one day to another."""

    school_class: SchoolClass
    starts_on: date
    ends_on: date | None


class Away(NamedTuple):
    """An exemption of a class."""

    pk: int
    starts_on: date
    ends_on: date


@dataclass(slots=True)
class Places:
    """Rooms and areas by type and code, who answers for each, and when these classes are exempt."""

    targets: dict[tuple[str, str], Target] = field(default_factory=dict)
    relations: dict[Place, dict[int, Relation]] = field(default_factory=lambda: defaultdict(dict))
    exemptions: dict[int, set[Away]] = field(default_factory=lambda: defaultdict(set))


@dataclass(slots=True)
class Known:
    """What is known while drafts of `inspector` are examined, one after another.

    What passes is noted, so that a later draft may build on it: correct it, or find the same door locked again.
    """

    inspector: User
    stored: dict[UUID, Inspection]  # under the ids of the drafts
    calendar: Calendar
    places: Places
    versions: Mapping[int, Version]
    walked: Walks
    mine: dict[UUID, Inspection]  # what the drafts want to replace
    locked: Checks  # by place
    named: Checks  # those that name a photo
    sent_by_others: Collection[UUID]
    replaced: set[UUID]  # of `mine` and `named`

    def may_record(self, target: Target, day: date, draft: CheckDraft) -> bool:
        """Inspectors, reviewers and advisors anywhere; a class's officer what stands on a round of his (互查)."""
        walks = self.walked.get(place_of(target), ())
        return may_record_anywhere(self.inspector) or any(walk.holds(draft, day) for walk in walks)

    def concerns(self, target: Target, day: date) -> list[Concern]:
        """The classes that a check of `target` on `day` concerns, with their exemptions; not yet of any inspection."""
        standing = [one.school_class for one in self.places.relations[place_of(target)].values() if _stands(one, day)]
        present = [one for one in standing if one.left_on is None or one.left_on >= day]
        by_code = sorted(present, key=lambda one: one.code)
        return [Concern(school_class=one, exemption_id=self._exemption(one.pk, day)) for one in by_code]

    def _exemption(self, school_class: int, day: date) -> int | None:
        return next((away.pk for away in sorted(self.places.exemptions[school_class]) if _stands(away, day)), None)

    def was_locked(self, target: Target, week: Week, moment: datetime, *, corrected: UUID | None) -> bool:
        """Whether a visit of `week` before the one at `moment` found it locked; one that was corrected never did."""
        visits = [visit for visit in self.locked[place_of(target)] if visit.pk not in {*self.replaced, corrected}]
        return any(visit.week_id == week.pk and visit.performed_at <= moment - SAME_VISIT for visit in visits)

    def photos_taken(self, photos: Collection[UUID], replaces: UUID | None) -> set[UUID]:
        """Of `photos` those that a new check cannot name: another person's, or of a check that it does not replace.

        What has been replaced already has given its pictures up.
        """
        given_up = {*self.replaced, replaces}
        named = {
            photo
            for photo in photos
            for check in self.named[photo]
            if check.pk not in given_up or check.inspector_id != self.inspector.pk
        }
        return named.union(photo for photo in photos if photo in self.sent_by_others)

    def note(self, check: Inspection, photos: Iterable[UUID]) -> None:
        """`check` has passed, and is about to be stored."""
        self.stored[check.pk] = self.mine[check.pk] = check
        if check.replaces_id:
            self.replaced.add(check.replaces_id)
        if check.outcome == Outcome.LOCKED:
            self.locked[place_in(check)].append(check)
        for photo in photos:
            self.named[photo].append(check)


def look_up(drafts: Sequence[CheckDraft], inspector: User, stored: dict[UUID, Inspection]) -> Known:
    """Everything that the tidied `drafts` name; those that are `stored` already are not looked at."""
    drafts = [draft for draft in drafts if draft.id not in stored]
    calendar = Calendar(draft.performed_at for draft in drafts)
    places = _places(drafts)
    photos = {photo for draft in drafts for photo in draft.photos[:PHOTOS_OF_A_CHECK]}
    mine, named = _mine(drafts, inspector), _named(photos)
    seen = [*mine.values(), *(check for checks in named.values() for check in checks)]
    return Known(
        inspector,
        stored,
        calendar,
        places,
        published_versions({draft.standard for draft in drafts}),
        walked_by(inspector, calendar.days),
        mine,
        _locked(drafts, places, calendar.weeks),
        named,
        _sent_by_others(photos, inspector),
        {check.pk for check in seen if hasattr(check, "replacement")},
    )


# Nothing is asked for that no draft names: a query that finds nothing costs nearly as much as one that finds


def _places(drafts: Iterable[CheckDraft]) -> Places:
    """One row for each class that ever answered for a place, and each exemption of it: all in one query."""
    codes: dict[str, set[str]] = defaultdict(set)
    for draft in drafts:
        codes[draft.target_type].add(draft.target_code)
    places = Places()
    for kind in codes.keys() & {"room", "area"}:
        model = Room if kind == "room" else Area
        columns = [field.attname for field in model._meta.concrete_fields]
        for row in _with_classes(kind, len(codes[kind])).rows(*codes[kind]):
            target = model.from_db(DEFAULT_DB_ALIAS, columns, row)
            relation, since, until, class_id, class_code, left_on, away, away_since, away_until = row[len(columns) :]
            places.targets[kind, target.code] = target
            if relation is not None:
                one = SchoolClass.from_db(None, ("id", "code", "left_on"), (class_id, class_code, left_on))
                places.relations[kind, target.pk][relation] = Relation(one, since, until)
            if away is not None:
                places.exemptions[class_id].add(Away(away, away_since, away_until))
    return places


@cache
def _with_classes(kind: str, codes: int) -> Statement:
    """For so many codes: the columns of the place, and those that `_places` names."""
    model, relation = (Room, "residencies") if kind == "room" else (Area, "responsibilities")
    school_class, exemption = f"{relation}__school_class", f"{relation}__school_class__exemptions"
    columns = [
        *(field.attname for field in model._meta.concrete_fields),
        relation,
        f"{relation}__starts_on",
        f"{relation}__ends_on",
        school_class,
        f"{school_class}__code",
        f"{school_class}__left_on",
        exemption,
        f"{exemption}__starts_on",
        f"{exemption}__ends_on",
    ]
    stand_ins = [str(n) for n in range(codes)]
    return Statement(model._default_manager.order_by().filter(code__in=stand_ins).values_list(*columns))


def _mine(drafts: Iterable[CheckDraft], inspector: User) -> dict[UUID, Inspection]:
    wanted = {draft.replaces for draft in drafts if draft.replaces}
    if not wanted:
        return {}
    own = Inspection.objects.filter(inspector=inspector, pk__in=wanted).select_related("replacement")
    return {check.pk: check for check in own}


def _locked(drafts: Iterable[CheckDraft], places: Places, weeks: Collection[Week]) -> Checks:
    found: Checks = defaultdict(list)
    asking = [draft for draft in drafts if any(finding.defect == LOCKED_AGAIN for finding in draft.findings)]
    names = {(draft.target_type, draft.target_code) for draft in asking}
    asked = [place_of(places.targets[name]) for name in names if name in places.targets]
    if asked:
        rooms, areas = ([key for of, key in asked if of == kind] for kind in ("room", "area"))
        visits = Inspection.objects.filter(Q(room__in=rooms) | Q(area__in=areas), week__in=weeks)
        for visit in visits.filter(outcome=Outcome.LOCKED, replacement__isnull=True):
            found[place_in(visit)].append(visit)
    return found


def _named(photos: Collection[UUID]) -> Checks:
    found: Checks = defaultdict(list)
    if photos:
        named = FindingPhoto.objects.filter(photo_id__in=photos)
        for one in named.select_related("finding__inspection__replacement"):
            found[one.photo_id].append(one.finding.inspection)
    return found


def _sent_by_others(photos: Collection[UUID], inspector: User) -> set[UUID]:
    if not photos:
        return set()
    return set(Photo.objects.filter(pk__in=photos).exclude(sender=inspector).values_list("pk", flat=True))


def _stands(relation: Relation | Away, day: date) -> bool:
    return relation.starts_on <= day and (relation.ends_on is None or relation.ends_on >= day)
