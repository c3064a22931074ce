"""What the customer asks for or does: checked, judged against what was seen, and appended.

Stage: between signalling and the timeline, beside the director. A refusal raises and
changes nothing. It never stores strokes or media, and holds no truth but when the
customer's turn began.
"""

from __future__ import annotations

import asyncio

from media_worker.direct import documents, inputs
from media_worker.direct.continuity import face_during
from media_worker.direct.director import Director
from media_worker.direct.handwriting import handwriting_judged
from media_worker.direct.stage import Stage
from shuanglu.errors import ConflictError
from shuanglu.script.model import SignatureStep
from shuanglu.script.runner import RunPhase
from shuanglu.timeline import events as ev
from shuanglu.timeline.events import Actor
from shuanglu.wire.bus import InputRequest, SignatureRequest
from shuanglu.wire.signalling import (
    AnswerTap,
    AskPerson,
    ChallengeBegun,
    ChallengeDeclined,
    ChallengePerformed,
    ChooseDisplay,
    DeviceCheckedReport,
    DocumentReadReport,
    HearAgain,
    IdentityConfirm,
    IdentityRetake,
    KeySentenceReport,
    PageVisibility,
    PlayTestSound,
    PromptProof,
    QuestionnaireReport,
    ReadingDone,
    RedoStep,
    TalkDone,
)

FACE_TIMEOUT_S = 2.5
"""How long the judgement of a signature waits for the picture around it."""


class CustomerInputs:
    """Takes one session's inputs from the phone."""

    def __init__(self, stage: Stage, director: Director) -> None:
        self._stage = stage
        self._director = director
        self._begun_ms = self._awaiting_since_ms = 0
        # What was checked must still hold when it is appended, though two inputs come at once.
        self._one_at_a_time = asyncio.Lock()

    def phase_begins(self, phase: RunPhase) -> None:
        """A step is on the screen and its speech is heard, or it awaits the customer."""
        match phase:
            case RunPhase.PROMPTING:
                self._begun_ms = self._stage.now_ms()
            case RunPhase.AWAITING:
                self._awaiting_since_ms = self._stage.now_ms()
                self._director.reading.turn_begins()

    async def check_time(self) -> None:
        """Fail the attempt whose turn has lasted longer than its step allows."""
        state = self._stage.state
        if state.phase is not RunPhase.AWAITING or state.step_id is None:
            return
        limit_s = self._stage.script.step(state.step_id).time_limit_s
        if limit_s is None or self._awaited_ms() <= limit_s * 1000:
            return
        failed = ev.StepFailed(step_id=state.step_id, attempt=state.attempt, reason="time_used_up")
        async with self._one_at_a_time:
            if self._stage.state.attempt == state.attempt:
                await self._stage.append(Actor.SYSTEM, failed)

    def _awaited_ms(self) -> int:
        return self._stage.now_ms() - self._awaiting_since_ms

    async def take(self, request: InputRequest) -> None:
        """Something that the customer did; raises if it does not fit."""
        match request.message:
            case PlayTestSound():
                self._play_test_sound()
            case PromptProof() as proof:
                self._director.proof_arrived(proof)
            case PageVisibility(hidden=hidden):
                self._director.page_visibility(hidden=hidden)
            case ChallengeBegun() | ChallengePerformed() | ChallengeDeclined() as deed:
                self._director.liveness.take(deed)
            case ChooseDisplay() as choice:
                async with self._one_at_a_time:
                    await self._choose_display(choice)
            case HearAgain() as ask:
                async with self._one_at_a_time:
                    await self._hear_again(ask)
            case _:
                async with self._one_at_a_time:
                    await self._take_deed(request)

    async def _take_deed(self, request: InputRequest) -> None:  # noqa: C901, PLR0912 - one case a message
        """What becomes an event."""
        script, state = self._stage.script, self._stage.state
        match request.message:
            case DeviceCheckedReport() as report:
                checked = inputs.device_checked(state, report)
                if checked is not None:
                    await self._append(checked)
            case AnswerTap() as tap:
                await self._append(inputs.answer_tapped(script, state, tap))
            case DocumentReadReport() as report:
                shown_ms = self._stage.now_ms() - self._begun_ms
                read = documents.document_read(script, state, report, shown_ms=shown_ms)
                await self._append(read)
            case KeySentenceReport() as report:
                marked = documents.key_sentence_marked(script, state, report)
                if marked is not None:
                    await self._append(marked)
            case QuestionnaireReport() as report:
                answered = inputs.questionnaire_answered(script, state, report)
                await self._stage.assessments.keep(answered)
                await self._append(answered)
            case TalkDone() as done:
                await self._talk_done(done)
            case ReadingDone() as done:
                await self._append(inputs.reading_claimed(script, state, done))
            case IdentityConfirm() as confirm:
                await self._director.identity.confirm(confirm)
            case IdentityRetake() as retake:
                await self._director.identity.retake(retake)
            case RedoStep() as redo:
                await self._redo(redo)
            case AskPerson():
                await self._ask_person()

    async def _talk_done(self, done: TalkDone) -> None:
        """The talk ends; how much of it was voice is measured, where it can be."""
        stage, awaited_ms, to_ms = self._stage, self._awaited_ms(), self._stage.now_ms()
        inputs.talk_done(stage.script, stage.state, done, awaited_ms=awaited_ms)
        from_ms = max(0, to_ms - awaited_ms)
        voice = await stage.senses.voice(from_ms, to_ms, timeout_s=FACE_TIMEOUT_S)
        ended = ev.TalkEnded(
            step_id=done.step_id,
            attempt=done.attempt,
            from_ms=from_ms,
            to_ms=to_ms,
            speech_ms=voice.speech_ms if voice.evaluated else None,
        )
        await self._append(ended)

    async def signature(self, request: SignatureRequest) -> None:
        """Judge the moment of a signature whose strokes are stored."""
        awaited_ms, to_ms = self._awaited_ms(), self._stage.now_ms()
        self._require_awaited(request, awaited_ms)
        from_ms = max(0, to_ms - request.duration_ms)
        face = await self._stage.senses.faces(from_ms, to_ms, timeout_s=FACE_TIMEOUT_S)
        made = {
            **request.model_dump(exclude={"session_id", "duration_ms"}),
            "from_ms": from_ms,
            "to_ms": to_ms,
            "face": face,
        }
        judged = await self._handwriting(request)
        async with self._one_at_a_time:
            # The wait for the picture may have outlasted the attempt, or seen another signature.
            self._require_awaited(request, awaited_ms)
            compared = face_during(self._stage, "signature")
            await self._stage.append(Actor.SYSTEM, compared, *judged)
            await self._append(ev.SignatureMade.model_validate(made))

    async def _handwriting(self, request: SignatureRequest) -> tuple[ev.SignatureJudged, ...]:
        """The judgement, where the script asks for a legible name."""
        step = self._stage.script.step(request.step_id)
        if not isinstance(step, SignatureStep) or not step.legible:
            return ()
        return (await handwriting_judged(self._stage, request),)

    def _require_awaited(self, request: SignatureRequest, awaited_ms: int) -> None:
        stage = self._stage
        inputs.signature_made(stage.script, stage.state, request, awaited_ms=awaited_ms)

    async def _redo(self, redo: RedoStep) -> None:
        stage = self._stage
        inputs.redo_asked(stage.script, stage.state, redo)
        if stage.state.phase is not RunPhase.PROMPTING:
            await self._append(inputs.redo_asked(stage.script, stage.state, redo))
            return
        await self._director.stop()  # it would wait for the end of what is cut here
        try:
            # The prompt may just have been proved: then there is nothing to begin again.
            await self._append(inputs.redo_asked(stage.script, stage.state, redo))
        finally:
            self._director.start()
            self._director.wake()

    async def _ask_person(self) -> None:
        if self._stage.state.phase in {RunPhase.CLOSED, RunPhase.STAFFED}:
            raise ConflictError("a person is already on the way")
        await self._append(ev.RouteStaffed(reason="customer_asked"))

    async def _choose_display(self, choice: ChooseDisplay) -> None:
        chosen = inputs.display_chosen(self._stage.display, choice)
        if chosen is not None:
            await self._append(chosen)

    async def _hear_again(self, ask: HearAgain) -> None:
        """Read the step's speech once more; what the customer did in the step stays."""
        stage = self._stage
        step = inputs.step_to_hear_again(stage.script, stage.state, ask)
        if stage.speaking.is_reading_again:
            raise ConflictError("it is being read already", field="step_id")
        prompt = stage.speaking.prompts[step.id]
        repeated = ev.PromptRepeated(
            step_id=step.id,
            attempt=ask.attempt,
            audio_sha256=prompt.sha256,
            duration_ms=prompt.duration_ms,
            speed=prompt.speed,
            synthetic=prompt.synthetic,
        )
        await self._append(repeated)
        stage.speaking.read_again(prompt)

    def _play_test_sound(self) -> None:
        if self._stage.state.phase is not RunPhase.WAITING:
            raise ConflictError("the script has begun")
        self._stage.speaking.test_sound()

    async def _append(self, payload: ev.Payload) -> None:
        await self._stage.append(Actor.CUSTOMER, payload)
