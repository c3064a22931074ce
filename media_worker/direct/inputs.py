"""What the customer did, checked against the fold before anything is appended.

Stage: between signalling and the timeline. Everything that a phone claims is checked
against what it can know and against the time that really passed; a refusal names the
field and changes nothing.
"""

from __future__ import annotations

from shuanglu.display import DisplayState
from shuanglu.errors import ConflictError, InvalidInputError, TooManyAttemptsError
from shuanglu.script.model import (
    AskedStep,
    DisclosureStep,
    LivenessStep,
    QuestionnaireStep,
    Script,
    SignatureStep,
    Step,
    TalkStep,
)
from shuanglu.script.runner import RunPhase, RunState
from shuanglu.timeline import events as ev
from shuanglu.wire.bus import SignatureRequest
from shuanglu.wire.signalling import (
    AnswerTap,
    ChooseDisplay,
    DeviceCheckedReport,
    HearAgain,
    QuestionnaireReport,
    ReadingDone,
    RedoStep,
    TalkDone,
)

CLAIMED_TIME_SLACK_MS = 1500
"""A phone's clock may run this far ahead of ours over one step."""
MOST_DISPLAY_CHANGES = 100
"""In one session; nobody looks for so long, and each is an event of the record."""
_VOICE_COUNTS = (AskedStep, DisclosureStep, TalkStep, LivenessStep)
"""Begun again instead: what the microphone hears then would be taken for the customer."""


def current_step(script: Script, state: RunState, step_id: str, attempt: int) -> Step:
    """The step that awaits the customer; raises ``ConflictError`` for any other."""
    if state.phase is not RunPhase.AWAITING:
        raise ConflictError("it is not the customer's turn now", field="step_id")
    if (state.step_id, state.attempt) != (step_id, attempt):
        raise ConflictError("another step or attempt is going on", field="step_id")
    return script.step(step_id)


def device_checked(state: RunState, report: DeviceCheckedReport) -> ev.DeviceChecked | None:
    """The device check; once is enough, and a page that was reloaded may say it again."""
    if state.device_checked:
        return None
    if not report.loudspeaker_confirmed:
        raise InvalidInputError("the loudspeaker was not confirmed", field="loudspeaker_confirmed")
    return ev.DeviceChecked.model_validate(report.model_dump(exclude={"type"}))


def answer_tapped(script: Script, state: RunState, tap: AnswerTap) -> ev.AnswerTapped:
    """A tapped choice of the question that is being asked."""
    step = current_step(script, state, tap.step_id, tap.attempt)
    if not isinstance(step, AskedStep) or state.choice is not None:
        raise ConflictError("no answer is awaited", field="step_id")
    if tap.choice not in {choice.id for choice in step.choices}:
        raise InvalidInputError("the question has no such choice", field="choice")
    return ev.AnswerTapped(step_id=tap.step_id, attempt=tap.attempt, choice=tap.choice)


def questionnaire_answered(
    script: Script, state: RunState, report: QuestionnaireReport
) -> ev.QuestionnaireAnswered:
    """One option for every question; the level follows from their points (REG-24)."""
    step = current_step(script, state, report.step_id, report.attempt)
    if not isinstance(step, QuestionnaireStep):
        raise ConflictError("no questionnaire is being answered", field="step_id")
    for question in step.questions:
        if question.points(report.answers.get(question.id, "")) is None:
            raise InvalidInputError("this question has no answer", field=f"answers.{question.id}")
    score = step.score(report.answers)
    if score is None:
        raise InvalidInputError("there is an answer to no question", field="answers")
    return ev.QuestionnaireAnswered(
        step_id=step.id,
        attempt=report.attempt,
        answers=report.answers,
        score=score,
        level=step.level(score),
    )


def talk_done(script: Script, state: RunState, done: TalkDone, *, awaited_ms: int) -> TalkStep:
    """The free talk that may end now; raises ``ConflictError`` while it is too short."""
    step = current_step(script, state, done.step_id, done.attempt)
    if not isinstance(step, TalkStep):
        raise ConflictError("nobody talks freely now", field="step_id")
    if awaited_ms < step.min_ms:
        raise ConflictError("the talk has not lasted long enough", field="step_id")
    return step


def reading_claimed(script: Script, state: RunState, done: ReadingDone) -> ev.ReadingClaimed:
    """Somebody says that the text was read aloud; ``ConflictError`` while that is checked."""
    step = current_step(script, state, done.step_id, done.attempt)
    if not isinstance(step, DisclosureStep) or step.reader is None:
        raise ConflictError("nothing is read aloud now", field="step_id")
    if state.turn.reading.claimed:
        raise ConflictError("it is being checked already", field="step_id")
    return ev.ReadingClaimed(step_id=step.id, attempt=done.attempt)


def redo_asked(script: Script, state: RunState, redo: RedoStep) -> ev.StepFailed:
    """The customer's wish to begin the step again, which fails the attempt.

    Also while its speech is playing: who did not follow need not wait for its end.
    """
    saying = (RunPhase.PROMPTING, redo.step_id, redo.attempt)
    if (state.phase, state.step_id, state.attempt) != saying:
        current_step(script, state, redo.step_id, redo.attempt)
    return ev.StepFailed(step_id=redo.step_id, attempt=redo.attempt, reason="customer_redo")


def signature_made(
    script: Script, state: RunState, request: SignatureRequest, *, awaited_ms: int
) -> SignatureStep:
    """Checks a signature's form and time; the face is judged by the caller."""
    step = current_step(script, state, request.step_id, request.attempt)
    if not isinstance(step, SignatureStep):
        raise ConflictError("no signature is awaited", field="step_id")
    if request.points < step.min_points or request.duration_ms < step.min_ms:
        raise InvalidInputError("that is too short to be a signature", field="strokes")
    if request.duration_ms > awaited_ms + CLAIMED_TIME_SLACK_MS:
        raise InvalidInputError("more signing time than has passed", field="strokes")
    return step


def display_chosen(state: DisplayState, choice: ChooseDisplay) -> ev.DisplayChanged | None:
    """The customer's choice of how the page is shown; what is so already is nothing new."""
    mode = ev.DisplayMode.ELDER if choice.elder else ev.DisplayMode.STANDARD
    if (mode, choice.voice, choice.language) == (state.mode, state.voice, state.language):
        return None
    if state.changes >= MOST_DISPLAY_CHANGES:
        raise TooManyAttemptsError("the display was changed too often")
    return ev.DisplayChanged(
        mode=mode,
        voice=choice.voice,
        language=choice.language,
        by="customer",
        policy_version=None,
    )


def step_to_hear_again(script: Script, state: RunState, ask: HearAgain) -> Step:
    """The step whose speech may be read once more while it awaits the customer."""
    step = current_step(script, state, ask.step_id, ask.attempt)
    if isinstance(step, _VOICE_COUNTS):
        raise ConflictError("this step is begun again to be heard again", field="step_id")
    return step
