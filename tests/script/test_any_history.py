"""Whatever comes in whatever order: only legal moves, one state, and nothing missing unnamed."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from shuanglu.script.runner import (
    TRANSITIONS,
    Append,
    Challenge,
    RunPhase,
    RunState,
    apply,
    decide,
    fold,
)
from shuanglu.script.verdict import judge
from shuanglu.timeline import events as ev
from tests.script.histories import SCRIPT, any_history
from tests.script.scripts import chained

STEP_IDS = {step.id for step in SCRIPT.steps}


@given(any_history())
def test_only_legal_moves_from_any_order_of_events(history: list[ev.Payload]) -> None:
    state = RunState()
    for payload in history:
        after = apply(SCRIPT, state, payload)
        if after.phase is not state.phase:
            assert after.phase in TRANSITIONS[state.phase]
        state = after


@given(any_history(), st.integers(min_value=0, max_value=80))
def test_folding_in_two_parts_gives_the_same_state(history: list[ev.Payload], cut: int) -> None:
    events = chained(history)
    resumed = fold(SCRIPT, events[cut:], fold(SCRIPT, events[:cut]))
    assert resumed == fold(SCRIPT, events)
    assert decide(SCRIPT, resumed) == decide(SCRIPT, fold(SCRIPT, events))


@given(any_history())
def test_a_judgement_is_always_accepted(history: list[ev.Payload]) -> None:
    """Whatever the runner wants appended moves it on: it never asks for the same twice."""
    state = fold(SCRIPT, chained(history))
    if state.phase is RunPhase.JUDGING:
        action = decide(SCRIPT, state)
        assert isinstance(action, Append)
        assert apply(SCRIPT, state, action.payload).phase is not RunPhase.JUDGING


@given(any_history())
def test_no_challenge_is_asked_twice_or_beside_another(history: list[ev.Payload]) -> None:
    state = RunState()
    for payload in history:
        state = apply(SCRIPT, state, payload)
        action = decide(SCRIPT, state)
        if isinstance(action, Challenge):
            assert state.turn.challenges.open is None
            assert action.due <= action.left
            assert action.due
            assert not action.left & state.turn.challenges.used


@given(any_history())
def test_whatever_is_missing_is_named(history: list[ev.Payload]) -> None:
    events = chained(history)
    verdict = judge(SCRIPT, events)
    state = fold(SCRIPT, events)
    assert {m.step_id for m in verdict.missing} >= STEP_IDS - state.completed
    if verdict.outcome is not ev.Outcome.INCOMPLETE:
        assert state.completed == STEP_IDS
        assert not strangers(history, state)
    if verdict.outcome is ev.Outcome.COMPLETE:
        assert not severe(history)
        assert len(passed(history, state)) >= 2
        assert compared_as(history, state, "card") == {ev.FaceOutcome.SAME}
        assert compared_as(history, state, "answer") == {ev.FaceOutcome.SAME}
        assert compared_as(history, state, "signature") == {ev.FaceOutcome.SAME}


def standing(payload: ev.Payload, state: RunState) -> bool:
    of = (getattr(payload, "step_id", None), getattr(payload, "attempt", None))
    return of in state.attempts.items()


def strangers(history: Sequence[ev.Payload], state: RunState) -> list[ev.Payload]:
    return [
        p
        for p in history
        if isinstance(p, ev.FaceCompared)
        and p.outcome is ev.FaceOutcome.OTHER
        and standing(p, state)
    ]


def severe(history: Sequence[ev.Payload]) -> list[ev.Payload]:
    return [p for p in history if isinstance(p, ev.AlertRaised) and p.severity == "severe"]


def passed(history: Sequence[ev.Payload], state: RunState) -> set[ev.ChallengeKind]:
    return {
        p.kind
        for p in history
        if isinstance(p, ev.LivenessJudged)
        and p.outcome is ev.ChallengeOutcome.PASSED
        and standing(p, state)
    }


def compared_as(
    history: Sequence[ev.Payload], state: RunState, purpose: str
) -> set[ev.FaceOutcome]:
    return {
        p.outcome
        for p in history
        if isinstance(p, ev.FaceCompared) and p.purpose == purpose and standing(p, state)
    }
