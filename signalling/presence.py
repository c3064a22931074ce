"""Tells the timeline who came and who went, in that order, also through a short outage.

Stage: between connections and the timeline. It never delays a connection: what it has
to say is queued per session and offered until it is taken or too old.
"""

from __future__ import annotations

import asyncio
from collections import deque

import structlog

from backing.bus import Bus
from shuanglu.clock import Clock
from shuanglu.errors import ShuangluError, TimelineClosedError, UnavailableError
from shuanglu.timeline.events import (
    Actor,
    CustomerConnected,
    CustomerDisconnected,
    EventDraft,
)
from shuanglu.wire.bus import AppendReply, AppendRequest

RETRY_FIRST_S = 0.1
RETRY_LONGEST_S = 2.0

_log = structlog.get_logger(__name__)


class Presence:
    """One queue and one task a session, while there is something to say."""

    def __init__(self, bus: Bus, *, clock: Clock, retry_s: float) -> None:
        self._bus = bus
        self._clock = clock
        self._retry_ms = retry_s * 1000
        self._waiting: dict[str, deque[CustomerConnected | CustomerDisconnected]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def came(self, session_id: str, connection_id: str) -> None:
        """The customer's page connected."""
        self._queue(session_id, CustomerConnected(connection_id=connection_id))

    def left(self, session_id: str, connection_id: str) -> None:
        """The connection ended."""
        self._queue(session_id, CustomerDisconnected(connection_id=connection_id))

    async def settled(self, *, timeout_s: float) -> None:
        """Wait until everything was said, at most ``timeout_s``; then give up the rest."""
        tasks = list(self._tasks.values())
        if tasks:
            _, unsaid = await asyncio.wait(tasks, timeout=timeout_s)
            for task in unsaid:
                task.cancel()
            await asyncio.gather(*unsaid, return_exceptions=True)

    def _queue(self, session_id: str, payload: CustomerConnected | CustomerDisconnected) -> None:
        self._waiting.setdefault(session_id, deque()).append(payload)
        if session_id not in self._tasks:
            self._tasks[session_id] = asyncio.create_task(self._say_all(session_id))

    async def _say_all(self, session_id: str) -> None:
        waiting = self._waiting[session_id]
        try:
            while waiting:
                await self._say(session_id, waiting.popleft())
        finally:
            del self._waiting[session_id], self._tasks[session_id]

    async def _say(
        self, session_id: str, payload: CustomerConnected | CustomerDisconnected
    ) -> None:
        draft = EventDraft(actor=Actor.CUSTOMER, payload=payload)
        request = AppendRequest(session_id=session_id, drafts=(draft,))
        try:
            await self._until_answered(request)
        except TimelineClosedError:
            return  # the record is finished: who reads it afterwards is not part of it
        except ShuangluError as error:
            _log.warning(
                "presence not recorded",
                session_id=session_id,
                presence=payload.type,
                code=error.code,
            )

    async def _until_answered(self, request: AppendRequest) -> None:
        give_up_ms = self._clock.monotonic_ms() + self._retry_ms
        wait_s = RETRY_FIRST_S
        while True:
            try:
                await self._bus.request("timeline.append", request, AppendReply)
            except UnavailableError:
                if self._clock.monotonic_ms() >= give_up_ms:
                    raise
                await asyncio.sleep(wait_s)
                wait_s = min(wait_s * 2, RETRY_LONGEST_S)
            else:
                return
