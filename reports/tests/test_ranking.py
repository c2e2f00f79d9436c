"""The ranking page: what people see is what is ranked."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campus.models import Exemption, SchoolClass, Term, User, WeekClosing
from campus.services import open_term
from config.tests.school import MONDAY, School, at
from dormitories.models import Residency, Room
from inspections.models import Area, Responsibility
from reports.selectors import ranking_of
from reports.tests.reading import read
from scoring.models import Policy
from scoring.services import give_bonus
from scoring.words import COMPARED

DAY = timedelta(days=1)
THE_WEEK = f"/ranking/?week={MONDAY}"


def three_clean_checks(school: School, *codes: str) -> None:
    for code in codes:
        for day in range(3):
            school.verified(code, "clean", day=MONDAY + day * DAY)


def bonus(school: School, code: str, points: str, reason: str = "打扫阶教") -> None:
    give_bonus(patterns=[code], exceptions=[], points=Decimal(points), date=MONDAY, reason=reason, by=school.admin)


@pytest.fixture
def ranked(school: School) -> School:
    """0851 and 0853 were always clean, 0852 has one finding, 10311 nobody saw."""
    three_clean_checks(school, "3318", "5403", "3501")
    school.verified("5413", None, "desk-dirty")
    for day in (1, 2):
        school.verified("5413", "clean", day=MONDAY + day * DAY)
    return school


def test_the_story_of_a_week(ranked: School) -> None:
    bonus(ranked, "0853", "10")
    page = read(ranked.officer, THE_WEEK)
    assert page.status == 200
    assert "第 11 周卫生排名" in page
    assert "2026年11月9日至15日" in page
    assert "数理系 3 个班有名次，流动红旗 1 面" in page
    assert page.row("0853") == "1 0853 流动红旗 — 本周未查 — 本周未查 0 0 100.00 +10 110.00 3 次 加分 +10"
    assert page.row("0851") == "2 0851 — 本周未查 0 0 — 本周未查 100.00 0 100.00 3 次"
    # One point of three visits at weight 5
    assert page.row("0852") == "3 0852 — 本周未查 — 本周未查 −1.67 0 98.33 0 98.33 3 次 宿舍 −1.67"
    assert "文学系 1 个班有名次，流动红旗 1 面" in page


def test_what_is_seen_is_what_is_ranked(ranked: School) -> None:
    page = read(ranked.advisor, THE_WEEK)
    for row in ranking_of(ranked.week).rows:
        seen = page.row(row.klass)
        assert (f" {row.score.score} " if row.score.checks else "— 本周未查 0 次") in seen
        assert seen.startswith(f"{row.rank} " if row.rank else "— 没有名次 ")
        assert ("流动红旗" in seen) == row.flag


def test_equals_share_a_rank_and_say_so(ranked: School) -> None:
    page = read(ranked.nobody, THE_WEEK)
    assert page.row("0851").startswith("1 并列 0851 流动红旗")
    assert page.row("0853").startswith("1 并列 0853 流动红旗")
    assert page.row("0852").startswith("3 0852 ")


def test_the_barred_stand_at_the_end_with_the_reason(ranked: School) -> None:
    ranked.verified("3318", None, "banned-appliance", day=MONDAY + 3 * DAY)
    page = read(ranked.nobody, THE_WEEK)
    assert "数理系，不参加排名 2 个班，分数照记" in page
    assert "一票否决，取消本周评比" in page.row("0851")
    assert "pennant-hollow" in page.html
    row = page.row("10311")
    assert row.startswith("— 没有名次 10311 检查不足：已查 0 次，至少 3 次")
    # Its room was not checked, which is no 0; classrooms, areas and posts it has none of
    assert row.endswith("0 0 — 本周未查 0 — 本周未查 0 — 本周未查 0 次 检查不足：已查 0 次，至少 3 次")
    assert page.text.index("0853") < page.text.index("10311")


def test_a_class_that_nobody_checked_has_its_bonus_and_no_check_score(ranked: School) -> None:
    bonus(ranked, "10311", "2")
    assert "0 — 本周未查 +2 102.00 0 次" in read(ranked.nobody, THE_WEEK).row("10311")


def test_a_class_that_is_away_all_week_is_not_ranked(ranked: School) -> None:
    friday = MONDAY + 4 * DAY
    Exemption.objects.create(
        school_class=ranked.classes["10311"], starts_on=MONDAY, ends_on=friday, reason="见习", by=ranked.admin
    )
    assert "整周不参评" in read(ranked.nobody, THE_WEEK).row("10311")


def test_a_draft_says_what_still_waits(ranked: School) -> None:
    ranked.check("5420", "clean")
    officers, reviewers = read(ranked.officer, THE_WEEK), read(ranked.reviewer, THE_WEEK)
    assert "草稿 1 次检查等审核 这一周到 11月15日 周日为止" in officers
    assert "去审核" not in officers
    assert reviewers.links["去审核"] == "/review/"


def test_a_published_week_says_since_when(ranked: School) -> None:
    WeekClosing.objects.create(week=ranked.week, by=ranked.reviewer, at=at(MONDAY + 8 * DAY, "08:00"))
    page = read(ranked.officer, THE_WEEK)
    assert "已定稿 11月17日 周二 08:00" in page
    assert "草稿" not in page


def test_only_readable_classes_are_links(ranked: School) -> None:
    officers = read(ranked.officer, THE_WEEK)
    assert officers.links["0852"] == f"/classes/0852/?week={MONDAY}"
    assert officers.links["−1.67"] == f"/classes/0852/?week={MONDAY}#dorm"
    assert "0853" not in officers.links
    assert {"0851", "0852", "0853", "10311"} <= set(read(ranked.advisor, THE_WEEK).links)
    assert "2101" not in read(ranked.advisor, THE_WEEK).links
    assert "2101" in read(ranked.reviewer, THE_WEEK).links
    assert not {"0851", "0852", "2101"} & set(read(ranked.nobody, THE_WEEK).links)


def test_every_figure_of_points_leads_to_what_it_is_made_of(ranked: School) -> None:
    bonus(ranked, "0852", "10")
    page, own = read(ranked.officer, THE_WEEK), f"/classes/0852/?week={MONDAY}"
    assert {words: page.links[words] for words in ("−1.67", "98.33", "+10", "108.33")} == {
        "−1.67": f"{own}#dorm",
        "98.33": own,
        "+10": f"{own}#bonus",
        "108.33": own,
    }


def test_ones_own_class_stands_out(ranked: School) -> None:
    (row,) = re.findall(r'<tr class="[^"]*\bown\b.*?</tr>', read(ranked.nobody, THE_WEEK).html, re.DOTALL)
    assert "0851" in row


@pytest.mark.parametrize(
    "asked", ["week=%00", "week=2026-11-09&group=%00&year=%00", "week=0001-01-01", "week=9999-12-31"]
)
def test_whatever_is_asked_for_is_answered(asked: str, ranked: School) -> None:
    assert read(ranked.nobody, f"/ranking/?{asked}").status in (200, 400, 404)


def test_a_column_for_event_venues_only_where_there_is_anything(ranked: School) -> None:
    head = read(ranked.nobody, THE_WEEK).rows[0]
    assert head == "名次 班级 流动红旗 教室 卫生区 宿舍 值岗 检查分 加分 量化总分 检查"
    ranked.areas["操场"] = Area.objects.create(code="操场", kind="event")
    Responsibility.objects.create(
        area=ranked.areas["操场"], school_class=ranked.classes["0852"], starts_on=date(2026, 8, 31)
    )
    ranked.verified("操场", None, "area-litter", shift="noon", clock="13:30")
    page = read(ranked.nobody, THE_WEEK)
    assert page.rows[0] == "名次 班级 流动红旗 教室 卫生区 宿舍 值岗 活动 检查分 加分 量化总分 检查"
    assert "−2.00" in page.row("0852")


def test_a_part_of_it_keeps_the_ranks(ranked: School) -> None:
    whole = read(ranked.nobody, THE_WEEK)
    assert list(whole.links)[:8].count("全部") == 1
    letters = read(ranked.nobody, whole.links["文学系"])
    assert letters.row("2101").startswith("1 2101")
    assert "0851" not in letters
    juniors = read(ranked.nobody, whole.links["2010 级"])
    assert "10311" in juniors
    assert "2101" in juniors
    assert "0852" not in juniors
    assert "0852" in read(ranked.nobody, THE_WEEK + "&year=1999&group=x")


def test_the_rules_at_the_foot_are_the_policys(ranked: School) -> None:
    page = read(ranked.nobody, THE_WEEK)
    assert "检查分 = 100 − 各类扣分" in page
    assert "同分先比问题少，再比宿舍，再比教室，还相同就并列。" in page
    assert "红旗取有名次的班的 10%，不足一面算一面。" in page
    assert page.links["评比办法第 1 版"] == "/policies/1/"


def test_the_page_of_the_policy_uses_the_same_words(ranked: School, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COMPARED, "dorm", "寝室")
    for address in (THE_WEEK, "/policies/1/"):
        assert "同分先比问题少，再比寝室，再比教室，还相同就并列。" in read(ranked.nobody, address)


def test_another_policy_tells_other_rules(school: School) -> None:
    first = Policy.objects.get(version=1)
    rules, multipliers = list(first.categories.all()), list(first.multipliers.all())
    second = Policy.objects.create(
        version=2, in_force_from=MONDAY, base=120, bonus_cap=5, group_by="school", rank_on="check", tie_breaks=[],
        flags_per_group=3, min_checks=1,
    )  # fmt: skip
    for rule in rules:
        rule.pk, rule.policy = None, second
        rule.save()
    for multiplier in multipliers:
        multiplier.pk, multiplier.policy = None, second
        multiplier.save()
    school.verified("5413", "clean")
    bonus(school, "0852", "9")
    page = read(school.nobody, THE_WEEK)
    assert "全校 1 个班有名次，流动红旗 1 面" in page
    assert "检查分 = 120 − 各类扣分" in page
    assert "加分最多算 5 分。" in page
    assert "按检查分排名。同分并列。每组前 3 名各一面红旗。" in page
    assert page.row("0852") == "1 0852 流动红旗 — 本周未查 — 本周未查 0 0 120.00 +5 125.00 1 次 加分 +5"


def test_from_week_to_week(ranked: School, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reports.weeks.today", lambda: date(2026, 11, 22))
    page = read(ranked.nobody, THE_WEEK)
    assert page.links["第 10 周"] == "/ranking/?week=2026-11-02"
    assert page.links["第 12 周"] == "/ranking/?week=2026-11-16"
    assert '<option value="2026-11-09" selected>' in page.html
    last = read(ranked.nobody, "/ranking/?week=2026-11-16")
    # The next one has not begun
    assert "第 13 周" not in last.html


def test_a_week_that_reaches_out_of_its_term_is_named_by_a_day_of_the_term(school: School) -> None:
    Term.objects.filter(pk=school.term.pk).update(starts_on=date(2026, 9, 2))
    page = read(school.nobody, "/ranking/?week=2026-09-08")
    assert page.links["第 1 周"] == "/ranking/?week=2026-09-02"
    assert read(school.nobody, page.links["第 1 周"]).status == 200


def test_without_a_week_it_is_the_present_one(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campus.selectors.today", lambda: MONDAY)
    assert "第 11 周卫生排名" in read(school.nobody, "/ranking/")


def test_before_anything_counted_it_says_what_comes(school: School) -> None:
    school.check("5413", "clean", day=MONDAY - 7 * DAY)
    page = read(school.nobody, THE_WEEK)
    assert "这一周还没有分数" in page
    assert not page.rows
    assert "看最近有检查的" not in page
    bonus(school, "0852", "2")
    assert "+2" in read(school.nobody, THE_WEEK).row("0852")


def test_an_empty_week_leads_to_the_last_that_has_a_check(school: School) -> None:
    school.verified("5413", "clean", day=MONDAY - 21 * DAY)
    school.verified("5413", "clean", day=MONDAY - 14 * DAY)
    page = read(school.nobody, THE_WEEK)
    assert page.links["看最近有检查的第 9 周"] == "/ranking/?week=2026-10-26"
    assert read(school.nobody, page.links["看最近有检查的第 9 周"]).row("0852")


def test_a_week_before_all_checks_leads_on_to_the_first_that_has_one(school: School) -> None:
    school.verified("5413", "clean", day=MONDAY - 7 * DAY)
    school.verified("5413", "clean")
    page = read(school.nobody, f"/ranking/?week={MONDAY - 35 * DAY}")
    assert page.links["看最近有检查的第 10 周"] == "/ranking/?week=2026-11-02"


@pytest.mark.parametrize(("weeks", "nearest"), [(1, 6), (2, 6), (3, 10)])
def test_between_two_weeks_with_checks_the_nearer_is_offered_and_of_equals_the_earlier(
    school: School, weeks: int, nearest: int
) -> None:
    school.verified("5413", "clean", day=MONDAY - 35 * DAY)
    school.verified("5413", "clean", day=MONDAY - 7 * DAY)
    page = read(school.nobody, f"/ranking/?week={MONDAY - 35 * DAY + weeks * 7 * DAY}")
    assert f"看最近有检查的第 {nearest} 周" in page.links


def test_a_school_without_classes_says_so(school: School) -> None:
    SchoolClass.objects.update(left_on=date(2020, 1, 1))
    assert "还没有班级" in read(school.admin, THE_WEEK)


@pytest.mark.parametrize("asked", ["x", "2026-02-30", "2026-11-09'", "99999999999"])
def test_what_is_no_date_is_told(asked: str, school: School) -> None:
    page = read(school.nobody, f"/ranking/?week={asked}")
    assert page.status == 400
    assert f"“{asked}”不是日期" in page
    assert page.links["回到本周"] == "/ranking/"


def test_a_day_in_no_term_is_told(school: School) -> None:
    page = read(school.nobody, "/ranking/?week=2026-08-01")
    assert page.status == 404
    assert "2026年8月1日不在任何学期里" in page
    assert page.links["回到本周"] == "/ranking/"


def test_a_school_without_terms_is_told(admin_of_nothing: Client) -> None:
    response = admin_of_nothing.get("/ranking/")
    assert response.status_code == 200
    assert "还没有学期" in response.content.decode()


@pytest.fixture
def admin_of_nothing(db: None, client: Client) -> Client:
    client.force_login(User.objects.create_user("1", "x", name="钱老师"))
    return client


def test_who_is_signed_out_signs_in_first(school: School, client: Client) -> None:
    response = client.get(THE_WEEK)
    assert response.status_code == 302
    assert response["Location"].startswith("/signin/")


def test_it_speaks_english_too(ranked: School, client: Client) -> None:
    client.force_login(ranked.officer)
    client.cookies["django_language"] = "en"
    text = client.get(THE_WEEK).content.decode()
    assert "Ranking of week 11" in text
    assert "Mathematics and Physics" in text


def test_as_many_queries_for_thirty_classes_as_for_three(school: School, client: Client) -> None:
    SchoolClass.objects.filter(code__in=["10311", "2101"]).update(left_on=date(2020, 1, 1))
    three_clean_checks(school, "5413", "5403")
    client.force_login(school.advisor)
    few = queries(client)
    for number in range(27):
        klass = SchoolClass.objects.create(
            code=f"09{number:02}", department=school.classes["0852"].department, entry_year=2009
        )
        room = Room.objects.create(
            building=school.rooms["5413"].building, number=f"6{number:02}", code=f"6{number:02}", floor=6
        )
        Residency.objects.create(room=room, school_class=klass, starts_on=date(2026, 8, 31))
        school.rooms[room.code] = room
        school.verified(room.code, None, "desk-dirty")
    assert len(ranking_of(school.week).rows) == 30
    assert queries(client) == few


def queries(client: Client) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(THE_WEEK).status_code == 200
    return len(captured)


def test_the_longest_without_a_flag_goes_first_once_that_is_known(ranked: School) -> None:
    """Publication will say who had one last; equal ranks then want more flags than are left."""
    last_flags = {"0851": date(2026, 11, 2), "0853": date(2026, 10, 5)}
    (maths, _letters) = ranking_of(ranked.week, last_flags).groups
    assert {row.klass for row in maths.rows if row.flag} == {"0853"}


def test_a_class_away_on_every_school_day_of_a_short_first_week_is_exempt(school: School) -> None:
    """The term starts on a Wednesday: Monday and Tuesday of its first week are no days of it."""
    term = open_term(name="2027 春", starts_on=date(2027, 3, 3), ends_on=date(2027, 7, 4))
    week = term.weeks.get(number=1)
    school.classes["0852"].exemptions.create(starts_on=date(2027, 3, 3), ends_on=date(2027, 3, 20), reason="见习")
    _group, row = ranking_of(week).found("0852")
    assert row.barred == "exempt"
