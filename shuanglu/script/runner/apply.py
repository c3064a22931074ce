"""Folds events into a :class:`RunState`. The same timeline always folds to the same state.

Stage: inside the runner. Events of another step or attempt, and claims without their proof,
change nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from shuanglu.rules.identity.number import birth_date_in
from shuanglu.script.conditions import Known
from shuanglu.script.due import steps_due
from shuanglu.script.model import AskedStep, DisclosureStep, Script, Step
from shuanglu.script.runner.liveness import Challenges
from shuanglu.script.runner.state import RunPhase, RunState
from shuanglu.script.runner.turn import Turn, chosen, failure_of, is_over, taken
from shuanglu.timeline import events as ev

_UNCOUNTED_FAILURES = frozenset({"interrupted", "media_missing", "customer_redo"})
"""Failures that are not the customer's: they do not use up attempts. Once a liveness
challenge was drawn they do, or somebody could begin again until one is drawn that suits;
and once a reading was found incomplete, or it could be asked for without end."""


def fold(script: Script, events: Iterable[ev.Event], state: RunState | None = None) -> RunState:
    """Fold events onto ``state`` (or onto the beginning)."""
    state = state or RunState()
    for event in events:
        state = apply(script, state, event.payload)
    return state


def apply(script: Script, state: RunState, payload: ev.Payload) -> RunState:  # noqa: C901, PLR0911, PLR0912 - one case an event type
    """The state after one event. Events of another step or attempt change nothing."""
    if state.phase is RunPhase.CLOSED:
        return state
    match payload:
        case ev.SessionCreated(circumstances=circumstances):
            return replace(state, known=replace(state.known, circumstances=circumstances))
        case ev.SuitabilityChecked():
            return replace(state, known=replace(state.known, assessed=payload))
        case ev.ConsentRecorded(kind=kind, granted=granted):
            consents = state.consents | {kind} if granted else state.consents - {kind}
            return _opened(replace(state, consents=consents))
        case ev.DeviceChecked():
            return _opened(replace(state, device_checked=True))
        case ev.MediaStored():
            return _opened(replace(state, media_stored=True))
        case ev.RouteStaffed():
            return replace(state, phase=RunPhase.STAFFED)
        case ev.VerdictGiven(outcome=outcome):
            return replace(state, phase=RunPhase.CLOSED, outcome=outcome)
        case ev.StepBegun(step_id=step_id, attempt=attempt) if state.phase is RunPhase.BETWEEN:
            return _begun(state, script.step(step_id), attempt)
        case ev.ScriptStopped() if _may_stop(state, payload):
            return replace(_between(state), phase=RunPhase.FINISHING, stopped=payload)
        case ev.StepFailed(step_id=step_id, reason=reason) if step_id in state.completed:
            return _reopened(script, state, step_id, reason)
        case _ if not _of_current_attempt(state, payload):
            return state
        case ev.StepCompleted() if state.phase is RunPhase.JUDGING and stands(script, state):
            return _completed(script, state)
        case ev.StepFailed(reason=reason):
            return _failed(state, reason)
    return _within_attempt(script, state, payload)


def _within_attempt(script: Script, state: RunState, payload: ev.Payload) -> RunState:
    step = script.step(state.step_id or "")
    match state.phase:
        case RunPhase.PROMPTING:
            return _prompted(state, payload, is_whole_step=isinstance(step, DisclosureStep))
        case RunPhase.AWAITING:
            turn = taken(step, state.turn, payload)
            phase = RunPhase.JUDGING if is_over(step, turn) else RunPhase.AWAITING
            return replace(state, turn=turn, phase=phase)
        case RunPhase.JUDGING if isinstance(payload, ev.FaceCompared):
            return replace(state, turn=taken(step, state.turn, payload))
    return state


def stands(script: Script, state: RunState) -> bool:
    """Whether a ``step.completed`` may be believed: the proof must be in the state itself."""
    return failure_of(script.step(state.step_id or ""), state.turn) is None


def _of_current_attempt(state: RunState, payload: ev.Payload) -> bool:
    found = (getattr(payload, "step_id", None), getattr(payload, "attempt", None))
    return state.step_id is not None and found == (state.step_id, state.attempt)


def _opened(state: RunState) -> RunState:
    """Let the script begin when everything for it is there."""
    ready = (
        state.phase is RunPhase.WAITING
        and state.consents == frozenset(ev.ConsentKind)
        and state.device_checked
        and state.media_stored
    )
    return replace(state, phase=RunPhase.BETWEEN) if ready else state


def _begun(state: RunState, step: Step, attempt: int) -> RunState:
    if step.id in state.completed or attempt != state.attempts.get(step.id, 0) + 1:
        return state
    is_read = isinstance(step, DisclosureStep) and step.reader is not None
    return replace(
        _between(state),
        # Where a person reads there is no speech of the machine's to be heard first.
        phase=RunPhase.AWAITING if is_read else RunPhase.PROMPTING,
        step_id=step.id,
        attempt=attempt,
        attempts={**state.attempts, step.id: attempt},
        turn=Turn(challenges=Challenges(owed=state.liveness_owed.get(step.id, frozenset()))),
    )


def _between(state: RunState) -> RunState:
    return replace(
        state,
        phase=RunPhase.BETWEEN,
        step_id=None,
        attempt=0,
        prompt_started=False,
        meanwhile=None,
        prompt_played=False,
        unproved=0,
        turn=Turn(),
    )


def _prompted(state: RunState, payload: ev.Payload, *, is_whole_step: bool) -> RunState:
    match payload:
        case ev.PromptStarted(meanwhile=meanwhile):
            return replace(state, prompt_started=True, meanwhile=meanwhile)
        case ev.PromptInterrupted(reason="proof_insufficient" | "proof_missing"):
            return replace(state, prompt_started=False, unproved=state.unproved + 1)
        case ev.PromptInterrupted():
            return replace(state, prompt_started=False)
        case ev.PromptPlayed() if state.prompt_started:
            phase = RunPhase.JUDGING if is_whole_step else RunPhase.AWAITING
            return replace(state, prompt_played=True, phase=phase)
    return state


def _may_stop(state: RunState, stopped: ev.ScriptStopped) -> bool:
    """A script is stopped by a judgement, or where a step's attempts are used up."""
    of = (stopped.step_id, stopped.attempt)
    if state.phase is RunPhase.JUDGING:
        return of == (state.step_id, state.attempt)
    attempt = state.attempts.get(stopped.step_id, 0)
    return state.phase is RunPhase.BETWEEN and attempt == stopped.attempt


def _completed(script: Script, state: RunState) -> RunState:
    step = script.step(state.step_id or "")
    completed = state.completed | {step.id}
    after = replace(_between(state), completed=completed, known=_learned(step, state))
    done = all(each.id in completed for each in steps_due(script, after.known))
    return replace(after, phase=RunPhase.FINISHING) if done else after


def _learned(step: Step, state: RunState) -> Known:
    """What a completed step tells of the customer and of his answers."""
    known, turn = state.known, state.turn
    if turn.card.confirmed is not None:
        # Another card may be another customer's: what was counted is asked again.
        born = birth_date_in(turn.card.confirmed.number)
        known = replace(known, birth_date=born, assessed=None)
    if turn.questionnaire is not None:
        known = replace(known, risk_level=turn.questionnaire.level)
    if isinstance(step, AskedStep) and (choice := chosen(step, turn)) is not None:
        known = replace(known, answers={**known.answers, step.id: choice.id})
    return known


def _failed(state: RunState, reason: str) -> RunState:
    if state.phase not in {RunPhase.PROMPTING, RunPhase.AWAITING, RunPhase.JUDGING}:
        return state
    step_id, challenges = state.step_id or "", state.turn.challenges
    if challenges.owed:
        owed = {**state.liveness_owed, step_id: challenges.owed}
        state = replace(state, liveness_owed=owed)
    begun_anew = challenges.drawn > 0 or state.turn.reading.rounds > 0
    counts = reason not in _UNCOUNTED_FAILURES or begun_anew
    return _between(_counted(state, step_id, reason) if counts else state)


def _reopened(script: Script, state: RunState, step_id: str, reason: str) -> RunState:
    """A completed step no longer stands; the confirmation covered it, so it falls too."""
    if state.phase not in {RunPhase.BETWEEN, RunPhase.FINISHING} or state.stopped is not None:
        return state
    counts = reason not in _UNCOUNTED_FAILURES
    after = _between(_counted(state, step_id, reason) if counts else state)
    return replace(after, completed=state.completed - {step_id, script.steps[-1].id})


def _counted(state: RunState, step_id: str, reason: str) -> RunState:
    before = state.counted_failures.get(step_id, ())
    failures = {**state.counted_failures, step_id: (*before, reason)}
    return replace(state, counted_failures=failures)
