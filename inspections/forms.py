"""Forms of recording. They read what was said; whether it can be is `inspections.validation`'s word."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID, uuid4, uuid5

from django import forms
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campus.models import SHIFT_CHOICES, User
from campus.selectors import When
from campus.templatetags.figures import moment
from inspections.drafts import CheckDraft, FindingDraft, figure
from inspections.models import (
    NOTE_LENGTH,
    OWN_TEXT_LENGTH,
    Defect,
    Finding,
    FindingPhoto,
    Inspection,
    Kind,
    Occasion,
    Outcome,
    Told,
)
from inspections.places import Slot
from inspections.selectors import LOCKED_AGAIN
from inspections.services import Conflict, Recorded, Rejected, record_press
from inspections.sheets import Sheet, gives_way

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


def parsed_day(text: str) -> date | None:
    """The date that `text` (YYYY-MM-DD) says, where a page can turn back from it."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if day and day.year > 1900 else None


def uuid_said(text: str) -> UUID | None:
    """The id that an address says; None for anything else."""
    try:
        return UUID(text)
    except ValueError:
        return None


class Chips(forms.CheckboxSelectMultiple):
    """Defects to choose. `shown` is what `fields/chips.html` shows of each, and what is asked of it."""

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


def words_field(label: Any, most: int) -> forms.CharField:
    """Words, which the browser stops at `most` characters; where it does not, the validation tells."""
    return forms.CharField(label=label, required=False, widget=forms.TextInput(attrs={"maxlength": most}))


class CheckForm(forms.Form):
    """One check of one target. Its hidden id makes a second press harmless.

    `knows` is the newest record of one's own that the page was drawn with: what was recorded since is asked about, and
    is then in `overtaken_by`.
    """

    id = forms.UUIDField(widget=forms.HiddenInput)
    knows = forms.UUIDField(widget=forms.HiddenInput, required=False)
    replaces = forms.UUIDField(widget=forms.HiddenInput, required=False)
    standard = forms.IntegerField(widget=forms.HiddenInput, required=False)
    gives_up = forms.BooleanField(widget=forms.HiddenInput, required=False)  # photos, with what they show: it was told
    outcome = forms.ChoiceField(choices=[("", ""), *Outcome.choices], required=False)
    told = forms.ChoiceField(choices=Told.choices, widget=forms.RadioSelect, required=False)
    note = words_field(gettext_lazy("Note"), NOTE_LENGTH)
    own_text = words_field(gettext_lazy("Something else"), OWN_TEXT_LENGTH)
    own_points = forms.DecimalField(label=gettext_lazy("Points for something else"), required=False)
    own_corrected = forms.BooleanField(label=gettext_lazy("Put right at once"), required=False)

    def __init__(self, sheet: Sheet, data: MultiValueDict[str, str] | None = None) -> None:
        said, self.left_out = _as_said(sheet.corrects, sheet) if sheet.corrects else ({}, [])
        super().__init__(data, initial=_untouched(sheet) | said)
        self.sheet = sheet
        self.overtaken_by: Inspection | None = None
        self.pictured = _pictured(sheet.corrects) if sheet.corrects else {}
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
            "why": self._why(defect),
            "corrected": self[corrected],
            "school_class": self[whose] if whose in self.fields else None,
        }

    def _why(self, defect: Defect) -> str:
        if defect.code != LOCKED_AGAIN or self.sheet.locked is None:
            return ""
        return _("found locked on %(moment)s") % {"moment": moment(self.sheet.locked.performed_at)}

    def _class_field(self, label: Any) -> forms.ChoiceField:
        codes = [school_class.code for school_class in self.sheet.place.classes]
        return forms.ChoiceField(
            label=label, choices=[(code, code) for code in codes], widget=forms.RadioSelect, required=False
        )

    def clean(self) -> None:
        said = self.cleaned_data
        if said.get("own_points") and "own_text" in said and not said["own_text"]:
            self.add_error("own_text", _("Say what the points are for, or set them to 0."))

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
        if not self.is_valid() or self._is_overtaken() or self._loses_photos():
            return None
        try:
            return record_press(draft=self.draft(), inspector=by)
        except Rejected as rejected:
            for path, told in rejected.errors.items():
                self.add_error(self._field_of(path), told)
        except Conflict as conflict:
            own = conflict.stored if conflict.stored.inspector_id == by.pk else None
            self._start_anew(
                own, _("It was saved once already, and not as it stands now. Press once more to correct it.")
            )
        return None

    def _is_overtaken(self) -> bool:
        """Whether one recorded the place since the page was drawn; the same press sent again is no news."""
        newest, said = self.sheet.newest, self.cleaned_data
        if newest is None or newest.pk in (said["knows"], said["id"]):
            return False
        self.overtaken_by = newest
        self._start_anew(
            newest, _("You recorded this place meanwhile, as it stands below. Press once more to correct that.")
        )
        return True

    def _loses_photos(self) -> bool:
        """Whether something with photos was taken back and nobody has told so; the next press knows of it."""
        said = self.cleaned_data
        if said["gives_up"] or self._corrected() is None:
            return False
        kept = {*said["defects"], *([""] if said["own_text"] else [])}
        gone = [pictured.finding for code, pictured in self.pictured.items() if code not in kept]
        if not gone:
            return False
        self.left_out = [*self.left_out, *gone]
        self.data = cast("QueryDict", self.data).copy()
        self.data["gives_up"] = "on"
        self.add_error(None, _("You took back something with photos: they go with it. Press once more to save."))
        return True

    def _corrected(self) -> Inspection | None:
        """The record that this one is instead of."""
        corrects = self.sheet.corrects
        return corrects if corrects and corrects.pk == self.cleaned_data["replaces"] else None

    def _photos(self, code: str) -> tuple[UUID, ...]:
        """The photos of what the corrected record says of the same defect, or in its own words: they stay with it.

        A second press finds them in the record of the first.
        """
        corrects, said = self.sheet.corrects, self.cleaned_data
        if corrects is None or corrects.pk not in (said["replaces"], said["id"]) or code not in self.pictured:
            return ()
        return self.pictured[code].photos

    def draft(self) -> CheckDraft:
        """What was said: as of now, or as of the visit that it corrects. Only a button says that a place is clean."""
        said = self.cleaned_data
        findings = tuple(self._findings(said["id"]))
        outcome = said["outcome"] or Outcome.DEFECTS
        standard, corrected = self.sheet.standard, self._corrected()
        return CheckDraft(
            id=said["id"],
            target_type=self.sheet.place.type,
            target_code=self.sheet.place.code,
            shift=self.sheet.slot.shift,
            occasion=self.sheet.slot.occasion,
            performed_at=corrected.performed_at if corrected else timezone.now(),
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
                    photos=self._photos(defect.code),
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
                photos=self._photos(""),
            )

    def _field_of(self, path: str) -> str | None:
        """The field that a fault of `path` is told at; None for the whole form."""
        head, _dot, rest = path.partition(".")
        if head == "findings" and rest:
            number, _dot, part = rest.partition(".")
            fields = self.drafted[int(number)]
            path = fields.get(part, fields["defect"])
        return path if path in self.fields and not self.fields[path].widget.is_hidden else None

    def _start_anew(self, own: Inspection | None, why: str) -> None:
        """What the form says now becomes a record of its own, which knows of `own` and is instead of it."""
        said = cast("QueryDict", self.data).copy()
        said["id"] = str(uuid4())
        if own is not None:
            said["knows"] = str(own.pk)
            instead = own == self.sheet.corrects or gives_way(own, timezone.now())
            said["replaces"] = str(own.pk) if instead else ""
        self.data = said
        self.add_error(None, why)


@dataclass(frozen=True, slots=True)
class Pictured:
    """A finding that the sheet can say, with its photos."""

    finding: Finding
    photos: tuple[UUID, ...]


def _pictured(check: Inspection) -> dict[str, Pictured]:
    """The findings with photos by their defect's code, own words by none: of several, the one that the sheet says."""
    photos: dict[UUID, list[UUID]] = defaultdict(list)
    for named in FindingPhoto.objects.filter(finding__inspection=check).order_by("position"):
        photos[named.finding_id].append(named.photo_id)
    first: dict[str, Finding] = {}
    for finding in check.findings.all():
        first.setdefault(finding.defect.code if finding.defect else "", finding)
    return {code: Pictured(finding, tuple(photos[finding.pk])) for code, finding in first.items() if photos[finding.pk]}


def _as_said(check: Inspection, sheet: Sheet) -> tuple[dict[str, Any], list[Finding]]:
    """The record as `sheet` would have said it, and the findings that it cannot say whole.

    A listed defect stands there where it is offered, once and without words, and with its class where it is a personal
    one; what was seen in own words stands there once.
    """
    said: dict[str, Any] = {"note": check.note, "defects": []} | ({"told": check.told} if check.told else {})
    offered = {defect.code: defect for _item, defects in sheet.items for defect in defects}
    left_out = []
    for finding in check.findings.all():
        code = finding.defect.code if finding.defect else ""
        corrected, whose = (f"corrected-{code}", f"class-{code}") if code else ("own_corrected", "own_class")
        if corrected in said or (code and code not in offered):
            left_out.append(finding)
            continue
        if code and (finding.text or _class_goes(finding, offered[code], sheet)):
            left_out.append(finding)
        if code:
            said["defects"].append(code)
        else:
            said |= {"own_text": finding.text, "own_points": figure(finding.points)}
        said[corrected] = finding.corrected
        said[whose] = finding.school_class.code if finding.school_class else ""
    return said, left_out


def _class_goes(finding: Finding, defect: Defect, sheet: Sheet) -> bool:
    """Whether it names one of several classes, and the sheet does not ask whose it is."""
    return finding.school_class is not None and sheet.asks_class and not defect.personal


def _untouched(sheet: Sheet) -> dict[str, Any]:
    return {
        "id": uuid4(),
        "knows": sheet.newest.pk if sheet.newest else None,
        "replaces": sheet.corrects.pk if sheet.corrects else None,
        "standard": sheet.standard.pk if sheet.standard else None,
        "told": Told.YES if sheet.kind is Kind.DORM else "",
        "own_points": 0,
    }
