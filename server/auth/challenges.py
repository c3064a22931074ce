"""WebAuthn challenges that wait for their answer: each is good once, and for minutes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, delete, select

from server.storage.tables import ChallengeRow
from shuanglu.errors import ConfirmationRefusedError


class ChallengeRepository:
    """Challenges in one transaction. ``challenge`` is base64url, as in ``clientDataJSON``."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def issue(
        self,
        challenge: str,
        *,
        purpose: str,
        owner: str | None,
        now: datetime,
        expires_at: datetime,
    ) -> None:
        """Remember a challenge; those that have expired are swept out on the way."""
        await self._session.execute(delete(ChallengeRow).where(col(ChallengeRow.expires_at) <= now))
        self._session.add(
            ChallengeRow(challenge=challenge, purpose=purpose, owner=owner, expires_at=expires_at)
        )
        await self._session.flush()

    async def consume(
        self, challenge: str, *, purpose: str, owner: str | None, now: datetime
    ) -> None:
        """Use it up; raises ``ConfirmationRefusedError`` unless it is open and the owner's."""
        found = await self._session.scalar(
            select(ChallengeRow).where(ChallengeRow.challenge == challenge).with_for_update()
        )
        is_open = found is not None and found.expires_at > now
        if found is None or not is_open or (found.purpose, found.owner) != (purpose, owner):
            raise ConfirmationRefusedError("the challenge is unknown, used or expired")
        await self._session.delete(found)
        await self._session.flush()
