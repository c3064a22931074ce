"""Says what must happen next, from the state alone.

Stage: inside the runner. It never plays, waits or appends: the director does.
"""

from __future__ import annotations

from typing import Literal

from shuanglu.rules.suitability import may_assess, shipped_suitability
from shuanglu.script.conditions import Circumstance
from shuanglu.script.due import steps_due
from shuanglu.script.model import (
    AskedStep,
    DisclosureStep,
    IdentityStep,
    LivenessStep,
    QuestionnaireStep,
    Script,
    ShowStep,
    Step,
)
from shuanglu.script.runner.actions import (
    Action,
    Append,
    CaptureCard,
    CaptureStill,
    Challenge,
    CompareFace,
    CountAssessments,
    Finish,
    JudgeAnswer,
    JudgeReading,
    PlayPrompt,
)
from shuanglu.script.runner.state import RunPhase, RunState
from shuanglu.script.runner.turn import chosen, failure_of
from shuanglu.timeline import events as ev
from shuanglu.timeline.events import ChallengeKind

MAX_UNPROVED = 8
"""So often a speech is played again because nothing proves that it was heard; the phone has told
its customer each time what to look for. Then a person must help: it would never end by itself."""


def decide(script: Script, state: RunState) -> Action | None:
    """What must happen next, or nothing while it is the customer's turn."""
    match state.phase:
        case RunPhase.BETWEEN:
            return _next_step(script, state)
        case RunPhase.PROMPTING if not state.prompt_started:
            return _speak(state)
        case RunPhase.AWAITING:
            return _in_turn(script.step(state.step_id or ""), state)
        case RunPhase.JUDGING:
            return Append(_judgement(script, state))
        case RunPhase.FINISHING:
            return Finish()
    return None


def _speak(state: RunState) -> Action:
    if state.unproved >= MAX_UNPROVED:
        return Append(ev.RouteStaffed(reason="playback_not_proved"))
    return PlayPrompt(step_id=state.step_id or "", attempt=state.attempt)


def next_step_id(script: Script, state: RunState) -> str | None:
    """The first step that applies and is not completed, in script order."""
    due = steps_due(script, state.known)
    return next((step.id for step in due if step.id not in state.completed), None)


def _next_step(script: Script, state: RunState) -> Action | None:
    if _must_count(script, state):
        return CountAssessments()
    unsuitable = _spared_and_unsuitable(script, state)
    if unsuitable is not None:
        attempt = state.attempts.get(unsuitable, 0)
        return Append(_stopped(unsuitable, attempt, "not_suitable"))
    step_id = next_step_id(script, state)
    return None if step_id is None else _begin(script.step(step_id), state)


def _begin(step: Step, state: RunState) -> Append:
    """Begin it, unless its attempts are used up, or the assessments that it would add to."""
    if isinstance(step, QuestionnaireStep) and not _may_assess(state):
        attempt = state.attempts.get(step.id, 0)
        return Append(_stopped(step.id, attempt, "assessments_used_up"))
    failures = state.counted_failures.get(step.id, ())
    # A reading is asked for again within its attempt, so often as the step has attempts.
    used_up = len(failures) >= step.max_attempts or "reading_incomplete" in failures
    if used_up and step.on_exhausted == "stop":
        return Append(_stopped(step.id, state.attempts[step.id], "attempts_used_up"))
    if used_up:
        return Append(ev.RouteStaffed(reason=_used_up(step, failures)))
    return Append(ev.StepBegun(step_id=step.id, attempt=state.attempts.get(step.id, 0) + 1))


def _must_count(script: Script, state: RunState) -> bool:
    """Whether the customer is known by now, and his earlier assessments are not."""
    known = state.known
    if known.birth_date is None or known.assessed is not None:
        return False
    return any(isinstance(step, QuestionnaireStep) for step in script.steps)


def _may_assess(state: RunState) -> bool:
    assessed = state.known.assessed
    return assessed is None or may_assess(assessed, shipped_suitability())


def _used_up(
    step: Step, failures: tuple[str, ...]
) -> Literal["attempts_used_up", "liveness_inconclusive"]:
    """A lockout, or a liveness that could never be told either way: a person decides both."""
    locked = not isinstance(step, LivenessStep) or "liveness_failed" in failures
    return "attempts_used_up" if locked else "liveness_inconclusive"


def _in_turn(step: Step, state: RunState) -> Action | None:
    match step:
        case AskedStep() if state.choice:
            return JudgeAnswer(step.id, state.attempt, state.choice)
        case IdentityStep():
            return _with_card(step, state)
        case LivenessStep():
            return _next_challenge(step, state)
        case ShowStep():
            return CaptureStill(step.id, state.attempt)
        case DisclosureStep() if state.turn.reading.claimed:
            return JudgeReading(step.id, state.attempt)
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
    left = frozenset(ChallengeKind) - challenges.used
    return Challenge(step.id, state.attempt, challenges.drawn + 1, challenges.due, left)


def _judgement(script: Script, state: RunState) -> ev.Payload:
    step_id, attempt = state.step_id or "", state.attempt
    step = script.step(step_id)
    reason = failure_of(step, state.turn)
    if reason == "answer_refused" and isinstance(step, AskedStep):
        return _after_refusal(step, state)
    if reason == "reading_not_evaluated":
        return ev.RouteStaffed(reason=reason)
    if reason is not None:
        return ev.StepFailed(step_id=step_id, attempt=attempt, reason=reason)
    if isinstance(step, QuestionnaireStep) and _is_above_tolerance(step, state):
        return _stopped(step_id, attempt, "not_suitable")
    return ev.StepCompleted(step_id=step_id, attempt=attempt)


def _after_refusal(step: AskedStep, state: RunState) -> ev.Payload:
    """What the refused choice leads to; a contradiction is asked again, whatever it was."""
    choice, refusals = chosen(step, state.turn), step.refusals_lead_to
    then: str | None = choice.then if choice is not None and not choice.accepted else None
    if choice is None and len(refusals) == 1:  # whichever was meant, it leads to the same
        (then,) = refusals
    if then == "stop":
        return _stopped(step.id, state.attempt, "customer_refused")
    if then == "person":
        return ev.RouteStaffed(reason="answer_needs_person")
    return ev.StepFailed(step_id=step.id, attempt=state.attempt, reason="answer_refused")


def _is_above_tolerance(step: QuestionnaireStep, state: RunState) -> bool:
    """Whether the product's risk exceeds the tolerance that was just found (REG-24)."""
    answered, told = state.turn.questionnaire, state.known.circumstances
    if not step.stop_above_tolerance or answered is None or told is None:
        return False
    return told.product_risk is not None and told.product_risk > answered.level


def _spared_and_unsuitable(script: Script, state: RunState) -> str | None:
    """The questionnaire that an earlier level spares, where the product's risk exceeds that level.

    Without it only those who answer again would be held to their tolerance (REG-24).
    """
    told, level = state.known.circumstances, state.known.value(Circumstance.RISK_LEVEL)
    if told is None or told.product_risk is None or not isinstance(level, int):
        return None
    if told.product_risk <= level:
        return None
    due = {step.id for step in steps_due(script, state.known)}
    for step in script.steps:
        if isinstance(step, QuestionnaireStep) and step.stop_above_tolerance and step.id not in due:
            return step.id
    return None


def _stopped(
    step_id: str,
    attempt: int,
    reason: Literal["customer_refused", "not_suitable", "attempts_used_up", "assessments_used_up"],
) -> ev.ScriptStopped:
    return ev.ScriptStopped(step_id=step_id, attempt=attempt, reason=reason)
