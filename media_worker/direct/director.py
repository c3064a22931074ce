"""The director: does what the script runner asks for, one action at a time.

Stage: between the fold of the timeline and the customer's senses. It holds no
truth of its own: whatever it learns it appends, and acts on the fold that follows.
It never writes media and never verifies signatures.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

import structlog

from backing.bus.envelope import failure_fields
from media_worker.direct.answers import AnswerDesk
from media_worker.direct.identity import IdentityDesk
from media_worker.direct.live import DeskFacts
from media_worker.direct.liveness import LivenessDesk
from media_worker.direct.papers import PaperDesk
from media_worker.direct.reading import ReadingDesk
from media_worker.direct.stage import Stage
from media_worker.play.prompt import RenderedPrompt
from shuanglu.errors import ConflictError, ShuangluError
from shuanglu.evidence.confirmed import confirmed_items
from shuanglu.evidence.plain_words import confirmed_lines
from shuanglu.rules.answers import shipped_answers
from shuanglu.rules.playback import refusal_of
from shuanglu.script.model import IdentityStep, SummaryStep, Text
from shuanglu.script.runner import (
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
    RunPhase,
    RunState,
    decide,
    next_step_id,
)
from shuanglu.timeline import events as ev
from shuanglu.wire.signalling import PromptEndedNotice, PromptProof, PromptStartedNotice

PROOF_TIMEOUT_S = 6.0
"""The phone answers after its jitter buffer has played out, well under a second."""
RETRY_S = 1.0
"""Between a failure that nobody meant and the next try."""

_log = structlog.get_logger(__name__)

_Attended = CaptureCard | CaptureStill | CompareFace | Challenge | JudgeReading
"""Actions that last as long as their attempt."""


class _AwaitedProof:
    """The one proof that is due now, and whose it must be."""

    def __init__(self, of: tuple[str, int]) -> None:
        self.of = of
        self.arrived: asyncio.Future[PromptProof] = asyncio.get_running_loop().create_future()


class Director:
    """Runs one session's script while the phone is on air."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._proof: _AwaitedProof | None = None
        self._page_hidden = False
        self._spoken: tuple[tuple[str, int], RenderedPrompt] | None = None
        self._recapped: tuple[tuple[str, int], tuple[Text, ...]] | None = None
        self.answers = AnswerDesk(stage, shipped_answers())
        self.identity = IdentityDesk(stage)
        self.liveness = LivenessDesk(stage)
        self.papers = PaperDesk(stage)
        self.reading = ReadingDesk(stage)
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
        self.identity.watch_ends()

    def wake(self) -> None:
        """The fold or the air changed: look again."""
        self._wake.set()

    def prompt_of(self, state: RunState) -> RenderedPrompt | None:
        """What was played, or is being played, of the attempt that is going on."""
        if self._spoken is None or self._spoken[0] != (state.step_id, state.attempt):
            return None
        return self._spoken[1]

    def page_visibility(self, *, hidden: bool) -> None:
        """The page went away or came back; no prompt starts while it is away."""
        self._page_hidden = hidden
        self.wake()

    def shown(self) -> DeskFacts:
        """What the desks have to show now."""
        return DeskFacts(
            words_heard=self.answers.words_heard,
            identity=self.identity.view(),
            challenge=self.liveness.view(),
            hint=self.papers.hint,
            recap=self._recap(),
        )

    def _recap(self) -> tuple[Text, ...]:
        """What stands so far, where the step at hand asks for it.

        Once an attempt: it is shown four times a second, and nothing of it changes meanwhile.
        """
        script, state = self._stage.script, self._stage.state
        if state.step_id is None or not isinstance(script.step(state.step_id), SummaryStep):
            return ()
        of = (state.step_id, state.attempt)
        if self._recapped is None or self._recapped[0] != of:
            items = confirmed_items(script, state, self._stage.events)
            self._recapped = of, confirmed_lines(script, items)
        return self._recapped[1]

    async def words(self, heard: ev.SpeechRecognised) -> None:
        """Words were recognised: an answer, or what somebody reads aloud."""
        await self.answers.words(heard)
        await self.reading.words(heard)

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
                self._stage.changed()  # the customer is told, and the next round tries again
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
                await self._append(payload)
            case PlayPrompt():
                await self._play_prompt(action)
                if not self._goes_on(action, RunPhase.PROMPTING, RunPhase.AWAITING):
                    self.identity.watch_ends()
            case JudgeAnswer():
                await self.answers.judge_tap(action)
            case CountAssessments():
                counted = await self._stage.assessments.counted()
                await self._stage.append(ev.Actor.SYSTEM, counted)
            case Finish():
                await self._stage.finish()
            case _:
                await self._attended(self._work_of(action), action)

    def _work_of(self, action: _Attended) -> Coroutine[object, object, None]:
        match action:
            case CaptureCard():
                return self.identity.capture(action)
            case CaptureStill():
                return self.papers.capture(action)
            case CompareFace():
                return self.identity.compare(action)
            case JudgeReading():
                return self.reading.judge(action)
            case Challenge():
                return self.liveness.challenge(action)

    async def _attended(self, work: Coroutine[object, object, None], action: _Attended) -> None:
        """Work that lasts as long as its attempt: ended early when that is over."""
        task = asyncio.create_task(work)
        ended_early = False
        try:
            while not task.done():
                await self._task_or_wake(task)
                if not task.done() and not self._goes_on(action, RunPhase.AWAITING):
                    ended_early = task.cancel()
            if not ended_early:
                task.result()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _task_or_wake(self, task: asyncio.Task[None]) -> None:
        woken = asyncio.create_task(self._wake.wait())
        try:
            await asyncio.wait({task, woken}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            woken.cancel()
        if not task.done():
            self._wake.clear()

    def _goes_on(self, action: _Attended | PlayPrompt, *phases: RunPhase) -> bool:
        state = self._stage.state
        same = (state.step_id, state.attempt) == (action.step_id, action.attempt)
        return same and state.phase in phases

    async def _append(self, payload: ev.Payload) -> None:
        match payload:
            case ev.StepBegun():
                self.identity.step_begins()
            case ev.RouteStaffed(reason="attempts_used_up") if self._locks_out():
                self._stage.senses.raise_alert("liveness_locked")
        await self._stage.append(ev.Actor.SYSTEM, payload)

    def _locks_out(self) -> bool:
        """Whether the attempts that are used up were attempts at proving to be alive."""
        script, state = self._stage.script, self._stage.state
        step_id = next_step_id(script, state)
        return step_id is not None and script.step(step_id).kind == "liveness"

    # --- prompts -------------------------------------------------------------------

    async def _play_prompt(self, action: PlayPrompt) -> None:
        prompt = self._stage.speaking.prompts[action.step_id]
        self._spoken = (action.step_id, action.attempt), prompt
        step = {"step_id": action.step_id, "attempt": action.attempt}
        asked = self._stage.script.step(action.step_id)
        await self._stage.append(
            ev.Actor.SYSTEM,
            ev.PromptStarted(
                **step,
                meanwhile="card" if isinstance(asked, IdentityStep) else None,
                audio_sha256=prompt.sha256,
                duration_ms=prompt.duration_ms,
                packets=len(prompt.packets),
                speed=prompt.speed,
                synthetic=prompt.synthetic,
            ),
        )
        if isinstance(asked, IdentityStep):
            self.identity.watch_early(asked, action.attempt)
        await self._stage.tell(PromptStartedNotice(**step, duration_ms=prompt.duration_ms))
        if not await self._sounded(prompt):
            cut = ev.PromptInterrupted(**step, reason="disconnected")
            await self._stage.append(ev.Actor.SYSTEM, cut)
            return
        self.answers.question_ended()
        self._proof = _AwaitedProof((action.step_id, action.attempt))
        await self._stage.tell(PromptEndedNotice(**step))
        await self._stage.append(ev.Actor.SYSTEM, await self._outcome(action, prompt))

    async def _sounded(self, prompt: RenderedPrompt) -> bool:
        """Whether it was sent to its end; the track is cut when its phone goes."""
        self.prompt_playing = True
        self._stage.changed()
        try:
            await self._stage.play(prompt)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            return False
        finally:
            self.prompt_playing = False
            self._stage.changed()
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
