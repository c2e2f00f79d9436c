"""The verbs of the calendar."""

from datetime import date

from django.db import transaction

from campus.calendar import SUNDAY
from campus.models import Term, Week


@transaction.atomic
def open_term(*, name: str, starts_on: date, ends_on: date, cutoff_weekday: int = SUNDAY) -> Term:
    """Make a term and all its weeks; week 1 holds `starts_on`, the last one `ends_on`."""
    term = Term.objects.create(name=name, starts_on=starts_on, ends_on=ends_on, cutoff_weekday=cutoff_weekday)
    Week.objects.bulk_create(
        Week(term=term, number=span.number, starts_on=span.starts_on, ends_on=span.ends_on)
        for span in term.span.weeks()
    )
    return term
