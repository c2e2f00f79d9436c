"""What a check's findings cost its classes, line by line (design §5.2.2)."""

from collections.abc import Mapping
from typing import Any

import pytest

from scoring.engine import Charge, Check, Finding, charge, worth
from scoring.tests.engine_builders import D, checked, found, policy


def lines(check: Check, **changes: Any) -> list[tuple[str, str, str]]:
    """Class, finding and points of every line, in order."""
    return [(line.klass, line.finding_id, str(line.points)) for line in charge(check, policy(**changes))]


def costs(*findings: Finding, occasion: str = "routine", **changes: Any) -> list[str]:
    """The points of every line where one class answers for the room."""
    check = checked("room:5413", "0852", findings=findings, occasion=occasion)
    return [points for _, _, points in lines(check, **changes)]


def test_a_clean_check_costs_nothing() -> None:
    assert lines(checked("room:5413", "0852")) == []


def test_a_finding_costs_its_points() -> None:
    assert lines(checked("room:5413", "0852", findings=[found("1")])) == [("0852", "f", "1")]


@pytest.mark.parametrize(
    ("occasion", "points"),
    [("routine", "1"), ("spot", "1"), ("deep_clean", "1"), ("department", "2"), ("school", "2")],
)
def test_a_department_or_school_check_costs_double(occasion: str, points: str) -> None:
    assert costs(found("1"), occasion=occasion) == [points]


def test_put_right_on_the_spot_costs_half() -> None:
    assert costs(found("1", corrected=True)) == ["0.5"]


def test_put_right_on_the_spot_in_a_doubled_check_costs_half_of_double() -> None:
    assert costs(found("1.5", corrected=True), occasion="school") == ["1.50"]


def test_products_stay_exact_to_the_sixth_decimal() -> None:
    exact = costs(
        found("0.01", corrected=True),
        occasion="spot",
        multipliers={"spot": D("0.01")},
        corrected_share=D("0.01"),
    )
    assert exact == ["0.000001"]


# The cap is 10 unless a row sets another.
@pytest.mark.parametrize(
    ("findings", "changes", "points"),
    [
        pytest.param([found("4"), found("6")], {}, ["4", "6"], id="reached exactly"),
        pytest.param([found("4"), found("6"), found("1")], {}, ["4", "6", "0"], id="later ones are posted at 0"),
        pytest.param([found("8"), found("5")], {}, ["8", "2"], id="the crossing line is charged the rest"),
        pytest.param([found("8"), found("5"), found("1")], {}, ["8", "2", "0"], id="crossed, then 0"),
        pytest.param([found("5"), found("8")], {}, ["5", "5"], id="in the order recorded"),
        pytest.param([found("12")], {}, ["10"], id="one line alone"),
        pytest.param([found("9.75"), found("1", corrected=True)], {}, ["9.75", "0.25"], id="crossed in cents"),
        pytest.param([found("8"), found("5")], {"check_cap": None}, ["8", "5"], id="no cap"),
        pytest.param([found("1")], {"check_cap": D(0)}, ["0"], id="a cap of nothing"),
        pytest.param([found("10", serious=True), found("1")], {}, ["10", "1"], id="serious takes no room"),
        pytest.param(
            [found("9"), found("10", serious=True), found("3")], {}, ["9", "10", "1"], id="serious in the middle"
        ),
        pytest.param([found("12"), found("15", serious=True)], {}, ["10", "15"], id="serious over a full cap"),
    ],
)
def test_a_checks_cap(findings: list[Finding], changes: Mapping[str, Any], points: list[str]) -> None:
    assert [D(cost) for cost in costs(*findings, **changes)] == [D(cost) for cost in points]


def test_a_serious_finding_is_outside_multiplier_share_and_cap() -> None:
    assert costs(found("10", serious=True, corrected=True), occasion="school", check_cap=D(3)) == ["10"]


def test_a_line_keeps_what_its_finding_is_worth_before_the_cap() -> None:
    check = checked("room:5413", "0852", findings=[found("6", "a"), found("10", "b", serious=True)], occasion="school")
    assert charge(check, policy()) == (
        Charge("0852", "a", worth=D(12), points=D(10), serious=False),
        Charge("0852", "b", worth=D(10), points=D(10), serious=True),
    )


def test_what_locked_and_refused_cost_is_a_finding_like_another() -> None:
    assert costs(found("2", "locked:c"), occasion="school") == ["4"]
    assert costs(found("10", "refused:c"), occasion="school") == ["10"]


def test_a_public_finding_in_a_mixed_room_is_charged_in_full_to_each_class() -> None:
    assert lines(checked("room:5420", "0853", "0852", findings=[found("1")])) == [
        ("0853", "f", "1"),
        ("0852", "f", "1"),
    ]


def test_a_finding_that_names_a_class_charges_no_other() -> None:
    room = checked("room:5420", "0852", "0853", findings=[found("1", "floor"), found("2", "bags", klass="0853")])
    assert lines(room) == [("0852", "floor", "1"), ("0853", "floor", "1"), ("0853", "bags", "2")]


def test_a_finding_that_names_a_class_not_concerned_charges_nobody() -> None:
    assert lines(checked("room:5420", "0852", findings=[found("1", klass="10311")])) == []


def test_a_check_that_concerns_nobody_charges_nobody() -> None:
    assert lines(checked("room:5420", findings=[found("1")])) == []


def test_each_class_of_a_mixed_room_has_the_cap_to_itself() -> None:
    room = checked(
        "room:5420",
        "0852",
        "0853",
        findings=[found("8", "bags", klass="0853"), found("4", "floor"), found("1", "sill")],
    )
    assert lines(room) == [
        ("0852", "floor", "4"),
        ("0852", "sill", "1"),
        ("0853", "bags", "8"),
        ("0853", "floor", "2"),
        ("0853", "sill", "0"),
    ]


def test_worth_is_what_the_sheet_tells_before_any_cap() -> None:
    assert worth(found("12", corrected=True), "school", policy()) == 12
    assert worth(found("12"), "routine", policy()) == 12
    assert worth(found("12", serious=True, corrected=True), "school", policy()) == 12


def test_an_unknown_occasion_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^occasion 'sunday' is not one of routine, spot,"):
        costs(found("1"), occasion="sunday")
