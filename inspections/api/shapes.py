"""What the phone's reading addresses answer, field by field: for the schema."""

from __future__ import annotations

from rest_framework import serializers

from campus.models import SHIFT_CHOICES, Gender
from inspections.api.said import CheckField
from inspections.models import Kind, Occasion, Outcome

# untranslated: the schema speaks to programmers


class Person(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField(allow_blank=True)


class MaybePerson(Person):
    id = serializers.IntegerField(allow_null=True)


class Named(serializers.Serializer):
    name = serializers.CharField()
    name_en = serializers.CharField()


class Word(Named):
    code = serializers.CharField()


class ShiftShape(Word):
    starts_at = serializers.RegexField(r"^\d\d:\d\d$")


class Me(Person):
    gender = serializers.ChoiceField(Gender.choices, allow_blank=True)
    home_classes = serializers.ListField(child=serializers.CharField())


class WalkShape(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    date = serializers.DateField()
    shift = serializers.ChoiceField(SHIFT_CHOICES)
    occasion = serializers.ChoiceField(Occasion.choices)
    starts_at = serializers.RegexField(r"^\d\d:\d\d$")
    people = Person(many=True)


class RoundShape(WalkShape):
    stops = serializers.ListField(
        child=serializers.CharField(), help_text="Targets in walking order: room:5413, area:…"
    )


class NextRoundShape(WalkShape):
    count = serializers.IntegerField(help_text="How many places it has")


class PatrolShape(serializers.Serializer):
    me = Me()
    now = serializers.DateTimeField()
    date = serializers.DateField()
    shift = serializers.ChoiceField(SHIFT_CHOICES)
    shifts = ShiftShape(many=True)
    occasions = Word(many=True)
    rounds = RoundShape(many=True)
    next_round = NextRoundShape(allow_null=True)


class GroupShape(Named):
    key = serializers.CharField(help_text="building:5 or kind:classroom")


class PlaceShape(serializers.Serializer):
    key = serializers.CharField(help_text="room:5413, area:…")
    type = serializers.ChoiceField(["room", "area"])
    code = serializers.CharField()
    group = serializers.CharField()
    kind = serializers.ChoiceField(Kind.choices, help_text="The standard's kind for a routine check")
    floor = serializers.IntegerField(allow_null=True)
    classes = serializers.ListField(child=serializers.CharField())
    own = serializers.BooleanField(help_text="Of one's own class, or one's own room: somebody else checks it")


class PlacesShape(serializers.Serializer):
    groups = GroupShape(many=True)
    places = PlaceShape(many=True)


class SeenShape(serializers.Serializer):
    label = serializers.CharField()  # type: ignore[assignment]
    label_en = serializers.CharField()


class CheckShape(serializers.Serializer):
    id = serializers.UUIDField()
    target = serializers.CharField()
    shift = serializers.ChoiceField(SHIFT_CHOICES)
    occasion = serializers.ChoiceField(Occasion.choices)
    outcome = serializers.ChoiceField(Outcome.choices)
    findings = SeenShape(many=True, help_text="Of one's own class or room none is told")
    by = MaybePerson(help_text="The id is null and the name empty where the reader may not know who it was")
    mine = serializers.BooleanField()
    performed_at = serializers.DateTimeField()
    replaced_by = serializers.UUIDField(allow_null=True)
    said = CheckField(allow_null=True, help_text="One’s own that stands, as a batch would say it")


class WorkShape(serializers.Serializer):
    now = serializers.DateTimeField(help_text="What to ask `since` the next time")
    since = serializers.DateTimeField(
        allow_null=True, help_text="Null where these are all checks; else those that came or were replaced from then on"
    )
    checks = CheckShape(many=True)
    locked = serializers.DictField(
        child=serializers.DateTimeField(), help_text="Rooms found locked this week, and when first"
    )


class DefectShape(Named):
    code = serializers.CharField()
    points = serializers.CharField()
    scope = serializers.ChoiceField(["public", "personal"])
    serious = serializers.BooleanField()


class ItemShape(Named):
    code = serializers.CharField()
    defects = DefectShape(many=True)


class StandardShape(serializers.Serializer):
    id = serializers.IntegerField()
    kind = serializers.ChoiceField(Kind.choices)
    version = serializers.IntegerField()
    effective_from = serializers.DateField()
    locked_points = serializers.CharField()
    refused_points = serializers.CharField()
    most_own_points = serializers.CharField(help_text="The most that own text may cost")
    instead = serializers.ListField(
        child=serializers.ChoiceField(Outcome.choices), help_text="What else may have come of it, in the sheet's order"
    )
    items = ItemShape(many=True)


class ErrorsField(serializers.DictField):
    """What is wrong, by the path of what it is about: `findings.0.points`; `detail` where it is the whole."""

    child = serializers.ListField(child=serializers.CharField())


class ResultShape(serializers.Serializer):
    id = serializers.CharField(allow_null=True, help_text="As it was sent")
    status = serializers.ChoiceField(["created", "duplicate", "conflict", "rejected"])
    errors = ErrorsField()  # type: ignore[assignment]
    photos = serializers.ListField(child=serializers.UUIDField(), help_text="Those of it that are still to come")


class ResultsShape(serializers.Serializer):
    results = ResultShape(many=True)


class UnreadableShape(serializers.Serializer):
    detail = serializers.CharField()
    errors = ErrorsField(required=False)  # type: ignore[assignment]
