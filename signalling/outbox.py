"""What waits to be sent to one phone: bounded, in order, and only the newest status.

Stage: between everything that speaks to a phone and its socket. A ``live`` status
replaces one that was not sent yet; nothing else is ever left out. A phone that does
not take its messages is given up, because memory is for the phones that do.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from shuanglu.wire.signalling import Live, ServerMessage


class OutboxFullError(Exception):
    """The phone has not taken its messages for too long."""


class Outbox:
    """One queue, emptied by one task."""

    def __init__(self, *, limit: int) -> None:
        self._limit = limit
        self._waiting: deque[ServerMessage] = deque()
        self._changed = asyncio.Event()
        self._ended = False

    def __len__(self) -> int:
        """Messages not sent yet."""
        return len(self._waiting)

    def put(self, message: ServerMessage) -> None:
        """Queue a message; after :meth:`end` it is ignored. Raises ``OutboxFullError``."""
        if self._ended:
            return
        if isinstance(message, Live):
            self._forget_older_status()
        elif len(self._waiting) >= self._limit:
            raise OutboxFullError
        self._waiting.append(message)
        self._changed.set()

    def end(self, last: ServerMessage | None = None) -> None:
        """Take nothing more; what waits, and ``last``, is still sent. Idempotent."""
        if self._ended:
            return
        if last is not None:
            self._waiting.append(last)
        self._ended = True
        self._changed.set()

    async def drain(self, send: Callable[[str], Awaitable[None]]) -> None:
        """Send until ended and empty."""
        while not self._ended or self._waiting:
            await self._changed.wait()
            self._changed.clear()
            while self._waiting:
                await send(self._waiting.popleft().model_dump_json())

    def _forget_older_status(self) -> None:
        for waiting in self._waiting:
            if isinstance(waiting, Live):
                self._waiting.remove(waiting)
                return
