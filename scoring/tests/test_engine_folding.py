"""What a week's lines come to for one class (design §5.3)."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from scoring.engine import Category, CategoryRule, Score, Tally, cents, fold, fold_week
from scoring.tests.engine_builders import KLASS, D, policy, tallied, week, with_rule


def points(score: Score, category: str) -> str:
    return str(score.categories[Category(category)].points)


def dorm(*tallies: Tally) -> str:
    return points(week(*tallies), "dorm")


# --- the one rounding ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("exact", "shown"),
    [
        ("-0.625", "-0.63"),
        ("0.625", "0.63"),
        ("-0.005", "-0.01"),
        ("-0.0049", "0.00"),
        ("0.0049", "0.00"),
        ("-0.0050001", "-0.01"),
        ("-1.015", "-1.02"),
        ("-2.675", "-2.68"),
        ("-0.624999", "-0.62"),
        ("-0", "0.00"),
        ("0", "0.00"),
        ("100", "100.00"),
        ("-10", "-10.00"),
        ("97.375000", "97.38"),
        ("-1/3", "-0.33"),
        ("-2/3", "-0.67"),
        ("2/3", "0.67"),
        ("5/8", "0.63"),
    ],
)
def test_two_decimals_ties_away_from_zero_and_no_minus_zero(exact: str, shown: str) -> None:
    assert str(cents(Fraction(exact))) == shown


# --- a sum --------------------------------------------------------------------------------------


def test_a_week_without_checks_is_the_base_and_nothing_else() -> None:
    score = week()
    assert {name: str(part.points) for name, part in score.categories.items()} == {
        "classroom": "0.00",
        "area": "0.00",
        "dorm": "0.00",
        "duty": "0.00",
        "event": "0.00",
        "correction": "0.00",
    }
    assert [str(figure) for figure in (score.base, score.check_score, score.bonus, score.score)] == [
        "100.00",
        "100.00",
        "0.00",
        "100.00",
    ]
    assert (score.klass, score.checks, score.findings, score.serious_findings) == (KLASS, 0, 0, 0)


def test_categories_stand_in_the_order_shown() -> None:
    assert list(week().categories) == list(Category)


def test_a_sum_takes_off_all_that_was_charged() -> None:
    score = week(tallied("classroom", "101", 5, "-2"), tallied("classroom", "102", 5, "-1.5"))
    assert points(score, "classroom") == "-3.50"
    assert str(score.check_score) == "96.50"


def test_a_sum_is_weighted() -> None:
    assert points(week(tallied("area", "steps", 3, "-1.5"), under=with_rule("area", "sum", "1.5")), "area") == "-2.25"


def test_a_sum_rounds_half_a_cent_away_from_zero() -> None:
    assert points(week(tallied("area", "steps", 3, "-0.625")), "area") == "-0.63"


def test_reversing_lines_within_the_tally_take_back() -> None:
    assert points(week(tallied("area", "steps", 3, "-2.5")), "area") == "-2.50"
    assert points(week(tallied("area", "steps", 3, "0")), "area") == "0.00"


# --- a mean -------------------------------------------------------------------------------------


def test_one_point_in_one_of_eight_rooms() -> None:
    rooms = [tallied("dorm", f"room:{n}", 1) for n in range(7)]
    assert dorm(*rooms, tallied("dorm", "room:5413", 1, "-1")) == "-0.63"


def test_two_visits_to_one_room_are_averaged_before_the_rooms_are() -> None:
    # 5413 was seen twice and charged 3 in all, 5420 once and charged 1: 5 x (1.5 + 1) / 2, not 5 x 4 / 3
    assert dorm(tallied("dorm", "room:5413", 2, "-3"), tallied("dorm", "room:5420", 1, "-1")) == "-6.25"


def test_thirds_do_not_drift() -> None:
    assert dorm(*(tallied("dorm", f"room:{n}", 3, "-1") for n in range(3))) == "-1.67"
    assert dorm(tallied("dorm", "room:1", 3, "-1"), tallied("dorm", "room:2", 6, "-2")) == "-1.67"


def test_a_decimal_division_would_have_misrounded_this_mean() -> None:
    # 2.5 x 3 / 12 is 0.625 and shows as 0.63
    rooms = [tallied("dorm", f"room:{n}", 1) for n in range(9)]
    charged = [tallied("dorm", f"room:9{n}", 1, "-1") for n in range(3)]
    assert points(week(*rooms, *charged, under=with_rule("dorm", "mean", "2.5")), "dorm") == "-0.63"


def test_a_mean_without_a_check_is_nothing() -> None:
    assert dorm() == "0.00"
    assert dorm(tallied("dorm", "room:5413", 0)) == "0.00"


def test_a_room_whose_check_was_undone_is_not_averaged() -> None:
    assert dorm(tallied("dorm", "room:5413", 0), tallied("dorm", "room:5420", 1, "-1")) == "-5.00"


def test_a_charge_that_stands_without_a_check_counts_as_one_visit() -> None:
    score = week(tallied("dorm", "room:5413", 0, "-1"), tallied("dorm", "room:5420", 1))
    assert points(score, "dorm") == "-2.50"
    assert score.checks == 1


def test_a_serious_charge_alone_makes_no_visit() -> None:
    tallies = (tallied("dorm", "room:5413", 0, serious="-10"), tallied("dorm", "room:5420", 1, "-1"))
    assert dorm(*tallies) == "-15.00"


def test_any_category_may_be_a_mean_and_the_dorm_a_sum() -> None:
    tallies = [tallied("area", "steps", 4, "-2"), tallied("area", "lawn", 1)]
    assert points(week(*tallies, under=with_rule("area", "mean", "2")), "area") == "-0.50"
    rooms = [tallied("dorm", "room:1", 2, "-3"), tallied("dorm", "room:2", 2)]
    assert points(week(*rooms, under=with_rule("dorm", "sum", "0.5")), "dorm") == "-1.50"


# --- serious charges, caps ----------------------------------------------------------------------


def test_a_serious_charge_is_added_unweighted_after_the_mean() -> None:
    assert dorm(tallied("dorm", "room:3512", 2, "-1", "-10"), tallied("dorm", "room:3513", 1)) == "-11.25"


def test_category_is_rounded_once_after_the_serious_charges() -> None:
    # -0.625 and -0.125 together are -0.75; rounded apart they would be -0.76
    assert points(week(tallied("area", "steps", 1, "-0.625", "-0.125")), "area") == "-0.75"


@pytest.mark.parametrize(
    ("ordinary", "cap", "shown", "capped"),
    [
        ("-4", "3", "-3.00", True),
        ("-3", "3", "-3.00", False),
        ("-2.99", "3", "-2.99", False),
        ("-4", "0", "0.00", True),
        ("4", "3", "4.00", False),
    ],
)
def test_a_weekly_cap(ordinary: str, cap: str, shown: str, capped: bool) -> None:
    score = week(tallied("duty", "gate", 3, ordinary), under=with_rule("duty", "sum", "1", cap))
    assert points(score, "duty") == shown
    assert score.categories[Category.DUTY].capped is capped


def test_a_weekly_cap_is_for_the_weighted_points_and_leaves_serious_ones_alone() -> None:
    capped = with_rule("dorm", "mean", "5", "7.5")
    score = week(tallied("dorm", "room:3512", 1, "-2", "-10"), under=capped)
    assert points(score, "dorm") == "-17.50"
    assert str(score.check_score) == "82.50"


# --- bonuses, corrections, the whole ------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "cap", "bonus", "score"),
    [
        ("12", None, "12.00", "112.00"),
        ("12", "10", "10.00", "110.00"),
        ("10", "10", "10.00", "110.00"),
        ("9.99", "10", "9.99", "109.99"),
        ("12", "0", "0.00", "100.00"),
        ("-2", "10", "-2.00", "98.00"),
    ],
)
def test_bonuses_and_their_cap(lines: str, cap: str | None, bonus: str, score: str) -> None:
    folded = week(bonus=lines, under=policy(bonus_cap=None if cap is None else D(cap)))
    assert (str(folded.bonus), str(folded.score), str(folded.check_score)) == (bonus, score, "100.00")
    assert folded.bonus_lines == D(lines)
    assert str(folded.bonus_lines).endswith(lines[-2:] if "." in lines else ".00")


def test_a_correction_counts_as_posted_without_a_check() -> None:
    score = week(tallied("correction", "", 0, "0.63"))
    assert points(score, "correction") == "0.63"
    assert (str(score.check_score), score.checks) == ("100.63", 0)
    assert isinstance(score.categories[Category.DUTY].charged, Decimal)
    assert isinstance(score.categories[Category.DUTY].serious, Decimal)


def test_score_adds_up_as_shown() -> None:
    score = week(
        tallied("classroom", "101", 1, "-0.005"),
        tallied("area", "steps", 1, "-0.005"),
        tallied("dorm", "room:1", 1, "-0.001"),
        bonus="2",
    )
    assert [points(score, name) for name in ("classroom", "area", "dorm")] == ["-0.01", "-0.01", "-0.01"]
    assert (str(score.check_score), str(score.score)) == ("99.97", "101.97")


def test_a_base_with_decimals() -> None:
    score = week(tallied("area", "steps", 1, "-1"), under=policy(base=D("80.5")))
    assert (str(score.base), str(score.check_score)) == ("80.50", "79.50")


def test_counts_are_those_of_all_categories() -> None:
    score = week(
        tallied("classroom", "101", 4, "-2", findings=2),
        tallied("dorm", "room:1", 2, "-1", "-10", findings=3, serious_findings=1),
        tallied("dorm", "room:2", 1, serious="-20", findings=2, serious_findings=2),
    )
    assert (score.checks, score.findings, score.serious_findings) == (7, 7, 3)
    part = score.categories[Category.DORM]
    assert (part.checks, part.findings, part.serious_findings) == (3, 5, 3)


# --- the figures for the page -------------------------------------------------------------------


def test_a_mean_can_be_told_as_rooms_out_of_100() -> None:
    # design's own sum: eight rooms, 95 and 90 among them: 785 / 8 = 98.125, so -1.88
    rooms = [tallied("dorm", f"room:540{n}", 1) for n in range(6)]
    rooms += [
        tallied("dorm", "room:5420", 1, "-2", "-10", findings=3, serious_findings=1),
        tallied("dorm", "room:5403b", 2, "-2", findings=2),
    ]
    part = week(*rooms).categories[Category.DORM]
    assert part.category == "dorm"
    assert part.rule == CategoryRule("mean", D(5))
    assert [str(room.mark) for room in part.targets] == ["100.00"] * 4 + ["95.00"] + ["100.00"] * 2 + ["90.00"]
    assert sum(room.exact_mark for room in part.targets) == 785
    assert (part.exact_mark, str(part.mark)) == (Fraction("98.125"), "98.13")
    assert (part.charged, part.uncapped, part.ordinary) == (D(-4), Fraction("-1.875"), Fraction("-1.875"))
    assert (part.serious, str(part.points), part.capped) == (D(-10), "-11.88", False)
    twice = part.targets[4]
    assert (twice.target, twice.checks, twice.findings) == ("room:5403b", 2, 2)
    assert (twice.ordinary, twice.average, twice.serious) == (D(-2), Fraction(-1), D(0))
    assert part.targets[7].serious == -10


def test_a_mark_is_shown_with_two_decimals_and_kept_exact() -> None:
    room = week(tallied("dorm", "room:1", 3, "-1")).categories[Category.DORM].targets[0]
    assert (str(room.mark), room.exact_mark) == ("98.33", Fraction(295, 3))


def test_marks_tell_the_week_before_its_cap() -> None:
    part = week(tallied("dorm", "room:1", 1, "-3"), under=with_rule("dorm", "mean", "5", "10")).categories[
        Category.DORM
    ]
    assert [part.exact_mark, part.uncapped, part.ordinary] == [85, -15, -10]


def test_there_is_no_mark_for_a_sum_or_without_a_check() -> None:
    score = week(tallied("area", "steps", 1, "-1"), tallied("dorm", "room:1", 0))
    assert score.categories[Category.AREA].mark is None
    assert score.categories[Category.AREA].exact_mark is None
    assert score.categories[Category.DORM].mark is None
    assert score.categories[Category.DORM].targets == ()


def test_targets_come_by_name() -> None:
    score = week(tallied("area", "steps", 1), tallied("area", "lawn", 2), tallied("area", "road", 3))
    assert [target.target for target in score.categories[Category.AREA].targets] == ["lawn", "road", "steps"]


# --- what is put in -----------------------------------------------------------------------------


def test_tallies_of_one_target_are_added_up() -> None:
    visits = tallied("dorm", "room:1", 2)
    lines = tallied("dorm", "room:1", 0, "-3", "-10", findings=2, serious_findings=1)
    more = tallied("dorm", "room:1", 1, "-1.5", "-2", findings=1, serious_findings=1)
    together = tallied("dorm", "room:1", 3, "-4.5", "-12", findings=3, serious_findings=2)
    assert week(visits, lines, more) == week(together)
    assert points(week(visits, lines, more), "dorm") == "-19.50"


def test_one_name_in_two_categories_is_two_targets() -> None:
    score = week(tallied("area", "hall", 1, "-1"), tallied("event", "hall", 1, "-2"))
    assert (points(score, "area"), points(score, "event")) == ("-1.00", "-2.00")


def test_another_classs_tally_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^a tally of class 0852 is not one of class 1135$"):
        week(replace(tallied("dorm", "room:1", 1), klass="0852"))


def test_an_unknown_category_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^a tally of class 1135 has the unknown category bonus$"):
        week(tallied("bonus", "", 0, "2"))


def test_a_week_folds_every_class_named_and_no_other() -> None:
    tallies = [
        Tally("0852", "area", "steps", 3, D(-1)),
        Tally("0853", "area", "steps", 3, D(-2)),
        Tally("0852", "area", "lawn", 3, D(-4)),
    ]
    bonuses: dict[str, Decimal] = {"0852": D(2), "0853": D(3)}
    scores = fold_week(["1135", "0852"], tallies, bonuses, policy())
    assert {code: str(score.score) for code, score in scores.items()} == {"1135": "100.00", "0852": "97.00"}
    assert scores["0852"] == fold("0852", [tallies[0], tallies[2]], D(2), policy())
