"""Rows of sessions and events. It keeps no sequence itself: the ledger does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import select as columns
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, insert, select, update

from server.storage.tables import EventRow, SessionRow
from server.timeline.head import SessionHead
from shuanglu.errors import NotFoundError
from shuanglu.timeline.chain import GENESIS_HASH, canonical_bytes
from shuanglu.timeline.events import Event

_HEAD_COLUMNS = tuple(getattr(SessionRow, item.name) for item in fields(SessionHead))
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
        query = columns(*_HEAD_COLUMNS).where(col(SessionRow.session_id) == session_id)
        found = (await self._session.execute(query.with_for_update() if lock else query)).first()
        if found is None:
            raise NotFoundError("no such session")
        return SessionHead(*found)

    async def set_head(self, head: SessionHead) -> None:
        """Move the head; only with the lock held."""
        query = update(SessionRow).where(col(SessionRow.session_id) == head.session_id)
        await self._session.execute(query.values(**head.changeable()))

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
        await self._session.execute(insert(EventRow), rows)

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

    async def last_recorded_at(self, head: SessionHead) -> datetime | None:
        """When the newest event was recorded; nothing in an empty timeline."""
        query = select(EventRow.recorded_at).where(
            EventRow.session_id == head.session_id, EventRow.seq == head.head_seq
        )
        found: datetime | None = await self._session.scalar(query)
        return found
