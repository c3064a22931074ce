"""Rows of sealed records. It never seals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from server.storage.tables import RecordRow, SessionRow
from shuanglu.errors import NotFoundError
from shuanglu.timeline.events import Outcome


@dataclass(frozen=True, slots=True)
class Record:
    """A sealed record."""

    record_number: str
    session_id: str
    institution: str
    outcome: Outcome
    recorded_ms: int
    timeline_head: str
    manifest: str
    manifest_sha256: str
    manifest_signature: str
    signing_key: str
    signing_key_id: str
    sealed_at: datetime


class RecordRepository:
    """Records in one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, record: Record) -> None:
        """A new record; the database refuses a second one of the same session."""
        values = {name: getattr(record, name) for name in Record.__dataclass_fields__}
        self._session.add(RecordRow(**{**values, "outcome": record.outcome.value}))
        await self._session.flush()

    async def of_session(self, session_id: str) -> Record | None:
        """The record of a session, once sealed."""
        query = select(RecordRow).where(RecordRow.session_id == session_id)
        found = await self._session.scalar(query)
        return _record(found) if found else None

    async def by_number(self, record_number: str) -> Record:
        """Raises ``NotFoundError``."""
        found = await self._session.get(RecordRow, record_number)
        if found is None:
            raise NotFoundError("no such record")
        return _record(found)

    async def unsealed_sessions(self) -> tuple[str, ...]:
        """Sessions whose timeline is closed and that have no record yet, oldest first."""
        query = (
            select(SessionRow.session_id)
            .outerjoin(RecordRow, col(RecordRow.session_id) == col(SessionRow.session_id))
            .where(col(SessionRow.closed_at).is_not(None), col(RecordRow.session_id).is_(None))
            .order_by(col(SessionRow.closed_at))
        )
        return tuple(await self._session.scalars(query))

    async def keys(self) -> tuple[tuple[str, str], ...]:
        """Every (key id, public key) that ever signed here."""
        query = select(RecordRow.signing_key_id, RecordRow.signing_key).distinct()
        rows = await self._session.execute(query.order_by(col(RecordRow.signing_key_id)))
        return tuple((key_id, key) for key_id, key in rows)


def _record(row: RecordRow) -> Record:
    values = {name: getattr(row, name) for name in Record.__dataclass_fields__}
    return Record(**{**values, "outcome": Outcome(row.outcome)})
