"""Who stands where, who is barred, and who takes the red flag (design §5.4)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from scoring.engine import (
    WHOLE_SCHOOL,
    Bar,
    ClassFacts,
    Contestant,
    GroupRanking,
    Policy,
    Tally,
    contestant,
    exempt_all_week,
    flag_quota,
    fold,
    group_of,
    rank,
)
from scoring.tests.engine_builders import D, policy

MONDAY, SUNDAY = date(2026, 5, 11), date(2026, 5, 17)
TWO_WEEKS_AGO, LAST_WEEK = date(2026, 4, 27), date(2026, 5, 4)


def entrant(
    klass: str,
    total: str = "100",
    *,
    bonus: str = "0",
    findings: int = 0,
    dorm: str = "0",
    classroom: str = "0",
    area: str = "0",
    checks: int = 9,
    serious: int = 0,
    group: str = "physics",
    exempt: bool = False,
    last_flag: date | None = None,
) -> Contestant:
    """A class on its way into the ranking; what its total is short of 100 falls to its duty posts."""
    given: dict[str, Decimal] = {
        "classroom": D(classroom),
        "area": D(area),
        "dorm": D(dorm),
        "duty": D(total) - 100 - D(bonus) - D(classroom) - D(area) - D(dorm),
    }
    tallies = [Tally(klass, name, "", 0, points) for name, points in given.items()]
    counts = Tally(klass, "event", "", checks, findings=findings, serious_findings=serious)
    score = fold(klass, [*tallies, counts], D(bonus), SUMS)
    return Contestant(score, group, exempt, last_flag)


# Every category a plain sum, so that a test may say what each one comes to.
SUMS = policy(
    categories={name: policy().categories["duty"] for name in policy().categories},
    tie_breaks=("findings", "dorm", "classroom"),
)


def ranking(*entrants: Contestant, **changes: Any) -> GroupRanking:
    """The ranking of the one group there is."""
    (group,) = rank(entrants, replace(SUMS, **changes))
    return group


def ranks(group: GroupRanking) -> list[tuple[str, int | None]]:
    return [(row.klass, row.rank) for row in group.rows]


def flags(group: GroupRanking) -> list[str]:
    return [row.klass for row in group.rows if row.flag]


# --- order --------------------------------------------------------------------------------------


def test_the_higher_score_goes_first() -> None:
    group = ranking(entrant("a", "98"), entrant("b", "99.01"), entrant("c", "99"))
    assert ranks(group) == [("b", 1), ("c", 2), ("a", 3)]
    assert [row.decided_by for row in group.rows] == [None, "total", "total"]
    assert group.name == "physics"
    assert group.ranked == 3


def test_ranked_on_the_total_a_bonus_counts_and_on_the_check_score_it_does_not() -> None:
    entrants = [entrant("a", "109", bonus="10"), entrant("b", "100"), entrant("c", "105", bonus="6")]
    assert ranks(ranking(*entrants)) == [("a", 1), ("c", 2), ("b", 3)]
    by_check = ranking(*entrants, rank_on="check")
    assert ranks(by_check) == [("b", 1), ("a", 2), ("c", 2)]
    assert [row.decided_by for row in by_check.rows] == [None, "check", "check"]


@pytest.mark.parametrize(
    ("better", "worse", "decided_by"),
    [
        ({"findings": 1}, {"findings": 2}, "findings"),
        ({"findings": 1, "dorm": "-3"}, {"findings": 2}, "findings"),
        ({"dorm": "-1"}, {"dorm": "-1.01"}, "dorm"),
        ({"dorm": "-1", "classroom": "-4"}, {"dorm": "-2"}, "dorm"),
        ({"classroom": "-1"}, {"classroom": "-2"}, "classroom"),
    ],
)
def test_equal_scores_go_by_findings_then_dorm_then_classroom(
    better: Mapping[str, Any], worse: Mapping[str, Any], decided_by: str
) -> None:
    group = ranking(entrant("a", "95", **worse), entrant("b", "95", **better))
    assert ranks(group) == [("b", 1), ("a", 2)]
    assert [row.decided_by for row in group.rows] == [None, decided_by]
    assert not any(row.tied for row in group.rows)


def test_still_equal_is_equal_rank_and_the_next_is_skipped() -> None:
    group = ranking(entrant("d", "90"), entrant("c", "95"), entrant("b", "95"), entrant("a", "99"), entrant("e", "80"))
    assert ranks(group) == [("a", 1), ("b", 2), ("c", 2), ("d", 4), ("e", 5)]
    assert [row.tied for row in group.rows] == [False, True, True, False, False]
    assert [row.decided_by for row in group.rows] == [None, "total", "total", "total", "total"]


def test_three_at_the_top() -> None:
    group = ranking(*(entrant(code) for code in ("10311", "1031", "0852")), entrant("1135", "99"))
    assert ranks(group) == [("0852", 1), ("1031", 1), ("10311", 1), ("1135", 4)]
    assert [row.decided_by for row in group.rows] == [None, None, None, "total"]


def test_a_figure_that_is_no_tie_break_leaves_classes_equal() -> None:
    group = ranking(entrant("a", "95", area="-5"), entrant("b", "95", area="-1"))
    assert ranks(group) == [("a", 1), ("b", 1)]


def test_the_policy_may_set_other_tie_breaks() -> None:
    entrants = [entrant("a", "95", area="-5", findings=1), entrant("b", "95", area="-1", findings=2)]
    assert ranks(ranking(*entrants, tie_breaks=("area",))) == [("b", 1), ("a", 2)]
    assert ranks(ranking(*entrants, tie_breaks=("area", "findings"))) == [("b", 1), ("a", 2)]
    assert ranks(ranking(*entrants, tie_breaks=("findings", "area"))) == [("a", 1), ("b", 2)]
    assert ranks(ranking(*entrants, tie_breaks=())) == [("a", 1), ("b", 1)]


def test_a_row_carries_its_score() -> None:
    one = entrant("a", "95")
    assert ranking(one).rows[0].score is one.score


# --- bars ---------------------------------------------------------------------------------------


def test_the_barred_stand_at_the_end_by_code_without_rank_or_flag() -> None:
    group = ranking(
        entrant("d", "90"),
        entrant("c", exempt=True),
        entrant("b", checks=2),
        entrant("a", serious=1),
        flags_percent=100,
    )
    assert [(row.klass, row.rank, row.barred, row.flag) for row in group.rows] == [
        ("d", 1, None, True),
        ("a", None, Bar.SERIOUS, False),
        ("b", None, Bar.COVERAGE, False),
        ("c", None, Bar.EXEMPT, False),
    ]
    assert group.ranked == 1
    assert [(row.tied, row.decided_by) for row in group.rows] == [(False, None)] * 4


@pytest.mark.parametrize(
    ("marks", "barred"),
    [
        ({"exempt": True, "checks": 0, "serious": 1}, "exempt"),
        ({"exempt": True}, "exempt"),
        ({"checks": 2, "serious": 1}, "coverage"),
        ({"checks": 0}, "coverage"),
        ({"checks": 3, "serious": 1}, "serious"),
        ({"checks": 3}, None),
    ],
)
def test_exempt_goes_before_coverage_and_coverage_before_serious(marks: Mapping[str, Any], barred: str | None) -> None:
    assert ranking(entrant("a", **marks)).rows[0].barred == barred


def test_how_many_checks_are_enough_is_the_policys() -> None:
    assert ranking(entrant("a", checks=4), min_checks=5).rows[0].barred == "coverage"
    assert ranking(entrant("a", checks=5), min_checks=5).rows[0].barred is None
    assert ranking(entrant("a", checks=0), min_checks=0).rows[0].barred is None


def test_a_group_of_the_barred_has_no_flag() -> None:
    group = ranking(entrant("a", checks=0), entrant("b", checks=1))
    assert (group.ranked, group.quota, group.flags) == (0, 0, 0)
    assert ranks(group) == [("a", None), ("b", None)]


WEEKDAYS = [MONDAY + timedelta(days=n) for n in range(5)]


@pytest.mark.parametrize(
    ("days", "starts_on", "ends_on", "exempt"),
    [
        (WEEKDAYS, MONDAY, SUNDAY, True),
        ([*WEEKDAYS, SUNDAY], MONDAY, SUNDAY, True),
        (WEEKDAYS[1:], MONDAY, SUNDAY, False),
        (WEEKDAYS[:4], MONDAY, SUNDAY, False),
        ([], MONDAY, SUNDAY, False),
        # A week that is cut off on Thursday: Friday 8th to Thursday 14th
        ([date(2026, 5, 8), *WEEKDAYS[:4]], date(2026, 5, 8), date(2026, 5, 14), True),
        (WEEKDAYS, date(2026, 5, 8), date(2026, 5, 14), False),
        ([date(2026, 5, 8), *WEEKDAYS[:3]], date(2026, 5, 8), date(2026, 5, 14), False),
        # One day, and two days without a school day
        ([MONDAY], MONDAY, MONDAY, True),
        ([], date(2026, 5, 16), SUNDAY, False),
    ],
)
def test_exempt_is_every_monday_to_friday_day(days: list[date], starts_on: date, ends_on: date, exempt: bool) -> None:
    assert exempt_all_week(frozenset(days), starts_on, ends_on) is exempt


# --- groups -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("group_by", "group"),
    [
        ("department", "physics"),
        ("school", WHOLE_SCHOOL),
        ("entry_year", "2010"),
        ("department_year", "physics 2010"),
    ],
)
def test_what_a_class_is_grouped_by(group_by: str, group: str) -> None:
    assert group_of(ClassFacts("1031", "physics", 2010), policy(group_by=group_by)) == group


def test_groups_come_by_name_and_rank_apart() -> None:
    groups = rank(
        [
            entrant("a", "90", group="physics"),
            entrant("b", "95", group="history"),
            entrant("c", "99", group="physics"),
            entrant("d", "95", group="history"),
        ],
        SUMS,
    )
    assert [(group.name, ranks(group)) for group in groups] == [
        ("history", [("b", 1), ("d", 1)]),
        ("physics", [("c", 1), ("a", 2)]),
    ]
    assert [flags(group) for group in groups] == [["b", "d"], ["c"]]


def test_nobody_to_rank() -> None:
    assert rank([], SUMS) == ()


def test_a_class_and_its_score_make_a_contestant() -> None:
    score = entrant("1031").score
    away = ClassFacts("1031", "physics", 2010, frozenset(WEEKDAYS), LAST_WEEK)
    assert contestant(away, score, policy(), MONDAY, SUNDAY) == Contestant(score, "physics", True, LAST_WEEK)
    here = ClassFacts("1031", "physics", 2010)
    assert contestant(here, score, policy(), MONDAY, SUNDAY) == Contestant(score, "physics")


# --- flags --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ranked", "percent", "quota"),
    [
        (0, 10, 0),
        (1, 10, 1),
        (10, 10, 1),
        (11, 10, 2),
        (19, 10, 2),
        (20, 10, 2),
        (21, 10, 3),
        (100, 7, 7),  # 100 x 0.07 is 7.000000000000001 to a float
        (8, D("12.5"), 1),
        (9, D("12.5"), 2),
        (19, 0, 0),
        (200, 100, 200),
    ],
)
def test_percent_of_the_ranked_rounds_up(ranked: int, percent: int | Decimal, quota: int) -> None:
    assert flag_quota(ranked, policy(flags_percent=percent)) == quota


@pytest.mark.parametrize(("ranked", "each", "quota"), [(19, 3, 3), (2, 3, 2), (0, 3, 0), (5, 0, 0)])
def test_a_number_for_each_group_and_no_more_than_are_ranked(ranked: int, each: int, quota: int) -> None:
    assert flag_quota(ranked, per_group(each)) == quota


def per_group(flags: int) -> Policy:
    return policy(flags_percent=None, flags_per_group=flags)


def contest(*entrants: Contestant, quota: int) -> GroupRanking:
    return ranking(*entrants, flags_percent=None, flags_per_group=quota)


def test_only_ranked_classes_count_towards_the_percentage() -> None:
    # Eleven classes, one of them barred: 10 % of ten is one flag
    entrants = [entrant(f"{n:02}", str(90 - n)) for n in range(10)]
    group = ranking(*entrants, entrant("99", checks=0))
    assert (flags(group), group.quota, group.flags) == (["00"], 1, 1)


def test_the_best_take_the_flags() -> None:
    group = contest(entrant("a", "97"), entrant("b", "99"), entrant("c", "98"), quota=2)
    assert (flags(group), group.quota, group.flags) == (["b", "c"], 2, 2)


def test_equals_all_take_one_when_there_are_enough() -> None:
    assert flags(contest(entrant("a"), entrant("b"), entrant("c", "98"), quota=2)) == ["a", "b"]
    assert flags(contest(entrant("a"), entrant("b"), entrant("c", "98"), quota=3)) == ["a", "b", "c"]


def test_of_equals_the_one_longest_without_goes_first() -> None:
    group = contest(entrant("a", last_flag=LAST_WEEK), entrant("b", last_flag=TWO_WEEKS_AGO), quota=1)
    assert flags(group) == ["b"]


def test_never_goes_before_anyone() -> None:
    group = contest(entrant("a", last_flag=LAST_WEEK), entrant("b", last_flag=date(2011, 5, 9)), entrant("c"), quota=1)
    assert flags(group) == ["c"]


def test_two_left_for_three_equals() -> None:
    group = contest(entrant("a", last_flag=LAST_WEEK), entrant("b", last_flag=TWO_WEEKS_AGO), entrant("c"), quota=2)
    assert flags(group) == ["b", "c"]
    assert ranks(group) == [("a", 1), ("b", 1), ("c", 1)]


@pytest.mark.parametrize("last_flag", [None, LAST_WEEK])
def test_equals_without_it_equally_long_share(last_flag: date | None) -> None:
    entrants = [entrant(code, last_flag=last_flag) for code in "abc"]
    group = contest(*entrants, entrant("d", "99"), quota=2)
    assert flags(group) == ["a", "b", "c"]
    assert (group.quota, group.flags) == (2, 3)


def test_the_last_flag_is_shared_by_the_equally_long_and_not_by_the_recent() -> None:
    group = contest(
        entrant("a"),
        entrant("b", last_flag=TWO_WEEKS_AGO),
        entrant("c", last_flag=TWO_WEEKS_AGO),
        entrant("d", last_flag=LAST_WEEK),
        quota=2,
    )
    assert flags(group) == ["a", "b", "c"]


def test_history_says_nothing_between_unequal_classes() -> None:
    group = contest(entrant("a", "99", last_flag=LAST_WEEK), entrant("b", "98"), quota=1)
    assert flags(group) == ["a"]


def test_what_the_better_left_over_goes_to_the_next_equals() -> None:
    group = contest(
        entrant("a", "99", last_flag=LAST_WEEK),
        entrant("b", "98", last_flag=LAST_WEEK),
        entrant("c", "98", last_flag=TWO_WEEKS_AGO),
        entrant("d", "97"),
        quota=2,
    )
    assert flags(group) == ["a", "c"]


def test_a_flag_shared_beyond_the_quota_leaves_none_for_the_next() -> None:
    group = contest(entrant("a"), entrant("b"), entrant("c", "99"), quota=1)
    assert flags(group) == ["a", "b"]


def test_no_flags_to_award() -> None:
    group = contest(entrant("a"), entrant("b"), quota=0)
    assert (flags(group), group.flags) == ([], 0)
