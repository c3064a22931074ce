"""The script runner: a pure state machine over the timeline.

Stage: ``fold`` turns events into a :class:`RunState`; ``decide`` says what must
happen next. It never plays, waits or appends: the director does. The same
timeline always folds to the same state, so a crash at any event resumes there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from shuanglu.script.model import DisclosureStep, QuestionStep, Script
from shuanglu.timeline import events as ev


class RunPhase(StrEnum):
    """Where the run of a script stands."""

    WAITING = "waiting"  # consents, device check or the first stored media are missing
    BETWEEN = "between"  # the next step may begin
    PROMPTING = "prompting"  # the step's speech must be played, with proof
    AWAITING = "awaiting"  # the customer's turn
    JUDGING = "judging"  # everything for this attempt is in; it must be decided
    FINISHING = "finishing"  # every step is completed; the verdict is due
    STAFFED = "staffed"  # a person takes over
    CLOSED = "closed"  # the verdict is in the timeline


TRANSITIONS: dict[RunPhase, frozenset[RunPhase]] = {
    RunPhase.WAITING: frozenset({RunPhase.BETWEEN, RunPhase.STAFFED, RunPhase.CLOSED}),
    RunPhase.BETWEEN: frozenset(
        {RunPhase.PROMPTING, RunPhase.FINISHING, RunPhase.STAFFED, RunPhase.CLOSED}
    ),
    RunPhase.PROMPTING: frozenset(
        {RunPhase.AWAITING, RunPhase.JUDGING, RunPhase.BETWEEN, RunPhase.STAFFED, RunPhase.CLOSED}
    ),
    RunPhase.AWAITING: frozenset(
        {RunPhase.JUDGING, RunPhase.BETWEEN, RunPhase.STAFFED, RunPhase.CLOSED}
    ),
    RunPhase.JUDGING: frozenset(
        {RunPhase.BETWEEN, RunPhase.FINISHING, RunPhase.STAFFED, RunPhase.CLOSED}
    ),
    RunPhase.FINISHING: frozenset({RunPhase.BETWEEN, RunPhase.STAFFED, RunPhase.CLOSED}),
    RunPhase.STAFFED: frozenset({RunPhase.CLOSED}),
    RunPhase.CLOSED: frozenset(),
}
"""Every legal move. ``tests`` walk random histories and hold the fold to this table."""


@dataclass(frozen=True, slots=True)
class RunState:
    """What has happened so far, as far as the script is concerned."""

    phase: RunPhase = RunPhase.WAITING
    step_id: str | None = None
    attempt: int = 0
    prompt_started: bool = False
    prompt_played: bool = False
    answer_heard: bool = False
    choice: str | None = None
    judged: ev.AnswerJudged | None = None
    signature: ev.SignatureMade | None = None
    completed: frozenset[str] = frozenset()
    attempts: dict[str, int] = field(default_factory=dict)
    counted_failures: dict[str, int] = field(default_factory=dict)
    consents: frozenset[ev.ConsentKind] = frozenset()
    device_checked: bool = False
    media_stored: bool = False
    outcome: ev.Outcome | None = None


@dataclass(frozen=True, slots=True)
class Append:
    """Append this to the timeline."""

    payload: ev.Payload


@dataclass(frozen=True, slots=True)
class PlayPrompt:
    """Play the step's speech, collect the phone's proof, append what came of it."""

    step_id: str
    attempt: int


@dataclass(frozen=True, slots=True)
class JudgeAnswer:
    """A choice was tapped: wait briefly for the voice, then append ``answer.judged``."""

    step_id: str
    attempt: int
    choice: str


@dataclass(frozen=True, slots=True)
class Finish:
    """Store what is in flight, judge the whole record, append what came of it."""


Action = Append | PlayPrompt | JudgeAnswer | Finish

_UNCOUNTED_FAILURES = frozenset({"interrupted", "media_missing", "customer_redo"})
"""Failures that are not the customer's: they do not use up attempts."""


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
            return _begun(state, step_id, attempt)
        case ev.StepFailed(step_id=step_id) if step_id in state.completed:
            return _reopened(script, state, step_id)
        case _ if not _of_current_attempt(state, payload):
            return state
        case ev.PromptStarted() if state.phase is RunPhase.PROMPTING:
            return replace(state, prompt_started=True)
        case ev.PromptInterrupted() if state.phase is RunPhase.PROMPTING:
            return replace(state, prompt_started=False)
        case ev.PromptPlayed() if state.phase is RunPhase.PROMPTING and state.prompt_started:
            return _prompted(script, state)
        case ev.AnswerHeard() if state.phase is RunPhase.AWAITING:
            return replace(state, answer_heard=True)
        case ev.AnswerTapped(choice=choice) if state.phase is RunPhase.AWAITING:
            if not isinstance(script.step(state.step_id or ""), QuestionStep):
                return state
            return replace(state, choice=choice)
        case ev.AnswerJudged() if state.phase is RunPhase.AWAITING and state.choice:
            return replace(state, judged=payload, phase=RunPhase.JUDGING)
        case ev.SignatureMade() if state.phase is RunPhase.AWAITING:
            if script.step(state.step_id or "").kind != "signature":
                return state
            return replace(state, signature=payload, phase=RunPhase.JUDGING)
        case ev.DocumentRead() if state.phase is RunPhase.AWAITING:
            if script.step(state.step_id or "").kind != "document":
                return state
            return replace(state, phase=RunPhase.JUDGING)
        case ev.ConfirmationSigned() if state.phase is RunPhase.AWAITING:
            if script.step(state.step_id or "").kind != "confirmation":
                return state
            return replace(state, phase=RunPhase.JUDGING)
        case ev.StepCompleted() if state.phase is RunPhase.JUDGING and _stands(script, state):
            return _completed(script, state)
        case ev.StepFailed(reason=reason):
            return _failed(state, reason)
    return state


def decide(script: Script, state: RunState) -> Action | None:  # noqa: PLR0911 - one answer a phase
    """What must happen next, or nothing while it is the customer's turn."""
    match state.phase:
        case RunPhase.BETWEEN:
            step_id = next_step_id(script, state)
            if step_id is None:
                return None
            if state.counted_failures.get(step_id, 0) >= script.step(step_id).max_attempts:
                return Append(ev.RouteStaffed(reason="attempts_used_up"))
            return Append(ev.StepBegun(step_id=step_id, attempt=state.attempts.get(step_id, 0) + 1))
        case RunPhase.PROMPTING if not state.prompt_started:
            return PlayPrompt(step_id=state.step_id or "", attempt=state.attempt)
        case RunPhase.AWAITING if state.choice:
            return JudgeAnswer(state.step_id or "", state.attempt, state.choice)
        case RunPhase.JUDGING:
            return Append(_judgement(script, state))
        case RunPhase.FINISHING:
            return Finish()
    return None


def next_step_id(script: Script, state: RunState) -> str | None:
    """The first step that is not completed, in script order."""
    return next((step.id for step in script.steps if step.id not in state.completed), None)


def _opened(state: RunState) -> RunState:
    """The script cannot begin before the first segment is stored (complaint 3 of the register)."""
    if state.phase is not RunPhase.WAITING:
        return state
    ready = (
        ev.ConsentKind.RECORDING in state.consents
        and ev.ConsentKind.FACE in state.consents
        and state.device_checked
        and state.media_stored
    )
    return replace(state, phase=RunPhase.BETWEEN) if ready else state


def _of_current_attempt(state: RunState, payload: ev.Payload) -> bool:
    return (
        getattr(payload, "step_id", None) == state.step_id
        and getattr(payload, "attempt", None) == state.attempt
        and state.step_id is not None
    )


def _begun(state: RunState, step_id: str, attempt: int) -> RunState:
    if step_id in state.completed or attempt != state.attempts.get(step_id, 0) + 1:
        return state
    return replace(
        _between(state),
        phase=RunPhase.PROMPTING,
        step_id=step_id,
        attempt=attempt,
        attempts={**state.attempts, step_id: attempt},
    )


def _between(state: RunState) -> RunState:
    return replace(
        state,
        phase=RunPhase.BETWEEN,
        step_id=None,
        attempt=0,
        prompt_started=False,
        prompt_played=False,
        answer_heard=False,
        choice=None,
        judged=None,
        signature=None,
    )


def _prompted(script: Script, state: RunState) -> RunState:
    is_whole_step = isinstance(script.step(state.step_id or ""), DisclosureStep)
    phase = RunPhase.JUDGING if is_whole_step else RunPhase.AWAITING
    return replace(state, prompt_played=True, phase=phase)


def _stands(script: Script, state: RunState) -> bool:
    """Whether a ``step.completed`` may be believed: the proof must be in the state itself."""
    return isinstance(_judgement(script, state), ev.StepCompleted)


def _judgement(script: Script, state: RunState) -> ev.StepCompleted | ev.StepFailed:
    step_id, attempt = state.step_id or "", state.attempt
    reason = None
    match script.step(step_id).kind:
        case "question" if state.judged and not state.judged.accepted:
            refused = state.judged.basis == "choice_refused"
            reason = "answer_refused" if refused else "voice_missing"
        case "signature" if state.signature and state.signature.face == "absent":
            reason = "face_missing"
        case "signature" if state.signature and state.signature.face == "several":
            reason = "several_faces"
    if reason:
        return ev.StepFailed.model_validate(
            {"step_id": step_id, "attempt": attempt, "reason": reason}
        )
    return ev.StepCompleted(step_id=step_id, attempt=attempt)


def _completed(script: Script, state: RunState) -> RunState:
    completed = state.completed | {state.step_id or ""}
    done = all(step.id in completed for step in script.steps)
    after = replace(_between(state), completed=completed)
    return replace(after, phase=RunPhase.FINISHING) if done else after


def _failed(state: RunState, reason: str) -> RunState:
    if state.phase not in {RunPhase.PROMPTING, RunPhase.AWAITING, RunPhase.JUDGING}:
        return state
    failures = dict(state.counted_failures)
    if reason not in _UNCOUNTED_FAILURES:
        failures[state.step_id or ""] = failures.get(state.step_id or "", 0) + 1
    return replace(_between(state), counted_failures=failures)


def _reopened(script: Script, state: RunState, step_id: str) -> RunState:
    """A completed step no longer stands; the confirmation covered it, so it falls too."""
    if state.phase not in {RunPhase.BETWEEN, RunPhase.FINISHING}:
        return state
    fallen = {step_id, script.steps[-1].id}
    return replace(_between(state), completed=state.completed - fallen)
