"""What was seen: areas and responsibilities, standards, rounds, inspections, findings, photos."""

from inspections.models.checks import NOTE_LENGTH, OWN_TEXT_LENGTH, Concern, Finding, Inspection, target_key
from inspections.models.photos import PHOTOS_OF_A_CHECK, PHOTOS_OF_A_FINDING, FindingPhoto, Photo
from inspections.models.places import Area, Responsibility
from inspections.models.rounds import MOST_WALKERS, REASON_LENGTH, Round, RoundTemplate, Stop, Walker
from inspections.models.standards import MOST_POINTS, Defect, Item, Standard, most_own_points
from inspections.models.words import Category, Kind, Occasion, Outcome, Told

__all__ = [
    "MOST_POINTS",
    "MOST_WALKERS",
    "NOTE_LENGTH",
    "OWN_TEXT_LENGTH",
    "PHOTOS_OF_A_CHECK",
    "PHOTOS_OF_A_FINDING",
    "REASON_LENGTH",
    "Area",
    "Category",
    "Concern",
    "Defect",
    "Finding",
    "FindingPhoto",
    "Inspection",
    "Item",
    "Kind",
    "Occasion",
    "Outcome",
    "Photo",
    "Responsibility",
    "Round",
    "RoundTemplate",
    "Standard",
    "Stop",
    "Told",
    "Walker",
    "most_own_points",
    "target_key",
]
