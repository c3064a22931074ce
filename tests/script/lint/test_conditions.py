"""Conditions that ask about what is not known, and steps that nobody comes to."""

from __future__ import annotations

import pytest

from shuanglu.script.lint import lint
from tests.script.lint.texts import RISK, ask, found, line_of, only, small


def test_a_condition_on_a_later_step_or_on_itself_is_a_cycle() -> None:
    later = ask("first", "when: {answer: second, is: [yes-it-is]}")
    text = small(later, ask("second"))
    finding = only(text, "cycle")
    assert finding.line == line_of(text, "answer: second")
    assert not found(text, "not_a_script"), "its cause was told"
    itself = small(ask("first", "when: {not: {answer: first, is: [yes-it-is]}}"))
    assert only(itself, "cycle").path == "steps.0.when.not.answer"
    round_trip = small(
        ask("first", "when: {answer: second, is: [yes-it-is]}"),
        ask("second", "when: {answer: first, is: [yes-it-is]}"),
    )
    assert only(round_trip, "cycle").line == line_of(round_trip, "answer: second")


def test_a_condition_on_a_step_that_is_not_there() -> None:
    text = small(ask("first"), ask("second", "when: {any: [{answer: frist, is: [yes-it-is]}]}"))
    finding = only(text, "unknown_step")
    assert finding.line == line_of(text, "frist")
    assert "frist" in finding.message.zh


@pytest.mark.parametrize(
    ("fact", "kind"), [("age, at_least: 65", "identity"), ("risk_level, is: [3]", "questionnaire")]
)
def test_what_is_found_out_only_later_cannot_be_asked_about(fact: str, kind: str) -> None:
    text = small(RISK, ask("first", f"when: {{fact: {fact}}}"))
    finding = only(text, "not_known_yet")
    assert finding.line == line_of(text, "fact: ")
    assert kind in finding.message.en


def test_a_circumstance_must_be_listed_or_nobody_tells_it() -> None:
    steps = (RISK, ask("first", "when: {fact: channel, is: [remote]}"))
    text = small(*steps)
    finding = only(text, "never_told")
    assert finding.line == line_of(text, "fact: channel")
    assert not found(small(*steps, head="circumstances: [channel]\n"), "never_told")


@pytest.mark.parametrize(
    "when",
    [
        "{answer: first, is: [no-it-is-not]}",
        "{answer: first, is: [moon]}",
        "{all: [{fact: product_risk, below: 3}, {fact: product_risk, at_least: 4}]}",
        "{fact: product_risk, at_least: 6}",
        "{fact: channel, is: [mars]}",
    ],
)
def test_a_step_that_nobody_comes_to(when: str) -> None:
    """A refused answer ends the attempt, so nothing can follow from it."""
    text = small(
        ask("first"),
        ask("never", f"when: {when}"),
        head="circumstances: [product_risk, channel]\n",
    )
    finding = only(text, "unreachable")
    assert finding.line == line_of(text, "when:")
    assert not lint(text).is_publishable


def test_more_combinations_than_can_be_looked_at_are_refused_not_tried() -> None:
    names = [f"ask-{number}" for number in range(17)]
    conditions = ", ".join(f"{{answer: {name}, is: [yes-it-is]}}" for name in names)
    both = "- {id: no-it-is-not, label: {zh: 不清楚, en: I do not}, accepted: "
    asks = [ask(name).replace(f"{both}false", f"{both}true") for name in names]
    text = small(*asks, ask("last", f"when: {{any: [{conditions}]}}"))
    assert only(text, "too_many_combinations").level == "error"


def test_a_limit_that_can_never_be_kept() -> None:
    talk = RISK.replace("disclosure", "talk") + "    min_ms: 20000\n    time_limit_s: 20\n"
    text = small(talk)
    assert only(text, "no_time").line == line_of(text, "time_limit_s")
    assert not found(small(talk.replace("time_limit_s: 20", "time_limit_s: 21")), "no_time")
