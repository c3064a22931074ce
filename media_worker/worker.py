"""The worker: owns sessions, answers the bus, recovers what an earlier life left behind.

Stage: the top of the media worker. It knows nothing of databases or of HTTP.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import structlog

from backing.bus import Subscription
from media_worker.play.library import PromptLibrary, loudspeaker_test
from media_worker.record.recovery import recover_spool
from media_worker.session import SessionDeps, WorkedSession
from shuanglu.errors import ShuangluError
from shuanglu.timeline import events as ev
from shuanglu.timeline.events import Actor, EventDraft
from shuanglu.wire.bus import (
    AppendReply,
    AppendRequest,
    Committed,
    Done,
    InputRequest,
    Left,
    LoadReply,
    LoadRequest,
    OfferReply,
    OfferRequest,
    SignatureRequest,
    StatusReply,
    StatusRequest,
)

SWEEP_EVERY_S = 5.0

_log = structlog.get_logger(__name__)


@dataclass
class _Owned:
    sessions: dict[str, WorkedSession] = field(default_factory=dict)
    loading: dict[str, asyncio.Lock] = field(default_factory=dict)


class MediaWorker:
    """Runs the sessions of this process."""

    def __init__(self, deps: SessionDeps, *, library: PromptLibrary) -> None:
        self._deps = deps
        self._library = library
        self._owned = _Owned()
        self._subscriptions: list[Subscription] = []
        self._sweeper: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Recover the spool, then serve the bus."""
        await self._recover()
        bus = self._deps.bus
        self._subscriptions = [
            await bus.serve("media.offer", OfferRequest, self._offer),
            await bus.serve("media.input", InputRequest, self._input),
            await bus.serve("media.signature", SignatureRequest, self._signature),
            await bus.serve("media.status", StatusRequest, self._status),
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

    async def _left(self, left: Left) -> None:
        session = self._owned.sessions.get(left.session_id)
        if session is not None:
            await session.left(left.connection_id)

    async def _committed(self, committed: Committed) -> None:
        session = self._owned.sessions.get(committed.event.session_id)
        if session is not None:
            await session.take([committed.event])

    async def _sweep(self) -> None:
        """Let go of sessions that are over, apart from whatever closed them."""
        while True:
            await asyncio.sleep(SWEEP_EVERY_S)
            for session in [s for s in self._owned.sessions.values() if s.over]:
                self._owned.sessions.pop(session.session_id, None)
                self._owned.loading.pop(session.session_id, None)
                await session.close()

    # --- sessions ------------------------------------------------------------------------

    async def _session(self, session_id: str) -> WorkedSession:
        lock = self._owned.loading.setdefault(session_id, asyncio.Lock())
        async with lock:
            session = self._owned.sessions.get(session_id)
            if session is None:
                session = await self._load(session_id)
                self._owned.sessions[session_id] = session
        return session

    async def _load(self, session_id: str) -> WorkedSession:
        load = await self._claim(session_id)
        prompts = await self._library.prompts(load.script)
        session = WorkedSession(
            load, self._deps, prompts=prompts, test_sound=loudspeaker_test(prompts)
        )
        session.start()
        return session

    async def _claim(self, session_id: str) -> LoadReply:
        request = LoadRequest(session_id=session_id, claim=True)
        return await self._deps.bus.request("session.load", request, LoadReply)

    # --- what an earlier life left behind ---------------------------------------------------

    async def _recover(self) -> None:
        if not self._deps.spool_dir.exists():
            return
        for folder in sorted(self._deps.spool_dir.iterdir()):
            try:
                await self._recover_session(folder.name)
            except ShuangluError as error:
                _log.error("recovery refused", session_id=folder.name, code=error.code)

    async def _recover_session(self, session_id: str) -> None:
        load = await self._claim(session_id)
        known = {type(e.payload): None for e in load.events}
        if ev.VerdictGiven in known or ev.RecordingStarted not in known:
            return
        payloads = await self._unannounced(load)
        if payloads:
            drafts = tuple(
                EventDraft.model_validate({"actor": Actor.SYSTEM, "payload": payload})
                for payload in payloads
            )
            request = AppendRequest(session_id=session_id, drafts=drafts, epoch=load.epoch)
            await self._deps.bus.request("timeline.append", request, AppendReply)
            _log.info("spool recovered", session_id=session_id, events=len(drafts))

    async def _unannounced(self, load: LoadReply) -> list[ev.Payload]:
        """What the spool holds that the timeline does not know yet, in order."""
        ended = {e.payload.stretch for e in load.events if isinstance(e.payload, ev.StretchEnded)}
        stored = {
            (e.payload.stretch, e.payload.segment)
            for e in load.events
            if isinstance(e.payload, ev.MediaStored)
        }
        begun = {e.payload.stretch for e in load.events if isinstance(e.payload, ev.StretchBegun)}
        payloads: list[ev.Payload] = []
        for stretch in await recover_spool(
            self._deps.spool_dir, load.session_id, objects=self._deps.objects
        ):
            if stretch.number in ended:
                continue
            if stretch.number not in begun:
                payloads.append(stretch.begun)
            payloads += [s for s in stretch.stored if (s.stretch, s.segment) not in stored]
            payloads.append(stretch.ended)
        return payloads
