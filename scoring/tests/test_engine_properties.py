"""What must hold for any week and any policy, held against a plain reading of the rules in fractions."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from random import Random
from typing import TypeVar

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scoring.engine import (
    DEFAULT_POLICY,
    BonusLine,
    Category,
    CategoryRule,
    Check,
    ClassFacts,
    Contestant,
    Finding,
    Occasion,
    Policy,
    Reversal,
    Row,
    Tally,
    WeekFacts,
    cents,
    charge,
    fold,
    rank,
    reckon,
    reckon_scores,
)

MONDAY, SUNDAY = date(2026, 5, 11), date(2026, 5, 17)
CODES = ("0852", "0853", "1031", "10311", "1135")
CHECKED = ("classroom", "area", "dorm")
T = TypeVar("T")

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def decimals(most: int, places: int = 2) -> st.SearchStrategy[Decimal]:
    return st.integers(0, most * 10**places).map(lambda n: Decimal(n).scaleb(-places))


def rules() -> st.SearchStrategy[CategoryRule]:
    return st.builds(CategoryRule, st.sampled_from(["sum", "mean"]), decimals(6), st.none() | decimals(20))


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    per_group = draw(st.none() | st.integers(0, 4))
    correction = CategoryRule("sum", Decimal(1))
    return Policy(
        version=1,
        base=draw(decimals(100)),
        check_cap=draw(st.none() | decimals(12)),
        bonus_cap=draw(st.none() | decimals(12)),
        corrected_share=draw(decimals(1)),
        multipliers=draw(st.dictionaries(st.sampled_from(Occasion), decimals(3))),
        categories={name: correction if name == "correction" else draw(rules()) for name in Category},
        group_by=draw(st.sampled_from(["department", "school", "entry_year", "department_year"])),
        rank_on=draw(st.sampled_from(["total", "check"])),
        tie_breaks=tuple(draw(st.lists(st.sampled_from(["findings", *Category]), unique=True, max_size=4))),
        flags_percent=draw(st.integers(0, 100)) if per_group is None else None,
        flags_per_group=per_group,
        min_checks=draw(st.integers(0, 3)),
    )


@st.composite
def checks(draw: st.DrawFn, name: str = "c") -> Check:
    """A check of one of a few targets, with up to five findings."""
    findings = tuple(
        Finding(
            id=f"{name}-{n}",
            points=draw(decimals(6)),
            klass=draw(st.none() | st.sampled_from(CODES)),
            serious=draw(st.sampled_from([False, False, False, True])),
            corrected=draw(st.booleans()),
        )
        for n in range(draw(st.integers(0, 5)))
    )
    return Check(
        id=name,
        category=draw(st.sampled_from(CHECKED)),
        target=draw(st.sampled_from(["1", "2", "3"])),
        classes=tuple(draw(st.lists(st.sampled_from(CODES), unique=True, max_size=3))),
        occasion=draw(st.sampled_from(Occasion)),
        outcome="defects" if findings else "clean",
        findings=findings,
    )


@st.composite
def weeks(draw: st.DrawFn) -> WeekFacts:
    seen = tuple(draw(checks(f"c{n}")) for n in range(draw(st.integers(0, 8))))
    classes = tuple(
        ClassFacts(
            code=code,
            department=draw(st.sampled_from(["history", "physics"])),
            entry_year=2000 + int(code[:2]),
            exempt_days=frozenset(MONDAY + timedelta(days=n) for n in range(draw(st.integers(0, 5)))),
            last_flag=draw(st.sampled_from([None, date(2026, 4, 27), date(2026, 5, 4)])),
        )
        for code in CODES
    )
    bonuses = draw(st.lists(st.builds(BonusLine, st.sampled_from(CODES), decimals(10)), max_size=4))
    return WeekFacts(MONDAY, SUNDAY, classes, seen, tuple(bonuses), tuple(draw(reversals(seen))))


@st.composite
def reversals(draw: st.DrawFn, seen: tuple[Check, ...]) -> list[Reversal]:
    """Of some lines one reversal, in part or in full; and a correction or two."""
    given_back = [
        Reversal(klass, check.category, draw(decimals(6)), finding.id, draw(st.booleans()))
        for check in seen
        for finding in check.findings
        for klass in check.classes
        if finding.klass in (None, klass) and draw(st.booleans())
    ]
    corrections = st.builds(Reversal, st.sampled_from(CODES), st.just("correction"), decimals(3))
    return given_back + draw(st.lists(corrections, max_size=2))


# --- a plain reading of §5.2 and §5.3 -----------------------------------------------------------


def lines_by_hand(week: WeekFacts, policy: Policy, klass: str) -> list[tuple[Check, Finding, Fraction]]:
    """Every line of one class, with what stands of it."""
    lines = []
    for check in week.checks:
        charged = Fraction(0)
        for finding in check.findings if klass in check.classes else ():
            if finding.klass is not None and finding.klass != klass:
                continue
            cost = Fraction(finding.points)
            if not finding.serious:
                cost *= Fraction(policy.multipliers.get(check.occasion, Decimal(1)))
                cost *= Fraction(policy.corrected_share) if finding.corrected else 1
                if policy.check_cap is not None:
                    cost = min(cost, Fraction(policy.check_cap) - charged)
                charged += cost
            lines.append((check, finding, cost - taken_back(week, finding, klass, cost)))
    return lines


def taken_back(week: WeekFacts, finding: Finding, klass: str, cost: Fraction) -> Fraction:
    own = [r for r in week.reversals if (r.reverses, r.klass) == (finding.id, klass)]
    if any(r.full for r in own):
        return cost
    return min(cost, sum((Fraction(r.points) for r in own), Fraction(0)))


def category_by_hand(week: WeekFacts, policy: Policy, klass: str, category: str) -> Fraction:
    rule = policy.categories[category]
    lines = [line for line in lines_by_hand(week, policy, klass) if line[0].category == category]
    visits = [check for check in week.checks if check.category == category and klass in check.classes]
    ordinary = Fraction(0)
    if rule.aggregation == "sum":
        ordinary = sum((points for _, finding, points in lines if not finding.serious), Fraction(0))
    elif targets := {check.target for check in visits}:
        for target in targets:
            there = [p for check, finding, p in lines if check.target == target and not finding.serious]
            ordinary += sum(there, Fraction(0)) / len([check for check in visits if check.target == target])
        ordinary /= len(targets)
    total = ordinary * Fraction(rule.weight)
    if rule.weekly_cap is not None:
        total = min(total, Fraction(rule.weekly_cap))
    return -total - sum((points for _, finding, points in lines if finding.serious), Fraction(0))


def rounded_by_hand(exact: Fraction) -> Fraction:
    """Away from zero at half a hundredth."""
    whole, rest = divmod(abs(exact) * 100, 1)
    size = Fraction(whole + (rest >= Fraction(1, 2)), 100)
    return -size if exact < 0 else size


@unhurried
@given(weeks(), policies())
def test_scores_are_those_of_a_plain_reading(week: WeekFacts, policy: Policy) -> None:
    scores = reckon_scores(week, policy)
    for code in CODES:
        score = scores[code]
        corrections = sum(
            (Fraction(r.points) for r in week.reversals if not r.reverses and r.klass == code), Fraction(0)
        )
        exact = {name: category_by_hand(week, policy, code, name) for name in CHECKED} | {"correction": corrections}
        shown = {name: rounded_by_hand(points) for name, points in exact.items()}
        assert {name: Fraction(score.categories[Category(name)].points) for name in shown} == shown
        bonus = sum((Fraction(line.points) for line in week.bonuses if line.klass == code), Fraction(0))
        if policy.bonus_cap is not None:
            bonus = min(bonus, Fraction(policy.bonus_cap))
        assert Fraction(score.check_score) == Fraction(policy.base) + sum(shown.values())
        assert Fraction(score.score) == Fraction(score.check_score) + bonus
        reversed_in_full = {r.reverses for r in week.reversals if r.full and r.klass == code}
        standing = [f for _, f, _ in lines_by_hand(week, policy, code) if f.id not in reversed_in_full]
        assert score.findings == len(standing)
        assert score.serious_findings == sum(finding.serious for finding in standing)
        assert score.checks == sum(code in check.classes for check in week.checks)


@settings(unhurried, max_examples=40)
@given(weeks(), policies())
def test_figures_are_shown_with_two_decimals_and_add_up(week: WeekFacts, policy: Policy) -> None:
    for score in reckon_scores(week, policy).values():
        shown = [part.points for part in score.categories.values()]
        assert sum(shown, score.base) == score.check_score
        assert score.check_score + score.bonus == score.score
        for figure in (*shown, score.base, score.check_score, score.bonus, score.bonus_lines, score.score):
            assert figure.as_tuple().exponent == -2
            assert not (figure.is_signed() and figure == 0)


@unhurried
@given(st.integers(-(10**9), 10**9), st.integers(0, 6))
def test_cents_round_as_the_decimal_module_does(number: int, places: int) -> None:
    exact = Decimal(number).scaleb(-places)
    assert cents(exact) == exact.quantize(Decimal("0.01"), ROUND_HALF_UP, Context(prec=40))


@unhurried
@given(checks(), policies())
def test_lines_add_up_to_what_was_charged_and_stay_within_the_cap(check: Check, policy: Policy) -> None:
    charges = charge(check, policy)
    for klass in check.classes:
        mine = [line for line in charges if line.klass == klass]
        ordinary = [line for line in mine if not line.serious]
        worth = sum(line.worth for line in ordinary)
        assert sum(line.points for line in ordinary) == (
            worth if policy.check_cap is None else min(worth, policy.check_cap)
        )
        assert all(0 <= line.points <= line.worth for line in mine)
        assert all(line.points == line.worth for line in mine if line.serious)
        own = [finding.id for finding in check.findings if finding.klass in (None, klass)]
        assert [line.finding_id for line in mine] == own
    assert {line.klass for line in charges} <= set(check.classes)


@settings(unhurried, max_examples=40)
@given(weeks(), policies(), st.randoms(use_true_random=False))
def test_the_order_of_classes_checks_and_reversals_does_not_matter(
    week: WeekFacts, policy: Policy, random: Random
) -> None:
    def shuffled(items: tuple[T, ...]) -> tuple[T, ...]:
        return tuple(random.sample(items, len(items)))

    other = WeekFacts(
        MONDAY, SUNDAY, shuffled(week.classes), shuffled(week.checks), shuffled(week.bonuses), shuffled(week.reversals)
    )
    assert reckon(other, policy) == reckon(week, policy)


# --- ranks and flags ----------------------------------------------------------------------------


@st.composite
def contestants(draw: st.DrawFn) -> list[Contestant]:
    """Up to a dozen classes with few different figures, so that many are equal."""
    few = st.integers(0, 2)
    made = []
    for n in range(draw(st.integers(0, 12))):
        code = f"{n:04}"
        tallies = [Tally(code, name, "", 1, -Decimal(draw(few)), findings=draw(few)) for name in CHECKED]
        tallies.append(Tally(code, "duty", "", 0, serious_findings=draw(st.sampled_from([0, 0, 0, 0, 1]))))
        score = fold(code, tallies, Decimal(draw(few)), DEFAULT_POLICY)
        last_flag = draw(st.sampled_from([None, date(2026, 4, 27), date(2026, 5, 4)]))
        made.append(Contestant(score, draw(st.sampled_from(["history", "physics"])), draw(few) == 2, last_flag))
    return draw(st.permutations(made))


def order(row: Row, policy: Policy) -> tuple[Fraction, ...]:
    """Bigger is better."""
    score = row.score
    breaks = [
        -score.findings if name == "findings" else score.categories[Category(name)].points for name in policy.tie_breaks
    ]
    return tuple(Fraction(x) for x in (score.score if policy.rank_on == "total" else score.check_score, *breaks))


@unhurried
@given(contestants(), policies())
def test_ranks_follow_from_counting_the_better(entrants: list[Contestant], policy: Policy) -> None:
    groups = rank(entrants, policy)
    assert [group.name for group in groups] == sorted({one.group for one in entrants})
    for group in groups:
        assert {row.klass for row in group.rows} == {one.score.klass for one in entrants if one.group == group.name}
        ranked = [row for row in group.rows if row.barred is None]
        barred = [row for row in group.rows if row.barred is not None]
        assert group.ranked == len(ranked)
        for row in ranked:
            assert row.rank == 1 + sum(order(other, policy) > order(row, policy) for other in ranked)
            assert row.tied == (sum(other.rank == row.rank for other in ranked) > 1)
            assert (row.decided_by is None) == (row.rank == 1)
        assert list(group.rows) == [
            *sorted(ranked, key=lambda row: (row.rank or 0, row.klass)),
            *sorted(barred, key=lambda row: row.klass),
        ]
        assert all(row.rank is None and not row.flag for row in barred)


@unhurried
@given(contestants(), policies())
def test_flags_fill_the_quota_and_pass_nobody_over(entrants: list[Contestant], policy: Policy) -> None:
    last_flag = {one.score.klass: one.last_flag or date.min for one in entrants}
    for group in rank(entrants, policy):
        places = {(row.klass, row.flag): (row.rank, last_flag[row.klass]) for row in group.rows if row.rank}
        if policy.flags_percent is not None:
            assert group.quota == -(-len(places) * policy.flags_percent // 100)
        else:
            assert group.quota == min(policy.flags_per_group or 0, len(places))
        winning = sorted(place for (_, flag), place in places.items() if flag)
        losing = [place for (_, flag), place in places.items() if not flag]
        assert group.flags == len(winning) >= group.quota
        assert all(winner < loser for winner in winning for loser in losing)
        # More than the quota only where the last ones are equal in rank and in history
        assert all(place == winning[-1] for place in winning[group.quota :])
        assert not winning[group.quota :] or winning[group.quota - 1] == winning[-1]


@settings(unhurried, max_examples=40)
@given(weeks(), policies())
def test_a_week_ranks_every_class_once(week: WeekFacts, policy: Policy) -> None:
    rows = [row for group in reckon(week, policy) for row in group.rows]
    assert sorted(row.klass for row in rows) == sorted(CODES)
    assert {row.klass: row.score for row in rows} == reckon_scores(week, policy)
