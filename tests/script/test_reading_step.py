"""A disclosure that the agent reads aloud: the runner, and the verdict over its record."""

from __future__ import annotations

from typing import Any

import pytest

from shuanglu.errors import InvalidInputError
from shuanglu.rules.reading import sentences
from shuanglu.script.model import DisclosureStep, Script, parse_script
from shuanglu.script.moments import moment_of
from shuanglu.script.runner import Append, JudgeReading, RunPhase, RunState, apply, decide
from shuanglu.script.verdict import judge
from shuanglu.timeline import events as ev
from tests.script.reading import read_aloud, spoken_words
from tests.script.scripts import chained, done, opening, small_script, stored

SAY = "本产品不保证本金。最大亏损可能是百分之十。您有十五天的犹豫期。"
OF = {"step_id": "risk", "attempt": 1}
BEGUN = [*opening(), ev.StepBegun(**OF)]


def read_script(**change: Any) -> Script:
    """The small script, whose first step the agent reads."""
    whole = small_script(with_person=False).model_dump(mode="json")
    risk = {**whole["steps"][0], "say": SAY, "delivery": {"by": "agent"}, **change}
    return parse_script({**whole, "steps": [risk, *whole["steps"][1:]]})


SCRIPT = read_script()


def read(*without: int, ends_round: bool = False) -> list[ev.Payload]:
    return read_aloud(SCRIPT.step("risk"), 1, without=without, ends_round=ends_round)


def not_evaluated() -> ev.ReadingHeard:
    heard = read(1, 2, 3, ends_round=True)[-1]
    assert isinstance(heard, ev.ReadingHeard)
    return heard.model_copy(update={"not_evaluated": 2, "evaluated": False})


def after(*payloads: ev.Payload, script: Script = SCRIPT) -> RunState:
    state = RunState()
    for payload in payloads:
        state = apply(script, state, payload)
    return state


def test_nothing_is_played_before_it_is_read() -> None:
    state = after(*BEGUN)
    assert state.phase is RunPhase.AWAITING
    assert decide(SCRIPT, state) is None
    assert moment_of(SCRIPT, state) == {"reading"}


def test_all_sentences_complete_it_without_a_tap() -> None:
    state = after(*BEGUN, *read())
    assert decide(SCRIPT, state) == Append(ev.StepCompleted(**OF))


def test_one_sentence_less_does_not_and_nobodys_word_is_taken_for_it() -> None:
    state = after(*BEGUN, *read(2))
    assert (state.phase, decide(SCRIPT, state)) == (RunPhase.AWAITING, None)
    assert "risk" not in after(*BEGUN, *read(2), ev.StepCompleted(**OF)).completed


def test_a_claim_is_checked_and_what_is_missing_is_asked_for_again() -> None:
    claimed = [*BEGUN, *read(2), ev.ReadingClaimed(**OF)]
    assert decide(SCRIPT, after(*claimed)) == JudgeReading("risk", 1)
    checked = [*claimed, *read(2, ends_round=True)]
    state = after(*checked)
    assert (state.phase, state.turn.reading.rounds) == (RunPhase.AWAITING, 1)
    assert decide(SCRIPT, after(*checked, *read())) == Append(ev.StepCompleted(**OF))


@pytest.mark.parametrize(
    ("on_exhausted", "then"),
    [
        (None, ev.RouteStaffed(reason="attempts_used_up")),
        ("stop", ev.ScriptStopped(**OF, reason="attempts_used_up")),
    ],
)
def test_it_is_asked_for_so_often_as_the_step_has_attempts(
    on_exhausted: str | None, then: ev.Payload
) -> None:
    script = read_script(on_exhausted=on_exhausted, max_attempts=2)
    rounds = [ev.ReadingClaimed(**OF), *read(2, ends_round=True)] * 2
    failed = ev.StepFailed(**OF, reason="reading_incomplete")
    state = after(*BEGUN, *rounds, script=script)
    assert decide(script, state) == Append(failed)
    assert decide(script, apply(script, state, failed)) == Append(then)


def test_beginning_again_does_not_win_more_rounds() -> None:
    script = read_script(max_attempts=1)
    again = ev.StepFailed(**OF, reason="customer_redo")
    free = after(*BEGUN, *read(2), again, script=script)
    assert isinstance(decide(script, free), Append)
    assert free.counted_failures == {}
    asked = read_script(max_attempts=2)
    state = after(*BEGUN, ev.ReadingClaimed(**OF), *read(2, ends_round=True), again, script=asked)
    assert state.counted_failures == {"risk": ("customer_redo",)}


def test_what_nobody_could_recognise_goes_to_a_person_and_never_passes() -> None:
    state = after(*BEGUN, ev.ReadingClaimed(**OF), not_evaluated())
    assert decide(SCRIPT, state) == Append(ev.RouteStaffed(reason="reading_not_evaluated"))
    stop = read_script(on_exhausted="stop")
    state = after(*BEGUN, ev.ReadingClaimed(**OF), not_evaluated(), script=stop)
    assert decide(stop, state) == Append(ev.RouteStaffed(reason="reading_not_evaluated"))


def test_a_check_that_nobody_asked_for_ends_no_round() -> None:
    assert after(*BEGUN, *read(2, ends_round=True)).turn.reading.rounds == 0


def test_only_required_sentences_must_be_heard() -> None:
    script = read_script(delivery={"by": "agent", "required": [1, 3]})
    state = after(*BEGUN, *read(2), script=script)
    assert decide(script, state) == Append(ev.StepCompleted(**OF))


@pytest.mark.parametrize("required", [[4], [1, 1], []])
def test_a_required_sentence_is_one_of_the_text(required: list[int]) -> None:
    with pytest.raises(InvalidInputError):
        read_script(delivery={"by": "agent", "required": required})


def test_a_script_without_a_delivery_keeps_its_hash() -> None:
    assert "delivery" not in small_script().model_dump(mode="json")["steps"][0]
    step = SCRIPT.step("risk")
    assert isinstance(step, DisclosureStep)
    assert step.wanted == tuple(range(1, len(sentences(SAY)) + 1))


def whole_record(risk: list[ev.Payload]) -> ev.VerdictGiven:
    others = [step.id for step in SCRIPT.steps[1:]]
    rest = [payload for step_id in others for payload in done(step_id)]
    return judge(SCRIPT, chained([*opening(), stored(600_000, segment=2), *risk, *rest]))


def test_a_record_of_a_reading_is_complete() -> None:
    verdict = whole_record([ev.StepBegun(**OF), *read(), ev.StepCompleted(**OF)])
    assert verdict.outcome is ev.Outcome.COMPLETE


def test_facts_without_the_words_that_they_tell_of_prove_nothing() -> None:
    """A ``reading.heard`` of words that are not in the record."""
    invented = [ev.StepBegun(**OF), read()[-1], ev.StepCompleted(**OF)]
    other = [ev.StepBegun(**OF), spoken_words("今天下雨", number=90), *invented[1:]]
    for risk in (invented, other):
        verdict = whole_record(risk)
        assert verdict.missing == (ev.Missing(step_id="risk", reason="reading_not_proved"),)


def test_a_record_without_one_sentence_is_incomplete() -> None:
    verdict = whole_record([ev.StepBegun(**OF), *read(3), ev.StepCompleted(**OF)])
    assert verdict.outcome is ev.Outcome.INCOMPLETE
