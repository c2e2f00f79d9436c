"""Figures and dates as a template shows them, in both languages."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import translation

from campus.templatetags import figures

MONDAY = date(2026, 5, 11)


def show(expression: str, **context: object) -> str:
    return Template("{% load figures %}{{ " + expression + " }}").render(Context(context))


@pytest.mark.parametrize(
    ("value", "short", "category", "whole"),
    [
        ("-1", "−1", "−1.00", "−1.00"),
        ("-1.00", "−1", "−1.00", "−1.00"),
        ("-0.50", "−0.5", "−0.50", "−0.50"),
        ("10", "+10", "+10.00", "10.00"),
        ("100", "+100", "+100.00", "100.00"),
        ("-1.88", "−1.88", "−1.88", "−1.88"),
        ("0", "0", "0", "0.00"),
        ("0.00", "0", "0", "0.00"),
        ("-0.00", "0", "0", "0.00"),
        ("97.75", "+97.75", "+97.75", "97.75"),
    ],
)
def test_figures_wear_the_true_minus(value: str, short: str, category: str, whole: str) -> None:
    assert show("value|points", value=Decimal(value)) == short
    assert show("value|amount", value=Decimal(value)) == category
    assert show("value|score", value=Decimal(value)) == whole


def test_figures_come_as_text_and_whole_numbers_too() -> None:
    assert show("value|points", value="-1.50") == "−1.5"
    assert show("value|points", value=-10) == "−10"
    assert show("value|score", value=100) == "100.00"


@pytest.mark.parametrize("name", ["points", "amount", "score", "day", "weekday", "clock", "moment"])
def test_nothing_stays_nothing(name: str) -> None:
    assert getattr(figures, name)(None) == ""
    assert show(f"missing|{name}") == ""


def test_a_week_without_dates_shows_nothing() -> None:
    assert figures.span(None, None) == ""
    assert figures.days(MONDAY, None) == ""


@pytest.mark.parametrize(
    ("first", "last", "chinese", "english"),
    [
        (MONDAY, date(2026, 5, 17), "2026年5月11日至17日", "11–17 May 2026"),
        (date(2026, 4, 27), date(2026, 5, 3), "2026年4月27日至5月3日", "27 April – 3 May 2026"),
        (
            date(2026, 12, 28), date(2027, 1, 3),
            "2026年12月28日至2027年1月3日", "28 December 2026 – 3 January 2027",
        ),
        (MONDAY, MONDAY, "2026年5月11日", "11 May 2026"),
        (date(2026, 5, 11), date(2027, 5, 17), "2026年5月11日至2027年5月17日", "11 May 2026 – 17 May 2027"),
    ],
)  # fmt: skip
def test_a_span_says_once_what_repeats(first: date, last: date, chinese: str, english: str) -> None:
    assert show("first|span:last", first=first, last=last) == chinese
    with translation.override("en"):
        assert show("first|span:last", first=first, last=last) == english


@pytest.mark.parametrize(
    ("first", "last", "chinese", "english"),
    [
        (MONDAY, date(2026, 5, 17), "5月11日至17日", "11–17 May"),
        (date(2026, 4, 27), date(2026, 5, 3), "4月27日至5月3日", "27 April – 3 May"),
        (date(2026, 12, 28), date(2027, 1, 3), "12月28日至1月3日", "28 December – 3 January"),
    ],
)
def test_days_leave_the_year_out(first: date, last: date, chinese: str, english: str) -> None:
    assert show("first|days:last", first=first, last=last) == chinese
    with translation.override("en"):
        assert show("first|days:last", first=first, last=last) == english


def test_a_day_has_its_weekday() -> None:
    assert show("value|day", value=MONDAY) == "5月11日 周一"
    assert show("value|weekday", value=date(2026, 5, 17)) == "周日"
    with translation.override("en"):
        assert show("value|day", value=MONDAY) == "11 May, Mon"
        assert show("value|weekday", value=date(2026, 5, 17)) == "Sun"


def test_an_instant_is_told_on_the_clock_of_the_place() -> None:
    late = datetime(2026, 5, 11, 23, 31, tzinfo=UTC)  # already Tuesday in Shanghai
    assert show("value|clock", value=late) == "07:31"
    assert show("value|day", value=late) == "5月12日 周二"
    assert show("value|moment", value=late) == "5月12日 周二 07:31"
    with translation.override("en"):
        assert show("value|moment", value=late) == "12 May, Tue 07:31"
