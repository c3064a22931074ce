"""Rows of invitations. Only hashes of codes come here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, update

from server.storage.tables import InvitationRow


@dataclass(frozen=True, slots=True)
class StoredInvitation:
    """An invitation as it is kept."""

    session_id: str
    expires_at: datetime
    used_at: datetime | None
    withdrawn_at: datetime | None


class InvitationRepository:
    """Invitations in one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(
        self, code_sha256: str, session_id: str, *, at: datetime, expires_at: datetime
    ) -> None:
        """A new code."""
        self._session.add(
            InvitationRow(
                code_sha256=code_sha256,
                session_id=session_id,
                created_at=at,
                expires_at=expires_at,
            )
        )
        await self._session.flush()

    async def withdraw_unused(self, session_id: str, *, at: datetime) -> None:
        """Older codes of the session that nobody used are worth nothing from now on."""
        query = update(InvitationRow).where(
            col(InvitationRow.session_id) == session_id,
            col(InvitationRow.used_at).is_(None),
            col(InvitationRow.withdrawn_at).is_(None),
        )
        await self._session.execute(query.values(withdrawn_at=at))

    async def redeem(self, code_sha256: str, *, at: datetime) -> bool:
        """Use the code up, if it is good; of several at once exactly one succeeds."""
        query = update(InvitationRow).where(
            col(InvitationRow.code_sha256) == code_sha256,
            col(InvitationRow.used_at).is_(None),
            col(InvitationRow.withdrawn_at).is_(None),
            col(InvitationRow.expires_at) > at,
        )
        changed = await self._session.execute(query.values(used_at=at))
        return getattr(changed, "rowcount", 0) == 1

    async def get(self, code_sha256: str) -> StoredInvitation | None:
        """The invitation of that code."""
        row = await self._session.get(InvitationRow, code_sha256, populate_existing=True)
        if row is None:
            return None
        return StoredInvitation(row.session_id, row.expires_at, row.used_at, row.withdrawn_at)
