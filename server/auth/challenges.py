"""WebAuthn challenges that wait for their answer: each is good once, and for minutes."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, delete, select
from webauthn.helpers import bytes_to_base64url

from server.auth.authenticators import client_data_of
from server.storage.tables import ChallengeRow
from shuanglu.errors import ConfirmationRefusedError

CHALLENGE_BYTES = 32


class ChallengeRepository:
    """Challenges in one transaction; in the table as base64url, as in ``clientDataJSON``."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def issue(
        self, *, purpose: str, owner: str | None, now: datetime, lifetime_s: int
    ) -> bytes:
        """A fresh challenge, remembered; those that have expired are swept out on the way."""
        challenge = secrets.token_bytes(CHALLENGE_BYTES)
        row = ChallengeRow(
            challenge=bytes_to_base64url(challenge),
            purpose=purpose,
            owner=owner,
            expires_at=now + timedelta(seconds=lifetime_s),
        )
        await self._session.execute(delete(ChallengeRow).where(col(ChallengeRow.expires_at) <= now))
        self._session.add(row)
        await self._session.flush()
        return challenge

    async def consume(
        self, credential: Mapping[str, Any], *, purpose: str, owner: str | None, now: datetime
    ) -> bytes:
        """Use up the challenge that a credential answers, and return it.

        Raises ``ConfirmationRefusedError`` unless it is open and the owner's.
        """
        challenge = client_data_of(credential).challenge
        found = await self._session.scalar(
            select(ChallengeRow)
            .where(ChallengeRow.challenge == bytes_to_base64url(challenge))
            .with_for_update()
        )
        is_open = found is not None and found.expires_at > now
        if found is None or not is_open or (found.purpose, found.owner) != (purpose, owner):
            raise ConfirmationRefusedError("the challenge is unknown, used or expired")
        await self._session.delete(found)
        await self._session.flush()
        return challenge
