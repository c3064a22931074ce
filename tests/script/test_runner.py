"""The runner walks only legal moves, and never completes a record that lacks something."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuanglu.errors import InvalidInputError
from shuanglu.script.model import parse_script
from shuanglu.script.runner import (
    Append,
    Finish,
    JudgeAnswer,
    PlayPrompt,
    RunPhase,
    RunState,
    decide,
    fold,
)
from shuanglu.script.runner.decide import MAX_UNPROVED
from shuanglu.script.verdict import judge
from shuanglu.timeline import events as ev
from tests.script.scripts import (
    PROOF,
    chained,
    done,
    opening,
    prompted,
    signature,
    small_script,
    stored,
    whole_history,
)

SCRIPT = small_script()
STEP_IDS = [step.id for step in SCRIPT.steps]


def state_after(*payloads: ev.Payload) -> RunState:
    return fold(SCRIPT, chained(payloads))


def test_the_script_waits_for_consents_device_check_and_stored_media() -> None:
    whole = opening()
    for left_out in (0, 1, 2, 4):
        state = state_after(*(p for i, p in enumerate(whole) if i != left_out))
        assert state.phase is RunPhase.WAITING
        assert decide(SCRIPT, state) is None
    assert state_after(*whole).phase is RunPhase.BETWEEN


def test_each_step_begins_prompts_awaits_and_completes() -> None:
    history = opening()
    for step_id in STEP_IDS:
        assert not isinstance(decide(SCRIPT, state_after(*history)), Finish)
        begin = decide(SCRIPT, state_after(*history))
        assert begin == Append(ev.StepBegun(step_id=step_id, attempt=1))
        state = state_after(*history, ev.StepBegun(step_id=step_id, attempt=1))
        assert decide(SCRIPT, state) == PlayPrompt(step_id, 1)
        *before, completed = done(step_id)
        assert decide(SCRIPT, state_after(*history, *before)) == Append(completed)
        history += done(step_id)
    assert decide(SCRIPT, state_after(*history)) == Finish()


def test_a_tap_is_judged_and_a_refused_answer_fails_the_attempt() -> None:
    step = {"step_id": "ask", "attempt": 1}
    history = [*opening(), *done("risk"), *prompted("ask", 1), ev.AnswerTapped(**step, choice="no")]
    assert decide(SCRIPT, state_after(*history)) == JudgeAnswer("ask", 1, "no")
    history.append(ev.AnswerJudged(**step, accepted=False, basis="choice_refused"))
    failed = ev.StepFailed(**step, reason="answer_refused")
    assert decide(SCRIPT, state_after(*history)) == Append(failed)
    again = decide(SCRIPT, state_after(*history, failed))
    assert again == Append(ev.StepBegun(step_id="ask", attempt=2))


def test_used_up_attempts_lead_to_a_person_and_interruptions_do_not_count() -> None:
    history = [*opening(), *done("risk")]
    for attempt in range(1, 6):
        history += prompted("ask", attempt)
        history.append(ev.StepFailed(step_id="ask", attempt=attempt, reason="interrupted"))
    assert isinstance(decide(SCRIPT, state_after(*history)), Append)
    for attempt in (6, 7):
        history += prompted("ask", attempt)
        history.append(ev.StepFailed(step_id="ask", attempt=attempt, reason="answer_refused"))
    staffed = ev.RouteStaffed(reason="attempts_used_up")
    assert decide(SCRIPT, state_after(*history)) == Append(staffed)
    assert state_after(*history, staffed).phase is RunPhase.STAFFED


def test_a_forged_completion_without_its_proof_changes_nothing() -> None:
    history = [*opening(), ev.StepBegun(step_id="risk", attempt=1)]
    forged = ev.StepCompleted(step_id="risk", attempt=1)
    assert state_after(*history, forged) == state_after(*history)


@pytest.mark.parametrize(
    ("face", "reason"), [("absent", "face_missing"), ("several", "several_faces")]
)
def test_a_signature_without_the_one_face_fails(face: str, reason: str) -> None:
    history = [*opening()]
    for step_id in ("risk", "ask", "paper"):
        history += done(step_id)
    history += [*prompted("sign", 1), signature("sign", 1, face=face)]
    action = decide(SCRIPT, state_after(*history))
    assert isinstance(action, Append)
    assert isinstance(action.payload, ev.StepFailed)
    assert action.payload.reason == reason


def test_the_whole_history_is_complete() -> None:
    assert judge(SCRIPT, chained(whole_history())).outcome is ev.Outcome.COMPLETE


@given(st.integers(min_value=0, max_value=len(whole_history()) - 1))
def test_without_any_one_event_the_record_is_not_complete(left_out: int) -> None:
    history = [p for i, p in enumerate(whole_history()) if i != left_out]
    assert judge(SCRIPT, chained(history)).outcome is not ev.Outcome.COMPLETE


def test_a_step_outside_stored_media_is_missing() -> None:
    history = whole_history()
    history[4] = stored(5_000)
    verdict = judge(SCRIPT, chained(history))
    assert verdict.outcome is ev.Outcome.INCOMPLETE
    assert {m.reason for m in verdict.missing} == {"media_missing"}


def test_a_proof_that_does_not_suffice_is_not_believed_again() -> None:
    silent = PROOF.model_copy(update={"audio_energy": 0.0})
    history = [
        p.model_copy(update={"proof": silent})
        if isinstance(p, ev.PromptPlayed) and p.step_id == "risk"
        else p
        for p in whole_history()
    ]
    verdict = judge(SCRIPT, chained(history))
    assert verdict.missing == (ev.Missing(step_id="risk", reason="playback_not_proved"),)


def test_a_check_that_could_not_run_asks_for_review() -> None:
    history = [
        signature("sign", 1, face="not_evaluated") if isinstance(p, ev.SignatureMade) else p
        for p in whole_history()
    ]
    verdict = judge(SCRIPT, chained(history))
    assert verdict.outcome is ev.Outcome.NEEDS_REVIEW
    assert verdict.not_evaluated == (ev.Missing(step_id="sign", reason="face_not_evaluated"),)


def test_a_reopened_step_takes_the_confirmation_with_it() -> None:
    lost = ev.StepFailed(step_id="ask", attempt=1, reason="media_missing")
    state = state_after(*whole_history(), lost)
    assert state.completed == {"risk", "paper", "sign", "card", "alive"}
    assert decide(SCRIPT, state) == Append(ev.StepBegun(step_id="ask", attempt=2))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"version": 0}, "version"),
        ({"colour": "red"}, "colour"),
        ({"steps": []}, "steps"),
        ({"minimum_assurance": "a promise"}, "minimum_assurance"),
    ],
)
def test_a_bad_script_is_refused_with_the_field(change: dict[str, object], field: str) -> None:
    data = {**SCRIPT.model_dump(mode="json"), **change}
    with pytest.raises(InvalidInputError) as refused:
        parse_script(data)
    assert refused.value.field == field


def cut(reason: str) -> list[ev.Payload]:
    """A speech that was sent, and does not count."""
    _, started, _ = prompted("risk", 1)
    step = {"step_id": "risk", "attempt": 1, "reason": reason}
    return [started, ev.PromptInterrupted.model_validate(step)]


def test_a_speech_that_is_never_proved_calls_a_person() -> None:
    history = [*opening(), ev.StepBegun(step_id="risk", attempt=1)]
    for time in range(MAX_UNPROVED):
        assert isinstance(decide(SCRIPT, state_after(*history)), PlayPrompt)
        history += cut("proof_missing" if time % 2 else "proof_insufficient")
    called = decide(SCRIPT, state_after(*history))
    assert isinstance(called, Append)
    assert called.payload == ev.RouteStaffed(reason="playback_not_proved")
    assert state_after(*history, called.payload).phase is RunPhase.STAFFED


def test_who_leaves_the_page_hears_it_again_as_often_as_he_likes() -> None:
    history = [*opening(), ev.StepBegun(step_id="risk", attempt=1)]
    history += cut("page_hidden") * (2 * MAX_UNPROVED)
    assert isinstance(decide(SCRIPT, state_after(*history)), PlayPrompt)
