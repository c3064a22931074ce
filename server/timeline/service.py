"""Appends and reads timelines, for the server itself and for others over the bus.

Stage: between everything that has something to say and the database. An answer means
committed and on disk. It never changes what is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from server.scripts.library import ScriptLibrary
from server.storage.engine import Database, UnitOfWork
from server.timeline.announcer import Announcer
from server.timeline.group_commit import GroupCommit, PendingAppend
from server.timeline.ledger import Ledger
from server.timeline.repository import TimelineRepository
from shuanglu.script.model import Script
from shuanglu.session_state import SessionState, fold_session
from shuanglu.timeline.events import Event, EventDraft


@dataclass(frozen=True, slots=True)
class LoadedSession:
    """A session, whole."""

    session_id: str
    epoch: int
    script: Script
    events: tuple[Event, ...]
    state: SessionState


class TimelineService:
    """The timelines of all sessions."""

    def __init__(
        self, database: Database, ledger: Ledger, scripts: ScriptLibrary, announcer: Announcer
    ) -> None:
        self._announcer = announcer
        self._group = GroupCommit(database, ledger)
        self._database = database
        self._ledger = ledger
        self._scripts = scripts

    async def append(
        self,
        session_id: str,
        drafts: Sequence[EventDraft],
        *,
        epoch: int | None = None,
        append_id: str | None = None,
    ) -> tuple[Event, ...]:
        """Append all or none; an answer means committed. See :meth:`Ledger.append`."""
        return await self._group.append(PendingAppend(session_id, drafts, epoch, append_id))

    async def close(self) -> None:
        """Everything that was accepted is committed or refused when this returns."""
        await self._group.close()

    async def append_in(
        self, unit: UnitOfWork, session_id: str, drafts: Sequence[EventDraft]
    ) -> tuple[Event, ...]:
        """Append as part of a larger transaction."""
        return await self._ledger.append(unit, session_id, drafts)

    async def announce_change(self, session_id: str) -> None:
        """Lists should look at this session again, though nothing was appended."""
        await self._announcer.changed(session_id)

    async def read(self, session_id: str, after_seq: int = 0) -> tuple[Event, ...]:
        """Events after ``after_seq``, in order; raises ``NotFoundError``."""
        async with self._database.read() as session:
            rows = TimelineRepository(session)
            await rows.head(session_id)
            return await rows.read(session_id, after_seq=after_seq)

    async def load(self, session_id: str) -> LoadedSession:
        """Script, epoch and the whole timeline in one consistent picture."""
        async with self._database.read() as session:
            rows = TimelineRepository(session)
            head = await rows.head(session_id)
            script = await self._scripts.get(session, head.script_id, head.script_version)
            events = await rows.read(session_id, to_seq=head.head_seq)
        state = fold_session(script, events)
        return LoadedSession(session_id, head.epoch, script, events, state)

    async def claim(self, session_id: str) -> int:
        """A worker takes the session over: the epoch rises, older ones are fenced off."""
        async with self._database.write() as unit:
            rows = TimelineRepository(unit.session)
            head = await rows.head(session_id, lock=True)
            await rows.set_head(replace(head, epoch=head.epoch + 1))
        return head.epoch + 1
