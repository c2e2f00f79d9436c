"""Forms of recording. They read what was said; whether it can be is `inspections.validation`'s word."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID, uuid4, uuid5

from django import forms
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campus.models import SHIFT_CHOICES, User
from campus.selectors import When
from inspections.drafts import CheckDraft, FindingDraft, figure
from inspections.models import NOTE_LENGTH, OWN_TEXT_LENGTH, Defect, Inspection, Kind, Occasion, Outcome, Told
from inspections.places import Slot
from inspections.services import Conflict, Recorded, Rejected, record_press
from inspections.sheets import Sheet, stands_alone

if TYPE_CHECKING:
    from django.http import QueryDict


class SlotForm(forms.Form):
    """Shift and occasion, as the address says them."""

    shift = forms.ChoiceField(label=gettext_lazy("Shift"), choices=SHIFT_CHOICES, widget=forms.RadioSelect)
    occasion = forms.ChoiceField(label=gettext_lazy("Occasion"), choices=Occasion.choices)
    occasion.widget.attrs["class"] = "form-select"


def slot_of(said: MultiValueDict[str, str], when: When) -> Slot:
    """The slot that `said` names; what it does not name or misspells is the shift of the clock and the routine."""
    form = SlotForm(said)
    form.is_valid()
    return Slot(when, form.cleaned_data.get("shift", when.shift.value), form.cleaned_data.get("occasion", "routine"))


def whole_number(text: str | None) -> int:
    """The number that an address or a hidden field says; 0 for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else 0


class Chips(forms.CheckboxSelectMultiple):
    """Defects to choose. `shown` is what `fields/chips.html` shows of each: points, serious, what is asked of it."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: dict[str, dict[str, Any]] = {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        shown = self.shown.get(str(value), {})
        option["attrs"] |= {"data-points": figure(shown["points"])} if shown else {}
        return option | shown


@dataclass(frozen=True, slots=True)
class Fault:
    """One line of the summary above a sheet: where on the page, what it is called there, what is wrong."""

    anchor: str
    label: str
    text: str


class CheckForm(forms.Form):
    """One check of one target. Its hidden id makes a second press harmless."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    replaces = forms.UUIDField(widget=forms.HiddenInput, required=False)
    standard = forms.IntegerField(widget=forms.HiddenInput, required=False)
    outcome = forms.ChoiceField(choices=[("", ""), *Outcome.choices], required=False)
    told = forms.ChoiceField(choices=Told.choices, widget=forms.RadioSelect, required=False)
    note = forms.CharField(label=gettext_lazy("Note"), max_length=NOTE_LENGTH, required=False)
    own_text = forms.CharField(label=gettext_lazy("Something else"), max_length=OWN_TEXT_LENGTH, required=False)
    own_points = forms.DecimalField(label=gettext_lazy("Points for something else"), required=False)
    own_corrected = forms.BooleanField(label=gettext_lazy("Put right at once"), required=False)

    def __init__(self, sheet: Sheet, data: MultiValueDict[str, str] | None = None) -> None:
        super().__init__(data, initial=_untouched(sheet))
        self.sheet = sheet
        self.drafted: list[dict[str, str]] = []  # of each finding, the fields that it was read from
        self.chips = Chips()
        choices = [(i.local_name, [(d.code, d.local_name) for d in defects]) for i, defects in sheet.items]
        self.fields["defects"] = forms.MultipleChoiceField(
            label=_("defects"), choices=choices, widget=self.chips, required=False
        )
        for _item, defects in sheet.items:
            for defect in defects:
                self._ask_of(defect)
        if sheet.asks_class:
            self.fields["own_class"] = self._class_field(self.fields["own_text"].label)
        self.fields["told"].label = _("The people in the room") if sheet.kind is Kind.DORM else _("The people there")
        self.order_fields(["defects"])

    def _ask_of(self, defect: Defect) -> None:
        """Put right at once, of every defect; whose it is, of a personal one where several classes live."""
        corrected, whose = f"corrected-{defect.code}", f"class-{defect.code}"
        self.fields[corrected] = forms.BooleanField(label=defect.local_name, required=False)
        if defect.personal and self.sheet.asks_class:
            self.fields[whose] = self._class_field(defect.local_name)
        self.chips.shown[defect.code] = {
            "points": defect.points,
            "serious": defect.serious,
            "corrected": self[corrected],
            "school_class": self[whose] if whose in self.fields else None,
        }

    def _class_field(self, label: Any) -> forms.ChoiceField:
        codes = [school_class.code for school_class in self.sheet.place.classes]
        return forms.ChoiceField(
            label=label, choices=[(code, code) for code in codes], widget=forms.RadioSelect, required=False
        )

    def faults(self) -> list[Fault]:
        """What is wrong, from the top of the sheet to its foot."""
        names = [None, *self.fields]
        return [
            Fault(f"at-{name}" if name else "", str(self.fields[name].label or "") if name else "", str(text))
            for name in names
            for text in self.errors.get(name or "__all__", [])
        ]

    def save(self, *, by: User) -> Recorded | None:
        """Record what was said; None where it cannot be, and the form then says why. Raises `NotAllowed`."""
        if not self.is_valid():
            return None
        try:
            return record_press(draft=self.draft(), inspector=by)
        except Rejected as rejected:
            for path, told in rejected.errors.items():
                self.add_error(self._field_of(path), told)
        except Conflict as conflict:
            self._start_anew(conflict.stored, by)
        return None

    def draft(self) -> CheckDraft:
        """What was said, as of now."""
        said = self.cleaned_data
        findings = tuple(self._findings(said["id"]))
        outcome = said["outcome"] or (Outcome.DEFECTS if findings else Outcome.CLEAN)
        standard = self.sheet.standard
        return CheckDraft(
            id=said["id"],
            target_type=self.sheet.place.type,
            target_code=self.sheet.place.code,
            shift=self.sheet.slot.shift,
            occasion=self.sheet.slot.occasion,
            performed_at=timezone.now(),
            outcome=outcome,
            standard=said["standard"] or (standard.pk if standard else 0),
            told=said["told"] if outcome in {Outcome.DEFECTS, Outcome.REFUSED} else "",
            note=said["note"],
            replaces=said["replaces"],
            findings=findings,
        )

    def _findings(self, check: UUID) -> Iterator[FindingDraft]:
        """The findings in the sheet's order. Their ids follow from the check's: a second press says the same."""
        said = self.cleaned_data
        for _item, defects in self.sheet.items:
            for defect in defects:
                if defect.code not in said["defects"]:
                    continue
                self.drafted.append({"defect": "defects", "class": f"class-{defect.code}"})
                yield FindingDraft(
                    id=uuid5(check, defect.code),
                    defect=defect.code,
                    school_class=said.get(f"class-{defect.code}") or None,
                    corrected=said[f"corrected-{defect.code}"],
                )
        if said["own_text"]:
            self.drafted.append(
                {"defect": "own_text", "text": "own_text", "points": "own_points", "class": "own_class"}
            )
            yield FindingDraft(
                id=uuid5(check, "own"),
                text=said["own_text"],
                points=said["own_points"],
                school_class=said.get("own_class") or None,
                corrected=said["own_corrected"],
            )

    def _field_of(self, path: str) -> str | None:
        """The field that a fault of `path` is told at; None for the whole form."""
        head, _dot, rest = path.partition(".")
        if head == "findings" and rest:
            number, _dot, part = rest.partition(".")
            fields = self.drafted[int(number)]
            path = fields.get(part, fields["defect"])
        return path if path in self.fields and not self.fields[path].widget.is_hidden else None

    def _start_anew(self, stored: Inspection, by: User) -> None:
        """The form was saved, then changed and saved again: what it says now corrects what it said first."""
        said = cast("QueryDict", self.data).copy()
        said["id"] = str(uuid4())
        if stored.inspector_id == by.pk and stands_alone(stored):
            said["replaces"] = str(stored.pk)
        self.data = said
        self.add_error(
            None, _("This sheet was saved once already. Save it again, and it takes the place of the first.")
        )


def _untouched(sheet: Sheet) -> dict[str, Any]:
    return {
        "id": uuid4(),
        "replaces": sheet.corrects.pk if sheet.corrects else None,
        "standard": sheet.standard.pk if sheet.standard else None,
        "told": Told.YES if sheet.kind is Kind.DORM else "",
        "own_points": 0,
    }
