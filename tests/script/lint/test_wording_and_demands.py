"""What must not be said, cannot be said, or is lacking; with line and clause."""

from __future__ import annotations

import pytest

from shuanglu.script.lint import lint
from tests.script.lint.texts import LIFE, RISK, found, line_of, only, small


def with_words(say: str) -> str:
    return small(RISK.replace("产品有风险。", say))


@pytest.mark.parametrize("say", ["本产品保本。", "这款产品稳赚不赔。", "收益有保障,零风险。"])
def test_a_forbidden_phrase_is_an_error_at_its_line(say: str) -> None:
    text = with_words(say)
    findings = found(text, "forbidden_phrase")
    assert findings
    assert {(f.line, f.clause, f.level) for f in findings} == {
        (line_of(text, "say:"), "REG-26", "error")
    }


@pytest.mark.parametrize(
    "say", ["本产品不保本。", "本产品不保证本金,也不保证收益。", "您以为它保本吗?"]
)
def test_a_denied_or_asked_phrase_is_none(say: str) -> None:
    assert not found(with_words(say), "forbidden_phrase")


def test_what_is_shown_must_not_promise_either() -> None:
    text = small(RISK.replace("zh: 请听", "zh: 保本保收益"))
    assert {finding.path for finding in found(text, "forbidden_phrase")} == {"steps.0.show"}


@pytest.mark.parametrize("sign", ["😀", "【", "™", "₿", "Ω"])
def test_a_sign_that_no_voice_can_say(sign: str) -> None:
    text = with_words(f"产品{sign}有风险。")
    finding = only(text, "unspeakable")
    assert sign in finding.message.zh
    assert finding.line == line_of(text, "say:")


@pytest.mark.parametrize("clause", ["REG-35", "REG-0", "REG-01", "reg-1", "GB-1"])
def test_a_clause_that_the_digest_does_not_hold(clause: str) -> None:
    text = small(RISK.replace("REG-21", clause))
    assert only(text, "unknown_clause").line == line_of(text, "clauses:")


def test_an_unknown_kind_of_sale() -> None:
    text = small(RISK, head="scenario: moon-landing\n")
    finding = only(text, "unknown_scenario")
    assert finding.line == line_of(text, "scenario:")
    assert "life-bank" in finding.message.en


def test_without_the_cooling_off_period_the_clause_and_the_place_are_named() -> None:
    text = without(LIFE, "cooling-off")
    finding = only(text, "lacking")
    assert "犹豫期" in finding.message.zh
    assert (finding.clause, finding.path) == ("REG-10", "steps")
    assert finding.line == line_of(text, "steps:")
    assert not lint(text).is_publishable


def test_a_demand_must_be_met_on_every_way() -> None:
    """Said to some customers only, it is lacking for the others."""
    some = LIFE.replace(
        "  - id: cooling-off\n", "  - id: cooling-off\n    when: {fact: age, below: 60}\n"
    )
    assert [finding.clause for finding in found(some, "lacking")] == ["REG-10"]


def test_the_right_words_under_the_wrong_clause_do_not_meet_a_demand() -> None:
    start = LIFE.index("  - id: cooling-off\n")
    moved = LIFE[:start] + LIFE[start:].replace("clauses: [REG-10]", "clauses: [REG-6]", 1)
    assert "犹豫期" in only(moved, "lacking").message.zh


def test_a_step_of_another_kind_does_not_meet_a_demand() -> None:
    kind = LIFE.replace("  - id: liveness\n    kind: liveness", "  - id: liveness\n    kind: talk")
    text = kind.replace("    passes: 2\n", "")
    assert only(text, "lacking").clause == "REG-29"


def test_a_length_that_misleads_is_a_warning() -> None:
    text = LIFE.replace("estimated_minutes: 15", "estimated_minutes: 2")
    finding = only(text, "too_short")
    assert (finding.level, finding.line) == ("warning", line_of(text, "estimated_minutes"))
    assert lint(text).is_publishable


def without(text: str, step_id: str) -> str:
    """The text without one step and the comment before it."""
    blocks = text.split("  - id: ")
    return "  - id: ".join(block for block in blocks if not block.startswith(f"{step_id}\n"))
