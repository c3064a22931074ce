"""Rows of sessions and events. It keeps no sequence itself: the ledger does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from server.storage.tables import EventRow, SessionRow
from server.timeline.head import SessionHead
from server.timeline.statements import ADD_EVENTS, HEAD, LOCKED_HEAD, MOVE_HEAD
from shuanglu.errors import NotFoundError
from shuanglu.timeline.chain import GENESIS_HASH, canonical_bytes
from shuanglu.timeline.events import Event

_event: TypeAdapter[Event] = TypeAdapter(Event)


class TimelineRepository:
    """Timelines in one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def create(
        self,
        session_id: str,
        *,
        script_id: str,
        script_version: int,
        created_by: str,
        at: datetime,
    ) -> None:
        """A session with an empty timeline."""
        self._session.add(
            SessionRow(
                session_id=session_id,
                script_id=script_id,
                script_version=script_version,
                created_at=at,
                created_by=created_by,
                head_hash=GENESIS_HASH,
            )
        )
        await self._session.flush()

    async def head(self, session_id: str, *, lock: bool = False) -> SessionHead:
        """The head of a timeline, locked against other writers if asked; ``NotFoundError``."""
        connection = await self._session.connection()
        query = LOCKED_HEAD if lock else HEAD
        found = (await connection.execute(query, {"of_session": session_id})).first()
        if found is None:
            raise NotFoundError("no such session")
        return SessionHead(*found)

    async def set_head(self, head: SessionHead) -> None:
        """Move the head; only with the lock held."""
        connection = await self._session.connection()
        await connection.execute(MOVE_HEAD, {"of_session": head.session_id, **head.changeable()})

    async def add(self, events: Sequence[Event]) -> None:
        """Store events, in their canonical bytes."""
        rows = [
            {
                "session_id": event.session_id,
                "seq": event.seq,
                "type": event.payload.type,
                "recorded_at": event.recorded_at,
                "hash": event.hash,
                "canonical": canonical_bytes(event.model_dump(mode="json")).decode(),
            }
            for event in events
        ]
        connection = await self._session.connection()
        await connection.execute(ADD_EVENTS, rows)

    async def last_of(self, session_id: str, kind: str) -> Event | None:
        """The newest event of one type, or none."""
        query = (
            select(EventRow.canonical)
            .where(EventRow.session_id == session_id, EventRow.type == kind)
            .order_by(col(EventRow.seq).desc())
            .limit(1)
        )
        found = await self._session.scalar(query)
        return None if found is None else _event.validate_json(found)

    async def read(
        self, session_id: str, *, after_seq: int = 0, to_seq: int | None = None
    ) -> tuple[Event, ...]:
        """Events after ``after_seq``, up to and including ``to_seq``, in order."""
        query = (
            select(EventRow.canonical)
            .where(EventRow.session_id == session_id, EventRow.seq > after_seq)
            .order_by(col(EventRow.seq))
        )
        if to_seq is not None:
            query = query.where(EventRow.seq <= to_seq)
        rows = await self._session.scalars(query)
        return tuple(_event.validate_json(canonical) for canonical in rows)
