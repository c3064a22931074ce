"""The worker's side of the timeline: drafts go out in order, the answer means committed.

Stage: between everything in the worker that has something to say and the server. It
keeps order and retries while the server is away; it never drops a draft.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence

import structlog

from backing.bus import Bus
from shuanglu.errors import ShuangluError, UnavailableError
from shuanglu.timeline.events import Event, EventDraft
from shuanglu.wire.bus import AppendReply, AppendRequest

RETRY_FIRST_S = 0.1
RETRY_LONGEST_S = 2.0

_log = structlog.get_logger(__name__)


class TimelineAppender:
    """Appends for one session under one epoch, one request at a time."""

    def __init__(
        self,
        bus: Bus,
        *,
        session_id: str,
        epoch: int,
        on_committed: Callable[[Sequence[Event]], Awaitable[None]],
        on_delayed: Callable[[bool], None],
    ) -> None:
        self._bus = bus
        self._session_id = session_id
        self._epoch = epoch
        self._on_committed = on_committed
        self._on_delayed = on_delayed
        self._in_order = asyncio.Lock()

    async def append(self, *drafts: EventDraft) -> tuple[Event, ...]:
        """Commit all or none; waits through an outage. Raises what the server refused."""
        async with self._in_order:
            request = AppendRequest(
                session_id=self._session_id,
                drafts=drafts,
                epoch=self._epoch,
                append_id=secrets.token_hex(8),
            )
            reply = await self._until_answered(request)
        await self._on_committed(reply.events)
        return reply.events

    async def _until_answered(self, request: AppendRequest) -> AppendReply:
        wait_s = RETRY_FIRST_S
        while True:
            try:
                reply = await self._bus.request("timeline.append", request, AppendReply)
            except UnavailableError:
                self._on_delayed(True)  # noqa: FBT003 - a callback of one flag
                await asyncio.sleep(wait_s)
                wait_s = min(wait_s * 2, RETRY_LONGEST_S)
            except ShuangluError as error:
                _log.warning("append refused", session_id=self._session_id, code=error.code)
                raise
            else:
                self._on_delayed(False)  # noqa: FBT003 - a callback of one flag
                return reply
