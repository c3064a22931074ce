"""The director: does what the script runner asks for, one action at a time.

Stage: between the fold of the timeline and the customer's senses. It holds no
truth of its own: whatever it learns it appends, and acts on the fold that follows.
It never writes media and never verifies signatures.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Protocol

import structlog

from backing.bus.envelope import failure_fields
from media_worker.play.prompt import RenderedPrompt
from shuanglu.errors import ConflictError, ShuangluError
from shuanglu.rules.playback import refusal_of
from shuanglu.script.model import QuestionStep, Script
from shuanglu.script.runner import (
    Action,
    Append,
    Finish,
    JudgeAnswer,
    PlayPrompt,
    RunPhase,
    RunState,
    decide,
)
from shuanglu.timeline import events as ev
from shuanglu.wire.signalling import PromptEndedNotice, PromptProof, PromptStartedNotice

PROOF_TIMEOUT_S = 6.0
"""The phone answers after its jitter buffer has played out, well under a second."""
VOICE_TIMEOUT_S = 2.5
"""How long the judgement of an answer waits for the voice detector to catch up."""
RETRY_S = 1.0
"""Between a failure that nobody meant and the next try."""

_log = structlog.get_logger(__name__)


class VoiceEvidence(Protocol):
    """What the voice detector says of a span."""

    @property
    def speech_ms(self) -> int:
        """Milliseconds of voice in the span."""
        ...

    @property
    def first_ms(self) -> int | None:
        """Where the voice begins."""
        ...

    @property
    def last_ms(self) -> int | None:
        """Where it ends."""
        ...

    @property
    def evaluated(self) -> bool:
        """Whether the span's sound was really examined."""
        ...


class Stage(Protocol):
    """What the director needs of the session that it directs."""

    @property
    def script(self) -> Script:
        """The session's script."""
        ...

    @property
    def state(self) -> RunState:
        """The fold of the timeline so far."""
        ...

    @property
    def prompts(self) -> Mapping[str, RenderedPrompt]:
        """Rendered speech by step id."""
        ...

    @property
    def vad_sha256(self) -> str:
        """Hash of the voice model that answers :meth:`voice`."""
        ...

    def on_air(self) -> bool:
        """Whether the phone's media arrives and is being stored now."""
        ...

    def now_ms(self) -> int:
        """Media time now."""
        ...

    async def append(self, actor: ev.Actor, *payloads: ev.Payload) -> None:
        """Commit, and fold, before returning."""
        ...

    async def tell(self, message: PromptStartedNotice | PromptEndedNotice) -> None:
        """Send to the phone."""
        ...

    async def play(self, prompt: RenderedPrompt) -> None:
        """Play to its end on the phone's audio track; raises ``CancelledError`` if cut."""
        ...

    async def voice(self, from_ms: int, to_ms: int, *, timeout_s: float) -> VoiceEvidence:
        """The voice in a span, after waiting for the detector."""
        ...

    async def finish(self) -> None:
        """Store what is in flight, judge the record, append what came of it."""
        ...


class _AwaitedProof:
    """The one proof that is due now, and whose it must be."""

    def __init__(self, of: tuple[str, int]) -> None:
        self.of = of
        self.arrived: asyncio.Future[PromptProof] = asyncio.get_running_loop().create_future()


class Director:
    """Runs one session's script while the phone is on air."""

    def __init__(self, stage: Stage, *, on_change: Callable[[], None]) -> None:
        self._stage = stage
        self._on_change = on_change
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._proof: _AwaitedProof | None = None
        self._answer_from_ms: int | None = None
        self._page_hidden = False
        self.prompt_playing = False
        self.playback_failed = False
        self.stalled = False

    def start(self) -> None:
        """Begin to act; idempotent."""
        if self._task is None:
            self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Cut whatever is going on; idempotent."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        self._proof = None
        self.prompt_playing = False

    def wake(self) -> None:
        """The fold or the air changed: look again."""
        self._wake.set()

    def page_visibility(self, *, hidden: bool) -> None:
        """The page went away or came back; no prompt starts while it is away."""
        self._page_hidden = hidden
        self.wake()

    def proof_arrived(self, proof: PromptProof) -> None:
        """The phone's statistics for the prompt that was just played.

        Raises ``ConflictError`` for a proof of anything else, and for one that comes
        before the prompt has ended: nobody can know yet what will have been heard.
        """
        waiting = self._proof
        if waiting is None or waiting.of != (proof.step_id, proof.attempt):
            raise ConflictError("no proof of that prompt is awaited", field="step_id")
        if waiting.arrived.done():
            raise ConflictError("the proof was given already", field="step_id")
        waiting.arrived.set_result(proof)

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                await self._act_while_possible()
                self.stalled = False
            except ShuangluError as error:
                _log.warning("director refused", code=error.code, retryable=error.retryable)
            except Exception as error:  # noqa: BLE001 - task boundary: a session must not hang unseen
                _log.error("director failed", **failure_fields(error))
                self.stalled = True
                self._on_change()  # the customer is told, and the next round tries again
                await asyncio.sleep(RETRY_S)

    async def _act_while_possible(self) -> None:
        while self._stage.on_air():
            action = decide(self._stage.script, self._stage.state)
            if action is None or (isinstance(action, PlayPrompt) and self._page_hidden):
                return
            await self._perform(action)

    async def _perform(self, action: Action) -> None:
        match action:
            case Append(payload=payload):
                await self._stage.append(ev.Actor.SYSTEM, payload)
            case PlayPrompt():
                await self._play_prompt(action)
            case JudgeAnswer():
                await self._judge_answer(action)
            case Finish():
                await self._stage.finish()

    # --- prompts -------------------------------------------------------------------

    async def _play_prompt(self, action: PlayPrompt) -> None:
        prompt = self._stage.prompts[action.step_id]
        step = {"step_id": action.step_id, "attempt": action.attempt}
        await self._stage.append(
            ev.Actor.SYSTEM,
            ev.PromptStarted(
                **step,
                audio_sha256=prompt.sha256,
                duration_ms=prompt.duration_ms,
                packets=len(prompt.packets),
            ),
        )
        await self._stage.tell(PromptStartedNotice(**step, duration_ms=prompt.duration_ms))
        if not await self._sounded(prompt):
            cut = ev.PromptInterrupted(**step, reason="disconnected")
            await self._stage.append(ev.Actor.SYSTEM, cut)
            return
        self._answer_from_ms = self._stage.now_ms()
        self._proof = _AwaitedProof((action.step_id, action.attempt))
        await self._stage.tell(PromptEndedNotice(**step))
        await self._stage.append(ev.Actor.SYSTEM, await self._outcome(action, prompt))

    async def _sounded(self, prompt: RenderedPrompt) -> bool:
        """Whether it was sent to its end; the track is cut when its phone goes."""
        self.prompt_playing = True
        self._on_change()
        try:
            await self._stage.play(prompt)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            return False
        finally:
            self.prompt_playing = False
            self._on_change()
        return True

    async def _outcome(self, action: PlayPrompt, prompt: RenderedPrompt) -> ev.Payload:
        proof = await self._await_proof()
        step = {"step_id": action.step_id, "attempt": action.attempt}
        if proof is None:
            self.playback_failed = True
            return ev.PromptInterrupted(**step, reason="proof_missing")
        refusal = refusal_of(
            proof.proof, sent_packets=len(prompt.packets), duration_ms=prompt.duration_ms
        )
        self.playback_failed = refusal == "proof_insufficient"
        if refusal is not None:
            _log.info("playback proof refused", reason=refusal, proof=proof.proof.model_dump())
            return ev.PromptInterrupted(**step, reason=refusal)
        return ev.PromptPlayed(**step, audio_sha256=prompt.sha256, proof=proof.proof)

    async def _await_proof(self) -> PromptProof | None:
        waiting = self._proof
        if waiting is None:
            return None
        try:
            return await asyncio.wait_for(waiting.arrived, PROOF_TIMEOUT_S)
        except TimeoutError:
            return None
        finally:
            self._proof = None

    # --- answers -------------------------------------------------------------------

    async def voice_span(self, from_ms: int, to_ms: int) -> None:
        """Live voice activity: marks the answer as heard while it is the customer's turn."""
        state = self._stage.state
        if state.phase is not RunPhase.AWAITING or state.answer_heard or state.step_id is None:
            return
        step = self._stage.script.step(state.step_id)
        start_ms = max(from_ms, self._answer_window_from())
        if isinstance(step, QuestionStep) and to_ms - start_ms >= step.min_speech_ms:
            await self._stage.append(ev.Actor.OBSERVER, self._heard(start_ms, to_ms))

    def _heard(self, from_ms: int, to_ms: int, speech_ms: int | None = None) -> ev.AnswerHeard:
        state = self._stage.state
        return ev.AnswerHeard(
            step_id=state.step_id or "",
            attempt=state.attempt,
            from_ms=from_ms,
            to_ms=to_ms,
            speech_ms=to_ms - from_ms if speech_ms is None else speech_ms,
            model_sha256=self._stage.vad_sha256,
        )

    def _answer_window_from(self) -> int:
        return self._answer_from_ms if self._answer_from_ms is not None else 0

    async def _judge_answer(self, action: JudgeAnswer) -> None:
        step = self._stage.script.step(action.step_id)
        if not isinstance(step, QuestionStep):
            return
        payloads: list[ev.Payload] = []
        evaluated = heard = self._stage.state.answer_heard
        if not heard:
            voice = await self._stage.voice(
                self._answer_window_from(), self._stage.now_ms(), timeout_s=VOICE_TIMEOUT_S
            )
            evaluated, heard = voice.evaluated, voice.speech_ms >= step.min_speech_ms
            if heard and voice.first_ms is not None and voice.last_ms is not None:
                payloads.append(self._heard(voice.first_ms, voice.last_ms, voice.speech_ms))
        payloads.append(_judged(action, step, heard=heard, evaluated=evaluated))
        await self._stage.append(ev.Actor.SYSTEM, *payloads)


def _judged(
    action: JudgeAnswer, step: QuestionStep, *, heard: bool, evaluated: bool
) -> ev.AnswerJudged:
    chosen = next(choice for choice in step.choices if choice.id == action.choice)
    basis = "voice_and_tap"
    if not chosen.accepted:
        basis = "choice_refused"
    elif not heard:
        basis = "voice_missing" if evaluated else "tap_voice_not_evaluated"
    return ev.AnswerJudged.model_validate(
        {
            "step_id": action.step_id,
            "attempt": action.attempt,
            "accepted": basis in {"voice_and_tap", "tap_voice_not_evaluated"},
            "basis": basis,
        }
    )
