"""`rank_week` and `export_week`: the shapes that programs rely on, and that the one follows from the other."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from campus.models import Exemption, Week, WeekClosing
from config.tests.school import MONDAY, School, at
from inspections.models import Inspection
from reports.exports import ranking_shape
from reports.selectors import Ranking, ranking_of
from scoring import engine
from scoring.models import Entry, Reversal
from scoring.selectors import classes_present
from scoring.services import give_bonus, reverse, verify

Shape = dict[str, Any]
DAY = timedelta(days=1)


def told(command: str, *args: str) -> Shape:
    out = StringIO()
    call_command(command, *args, "--json", stdout=out)
    shape: Shape = json.loads(out.getvalue())
    return shape


def appeal(school: School, inspection: Inspection, code: str, points: str | None = None) -> None:
    school.take_back(Entry.objects.charges().filter(inspection=inspection, school_class__code=code)[0], points)


@pytest.fixture
def busy(school: School) -> School:
    """A week with nearly everything in it."""
    tuesday, wednesday = MONDAY + DAY, MONDAY + 2 * DAY
    Exemption.objects.create(school_class=school.classes["10311"], starts_on=tuesday, ends_on=tuesday, reason="运动会")
    # Before the week, so that one check is carried over into it
    late = school.check("5413", None, "bed-unmade", day=MONDAY - 3 * DAY)
    WeekClosing.objects.create(week=late.week, by=school.admin, at=at(MONDAY, "08:00"))
    verify(inspections=[late.pk], by=school.reviewer)
    dorm = school.verified("5413", None, "desk-dirty", {"defect": "bags-hanging", "corrected": True})
    school.verified("5413", "clean", day=wednesday)
    school.verified("5420", None, {"defect": "hats-hanging", "school_class": "0853"}, "room-floor-dirty", day=wednesday)
    school.verified("3318", None, "banned-appliance", "desk-dirty")
    away = school.check("3427", None, "desk-dirty", by=school.inspector2)
    verify(inspections=[away.pk], by=school.reviewer2)
    area = school.verified("硬化路", None, "loose-soil", "area-litter", shift="morning", clock="07:31")
    school.verified("教101", None, "floor-litter", shift="noon", clock="13:30", occasion="school")
    school.verified("教102", "locked", shift="morning", clock="07:30")
    school.verified("教103", "refused", shift="morning", clock="07:30")
    school.verified("教103", None, *({"text": f"第 {n} 处", "points": "1"} for n in range(9)), {"text": "桌斗", "points": "0.5"},
                    {"text": "垃圾", "points": "1"}, day=tuesday, shift="noon", clock="13:30")  # fmt: skip
    school.verified("门厅", "clean", shift="morning", clock="07:30")
    for day in (MONDAY, tuesday, wednesday):
        school.verified("教201", "clean", day=day, shift="morning", clock="07:30")
    school.check("教102", None, "lights-on", shift="evening")
    give_bonus(
        patterns=["085*", "2101"],
        exceptions=["0853"],
        points=Decimal("2.5"),
        date=MONDAY,
        reason="校级表彰",
        by=school.admin,
    )
    give_bonus(patterns=["0853"], exceptions=[], points=Decimal(10), date=MONDAY, reason="打扫阶教", by=school.admin)
    reverse(
        entry=Entry.objects.get(bonus__reason="打扫阶教"),
        cause=Reversal.Cause.WITHDRAWAL,
        reason="重复了",
        by=school.admin,
    )
    appeal(school, dorm, "0852")
    appeal(school, area, "0853", "0.5")
    return school


def test_the_ranking_has_the_shape_that_was_agreed(busy: School) -> None:
    shape = told("rank_week", "--week", MONDAY.isoformat())
    assert list(shape) == ["week", "policy", "groups"]
    assert shape["week"] == {"term": "2026-2027-1", "number": 11, "starts_on": "2026-11-09", "state": "draft"}
    assert shape["policy"] == 1
    assert [group["name"] for group in shape["groups"]] == ["数理系", "文学系"]
    letters = shape["groups"][1]
    assert letters["rows"] == [
        {
            "class": "2101", "rank": 1, "score": "102.50", "check_score": "100.00", "bonus": "2.50", "flag": True,
            "barred": None, "categories": {"classroom": "0.00", "area": "0.00", "dorm": "0.00", "duty": "0.00",
            "event": "0.00", "correction": "0.00"}, "checks": 3, "findings": 0,
        }
    ]  # fmt: skip
    assert list(letters["rows"][0]) == [
        "class", "rank", "score", "check_score", "bonus", "flag", "barred", "categories", "checks", "findings",
    ]  # fmt: skip
    rows = {row["class"]: row for row in shape["groups"][0]["rows"]}
    assert {code: (row["rank"], row["barred"]) for code, row in rows.items()} == {
        "0852": (1, None), "0853": (2, None), "0851": (None, "serious"), "10311": (None, "coverage"),
    }  # fmt: skip
    # Room 5413 was visited three times and cost 1 + 0.5: 2.5 of 100. In 5420 the floor cost 1, in full to both.
    assert rows["0852"]["categories"] == {
        "classroom": "-2.00", "area": "-3.00", "dorm": "-3.75", "duty": "0.00", "event": "0.00", "correction": "0.00",
    }  # fmt: skip
    assert (rows["0852"]["check_score"], rows["0852"]["score"]) == ("91.25", "93.75")
    assert (rows["0852"]["checks"], rows["0852"]["findings"]) == (6, 6)


def test_the_facts_have_the_shape_that_was_agreed(busy: School) -> None:
    shape = told("export_week", "--week", MONDAY.isoformat())
    assert list(shape) == ["week", "policy", "classes", "checks", "bonuses", "reversals"]
    assert shape["week"] == {"term": "2026-2027-1", "number": 11, "starts_on": "2026-11-09", "state": "draft"}
    summed = {"aggregation": "sum", "weight": "1", "weekly_cap": None}
    assert shape["policy"] == {
        "version": 1, "base": "100", "check_cap": "10", "bonus_cap": None, "corrected_share": "0.5",
        "multipliers": {"routine": "1", "spot": "1", "deep_clean": "1", "department": "2", "school": "2"},
        "group_by": "department", "rank_on": "total", "tie_breaks": ["findings", "dorm", "classroom"],
        "flags_per_group": None, "flags_percent": 10, "min_checks": 3,
        "categories": {"classroom": summed, "area": summed, "dorm": {"aggregation": "mean", "weight": "5", "weekly_cap": None},
                       "duty": summed, "event": summed, "correction": summed},
    }  # fmt: skip
    assert list(shape["policy"])[-1] == "categories"
    assert shape["classes"][3] == {
        "code": "10311", "department": "数理系", "entry_year": 2010, "exempt_days": ["2026-11-10"], "last_flag": None,
    }  # fmt: skip
    assert shape["bonuses"][-2:] == [
        {"class": "0853", "points": "10", "reason": "打扫阶教"},
        {"class": "0853", "points": "-10", "reason": "打扫阶教"},
    ]


def test_checks_stand_with_their_findings_in_the_order_recorded(busy: School) -> None:
    checks = told("export_week", "--week", MONDAY.isoformat())["checks"]
    assert len(checks) == Inspection.objects.filter(verification__week=busy.week).count()
    first = checks[0]
    assert list(first) == [
        "id", "category", "target", "classes", "occasion", "performed_at", "outcome", "carried_over", "findings",
    ]  # fmt: skip
    assert first["carried_over"] is True
    assert first["performed_at"] == "2026-11-06T19:20:00+08:00"
    assert [check["performed_at"] for check in checks] == sorted(check["performed_at"] for check in checks)
    shared = next(check for check in checks if check["target"] == "room:5420")
    assert shared["classes"] == ["0852", "0853"]
    assert [(f["points"], f["class"], f["serious"], f["corrected"]) for f in shared["findings"]] == [
        ("1", "0853", False, False),
        ("1", None, False, False),
    ]
    assert list(shared["findings"][0]) == ["id", "points", "class", "serious", "corrected"]
    locked = next(check for check in checks if check["outcome"] == "locked")
    assert locked["findings"] == [
        {"id": f"locked:{locked['id']}", "points": "2", "class": None, "serious": False, "corrected": False}
    ]
    refused = next(check for check in checks if check["outcome"] == "refused")
    assert [f["id"] for f in refused["findings"]] == [f"refused:{refused['id']}"]
    corrected = next(check for check in checks if any(f["corrected"] for f in check["findings"]))
    assert [f["points"] for f in corrected["findings"]] == ["1", "1"]


def test_reversals_name_the_findings_they_give_back(busy: School) -> None:
    shape = told("export_week", "--week", MONDAY.isoformat())
    checks = {f["id"]: check["target"] for check in shape["checks"] for f in check["findings"]}
    assert [(r["class"], r["category"], r["points"], checks[r["reverses"]], r["full"]) for r in shape["reversals"]] == [
        ("0852", "dorm", "1", "room:5413", True),
        ("0853", "area", "0.5", "area:硬化路", False),
    ]
    assert list(shape["reversals"][0]) == ["class", "category", "points", "reverses", "full"]


def test_an_exempted_class_is_absent_with_its_lines_and_their_reversals(busy: School) -> None:
    inspection = Inspection.objects.get(area__code="硬化路")
    concern = inspection.concerns.get(school_class__code="0853")
    concern.exemption = Exemption.objects.create(
        school_class=concern.school_class, starts_on=MONDAY, ends_on=MONDAY, reason="见习"
    )
    concern.save()
    for entry in Entry.objects.charges().filter(inspection=inspection, school_class__code="0853"):
        reverse(entry=entry, cause=Reversal.Cause.EXEMPTION, reason="见习", by=busy.reviewer2)
    shape = told("export_week", "--week", MONDAY.isoformat())
    assert next(check for check in shape["checks"] if check["target"] == "area:硬化路")["classes"] == ["0852"]
    assert [reversal["class"] for reversal in shape["reversals"]] == ["0852"]
    assert reckoned(shape) == told("rank_week", "--week", MONDAY.isoformat())["groups"]


def test_the_ranking_follows_from_the_facts(busy: School) -> None:
    ranked = told("rank_week", "--week", MONDAY.isoformat())
    assert reckoned(told("export_week", "--week", MONDAY.isoformat())) == ranked["groups"]


def test_the_scores_follow_from_the_facts_by_other_hands_too(busy: School) -> None:
    facts = told("export_week", "--week", MONDAY.isoformat())
    groups = told("rank_week", "--week", MONDAY.isoformat())["groups"]
    ranked = {row["class"]: (row["score"], row["checks"]) for group in groups for row in group["rows"]}
    assert by_hand(facts) == ranked


def reckoned(facts: Shape) -> list[Shape]:
    """The groups of `rank_week`, from what `export_week` printed, by the engine."""
    policy = engine.Policy(**policy_fields(facts["policy"]))
    starts_on = date.fromisoformat(facts["week"]["starts_on"])
    week = engine.WeekFacts(
        starts_on=starts_on,
        ends_on=starts_on + 6 * DAY,
        classes=tuple(
            engine.ClassFacts(
                one["code"], one["department"], one["entry_year"],
                frozenset(map(date.fromisoformat, one["exempt_days"])),
                one["last_flag"] and date.fromisoformat(one["last_flag"]),
            )
            for one in facts["classes"]
        ),
        checks=tuple(
            engine.Check(
                check["id"], check["category"], check["target"], tuple(check["classes"]), check["occasion"], check["outcome"],
                tuple(
                    engine.Finding(f["id"], Decimal(f["points"]), f["class"], f["serious"], f["corrected"])
                    for f in check["findings"]
                ),
            )
            for check in facts["checks"]
        ),
        bonuses=tuple(engine.BonusLine(bonus["class"], Decimal(bonus["points"])) for bonus in facts["bonuses"]),
        reversals=tuple(
            engine.Reversal(r["class"], r["category"], Decimal(r["points"]), r["reverses"], r["full"])
            for r in facts["reversals"]
        ),
    )  # fmt: skip
    return shape_of_groups(engine.reckon(week, policy))


def policy_fields(policy: Shape) -> Shape:
    def figure(value: str | None) -> Decimal | None:
        return None if value is None else Decimal(value)

    return {
        **policy,
        **{name: figure(policy[name]) for name in ("base", "check_cap", "bonus_cap", "corrected_share")},
        "multipliers": {name: Decimal(value) for name, value in policy["multipliers"].items()},
        "tie_breaks": tuple(policy["tie_breaks"]),
        "categories": {
            name: engine.CategoryRule(rule["aggregation"], Decimal(rule["weight"]), figure(rule["weekly_cap"]))
            for name, rule in policy["categories"].items()
        },
    }


def shape_of_groups(groups: tuple[engine.GroupRanking, ...]) -> list[Shape]:
    ranking = Ranking(Week.objects.select_related("term")[0], engine.DEFAULT_POLICY, groups, {}, {})
    shape: list[Shape] = ranking_shape(ranking)["groups"]
    return shape


def by_hand(facts: Shape) -> dict[str, tuple[str, int]]:
    """Score and checks of every class by the default policy: charge in order up to 10, average the rooms, round once."""
    given_back: dict[tuple[str, str], list[Shape]] = defaultdict(list)
    for reversal in facts["reversals"]:
        given_back[reversal["class"], reversal["reverses"]].append(reversal)
    # (class, category) -> target -> ordinary charges of each of its checks
    charged: dict[tuple[str, str], dict[str, list[Fraction]]] = defaultdict(lambda: defaultdict(list))
    serious: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    checks: dict[str, int] = defaultdict(int)
    for check in facts["checks"]:
        for code in check["classes"]:
            checks[code] += 1
            left, ordinary = Fraction(10), Fraction(0)
            for finding in check["findings"]:
                if finding["class"] not in (None, code):
                    continue
                cost = Fraction(finding["points"])
                if not finding["serious"]:
                    if check["occasion"] in ("department", "school"):
                        cost *= 2
                    if finding["corrected"]:
                        cost /= 2
                    cost = min(cost, left)
                    left -= cost
                stands = cost - sum(Fraction(r["points"]) for r in given_back[code, finding["id"]])
                if finding["serious"]:
                    serious[code, check["category"]] += stands
                else:
                    ordinary += stands
            charged[code, check["category"]][check["target"]].append(ordinary)
    bonus: dict[str, Fraction] = defaultdict(Fraction)
    for line in facts["bonuses"]:
        bonus[line["class"]] += Fraction(line["points"])
    return {
        one["code"]: (total_by_hand(one["code"], charged, serious, bonus), checks[one["code"]])
        for one in facts["classes"]
    }


def total_by_hand(
    code: str,
    charged: dict[tuple[str, str], dict[str, list[Fraction]]],
    serious: dict[tuple[str, str], Fraction],
    bonus: dict[str, Fraction],
) -> str:
    cents = 10000 + int(bonus[code] * 100)
    for category in ("classroom", "area", "dorm", "duty", "event"):
        targets = charged[code, category]
        if category == "dorm":
            averages = [sum(visits, Fraction(0)) / len(visits) for visits in targets.values()]
            cost = 5 * sum(averages, Fraction(0)) / max(len(averages), 1)
        else:
            cost = sum((sum(visits, Fraction(0)) for visits in targets.values()), Fraction(0))
        cents -= int((cost + serious[code, category]) * 100 + Fraction(1, 2))
    return f"{cents // 100}.{cents % 100:02}"


def test_without_a_day_it_is_the_present_week(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campus.selectors.today", lambda: date(2026, 11, 22))
    assert told("rank_week")["week"]["starts_on"] == "2026-11-16"
    assert told("export_week")["week"]["number"] == 12


def test_a_published_week_says_so(school: School) -> None:
    WeekClosing.objects.create(week=school.week, by=school.admin)
    assert told("rank_week", "--week", "2026-11-15")["week"]["state"] == "published"


def test_before_any_check_every_class_is_there_and_none_has_a_rank(school: School) -> None:
    groups = told("rank_week", "--week", MONDAY.isoformat())["groups"]
    rows = [row for group in groups for row in group["rows"]]
    assert [row["class"] for row in rows] == ["0851", "0852", "0853", "10311", "2101"]
    assert {(row["rank"], row["barred"], row["score"]) for row in rows} == {(None, "coverage", "100.00")}


@pytest.mark.parametrize("command", ["rank_week", "export_week"])
def test_people_read_a_table(command: str, busy: School) -> None:
    out = StringIO()
    call_command(command, "--week", MONDAY.isoformat(), stdout=out)
    assert "week 11, 2026-11-09 to 2026-11-15" in out.getvalue()
    assert "0852" in out.getvalue()


@pytest.mark.parametrize("command", ["rank_week", "export_week"])
@pytest.mark.parametrize(
    ("day", "told"), [("monday", "no date"), ("2026-13-01", "no date"), ("2026-08-01", "lies in no term")]
)
def test_a_wrong_day_is_told(command: str, day: str, told: str, school: School) -> None:
    with pytest.raises(CommandError, match=told):
        call_command(command, "--week", day, "--json")


@pytest.mark.django_db
@pytest.mark.parametrize("command", ["rank_week", "export_week"])
def test_a_school_without_terms_is_told(command: str) -> None:
    with pytest.raises(CommandError, match="no term yet"):
        call_command(command, "--json")


def test_all_present_classes_are_ranked(busy: School) -> None:
    week = busy.week
    assert {row.klass for row in ranking_of(week).rows} == {klass.code for klass in classes_present(week)}
