"""A session as the media worker runs it: fold, intake, observers and director together.

Stage: the owner. One at a time per session, under the epoch that it claimed. It is the
:class:`~media_worker.direct.customer.CustomerStage` on which director and customer act.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import structlog

from backing.bus import Bus
from backing.keys import IndexKey, TemplateCipher
from backing.objects import ObjectStore
from media_worker.appending import TimelineAppender
from media_worker.assessments import Assessments
from media_worker.direct.customer import CustomerInputs
from media_worker.direct.director import Director
from media_worker.direct.live import LiveFacts, live_status
from media_worker.finishing import Finishing, FinishingHooks
from media_worker.folding import FoldedTimeline
from media_worker.intake import Intake, IntakeHooks
from media_worker.observe.pool import ObserverPool, VoiceSpan
from media_worker.outgoing import LivePusher, Outbox
from media_worker.play.prompt import RenderedPrompt
from media_worker.receive.settings import ReceiveSettings
from media_worker.recognise.pool import RecogniserPool
from media_worker.reference import ReferenceFace
from media_worker.session_tasks import SessionTasks
from media_worker.speaking import ScriptSpeech, Speaking, SpeakingHooks
from media_worker.watching import SessionWatching, WatchingHooks
from shuanglu.clock import Clock
from shuanglu.display import DisplayState
from shuanglu.errors import ConflictError, NotAllowedError
from shuanglu.script.moments import moment_of
from shuanglu.script.runner import RunPhase, RunState
from shuanglu.timeline import events as ev
from shuanglu.timeline.chain import sha256_hex
from shuanglu.timeline.events import Actor, Event, EventDraft
from shuanglu.wire.bus import (
    InputRequest,
    LoadReply,
    SignatureRequest,
    ToPhone,
)
from shuanglu.wire.signalling import Live, ServerMessage
from shuanglu.wire.views import LiveStatus

TICK_EVERY_S = 0.25
CLOSE_TIMEOUT_S = 10.0
"""How long the end of a session waits for a server that does not answer."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SessionDeps:
    """What a session shares with the others of its worker."""

    bus: Bus
    objects: ObjectStore
    observers: ObserverPool
    recognisers: RecogniserPool
    templates: TemplateCipher
    spool_dir: Path
    receive: ReceiveSettings
    clock: Clock
    index_key: IndexKey | None = None


class WorkedSession:
    """Runs one session until its timeline is closed."""

    def __init__(self, load: LoadReply, deps: SessionDeps, *, speech: ScriptSpeech) -> None:
        self.session_id = load.session_id
        self.script = load.script
        self._timeline = FoldedTimeline(load, deps.bus, on_phase=self._on_phase)
        self._deps = deps
        self._connection_id: str | None = None
        self._used_ms = deps.clock.monotonic_ms()
        self._saving_delayed = False
        self._changing_peer = asyncio.Lock()
        self._pusher = LivePusher(lambda: self.tell(Live(status=self.live())))
        self._outbox = Outbox(lambda drafts: self._appender.append(*drafts))
        self._tasks = SessionTasks(load.session_id)
        self.speaking = Speaking(
            speech,
            self._tasks,
            SpeakingHooks(self.tell, self.play, lambda: self.display.voice, self.changed),
        )
        self._watching = self._eyes_and_ears()
        self._reference = ReferenceFace(
            load.session_id,
            bus=deps.bus,
            cipher=deps.templates,
            faces=self._watching,
            on_air=self.on_air,
        )
        self._establishing: asyncio.Task[None] | None = None
        self._appender = TimelineAppender(
            deps.bus,
            session_id=load.session_id,
            epoch=load.epoch,
            on_committed=self.take,
            on_delayed=self._on_delayed,
        )
        self._intake = Intake(
            session_id=load.session_id,
            events=self._timeline.events,
            hooks=IntakeHooks(self._emit, self._watching.push, self.changed, self._on_interrupted),
            objects=deps.objects,
            spool_dir=deps.spool_dir,
            receive=deps.receive,
            clock=deps.clock,
        )
        self._finishing = Finishing(
            load.script,
            self._timeline.events,
            watching=self._watching,
            intake=self._intake,
            outbox=self._outbox,
            hooks=FinishingHooks(lambda: self.state, self.append, self.tell),
        )
        events = self._timeline.events
        self.assessments = Assessments(self.session_id, deps.bus, deps.index_key, events)
        self._director = Director(self)
        self._customer = CustomerInputs(self, self._director)

    def _eyes_and_ears(self) -> SessionWatching:
        hooks = WatchingHooks(
            emit=partial(self._emit, actor=Actor.OBSERVER),
            on_change=self.changed,
            on_voice=self._on_voice,
            on_words=self._on_words,
            now_ms=self.now_ms,
        )
        deps = self._deps
        return SessionWatching(self.session_id, deps.observers, deps.recognisers, hooks)

    # --- life ---

    def start(self) -> None:
        """Start the session's own tasks."""
        slow = self.speaking.fetch_slow()
        for work in (self._outbox.run(), self._pusher.run(), self._tick(), slow):
            self._tasks.spawn(work)

    async def close(self) -> None:
        """Stop everything; what arrived is stored first. Idempotent."""
        await self._director.stop()
        await self._intake.end("disconnected")
        try:
            await asyncio.wait_for(self._outbox.empty(), CLOSE_TIMEOUT_S)
        except TimeoutError:
            # The media is on disk: recovery says at the next start what could not be said now.
            _log.warning("session closed before all was said", session_id=self.session_id)
        await self._watching.close()
        await self._tasks.settle()

    @property
    def over(self) -> bool:
        """Whether the timeline is closed and nobody is connected any more."""
        return self.state.phase is RunPhase.CLOSED and not self._intake.on_air()

    def idle_ms(self) -> float:
        """How long nobody has sent media or asked for anything, and nothing was left to say."""
        if self._intake.has_peer or self._outbox.waiting:
            self._used_ms = self._deps.clock.monotonic_ms()
        return self._deps.clock.monotonic_ms() - self._used_ms

    def used(self) -> None:
        """Somebody asks for this session."""
        self._used_ms = self._deps.clock.monotonic_ms()

    # --- the fold ---

    @property
    def state(self) -> RunState:
        """The fold of the timeline so far."""
        return self._timeline.state

    @property
    def display(self) -> DisplayState:
        """How the page is shown, by the timeline so far."""
        return self._timeline.display

    async def take(self, events: Sequence[Event]) -> None:
        """Fold committed events."""
        await self._timeline.take(events)
        self._watching.follow(self.script, self.state)
        self.changed()

    def _on_phase(self, phase: RunPhase) -> None:
        self._customer.phase_begins(phase)
        self._pusher.phase_changed()
        if phase is RunPhase.AWAITING:
            self._look_at_the_answer()
        elif phase in {RunPhase.JUDGING, RunPhase.BETWEEN}:
            self._watching.look("watch")
        if phase is RunPhase.STAFFED:
            self._tasks.spawn(self._hand_over())

    def _look_at_the_answer(self) -> None:
        """While an answer is due: did the customer's mouth move?"""
        if "answer" in moment_of(self.script, self.state):
            self._watching.look("answer")

    # --- the stage of the director ---

    @property
    def events(self) -> Sequence[Event]:
        """The timeline so far."""
        return self._timeline.events

    @property
    def senses(self) -> SessionWatching:
        """What is seen and heard."""
        return self._watching

    @property
    def face_sha256(self) -> str | None:
        """Hash of the model that compares faces."""
        return self._deps.observers.face_sha256

    @property
    def vad_sha256(self) -> str:
        """Hash of the voice model."""
        return self._deps.observers.vad_sha256

    def on_air(self) -> bool:
        """Whether the phone's media arrives and is being stored now."""
        return self._intake.on_air()

    def now_ms(self) -> int:
        """Media time now."""
        return self._intake.clock.now_ms()

    async def append(self, actor: Actor, *payloads: ev.Payload) -> None:
        """Commit after everything already in the outbox, and fold, before returning."""
        await self._outbox.empty()
        await self._appender.append(*(self._draft(actor, payload) for payload in payloads))

    async def fetch(self, sha256: str) -> bytes:
        """An object of the record; raises ``NotFoundError``."""
        return await self._deps.objects.get(f"sessions/{self.session_id}/objects/{sha256}")

    async def keep(self, data: bytes, *, content_type: str) -> str:
        """Store an object of the record; its SHA-256."""
        sha256 = sha256_hex(data)
        key = f"sessions/{self.session_id}/objects/{sha256}"
        await self._deps.objects.put(key, data, content_type=content_type)
        return sha256

    async def tell(self, message: ServerMessage) -> None:
        """Send to the phone, if one is connected."""
        await self._deps.bus.publish(f"phone.{self.session_id}", ToPhone(message=message))

    async def play(self, prompt: RenderedPrompt) -> None:
        """Play to its end on the phone's audio track."""
        await self._intake.voice.play(prompt.packets)

    async def finish(self) -> None:
        """Judge the record; close it if it stands, reopen what does not."""
        await self._finishing.finish()

    # --- what the phone asks ---

    async def offer(self, connection_id: str, sdp: str) -> str:
        """Answer an offer and begin to record it."""
        async with self._changing_peer:
            self._require_open()
            answer = await self._intake.accept(sdp)
            await self._interrupt()
            if self.state.phase in {RunPhase.CLOSED, RunPhase.STAFFED}:
                # The verdict was on its way while the old peer was let go.
                await self._intake.end("finished")
                self._require_open()
            self._connection_id = connection_id
            await self._watching.open()
            self._establishing = self._establishing or self._tasks.spawn(
                self._reference.establish()
            )
            self._director.start()
        return answer

    def _require_open(self) -> None:
        if self.state.phase in {RunPhase.CLOSED, RunPhase.STAFFED}:
            raise ConflictError("this session records no more")
        if ev.ConsentKind.RECORDING not in self.state.consents:
            raise NotAllowedError("there is no consent to recording")

    async def left(self, connection_id: str) -> None:
        """The page's signalling ended; the media timer notices by itself if the media ended too."""
        if connection_id == self._connection_id:
            self._director.page_visibility(hidden=False)

    async def input(self, request: InputRequest) -> None:
        """Something that the customer did; raises if it does not fit."""
        await self._customer.take(request)

    async def signature(self, request: SignatureRequest) -> None:
        """Judge the moment of a signature whose strokes are stored."""
        await self._customer.signature(request)

    def _on_voice(self, span: VoiceSpan) -> None:
        self._tasks.spawn(self._director.answers.voice(span.from_ms, span.to_ms))

    def _on_words(self, heard: ev.SpeechRecognised) -> None:
        self._tasks.spawn(self._director.words(heard))

    # --- interruptions ---

    def _on_interrupted(self) -> None:
        self._tasks.spawn(self._recover_air())

    async def _recover_air(self) -> None:
        async with self._changing_peer:
            if self._intake.peer_is_closed:
                await self._intake.end("disconnected")
            elif self._intake.nothing_arrives:
                await self._intake.break_stretch()
            await self._interrupt()
            self._director.start()

    async def _hand_over(self) -> None:
        """A person takes over: self-service recording ends, and is kept."""
        async with self._changing_peer:
            await self._director.stop()
            await self._intake.end("finished")

    async def _interrupt(self) -> None:
        """The attempt that is going on holds a gap: it fails, and the step begins again."""
        await self._director.stop()
        self._watching.suspend(self.now_ms())
        going_on = {RunPhase.PROMPTING, RunPhase.AWAITING, RunPhase.JUDGING}
        if self.state.phase in going_on and self.state.step_id is not None:
            failed = ev.StepFailed(
                step_id=self.state.step_id, attempt=self.state.attempt, reason="interrupted"
            )
            await self.append(Actor.SYSTEM, failed)

    # --- going out ---

    def _draft(self, actor: Actor, payload: ev.Payload) -> EventDraft:
        media_time_ms = self.now_ms() if self._intake.clock.started else None
        return EventDraft.model_validate(
            {"actor": actor, "media_time_ms": media_time_ms, "payload": payload}
        )

    def _emit(self, payload: ev.Payload, actor: Actor = Actor.SYSTEM) -> None:
        self._outbox.put(self._draft(actor, payload))

    def _on_delayed(self, delayed: bool) -> None:  # noqa: FBT001 - a callback of one flag
        if delayed is not self._saving_delayed:
            self._saving_delayed = delayed
            self.changed()

    def changed(self) -> None:
        """What the phone shows is different."""
        self._pusher.changed()
        self._director.wake()

    def live(self) -> LiveStatus:
        """The status as it is now."""
        own = {
            "saving_delayed": self._saving_delayed,
            "playback_failed": self._director.playback_failed,
            "script_stalled": self._director.stalled,
        }
        guidance = self._watching.alerts() | self._intake.troubles()
        guidance |= {code for code, holds in own.items() if holds}
        facts = LiveFacts(
            stored_ms=self._intake.stored_ms(),
            recording=self._intake.on_air(),
            prompt_playing=self._director.prompt_playing or self.speaking.is_reading_again,
            prompt=self._director.prompt_of(self.state),
            display=self.display,
            guidance=guidance,
            last_failure=self._timeline.last_failure,
            desks=self._director.shown(),
        )
        return live_status(self.script, self.state, self.speaking.prompts, facts)

    async def _tick(self) -> None:
        was_on_air = False
        while True:
            await asyncio.sleep(TICK_EVERY_S)
            if self.on_air():
                self._watching.tick(self.now_ms())
                await self._customer.check_time()
            if self._watching.needs_key_frame:
                self._intake.request_key_frame()
            if was_on_air is not self.on_air():
                was_on_air = self.on_air()
                self.changed()
