"""The bulletin of a week as plain sheets, in order."""

from __future__ import annotations

from django.utils import translation

from reports.bulletins import words
from reports.bulletins.bonuses import bonus_sheet
from reports.bulletins.explanation import explanation_sheet
from reports.bulletins.facts import BulletinFacts
from reports.bulletins.findings import finding_sheets
from reports.bulletins.summary import summary_sheet
from reports.bulletins.tables import Sheet


def sheets_of(facts: BulletinFacts) -> tuple[Sheet, ...]:
    """The summary, what was found, bonuses, and how it all was drawn up."""
    with translation.override(words.LANGUAGE):
        sheets = (summary_sheet(facts), *finding_sheets(facts), bonus_sheet(facts))
        return (*sheets, explanation_sheet(facts, sheets))
