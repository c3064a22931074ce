"""Appends that wait while a commit is under way go into the next one together.

Stage: between ``TimelineService.append`` and the ledger. Each append is still all or
none, and one that is refused takes no other with it; what is shared is the disk's
flush. An answer means committed.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from server.storage.engine import Database
from server.timeline.ledger import Ledger
from shuanglu.errors import ShuangluError, UnavailableError
from shuanglu.timeline.events import Event, EventDraft

MAX_WAITING = 10_000
MAX_IN_ONE_COMMIT = 32
"""Bounds how long the first of a commit waits for the last."""

Outcome = tuple[Event, ...] | ShuangluError


@dataclass(frozen=True, slots=True, eq=False)
class PendingAppend:
    """What is to be appended, and who waits for it."""

    session_id: str
    drafts: Sequence[EventDraft]
    epoch: int | None
    append_id: str | None
    done: asyncio.Future[tuple[Event, ...]] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class GroupCommit:
    """One commit at a time in this process, as many appends in it as are waiting."""

    def __init__(self, database: Database, ledger: Ledger) -> None:
        self._database = database
        self._ledger = ledger
        self._waiting: deque[PendingAppend] = deque()
        self._committing: asyncio.Task[None] | None = None

    async def append(self, pending: PendingAppend) -> tuple[Event, ...]:
        """The committed events; raises what the ledger raises."""
        if len(self._waiting) >= MAX_WAITING:
            raise UnavailableError("too many appends are waiting")
        self._waiting.append(pending)
        if self._committing is None or self._committing.done():
            self._committing = asyncio.create_task(self._commit_all())
        # A caller that gives up does not take back what others are committed with.
        return await asyncio.shield(pending.done)

    async def close(self) -> None:
        """Returns when everything that was accepted is committed or refused."""
        if self._committing is not None:
            await self._committing

    async def _commit_all(self) -> None:
        while self._waiting:
            count = min(len(self._waiting), MAX_IN_ONE_COMMIT)
            group = [self._waiting.popleft() for _ in range(count)]
            # Locks are taken in one order everywhere, so that two processes cannot deadlock.
            group.sort(key=lambda pending: pending.session_id)
            await self._commit(group)

    async def _commit(self, group: Sequence[PendingAppend]) -> None:
        try:
            outcomes = await self._in_one_transaction(group)
        except Exception as error:  # noqa: BLE001 - nobody may be left waiting
            if len(group) > 1:
                for pending in group:
                    await self._commit([pending])
                return
            _refuse(group[0], error)
        else:
            for pending, outcome in zip(group, outcomes, strict=True):
                _answer(pending, outcome)

    async def _in_one_transaction(self, group: Sequence[PendingAppend]) -> list[Outcome]:
        async with self._database.write() as unit:
            outcomes: list[Outcome] = []
            for pending in group:
                try:
                    events = await self._ledger.append(
                        unit,
                        pending.session_id,
                        pending.drafts,
                        epoch=pending.epoch,
                        append_id=pending.append_id,
                    )
                except UnavailableError:
                    raise
                except ShuangluError as refused:  # before anything was written
                    outcomes.append(refused)
                else:
                    outcomes.append(events)
        return outcomes


def _answer(pending: PendingAppend, outcome: Outcome) -> None:
    if isinstance(outcome, ShuangluError):
        _refuse(pending, outcome)
    elif not pending.done.done():
        pending.done.set_result(outcome)


def _refuse(pending: PendingAppend, error: Exception) -> None:
    if not pending.done.done():
        pending.done.set_exception(error)
        pending.done.exception()  # seen: a caller that gave up is no fault of ours
