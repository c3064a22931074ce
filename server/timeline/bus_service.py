"""Timelines over the bus: append, read, load. The answer to an append means committed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from backing.bus import Bus
from server.timeline.service import LoadedSession, TimelineService
from shuanglu.wire.bus import (
    AppendReply,
    AppendRequest,
    LoadReply,
    LoadRequest,
    ReadReply,
    ReadRequest,
)
from shuanglu.wire.views import CustomerSession

CustomerView = Callable[[LoadedSession], Awaitable[CustomerSession]]


class TimelineBusService:
    """Answers the bus."""

    def __init__(self, timeline: TimelineService, customer_view: CustomerView) -> None:
        self._timeline = timeline
        self._customer_view = customer_view

    async def append(self, message: AppendRequest) -> AppendReply:
        """``timeline.append``."""
        events = await self._timeline.append(
            message.session_id,
            message.drafts,
            epoch=message.epoch,
            append_id=message.append_id,
        )
        return AppendReply(events=events)

    async def read(self, message: ReadRequest) -> ReadReply:
        """``timeline.read``."""
        events = await self._timeline.read(message.session_id, message.after_seq)
        return ReadReply(events=events)

    async def load(self, message: LoadRequest) -> LoadReply:
        """``session.load``; a worker that claims the session fences off the one before."""
        if message.claim:
            await self._timeline.claim(message.session_id)
        loaded = await self._timeline.load(message.session_id)
        return LoadReply(
            session_id=loaded.session_id,
            epoch=loaded.epoch,
            script=loaded.script,
            events=loaded.events,
            customer=await self._customer_view(loaded),
        )

    @asynccontextmanager
    async def serving(self, bus: Bus) -> AsyncIterator[None]:
        """Answers for as long as the context is open."""
        subscriptions = [
            await bus.serve("timeline.append", AppendRequest, self.append),
            await bus.serve("timeline.read", ReadRequest, self.read),
            await bus.serve("session.load", LoadRequest, self.load),
        ]
        try:
            yield
        finally:
            for subscription in subscriptions:
                await subscription.close()
