"""Who reads: an agent only where there is one."""

from __future__ import annotations

import pytest

from shuanglu.script.lint import lint
from tests.script.lint.texts import line_of, small

READ = """\
  - id: risk
    kind: disclosure
    title: {zh: 风险, en: risk}
    clauses: [REG-21]
    say: 产品有风险。您可能会亏钱。
    show: {zh: 请听, en: Please listen}
    delivery: {by: agent}
"""
CIRCUMSTANCES = "circumstances: [channel]\n"


def when(channels: str) -> str:
    return READ + f"    when: {{fact: channel, is: [{channels}]}}\n"


@pytest.mark.parametrize(
    ("step", "found"),
    [
        (READ, ("warning", "maybe_no_reader")),
        (when("counter, remote"), ("warning", "maybe_no_reader")),
        (when("self_service"), ("error", "no_reader")),
        (when("counter, field"), None),
    ],
    ids=["anywhere", "remote too", "alone only", "beside the customer"],
)
def test_an_agent_reads_only_where_there_is_one(step: str, found: tuple[str, str] | None) -> None:
    text = small(step, head=CIRCUMSTANCES)
    findings = [each for each in lint(text).findings if "reader" in each.code]
    assert [(each.level, each.code) for each in findings] == ([found] if found else [])
    assert all(each.line == line_of(text, "delivery") for each in findings)


def test_a_number_of_no_sentence_is_named() -> None:
    wrong = READ.replace("by: agent", "by: agent, required: [3]")
    assert any("sentences" in each.message.en for each in lint(small(wrong)).findings)
