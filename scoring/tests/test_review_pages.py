"""The review's pages: look, decide, go on to the next one; with scripts and without."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from config.tests.school import MONDAY, School
from inspections.models import Inspection
from scoring.models import Entry, Return, SetAside, Verification

HTMX = {"HX-Request": "true"}


@pytest.fixture
def reviewer(school: School, client: Client) -> Client:
    client.force_login(school.reviewer)
    return client


def text(response: Any) -> str:
    """What a person reads of a page."""
    html = re.sub(r"<(script|template|head)\b.*?</\1>", " ", response.content.decode(), flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def told(response: Any) -> list[str]:
    html = re.sub(r"<template.*?</template>", "", response.content.decode(), flags=re.S)
    region = html[html.index('id="messages"') if 'id="messages"' in html else html.index(":#messages") :]
    return re.findall(r'<div class="message[^>]*>\s*<p>(.*?)</p>', region, flags=re.S)


def passed(check: Inspection) -> bool:
    return Verification.objects.filter(inspection=check).exists()


# Looking


def test_the_queue_tells_what_was_found_by_whom_and_what_it_costs(school: School, reviewer: Client) -> None:
    school.check("5420", None, {"defect": "bags-hanging", "school_class": "0853"}, "hats-hanging", clock="19:58")
    said = text(reviewer.get("/review/"))
    assert "1 条待审核" in said
    assert "19:58 5420 混合 物品悬挂 袋子乱挂 0853、帽子乱挂 未定班级 −2 王同学" in said


def test_one_check_tells_all_that_a_decision_needs(school: School, reviewer: Client) -> None:
    check = school.check("5413", None, {"defect": "bags-hanging", "corrected": True}, clock="19:52")
    school.check("5413", by=school.inspector2, clock="20:05")
    said = text(reviewer.get(f"/review/{check.pk}/"))
    assert "5413 0852 班 −0.5" in said
    assert "物品悬挂 袋子乱挂 −0.5 当场整改" in said
    assert "王同学 11月9日 周一 19:52 晚检，即时收到" in said
    assert "宿舍 第 1 版" in said
    assert "同一班次记了 2 条，通过一条，其余就搁置 19:52 王同学 物品悬挂 袋子乱挂 −0.5 20:05 李同学 干净 0" in said
    assert "要看 1 / 2" in said


def test_before_its_class_is_named_a_finding_is_charged_to_neither(school: School, reviewer: Client) -> None:
    check = school.check("5420", None, "bags-hanging", "hats-hanging")
    said = text(reviewer.get(f"/review/{check.pk}/"))
    assert "5420 0852、0853 班 −2" in said
    assert "扣分 两班暂不扣，待定班级" in said
    partly = school.check("5420", None, "hats-hanging", "room-floor-dirty", shift="noon", clock="12:10")
    said = text(reviewer.get(f"/review/{partly.pk}/"))
    assert "另有 1 处没定班级" in said
    assert "暂不扣" not in said


def test_how_late_it_came_is_told(school: School, reviewer: Client) -> None:
    school.check("5413", late=timedelta(hours=3, minutes=40))
    said = text(reviewer.get("/review/"))
    assert "补传，晚 3 小时" in said
    assert "晚 3 小时收到" in said


def test_what_was_decided_by_whom_and_why_stays_to_be_seen(school: School, reviewer: Client) -> None:
    check = school.check("5413", None, "bags-hanging")
    reviewer.post(f"/review/{check.pk}/return/", {"why": "班级不对", "reason": "是 0853"})
    page = reviewer.get(f"/review/{check.pk}/")
    assert "退回：班级不对：是 0853" in text(page)
    assert "通过这条" not in text(page)


def test_nothing_left_says_so_and_where_to_go_on(school: School, reviewer: Client) -> None:
    school.verified("5413")
    waiting = school.check("5403", day=MONDAY.replace(day=10))
    done = reviewer.get("/review/?date=2026-11-09")
    assert "这天的都审完了 1 条通过 1 条，退回 0 条，搁置 0 条" in text(done)
    assert "接着审11月10日 周二" in text(done)
    reviewer.post("/review/verify/", {"inspection": waiting.pk})
    assert "都审完了" in text(reviewer.get("/review/?date=2026-11-10"))


def test_ones_own_are_listed_apart_and_the_queue_can_be_emptied(school: School, reviewer: Client) -> None:
    school.check("5413", by=school.reviewer)
    school.check("5403", None, "bad-smell", by=school.reviewer)
    waiting = school.check("3318")
    page = text(reviewer.get("/review/?date=2026-11-09"))
    assert "1 条待审核" in page
    assert "通过这 1 条" in page
    assert "本人记的 2 条，由其他审核员审" in page
    reviewer.post("/review/verify/", {"inspection": waiting.pk})
    done = text(reviewer.get("/review/?date=2026-11-09"))
    assert "0 条待审核" in done
    assert "要你审的都审完了 3 条通过 1 条，退回 0 条，搁置 0 条" in done
    assert "今晚" not in done
    assert "本人记的 2 条，由其他审核员审 19:20 5403 0853 空气 异味 本人记的 −1 吴同学" in done


def test_ones_own_class_is_told_from_ones_own_record(school: School, reviewer: Client) -> None:
    school.check("5413", by=school.reviewer)
    school.check("3427", None, "bad-smell", by=school.inspector2)
    page = text(reviewer.get("/review/?date=2026-11-09"))
    assert "本人记的 1 条、需回避的 1 条，由其他审核员审" in page
    assert "空气 异味 本班，需回避 −1" in page


def test_what_was_sent_back_leads_to_the_check(school: School, reviewer: Client) -> None:
    check = school.check("5413", None, "bags-hanging")
    reviewer.post(f"/review/{check.pk}/return/", {"why": "班级不对", "reason": "是 0853"})
    page = reviewer.get("/review/")
    assert "退回 1 条，等检查员更正 19:20 5413 晚检 班级不对：是 0853 11月9日 周一 王同学" in text(page)
    assert f'href="/review/{check.pk}/"' in page.content.decode()
    school.check("5413", None, "bags-hanging", replaces=check.pk)
    assert "等检查员更正" not in text(reviewer.get("/review/"))


@pytest.mark.parametrize("address", ["/review/", "/review/{id}/"])
def test_no_browser_keeps_a_queue_of_yesterday(school: School, reviewer: Client, address: str) -> None:
    check = school.check("5413")
    assert "no-store" in reviewer.get(address.format(id=check.pk))["Cache-Control"]


def test_a_day_without_checks_says_what_will_come(school: School, reviewer: Client) -> None:
    assert "这天没有检查 检查员一记，这里就有。" in text(reviewer.get("/review/"))


@pytest.mark.parametrize(
    "query", ["date=gestern", "shift=night", "kind=moon", "building=%00", "date=2026-13-01&shift="]
)
def test_an_address_typed_wrong_still_opens(school: School, reviewer: Client, query: str) -> None:
    assert reviewer.get(f"/review/?{query}").status_code == 200


# Passing


def test_passing_one_tells_what_gave_way_and_goes_on_to_the_next(school: School, reviewer: Client) -> None:
    first = school.check("5413", None, "bags-hanging", clock="19:52")
    school.check("5413", by=school.inspector2, clock="20:05")
    following = school.check("5403", clock="20:10")
    answer = reviewer.post("/review/verify/", {"inspection": first.pk, "one": "1"}, follow=True)
    assert answer.redirect_chain == [(f"/review/{following.pk}/", 302)]
    assert told(answer) == ["5413 通过了，同一班次的另外 1 条已搁置，不算分"]
    assert passed(first)


def test_the_part_of_the_queue_that_was_asked_for_stays_asked_for(school: School, reviewer: Client) -> None:
    school.check("3318")
    first, second = school.check("5413", clock="19:10"), school.check("5403", None, "bad-smell", clock="19:20")
    query = "?date=2026-11-09&building=5"
    answer = reviewer.post(f"/review/verify/{query}", {"inspection": second.pk, "one": "1"})
    assert answer["Location"] == f"/review/{first.pk}/{query}"
    answer = reviewer.post(f"/review/verify/{query}", {"inspection": first.pk, "one": "1"})
    assert answer["Location"] == f"/review/{query}"


def test_those_ticked_pass_and_a_folded_line_stands_for_all_in_it(school: School, reviewer: Client) -> None:
    one, two, three = school.check("5413"), school.check("5403"), school.check("3318", None, "bad-smell")
    left = school.check("教101")
    answer = reviewer.post("/review/verify/", {"inspection": [f"{one.pk} {two.pk}", three.pk, one.pk]}, follow=True)
    assert told(answer) == ["通过了 3 条"]
    assert answer.redirect_chain == [("/review/", 302)]
    assert not passed(left)


def test_the_rest_is_what_was_seen_and_nothing_is_amiss_with(school: School, reviewer: Client) -> None:
    plain, twin = school.check("5413", None, "bad-smell"), school.check("5403")
    serious = school.check("3318", None, "banned-appliance")
    page = reviewer.get("/review/")
    assert "通过其余 2 条，留 1 条要看" in text(page)
    seen = re.findall(r'name="seen" value="([^"]+)"', page.content.decode())
    assert set(seen) == {str(plain.pk), str(twin.pk)}

    # Meanwhile one comes in that nobody has seen, and one of those seen turns out a duplicate
    unseen = school.check("3501")
    school.check("5403", by=school.inspector2, clock="20:05")
    answer = reviewer.post("/review/verify/", {"rest": "all", "seen": [*seen, serious.pk]}, follow=True)
    assert told(answer) == ["5413 通过了"]
    assert passed(plain)
    assert not any(passed(check) for check in (twin, serious, unseen))


def test_the_rest_leaves_what_its_row_does_not_tell(school: School, reviewer: Client) -> None:
    plain = school.check("5413", None, "bad-smell")
    left = [
        school.check("教102", "refused"),
        school.check("5403", None, {"text": "墙上有字", "points": "1"}),
        school.check("3318", None, "bad-smell", occasion="school"),
        school.check("3501", note="门口有人等着搬床"),
    ]
    page = reviewer.get("/review/")
    said = text(page)
    assert "通过其余 1 条，留 4 条要看" in said
    assert "19:20 3318 0851 空气 异味 校查 ×2 −2" in said
    assert "19:20 5403 0853 墙上有字 自填问题 −1" in said
    assert "19:20 3501 2101 干净 有备注 0" in said
    assert "19:20 教102 0852 拒检 −10" in said
    seen = re.findall(r'name="seen" value="([^"]+)"', page.content.decode())
    answer = reviewer.post(
        "/review/verify/", {"rest": "all", "seen": [*seen, *(str(check.pk) for check in left)]}, follow=True
    )
    assert told(answer) == ["5413 通过了"]
    assert passed(plain)
    assert not any(passed(check) for check in left)


def test_the_rest_of_one_round_leaves_the_others(school: School, reviewer: Client) -> None:
    here, there = school.check("5413"), school.check("3318")
    page = reviewer.get("/review/")
    assert 'value="evening|5|"' in page.content.decode()
    reviewer.post("/review/verify/", {"rest": "evening|5|", "seen": [here.pk, there.pk]})
    assert (passed(here), passed(there)) == (True, False)


def test_an_open_class_is_asked_for_and_named(school: School, reviewer: Client) -> None:
    check = school.check("5420", None, "hats-hanging")
    hat = check.findings.get()
    assert "帽子乱挂，哪个班的 0852 0853" in text(reviewer.get(f"/review/{check.pk}/"))
    held = reviewer.post("/review/verify/", {"inspection": check.pk, "one": "1"}, follow=True)
    assert told(held) == ["5420 没有通过：物品悬挂 帽子乱挂：先定是哪个班"]
    reviewer.post("/review/verify/", {"inspection": check.pk, "one": "1", f"class-{hat.pk}": "0853"})
    assert Entry.objects.get().school_class.code == "0853"


def test_what_passed_before_and_what_is_refused_is_told(school: School, reviewer: Client) -> None:
    done = school.verified("5413")
    own = [school.check("3427", occasion="spot", by=school.inspector2, clock=f"19:{n}0") for n in range(1, 6)]
    ids = [done.pk, *(one.pk for one in own)]
    said = told(reviewer.post("/review/verify/", {"inspection": ids}, follow=True))
    assert said[0] == "5413 之前由吴同学通过了"
    assert said[1] == "3427 没有通过：本班的检查，需回避，由其他审核员审"
    assert said[-1] == "还有 2 条没有通过，一条一条看"


@pytest.mark.parametrize("data", [{}, {"inspection": "nonsense"}, {"rest": "all"}, {"class-x": "0852"}])
def test_nothing_chosen_passes_nothing(school: School, reviewer: Client, data: dict[str, Any]) -> None:
    school.check("5413")
    answer = reviewer.post("/review/verify/", data, follow=True)
    assert told(answer)
    assert not Verification.objects.exists()


# Not passing


@pytest.mark.parametrize(("verb", "record"), [("return", Return), ("set-aside", SetAside)])
def test_a_reason_goes_with_it(school: School, reviewer: Client, verb: str, record: Any) -> None:
    check = school.check("5413", None, "bags-hanging")
    answer = reviewer.post(f"/review/{check.pk}/{verb}/", {"why": "重复", "reason": "整改后又看了一次", "one": "1"})
    assert answer.status_code == 302
    assert record.objects.get().reason == "重复：整改后又看了一次"


def test_what_became_of_it_is_told_with_its_place(school: School, reviewer: Client) -> None:
    one, other = school.check("5413", None, "bags-hanging"), school.check("5403", clock="20:05")
    answer = reviewer.post(f"/review/{one.pk}/return/", {"why": "班级不对"}, follow=True)
    assert told(answer) == ["5413 已退回给王同学，对方在“我记的”里看得到原因"]
    answer = reviewer.post(f"/review/{other.pk}/set-aside/", {"why": "重复"}, follow=True)
    assert told(answer) == ["5403（王同学 20:05 记的）已搁置，不算分"]


def test_what_gave_way_is_told_with_its_place_when_several_pass(school: School, reviewer: Client) -> None:
    first, plain = school.check("5413"), school.check("5403")
    school.check("5413", by=school.inspector2, clock="20:05")
    answer = reviewer.post("/review/verify/", {"inspection": [first.pk, plain.pk]}, follow=True)
    assert told(answer) == ["通过了 2 条，5413 同一班次的另外 1 条已搁置，不算分"]


@pytest.mark.parametrize("verb", ["return", "set-aside"])
@pytest.mark.parametrize("reason", ["", "  ", "字" * 201])
def test_without_a_reason_that_fits_the_check_is_shown_again(
    school: School, reviewer: Client, verb: str, reason: str
) -> None:
    check = school.check("5413", None, "bags-hanging")
    answer = reviewer.post(f"/review/{check.pk}/{verb}/", {"reason": reason, "one": "1"})
    assert answer.status_code == 422
    assert 'id="reason-error"' in answer.content.decode()
    assert reason.strip() in answer.content.decode()
    fragment = reviewer.post(f"/review/{check.pk}/{verb}/", {"reason": reason, "one": "1"}, headers=HTMX)
    assert (fragment.status_code, fragment["HX-Retarget"]) == (422, "#side")
    assert not Return.objects.exists()
    assert not SetAside.objects.exists()


def test_usual_reason_and_own_words_together_keep_within_bounds(school: School, reviewer: Client) -> None:
    check = school.check("5413")
    answer = reviewer.post(f"/review/{check.pk}/return/", {"why": "重复", "reason": "字" * 199, "one": "1"})
    assert answer.status_code == 422
    assert "最多 200 个" in text(answer)


def test_somebody_elses_decision_is_told_and_the_queue_goes_on(school: School, reviewer: Client) -> None:
    check, following = school.verified("5413"), school.check("5403")
    answer = reviewer.post(f"/review/{check.pk}/return/", {"why": "重复", "one": "1"}, follow=True)
    assert told(answer) == ["5413 没有改动：这一条已经通过了"]
    assert answer.redirect_chain == [(f"/review/{following.pk}/", 302)]


# By htmx


def test_a_row_opens_beside_the_list(school: School, reviewer: Client) -> None:
    check = school.check("5413", None, "bags-hanging")
    fragment = reviewer.get(f"/review/{check.pk}/", headers=HTMX | {"HX-Target": "side"}).content.decode()
    assert fragment.lstrip().startswith("<aside")
    assert "<html" not in fragment


def test_the_answer_brings_the_rows_and_what_stands_around_them(school: School, reviewer: Client) -> None:
    check, following = school.check("5413", None, "bags-hanging"), school.check("5403")
    answer = reviewer.post("/review/verify/", {"inspection": check.pk, "one": "1"}, headers=HTMX)
    fragment = answer.content.decode()
    assert answer["HX-Replace-Url"] == f"/review/{following.pk}/"
    for name in ("rounds", "list-head", "side", "dock"):
        assert re.search(rf'id="{name}"[^>]*hx-swap-oob="true"', fragment), name
    assert told(answer) == ["5413 通过了"]
    assert "1 条待审核" in text(answer)
    assert f'aria-label="{following.target.code}"' in fragment


def test_after_the_last_one_the_empty_queue_is_opened(school: School, reviewer: Client) -> None:
    check = school.check("5413")
    answer = reviewer.post("/review/verify/", {"inspection": check.pk, "one": "1"}, headers=HTMX)
    assert answer["HX-Redirect"] == "/review/"
    assert told(reviewer.get("/review/")) == ["5413 通过了"]


# Whose it is


def test_nobody_is_offered_to_pass_his_own(school: School, client: Client) -> None:
    client.force_login(school.reviewer2)
    check = school.check("5403", None, "bags-hanging")
    page = client.get(f"/review/{check.pk}/")
    html = page.content.decode()
    assert "本班的检查，需回避，由其他审核员审" in text(page)
    assert 'type="checkbox"' not in html
    assert "通过" not in re.sub(r'<p class="keys.*?</p>', "", html[html.index('id="main"') :], flags=re.S)
    assert told(client.post("/review/verify/", {"inspection": check.pk}, follow=True)) == [
        "5403 没有通过：本班的检查，需回避，由其他审核员审"
    ]
    refused = client.post(f"/review/{check.pk}/return/", {"why": "重复"}, follow=True)
    assert told(refused) == ["5403 没有改动：本班的检查，需回避，由其他审核员审"]
    assert not Return.objects.exists()


@pytest.mark.parametrize("who", ["inspector", "officer", "head", "admin", "nobody"])
def test_the_review_is_closed_to_who_decides_nothing(school: School, client: Client, who: str) -> None:
    check = school.check("5413", by=school.inspector2)
    client.force_login(school.people[who])
    assert client.get("/review/").status_code == 403
    assert client.get(f"/review/{check.pk}/").status_code == 403
    for address in ("/review/verify/", f"/review/{check.pk}/return/", f"/review/{check.pk}/set-aside/"):
        assert client.post(address, {"inspection": check.pk, "why": "重复"}).status_code == 403
    assert not Verification.objects.exists()


def test_an_unknown_check_and_one_not_to_be_seen_are_not_there(school: School, client: Client) -> None:
    elsewhere = school.check("3501")
    client.force_login(school.advisor)
    for pk in (elsewhere.pk, uuid4()):
        assert client.get(f"/review/{pk}/").status_code == 404
        assert client.post(f"/review/{pk}/return/", {"why": "重复"}).status_code == 404
        assert client.post(f"/review/{pk}/set-aside/", {"why": "重复"}).status_code == 404
        answer = client.post("/review/verify/", {"inspection": pk}, follow=True)
        assert told(answer) == ["有一条 没有通过：没有这条检查"]


def test_an_advisor_sees_why_it_is_not_his_to_decide(school: School, client: Client) -> None:
    check = school.check("5413")
    client.force_login(school.advisor)
    assert "这一条有审核员能审" in text(client.get(f"/review/{check.pk}/"))
    assert "没有要你审的" in text(client.get("/review/"))


@pytest.mark.parametrize("address", ["verify/", "{id}/return/", "{id}/set-aside/"])
def test_a_decision_is_never_a_look(school: School, reviewer: Client, address: str) -> None:
    check = school.check("5413")
    assert reviewer.get(f"/review/{address.format(id=check.pk)}").status_code == 405
    assert reviewer.put(f"/review/{check.pk}/").status_code == 405


# The policy


def test_the_policy_is_told_in_sentences_with_its_figures(school: School, client: Client) -> None:
    client.force_login(school.nobody)
    said = text(client.get("/policies/1/"))
    for sentence in [
        "院查、校查扣的分乘 2",
        "当场整改的，只扣 50%",
        "一次检查最多扣一个班 10 分",
        "每班每周的基础分是 100 分",
        "宿舍：每处取几次检查的平均，班级再取各处的平均，乘 5",
        "检查不足 3 次的",
        "10%",
    ]:
        assert sentence in said
    assert client.get("/policies/2/").status_code == 404
