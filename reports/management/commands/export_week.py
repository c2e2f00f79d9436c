"""`export_week [--week YYYY-MM-DD] [--json]`: the raw facts behind a week's ranking, and nothing computed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from campus.selectors import school_zone
from campus.templatetags.figures import points
from inspections.drafts import figure
from reports.exports import facts_shape
from reports.management.weekly import WeekCommand
from scoring.selectors import CheckFacts, Facts, facts_of


class Command(WeekCommand):
    help = "Print the raw facts behind a week's ranking: policy, classes, checks, findings, bonuses, reversals."

    def handle(self, *args: Any, **options: Any) -> None:
        facts = facts_of(self.week(options["week"]))
        if options["json"]:
            self.print_json(facts_shape(facts))
            return
        for line in _table(facts):
            self.stdout.write(line)


def _table(facts: Facts) -> Iterator[str]:
    week = facts.week
    yield f"{week.term} week {week.number}, {week.starts_on} to {week.ends_on}, policy {facts.policy.version}"
    yield f"{len(facts.classes)} classes, {len(facts.checks)} checks, {len(facts.bonuses)} bonus lines"
    yield ""
    yield from (_check(one) for one in facts.checks)
    yield from (f"bonus {one.line.klass} {points(one.line.points)} {one.reason}" for one in facts.bonuses)
    for reversal in facts.reversals:
        whole = "in full" if reversal.full else "in part"
        line = f"{reversal.klass} {reversal.category} {points(reversal.points)} {whole} {reversal.reverses or ''}"
        yield f"given back {line}".rstrip()


def _check(one: CheckFacts) -> str:
    check = one.check
    found = ", ".join(
        f"{figure(finding.points)}"
        + (f" {finding.klass}" if finding.klass else "")
        + (" serious" if finding.serious else "")
        + (" corrected" if finding.corrected else "")
        for finding in check.findings
    )
    when = f"{one.performed_at.astimezone(school_zone()):%Y-%m-%d %H:%M}"
    return f"{when} {check.target} {check.outcome} [{' '.join(check.classes)}] {found}".rstrip()
