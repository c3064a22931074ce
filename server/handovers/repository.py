"""Rows of hand-over codes. Only hashes come here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, func, select, update

from server.handovers.browser import Browser
from server.storage.tables import HandoverRow
from shuanglu.timeline.events import BrowserKind, Platform


@dataclass(frozen=True, slots=True)
class StoredHandover:
    """A code as it is kept: whose, and which browser asked for it."""

    code_sha256: str
    digits_hash: str
    session_id: str
    asked_by: Browser
    expires_at: datetime


class HandoverRepository:
    """Hand-over codes in one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, handover: StoredHandover, *, at: datetime) -> None:
        """A new code."""
        self._session.add(
            HandoverRow(
                code_sha256=handover.code_sha256,
                digits_hash=handover.digits_hash,
                session_id=handover.session_id,
                from_browser=handover.asked_by.kind.value,
                from_platform=handover.asked_by.platform.value,
                created_at=at,
                expires_at=handover.expires_at,
            )
        )
        await self._session.flush()

    async def withdraw_unused(self, session_id: str, *, at: datetime) -> None:
        """Older codes of the session are worth nothing from now on."""
        query = update(HandoverRow).where(
            col(HandoverRow.session_id) == session_id,
            col(HandoverRow.used_at).is_(None),
            col(HandoverRow.withdrawn_at).is_(None),
        )
        await self._session.execute(query.values(withdrawn_at=at))

    async def open_by_code(self, code_sha256: str, *, at: datetime) -> StoredHandover | None:
        """The code, if it works now."""
        return await self._open(col(HandoverRow.code_sha256) == code_sha256, at)

    async def open_by_digits(self, digits_hash: str, *, at: datetime) -> StoredHandover | None:
        """The code with these digits, if it works now."""
        return await self._open(col(HandoverRow.digits_hash) == digits_hash, at)

    async def use(self, code_sha256: str, *, at: datetime) -> bool:
        """Use the code up, if it is good; of several at once exactly one succeeds."""
        query = update(HandoverRow).where(
            col(HandoverRow.code_sha256) == code_sha256, *_working(at)
        )
        changed = await self._session.execute(query.values(used_at=at))
        return getattr(changed, "rowcount", 0) == 1

    async def count_used(self, session_id: str) -> int:
        """How often the session was handed over."""
        query = select(func.count()).select_from(HandoverRow)
        used = query.where(
            col(HandoverRow.session_id) == session_id, col(HandoverRow.used_at).is_not(None)
        )
        return await self._session.scalar(used) or 0

    async def _open(self, condition: ColumnElement[bool], at: datetime) -> StoredHandover | None:
        query = select(HandoverRow).where(condition, *_working(at))
        row = await self._session.scalar(query)
        if row is None:
            return None
        return StoredHandover(
            row.code_sha256,
            row.digits_hash,
            row.session_id,
            Browser(BrowserKind(row.from_browser), Platform(row.from_platform)),
            row.expires_at,
        )


def _working(at: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        col(HandoverRow.used_at).is_(None),
        col(HandoverRow.withdrawn_at).is_(None),
        col(HandoverRow.expires_at) > at,
    )
