"""What a session sends out by itself: facts to the timeline, its status to the phone.

Stage: between synchronous callbacks (frames, clusters, observations) and the bus. The
outbox keeps order and drops nothing; the status is conflated, only the newest counts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

import structlog

from backing.bus.envelope import failure_fields
from shuanglu.errors import ConflictError, ShuangluError
from shuanglu.timeline.events import EventDraft

LIVE_EVERY_S = 0.25
"""The phone's status strip is refreshed at most this often; another phase is told at once."""
MAX_APPENDED_AT_ONCE = 100
"""Well below what the server takes in one append: an outage may leave many to be said."""

_log = structlog.get_logger(__name__)


class Outbox:
    """Drafts that wait to be appended, in order."""

    def __init__(self, append: Callable[[Sequence[EventDraft]], Awaitable[object]]) -> None:
        self._append = append
        self._drafts: asyncio.Queue[EventDraft] = asyncio.Queue()
        self._unsaid = 0

    @property
    def waiting(self) -> int:
        """Drafts that are neither committed nor refused yet."""
        return self._unsaid

    def put(self, draft: EventDraft) -> None:
        """Append this after everything before it."""
        self._unsaid += 1
        self._drafts.put_nowait(draft)

    async def empty(self) -> None:
        """Wait until everything put so far is committed, or was refused."""
        await self._drafts.join()

    async def run(self) -> None:
        """Post until cancelled."""
        while True:
            drafts = [await self._drafts.get()]
            while not self._drafts.empty() and len(drafts) < MAX_APPENDED_AT_ONCE:
                drafts.append(self._drafts.get_nowait())
            try:
                await self._post(drafts)
            finally:
                self._unsaid -= len(drafts)
                for _ in drafts:
                    self._drafts.task_done()

    async def _post(self, drafts: Sequence[EventDraft]) -> None:
        """Append all; where one of them is refused for itself, the others still count."""
        try:
            await self._append(drafts)
        except ConflictError as error:
            # The timeline is closed or another worker owns it: nobody may write here.
            _log.warning("events refused", count=len(drafts), code=error.code)
        except ShuangluError as error:
            await self._post_singly(drafts, code=error.code)
        except Exception as error:  # noqa: BLE001 - task boundary: what comes after must go out
            _log.error("events failed", count=len(drafts), **failure_fields(error))

    async def _post_singly(self, drafts: Sequence[EventDraft], *, code: str) -> None:
        if len(drafts) == 1:
            _log.error("event refused", event_type=drafts[0].payload.type, code=code)
            return
        for draft in drafts:
            await self._post([draft])


class LivePusher:
    """Calls ``push`` soon after a change; again after ``LIVE_EVERY_S``, or when it presses."""

    def __init__(self, push: Callable[[], Awaitable[None]]) -> None:
        self._push = push
        self._due = asyncio.Event()
        self._presses = asyncio.Event()

    def changed(self) -> None:
        """Something that the phone shows is different."""
        self._due.set()

    def phase_changed(self) -> None:
        """The customer waits for his turn, or for what comes next."""
        self._presses.set()
        self._due.set()

    async def run(self) -> None:
        """Push until cancelled."""
        while True:
            await self._due.wait()
            self._due.clear()
            self._presses.clear()
            try:
                await self._push()
            except Exception as error:  # noqa: BLE001 - task boundary: the next status counts
                _log.error("status not pushed", **failure_fields(error))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._presses.wait(), LIVE_EVERY_S)
