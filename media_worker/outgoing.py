"""What a session sends out by itself: facts to the timeline, its status to the phone.

Stage: between synchronous callbacks (frames, clusters, observations) and the bus. The
outbox keeps order and drops nothing; the status is conflated, only the newest counts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from shuanglu.errors import ConflictError
from shuanglu.timeline.events import EventDraft

LIVE_EVERY_S = 0.25
"""The phone's status strip is refreshed at most this often."""

_log = structlog.get_logger(__name__)


class Outbox:
    """Drafts that wait to be appended, in order."""

    def __init__(self, append: Callable[[Sequence[EventDraft]], Awaitable[object]]) -> None:
        self._append = append
        self._drafts: asyncio.Queue[EventDraft] = asyncio.Queue()

    def put(self, draft: EventDraft) -> None:
        """Append this after everything before it."""
        self._drafts.put_nowait(draft)

    async def empty(self) -> None:
        """Wait until everything put so far is committed, or was refused."""
        await self._drafts.join()

    async def run(self) -> None:
        """Post until cancelled."""
        while True:
            drafts = [await self._drafts.get()]
            while not self._drafts.empty():
                drafts.append(self._drafts.get_nowait())
            try:
                await self._append(drafts)
            except ConflictError as error:
                # The timeline is closed or another worker owns it: nobody may write here.
                _log.warning("events refused", count=len(drafts), code=error.code)
            finally:
                for _ in drafts:
                    self._drafts.task_done()


class LivePusher:
    """Calls ``push`` soon after a change, never more often than ``LIVE_EVERY_S``."""

    def __init__(self, push: Callable[[], Awaitable[None]]) -> None:
        self._push = push
        self._due = asyncio.Event()

    def changed(self) -> None:
        """Something that the phone shows is different."""
        self._due.set()

    async def run(self) -> None:
        """Push until cancelled."""
        while True:
            await self._due.wait()
            self._due.clear()
            await self._push()
            await asyncio.sleep(LIVE_EVERY_S)
