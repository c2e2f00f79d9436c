"""Forms of rounds. They read what was said; whether people may walk it is the services' word."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campus.models import SHIFT_CHOICES, User
from campus.selectors import shift_times
from campus.templatetags.figures import weekday
from dormitories.models import Building, Room
from inspections.drafts import one_line
from inspections.forms import whole_number
from inspections.models import MOST_WALKERS, REASON_LENGTH, Area, Round, RoundTemplate
from inspections.places import groups
from inspections.rounds.clock import shift_span
from inspections.rounds.coverage import Errand, key_of
from inspections.rounds.people import Ground, chances
from inspections.rounds.routes import in_walking_order
from inspections.rounds.services import CannotBe, draw_once, lay_route, made_for, send_on
from inspections.selectors import Target

A_MONDAY = date(2024, 1, 1)
CLOSED = gettext_lazy("Somebody chosen has an account that was closed since. Choose again.")
PEOPLE_WRONG = {
    "required": gettext_lazy("Choose at least one person."),
    "invalid_choice": CLOSED,
    "invalid_pk_value": CLOSED,
}


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class MadeOnce(forms.BaseForm):
    """A form that makes a round, with a hidden `form_id` of its own: pressed twice, it makes one.

    Gone back to and changed, it makes another.
    """

    @property
    def key(self) -> UUID | None:
        """For the same words on the same page, the same; None where the form has no id."""
        form_id = self.cleaned_data.get("form_id") if self.is_bound else None
        assert isinstance(self.data, MultiValueDict)
        said = {name: self.data.getlist(name) for name in sorted(self.data) if name != "csrfmiddlewaretoken"}
        return uuid5(form_id, json.dumps(said)) if form_id else None


def form_id_field() -> forms.UUIDField:
    return forms.UUIDField(required=False, initial=uuid4, widget=forms.HiddenInput)


class PlanForm(forms.ModelForm):  # type: ignore[type-arg]
    """What is walked, when in the day, by how many: of a template, or of one round."""

    place = forms.ChoiceField(label=gettext_lazy("Where"))
    shift = forms.ChoiceField(label=gettext_lazy("Shift"), choices=SHIFT_CHOICES, widget=forms.RadioSelect)
    headcount = forms.IntegerField(
        label=gettext_lazy("How many people"), min_value=1, max_value=MOST_WALKERS, initial=2
    )

    class Meta:
        model = RoundTemplate
        fields = ("name", "place", "lowest_floor", "highest_floor", "shift", "starts_at", "occasion", "headcount")
        labels = {  # noqa: RUF012
            "name": gettext_lazy("Name"),
            "lowest_floor": gettext_lazy("From floor"),
            "highest_floor": gettext_lazy("To floor"),
            "starts_at": gettext_lazy("Begins at"),
            "occasion": gettext_lazy("Occasion"),
        }
        widgets = {"starts_at": TimeInput}  # noqa: RUF012

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = [(f"{g.name}:{g.value}", g.label) for g in groups()]  # type: ignore[attr-defined]
        if self.instance.building_id or self.instance.area_kind:
            self.initial["place"] = _place_of(self.instance)
        for field in self.fields.values():
            if not isinstance(field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
                select = isinstance(field.widget, forms.Select)
                field.widget.attrs["class"] = "form-select" if select else "form-control"

    def clean(self) -> None:
        super().clean()
        said = self.cleaned_data
        self._clean_beginning(said.get("shift"), said.get("starts_at"))
        sort, _colon, value = said.get("place", "").partition(":")
        self.instance.building = Building.objects.filter(code=value).first() if sort == "building" else None
        self.instance.area_kind = value if sort == "kind" else ""
        lowest, highest = said.get("lowest_floor"), said.get("highest_floor")
        if sort == "kind":
            said["lowest_floor"] = said["highest_floor"] = None
        elif lowest is not None and highest is not None and highest < lowest:
            self.add_error("highest_floor", _("This is below the other floor."))

    def _clean_beginning(self, shift: str | None, starts_at: time | None) -> None:
        if shift is None or starts_at is None or shift_times().shift_at(starts_at) == shift:
            return
        first, last = shift_span(shift)
        told = {
            "shift": dict(SHIFT_CHOICES)[shift],
            "first": f"{first:%H:%M}",
            "last": f"{last:%H:%M}" if last > first else "24:00",
        }
        self.add_error("starts_at", _("%(shift)s is from %(first)s to %(last)s.") % told)


def _place_of(template: RoundTemplate) -> str:
    return f"building:{template.building.code}" if template.building else f"kind:{template.area_kind}"


class TemplateForm(PlanForm):
    """A round of every week."""

    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Weekdays"),
        coerce=int,
        choices=lambda: [(n, weekday(A_MONDAY + timedelta(days=n))) for n in range(7)],
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.weekdays:
            self.initial["weekdays"] = self.instance.days

    def clean(self) -> None:
        super().clean()
        self.instance.weekdays = sum(1 << day for day in set(self.cleaned_data.get("weekdays", ())))


class OnceForm(MadeOnce, PlanForm):
    """One round on one date, of no template."""

    form_id = form_id_field()
    day = forms.DateField(label=gettext_lazy("Date"), widget=DateInput)

    def __init__(self, *args: Any, first: date, last: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.first, self.last = first, last
        self.initial["day"] = first
        self.fields["day"].widget.attrs |= {"min": first.isoformat(), "max": last.isoformat()}

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if not self.first <= day <= self.last:
            raise forms.ValidationError(_("From today to the end of the term."))
        return day

    def draw(self, *, by: User) -> Round | None:
        """Make the round; None where it cannot be, and the form then says why."""
        if not self.is_valid():
            return None
        try:
            return draw_once(plan=self.instance, day=self.cleaned_data["day"], by=by, key=self.key)
        except CannotBe as refused:
            self.add_error(None, str(refused))
            return None


class LeaveForm(forms.Form):
    """Why somebody cannot come, and who comes instead where that is known."""

    reason = forms.CharField(
        max_length=REASON_LENGTH, strip=True, error_messages={"required": gettext_lazy("Say why, in a word.")}
    )
    substitute = forms.ModelChoiceField(
        User.objects.filter(is_active=True), required=False, error_messages={"invalid_choice": CLOSED}
    )


class PeopleForm(forms.Form):
    """Who is put on a round."""

    people = forms.ModelMultipleChoiceField(User.objects.filter(is_active=True), error_messages=PEOPLE_WRONG)


def first_error(form: forms.BaseForm) -> str:
    """What is wrong with a form that has no place on its page to say it."""
    return next(str(errors[0]) for errors in form.errors.values())


class RouteForm(forms.Form):
    """The places that stay on a round, and others by their codes: 5413 5420, 阶教101."""

    stays = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    more = forms.CharField(required=False, max_length=2000)

    def __init__(self, there: Sequence[Target], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.there = {key_of(target): target for target in there}
        self.fields["stays"].choices = [(key, key) for key in self.there]  # type: ignore[attr-defined]

    def clean_more(self) -> list[Target]:
        return find_places(self.cleaned_data["more"])

    def lay(self, round: Round) -> bool:
        """Lay the route; where it cannot be, the form says why."""
        if not self.is_valid():
            return False
        stays = {key: self.there[key] for key in self.cleaned_data["stays"]}
        targets = stays | {key_of(target): target for target in self.cleaned_data["more"]}
        try:
            lay_route(round=round, targets=list(targets.values()))
        except CannotBe as refused:
            self.add_error(None, str(refused))
        return not self.errors


def find_places(text: str) -> list[Target]:
    """The places that `text` names, apart by commas, lines, or spaces where no name has them."""
    named = [one_line(part) for part in re.split(r"[,，、;；\n]", text)]
    known = _known(named)
    words = [word for part in named for word in ([part] if part in known else part.split())]
    known |= _known(words)
    if unknown := [word for word in words if word not in known]:
        raise forms.ValidationError(_("There is no place “%(code)s”.") % {"code": unknown[0][:40]})
    return [known[word] for word in words]


def _known(codes: Iterable[str]) -> dict[str, Target]:
    wanted = set(codes)
    found: list[Target] = [
        *Area.objects.filter(code__in=wanted).select_related("building"),
        *Room.objects.filter(code__in=wanted).select_related("building"),
    ]
    return {target.code: target for target in found}


class SendForm(MadeOnce, forms.Form):
    """Which of an errand's places somebody goes to, who, and from when on."""

    places = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy("Choose at least one place."),
            "invalid_choice": gettext_lazy("%(value)s: somebody was sent there already, or has been there."),
        },
    )
    people = forms.ModelMultipleChoiceField(User.objects.filter(is_active=True), error_messages=PEOPLE_WRONG)
    form_id = form_id_field()
    starts_at = forms.TimeField(label=gettext_lazy("Begins at"), widget=TimeInput)
    starts_at.widget.attrs["class"] = "form-control"

    def __init__(self, errand: Errand, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.errand = errand
        self.there = {key_of(target): target for target in in_walking_order(errand.targets)}
        self.fields["places"].choices = [(key, target.code) for key, target in self.there.items()]  # type: ignore[attr-defined]
        self.initial.setdefault("starts_at", next_quarter(errand.now))
        self.chances = chances(Ground.of(self._asked_for(), errand.day), errand.day, errand.shift)

    def _asked_for(self) -> list[Target]:
        asked = self["places"].value() or []
        return [target for key, target in self.there.items() if key in asked]

    @property
    def chosen(self) -> set[int]:
        """The people ticked, by their ids."""
        return {whole_number(pk) for pk in self["people"].value() or ()}

    def send(self, *, by: User) -> Round | None:
        """Make the round; None where it cannot be, and the form then says why."""
        if not self.is_valid():
            # The first press has left nothing of the errand to the second
            return made_for(self.key)
        said, errand = self.cleaned_data, self.errand
        shift = {"shift": dict(SHIFT_CHOICES)[errand.shift]}
        try:
            return send_on(
                errand=errand,
                name=(_("%(shift)s, missed") if errand.missed else _("%(shift)s, again")) % shift,
                targets=[self.there[key] for key in said["places"]],
                users=list(said["people"]),
                starts_at=said["starts_at"],
                by=by,
                key=self.key,
            )
        except CannotBe as refused:
            self.add_error(None, str(refused))
            return None


def next_quarter(now: datetime) -> time:
    """The next full quarter of an hour; the last minute of a day where there is none."""
    quarters = now.hour * 4 + now.minute // 15 + 1
    return time(quarters // 4, quarters % 4 * 15) if quarters < 96 else time(23, 59)
