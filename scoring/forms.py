"""What the review's pages ask: which part of the queue, which checks to pass, why one is not passed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from campus.models import SHIFT_CHOICES
from inspections.models import Area
from scoring.models import REASON_LENGTH
from scoring.reviewing import Scope

CLASS_OF = "class-"  # and the finding's id
MOST_AT_ONCE = 1000


class ScopeForm(forms.Form):
    date = forms.DateField(required=False)
    shift = forms.ChoiceField(choices=SHIFT_CHOICES, required=False)
    building = forms.CharField(required=False)
    kind = forms.ChoiceField(choices=Area.AreaKind.choices, required=False)


def scope_of(query: Mapping[str, Any]) -> Scope:
    """The part of the queue that an address asks for; what it says wrong is not asked."""
    form = ScopeForm(query)
    form.is_valid()
    return Scope(**form.cleaned_data)


class Ids(forms.Field):
    """Ids of checks, each value one or several with a space between: a folded row stands for many."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[UUID]:
        try:
            ids = [UUID(said) for line in value or [] for said in str(line).split()]
        except ValueError as error:
            raise ValidationError(_("There is no such check.")) from error
        if len(ids) > MOST_AT_ONCE:
            raise ValidationError(_("Too many at once. Pass them in two parts."))
        return list(dict.fromkeys(ids))


class PassForm(forms.Form):
    """`inspection` were ticked or are looked at; with `rest` it is of all `seen` those that nothing is amiss with."""

    inspection = Ids(required=False)
    seen = Ids(required=False)
    rest = forms.CharField(required=False)

    @property
    def names(self) -> dict[UUID, str]:
        """The class said for a finding, by its id."""
        said = {name.removeprefix(CLASS_OF): str(code) for name, code in self.data.items() if name.startswith(CLASS_OF)}
        return {UUID(pk): code for pk, code in said.items() if _is_id(pk)}


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


class DeclineForm(forms.Form):
    """Why a check goes back or does not count: one of the usual reasons, own words, or both."""

    WHYS = (_("Wrong class"), _("Recorded twice"), _("Not a defect"))
    OF_PHOTOS = _("Unclear photo")

    why = forms.CharField(required=False)
    reason = forms.CharField(required=False, max_length=REASON_LENGTH)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        parts = [part for part in (cleaned.get("why"), cleaned.get("reason")) if part]
        if not parts and not self.errors:
            self.add_error("reason", _("Choose a reason, or write one: the inspector reads it."))
        cleaned["said"] = pgettext("between a reason and what is added to it", ": ").join(parts)
        return cleaned
