"""The worker: owns sessions, answers the bus, recovers what an earlier life left behind.

Stage: the top of the media worker. It knows nothing of databases or of HTTP.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Protocol
from weakref import WeakValueDictionary

import structlog

from backing.bus import Subscription
from backing.bus.envelope import failure_fields
from media_worker.play.prompt import RenderedPrompt
from media_worker.readiness import degraded
from media_worker.record.clearing import clear_spool
from media_worker.recording_desk import RecordingDesk
from media_worker.recovered import recover_sessions
from media_worker.session import SessionDeps, WorkedSession
from media_worker.speaking import ScriptSpeech
from media_worker.speech_desk import SpeechDesk
from shuanglu.errors import UnavailableError
from shuanglu.script.model import Script
from shuanglu.timeline.events import VoiceSpeed
from shuanglu.wire.bus import (
    Committed,
    Done,
    InputRequest,
    Left,
    LoadReply,
    LoadRequest,
    MediaReady,
    MediaReadyRequest,
    OfferReply,
    OfferRequest,
    SignatureRequest,
    SpeechRequest,
    StatusReply,
    StatusRequest,
)
from shuanglu.wire.recordings import RecordingRequest

SWEEP_EVERY_S = 5.0
RELEASED_AFTER_MS = 10 * 60_000
"""A session that nobody asks for is let go of; its timeline brings it back at any time."""

_log = structlog.get_logger(__name__)


class PromptSource(Protocol):
    """Where a script's speech comes from."""

    async def prompts(
        self, script: Script, speed: VoiceSpeed = VoiceSpeed.NORMAL
    ) -> Mapping[str, RenderedPrompt]:
        """Speech by step id, and the loudspeaker test under ``TEST_SOUND_ID``."""
        ...

    async def recorded(self, sha256: str, say: str) -> RenderedPrompt:
        """An uploaded recording in which these words are said."""
        ...


@dataclass
class _Owned:
    sessions: dict[str, WorkedSession] = field(default_factory=dict)
    loading: MutableMapping[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)


class MediaWorker:
    """Runs the sessions of this process."""

    def __init__(self, deps: SessionDeps, *, library: PromptSource) -> None:
        self._deps = deps
        self._library = library
        self._speech = SpeechDesk(library.prompts)
        self._recordings = RecordingDesk(library.recorded)
        self._owned = _Owned()
        self._subscriptions: list[Subscription] = []
        self._sweeper: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Recover the spool, then serve the bus."""
        await recover_sessions(self._deps)
        bus = self._deps.bus
        self._subscriptions = [
            await bus.serve("media.offer", OfferRequest, self._offer),
            await bus.serve("media.input", InputRequest, self._input),
            await bus.serve("media.signature", SignatureRequest, self._signature),
            await bus.serve("media.status", StatusRequest, self._status),
            await bus.serve("media.ready", MediaReadyRequest, self._ready),
            await bus.serve("speech.prepare", SpeechRequest, self._speech.answer),
            await bus.serve("speech.recording", RecordingRequest, self._recordings.answer),
            await bus.subscribe("media.left", Left, self._left),
            await bus.subscribe("timeline.*", Committed, self._committed),
        ]
        self._sweeper = asyncio.create_task(self._sweep())

    async def stop(self) -> None:
        """End every session truthfully; idempotent."""
        if self._sweeper is not None:
            self._sweeper.cancel()
            await asyncio.gather(self._sweeper, return_exceptions=True)
            self._sweeper = None
        for subscription in self._subscriptions:
            await subscription.close()
        self._subscriptions = []
        await self._speech.stop()
        sessions, self._owned.sessions = self._owned.sessions, {}
        await asyncio.gather(*(session.close() for session in sessions.values()))

    def dump(self) -> dict[str, object]:
        """What it owns now, for inspection."""
        return {
            session_id: {"phase": session.state.phase, "on_air": session.on_air()}
            for session_id, session in self._owned.sessions.items()
        }

    # --- the bus -----------------------------------------------------------------------

    async def _offer(self, request: OfferRequest) -> OfferReply:
        session = await self._session(request.session_id)
        return OfferReply(sdp=await session.offer(request.connection_id, request.sdp))

    async def _input(self, request: InputRequest) -> Done:
        session = await self._session(request.session_id)
        await session.input(request)
        return Done()

    async def _signature(self, request: SignatureRequest) -> Done:
        session = await self._session(request.session_id)
        await session.signature(request)
        return Done()

    async def _status(self, request: StatusRequest) -> StatusReply:
        return StatusReply(live=(await self._session(request.session_id)).live())

    async def _ready(self, _request: MediaReadyRequest) -> MediaReady:
        deps = self._deps
        return MediaReady(degraded=degraded(deps.observers.status(), deps.recognisers.status()))

    async def _left(self, left: Left) -> None:
        session = self._owned.sessions.get(left.session_id)
        if session is not None:
            await session.left(left.connection_id)

    async def _committed(self, committed: Committed) -> None:
        session = self._owned.sessions.get(committed.event.session_id)
        if session is not None:
            await session.take([committed.event])

    async def _sweep(self) -> None:
        """Let go of sessions that are over or abandoned, apart from whatever closed them."""
        while True:
            await asyncio.sleep(SWEEP_EVERY_S)
            for session in tuple(self._owned.sessions.values()):
                if session.over or session.idle_ms() >= RELEASED_AFTER_MS:
                    self._owned.sessions.pop(session.session_id, None)
                    await self._release(session)

    async def _release(self, session: WorkedSession) -> None:
        try:
            is_over = session.over
            await session.close()
            if is_over:
                await self._clear(session.session_id)
        except Exception as error:  # noqa: BLE001 - task boundary: the others are still swept
            fields = failure_fields(error)
            _log.error("session not closed", session_id=session.session_id, **fields)

    async def _clear(self, session_id: str) -> None:
        deps = self._deps
        try:
            if not await clear_spool(deps.spool_dir, session_id, deps.objects):
                _log.warning("spool kept", session_id=session_id)
        except UnavailableError as error:
            # The next start looks at the spool again; nothing is lost by waiting.
            _log.warning("spool not cleared", session_id=session_id, code=error.code)

    # --- sessions ------------------------------------------------------------------------

    async def _session(self, session_id: str) -> WorkedSession:
        lock = self._owned.loading.setdefault(session_id, asyncio.Lock())
        async with lock:
            session = self._owned.sessions.get(session_id)
            if session is None:
                session = await self._load(session_id)
                self._owned.sessions[session_id] = session
        session.used()
        return session

    async def _load(self, session_id: str) -> WorkedSession:
        load = await self._claim(session_id)
        speech = ScriptSpeech(
            normal=await self._library.prompts(load.script),
            slow=lambda: self._library.prompts(load.script, VoiceSpeed.SLOW),
        )
        session = WorkedSession(load, self._deps, speech=speech)
        session.start()
        return session

    async def _claim(self, session_id: str) -> LoadReply:
        request = LoadRequest(session_id=session_id, claim=True)
        return await self._deps.bus.request("session.load", request, LoadReply)
