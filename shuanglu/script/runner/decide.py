"""Says what must happen next, from the state alone.

Stage: inside the runner. It never plays, waits or appends: the director does.
"""

from __future__ import annotations

from typing import Literal

from shuanglu.script.model import IdentityStep, LivenessStep, QuestionStep, Script, Step
from shuanglu.script.runner.actions import (
    Action,
    Append,
    CaptureCard,
    Challenge,
    CompareFace,
    Finish,
    JudgeAnswer,
    PlayPrompt,
)
from shuanglu.script.runner.state import RunPhase, RunState
from shuanglu.script.runner.turn import failure_of
from shuanglu.timeline import events as ev


def decide(script: Script, state: RunState) -> Action | None:
    """What must happen next, or nothing while it is the customer's turn."""
    match state.phase:
        case RunPhase.BETWEEN:
            return _next_step(script, state)
        case RunPhase.PROMPTING if not state.prompt_started:
            return PlayPrompt(step_id=state.step_id or "", attempt=state.attempt)
        case RunPhase.AWAITING:
            return _in_turn(script.step(state.step_id or ""), state)
        case RunPhase.JUDGING:
            return Append(_judgement(script, state))
        case RunPhase.FINISHING:
            return Finish()
    return None


def next_step_id(script: Script, state: RunState) -> str | None:
    """The first step that is not completed, in script order."""
    return next((step.id for step in script.steps if step.id not in state.completed), None)


def _next_step(script: Script, state: RunState) -> Action | None:
    step_id = next_step_id(script, state)
    if step_id is None:
        return None
    step = script.step(step_id)
    failures = state.counted_failures.get(step_id, ())
    if len(failures) >= step.max_attempts:
        return Append(ev.RouteStaffed(reason=_used_up(step, failures)))
    return Append(ev.StepBegun(step_id=step_id, attempt=state.attempts.get(step_id, 0) + 1))


def _used_up(
    step: Step, failures: tuple[str, ...]
) -> Literal["attempts_used_up", "liveness_inconclusive"]:
    """A lockout, or a liveness that could never be told either way: a person decides both."""
    locked = not isinstance(step, LivenessStep) or "liveness_failed" in failures
    return "attempts_used_up" if locked else "liveness_inconclusive"


def _in_turn(step: Step, state: RunState) -> Action | None:
    match step:
        case QuestionStep() if state.choice:
            return JudgeAnswer(step.id, state.attempt, state.choice)
        case IdentityStep():
            return _with_card(step, state)
        case LivenessStep():
            return _next_challenge(step, state)
    return None


def _with_card(step: IdentityStep, state: RunState) -> Action | None:
    side = state.turn.card.side_due(step)
    if side is not None:
        return CaptureCard(step.id, state.attempt, side)
    if state.turn.card.is_face_due(step):
        return CompareFace(step.id, state.attempt)
    return None


def _next_challenge(step: LivenessStep, state: RunState) -> Action:
    challenges = state.turn.challenges
    if challenges.open is not None:
        # Whoever saw it through is gone; what was drawn is known by now and is not asked again.
        return Append(ev.StepFailed(step_id=step.id, attempt=state.attempt, reason="interrupted"))
    return Challenge(step.id, state.attempt, challenges.drawn + 1, challenges.used)


def _judgement(script: Script, state: RunState) -> ev.StepCompleted | ev.StepFailed:
    step_id, attempt = state.step_id or "", state.attempt
    reason = failure_of(script.step(step_id), state.turn)
    if reason is not None:
        return ev.StepFailed(step_id=step_id, attempt=attempt, reason=reason)
    return ev.StepCompleted(step_id=step_id, attempt=attempt)
