"""Whatever the script and whatever comes in: legal moves, one state, no step left out unseen."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from shuanglu.script.due import steps_due
from shuanglu.script.model import Script
from shuanglu.script.runner import (
    TRANSITIONS,
    Append,
    RunPhase,
    RunState,
    apply,
    decide,
    fold,
    next_step_id,
)
from shuanglu.script.verdict import judge
from shuanglu.timeline import events as ev
from tests.script.any_script import any_customer, any_run, any_script
from tests.script.scripts import chained, opening

Run = tuple[Script, list[ev.Payload]]
FEW = settings(max_examples=60)


def states(script: Script, history: list[ev.Payload]) -> Iterator[RunState]:
    state = RunState()
    yield state
    for payload in history:
        state = apply(script, state, payload)
        yield state


@given(any_run())
@FEW
def test_only_legal_moves(run: Run) -> None:
    phases = [state.phase for state in states(*run)]
    for before, after in pairwise(phases):
        assert after is before or after in TRANSITIONS[before]


@given(any_run(), st.integers(min_value=0, max_value=200))
@FEW
def test_the_same_timeline_cut_anywhere_is_the_same_state(run: Run, cut: int) -> None:
    script, history = run
    events = chained(history)
    resumed = fold(script, events[cut:], fold(script, events[:cut]))
    assert resumed == fold(script, events)


@given(any_run())
@FEW
def test_no_step_is_begun_that_does_not_apply(run: Run) -> None:
    script, history = run
    for state in states(script, history):
        due = {step.id for step in steps_due(script, state.known)}
        assert next_step_id(script, state) in {None, *due - state.completed}
        match decide(script, state):
            case Append(payload=ev.StepBegun(step_id=step_id)):
                assert step_id in due
                assert step_id not in state.completed


@given(any_run())
@FEW
def test_what_the_runner_appends_always_moves_it_on(run: Run) -> None:
    script, history = run
    for state in states(script, history):
        match decide(script, state):
            case Append(payload=payload):
                assert apply(script, state, payload) != state


@given(any_run())
@FEW
def test_a_record_that_lacks_a_step_that_applies_is_never_complete(run: Run) -> None:
    script, history = run
    events = chained(history)
    verdict, state = judge(script, events), fold(script, events)
    completed = {p.step_id for p in history if isinstance(p, ev.StepCompleted)}
    lacking = {step.id for step in steps_due(script, state.known)} - state.completed
    assert {missing.step_id for missing in verdict.missing} >= lacking
    assert state.completed <= completed
    if verdict.outcome is not ev.Outcome.INCOMPLETE:
        assert not lacking
        assert state.stopped is None
        assert state.phase is RunPhase.FINISHING


@given(st.data())
@settings(max_examples=25)
def test_a_crash_at_any_event_goes_on_at_the_same_step(data: st.DataObject) -> None:
    """And comes to the same end: what was done is not done again, nothing is passed over."""
    script = data.draw(any_script())
    customer = data.draw(any_customer(script))
    history = customer.way()
    straight = judge(script, chained(history))
    before_the_script = len(opening()) + 2
    cut = data.draw(st.integers(min_value=before_the_script, max_value=len(history)))
    state = fold(script, chained(history[:cut]))
    resumed = history[:cut]
    if state.phase in {RunPhase.PROMPTING, RunPhase.AWAITING} and state.step_id:
        resumed = [
            *resumed,
            ev.StepFailed(step_id=state.step_id, attempt=state.attempt, reason="interrupted"),
        ]
        again = fold(script, chained(resumed))
        used_up = len(again.counted_failures.get(state.step_id, ()))
        if used_up >= script.step(state.step_id).max_attempts:
            return  # a challenge had been drawn: beginning again has used up the attempts
        begun = ev.StepBegun(step_id=state.step_id, attempt=state.attempt + 1)
        assert decide(script, again) == Append(begun)
    ended = judge(script, chained(customer.way(resumed)))
    assert (ended.outcome, ended.missing) == (straight.outcome, straight.missing)
