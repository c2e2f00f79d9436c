"""Figures, dates and times as people read them here: the minus is U+2212, Chinese dates are written by hand.

Django's own `zh-hans` formats give 2026年5月11日 and 星期一; on a board it is 5月11日 and 周一.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django import template
from django.utils import timezone
from django.utils.translation import get_language

register = template.Library()

# untranslated: dates are written by hand in both languages

MINUS = "\u2212"
WEEKDAYS_ZH = "一二三四五六日"
WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS_EN = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

Figure = Decimal | int | str | None


def in_english() -> bool:
    return (get_language() or "").startswith("en")


def with_minus(text: str) -> str:
    return text.replace("-", MINUS)


def rounded(value: Decimal) -> str:
    """Two decimals, without the sign that rounding may leave on a nought."""
    text = f"{value:.2f}"
    return text.removeprefix("-") if Decimal(text) == 0 else text


def given(value: Figure) -> bool:
    """Templates hand over nothing as None or as an empty text; it stays nothing."""
    return value is not None and value != ""


@register.filter
def points(value: Figure) -> str:
    """A signed figure as short as it goes: −1, −0.5, +10, and plain 0."""
    if not given(value):
        return ""
    number = Decimal(str(value))
    if number == 0:
        return "0"
    return with_minus(f"{number.normalize():+f}")


@register.filter
def amount(value: Figure) -> str:
    """What a category came to, two decimals: −1.88, −1.00, and plain 0."""
    if not given(value):
        return ""
    text = f"{Decimal(str(value)):+.2f}"
    return "0" if Decimal(text) == 0 else with_minus(text)


@register.filter
def score(value: Figure) -> str:
    """A score, always two decimals: 97.75, 100.00, −3.50."""
    return with_minus(rounded(Decimal(str(value)))) if given(value) else ""


def local_date(value: date | datetime) -> date:
    if isinstance(value, datetime):
        return (timezone.localtime(value) if timezone.is_aware(value) else value).date()
    return value


def day_and_month(value: date) -> str:
    return f"{value.day} {MONTHS_EN[value.month - 1]}" if in_english() else f"{value.month}月{value.day}日"


@register.filter
def weekday(value: date | datetime | None) -> str:
    """周一, or Mon."""
    if not value:
        return ""
    number = local_date(value).weekday()
    return WEEKDAYS_EN[number] if in_english() else f"周{WEEKDAYS_ZH[number]}"


@register.filter
def day(value: date | datetime | None) -> str:
    """5月11日 周一, or 11 May, Mon; of an instant, the day it was here."""
    if not value:
        return ""
    between = ", " if in_english() else " "
    return between.join([day_and_month(local_date(value)), weekday(value)])


@register.filter
def clock(value: datetime | None) -> str:
    """19:20, on the clock of the place."""
    if not value:
        return ""
    return f"{timezone.localtime(value) if timezone.is_aware(value) else value:%H:%M}"


@register.filter
def moment(value: datetime | None) -> str:
    """5月11日 周一 19:20, or 11 May, Mon 19:20."""
    return f"{day(value)} {clock(value)}" if value else ""


@register.filter
def span(first: date | None, last: date | None) -> str:
    """2026年5月11日至17日, or 11–17 May 2026; what repeats is said once."""
    if not first or not last:
        return ""
    if in_english():
        return english_span(first, last, with_year=True)
    if first.year != last.year:
        return f"{first.year}年{day_and_month(first)}至{last.year}年{day_and_month(last)}"
    return f"{first.year}年{chinese_days(first, last)}"


@register.filter
def days(first: date | None, last: date | None) -> str:
    """The same without the year: 5月11日至17日, or 11–17 May."""
    if not first or not last:
        return ""
    return english_span(first, last, with_year=False) if in_english() else chinese_days(first, last)


def chinese_days(first: date, last: date) -> str:
    if first == last:
        return day_and_month(first)
    same_month = (first.year, first.month) == (last.year, last.month)
    return f"{day_and_month(first)}至{f'{last.day}日' if same_month else day_and_month(last)}"


def english_span(first: date, last: date, *, with_year: bool) -> str:
    end = day_and_month(last) + (f" {last.year}" if with_year else "")
    if first == last:
        return end
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{end}"
    start = day_and_month(first) + (f" {first.year}" if with_year and first.year != last.year else "")
    return f"{start} – {end}"
