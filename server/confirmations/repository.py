"""Rows of credentials, statements and codes. It never commits and never verifies."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, func, or_, select, update

from server.confirmations.models import CustomerCredential, IssuedStatement, OneTimeCode
from server.storage.tables import CredentialRow, OneTimeCodeRow, PasskeyRow, StatementRow
from shuanglu.timeline.events import Assurance


class ConfirmationRepository:
    """Everything about the confirmations of sessions, in one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    # --- credentials -----------------------------------------------------------------

    async def add_credential(self, credential: CustomerCredential) -> None:
        """A new key."""
        self._session.add(
            CredentialRow(
                credential_id=credential.credential_id,
                session_id=credential.session_id,
                assurance=credential.assurance.value,
                public_key=credential.public_key,
                algorithm=credential.algorithm,
                sign_count=credential.sign_count,
                created_at=credential.created_at,
            )
        )
        await self._session.flush()

    async def credential(self, session_id: str, credential_id: str) -> CustomerCredential | None:
        """A key of that session, by its id."""
        found = await self._session.get(CredentialRow, (credential_id, session_id))
        return _credential(found) if found else None

    async def sessions_with_key(self, credential_id: str, public_key: bytes) -> tuple[str, ...]:
        """Every session in which this key was registered, whatever it was called there."""
        query = select(CredentialRow.session_id).where(
            or_(
                col(CredentialRow.credential_id) == credential_id,
                col(CredentialRow.public_key) == public_key,
            )
        )
        return tuple(await self._session.scalars(query))

    async def is_staff_passkey(self, credential_id: str, public_key: bytes) -> bool:
        """Whether somebody of the staff logs in with this key."""
        query = select(PasskeyRow.credential_id).where(
            or_(
                col(PasskeyRow.credential_id) == credential_id,
                col(PasskeyRow.public_key) == public_key,
            )
        )
        return await self._session.scalar(query.limit(1)) is not None

    async def newest_credential(self, session_id: str) -> CustomerCredential | None:
        """The key that was registered last."""
        query = select(CredentialRow).where(CredentialRow.session_id == session_id)
        newest = query.order_by(col(CredentialRow.created_at).desc()).limit(1)
        found = await self._session.scalar(newest)
        return _credential(found) if found else None

    async def count_credentials(self, session_id: str) -> int:
        """How many keys a session has."""
        query = select(func.count()).select_from(CredentialRow)
        counted = query.where(col(CredentialRow.session_id) == session_id)
        return await self._session.scalar(counted) or 0

    async def set_sign_count(self, session_id: str, credential_id: str, count: int) -> None:
        """The counter after a use."""
        query = update(CredentialRow).where(
            col(CredentialRow.session_id) == session_id,
            col(CredentialRow.credential_id) == credential_id,
        )
        await self._session.execute(query.values(sign_count=count))

    # --- statements ------------------------------------------------------------------

    async def add_statement(self, statement: IssuedStatement) -> None:
        """A statement that was issued."""
        self._session.add(
            StatementRow(
                statement_sha256=statement.statement_sha256,
                session_id=statement.session_id,
                step_id=statement.step_id,
                attempt=statement.attempt,
                canonical=statement.canonical,
                issued_at=statement.issued_at,
                used_at=None,
            )
        )
        await self._session.flush()

    async def statement(self, session_id: str, statement_sha256: str) -> IssuedStatement | None:
        """A statement of that session."""
        found = await self._session.get(StatementRow, statement_sha256)
        return _statement(found) if found and found.session_id == session_id else None

    async def newest_statement(
        self, session_id: str, step_id: str, attempt: int
    ) -> IssuedStatement | None:
        """The statement that was issued last for that attempt."""
        query = select(StatementRow).where(
            StatementRow.session_id == session_id,
            StatementRow.step_id == step_id,
            StatementRow.attempt == attempt,
        )
        newest = query.order_by(col(StatementRow.issued_at).desc()).limit(1)
        found = await self._session.scalar(newest)
        return _statement(found) if found else None

    async def count_statements(self, session_id: str) -> int:
        """How many statements a session was issued."""
        query = select(func.count()).select_from(StatementRow)
        counted = query.where(col(StatementRow.session_id) == session_id)
        return await self._session.scalar(counted) or 0

    async def use_statement(self, statement_sha256: str, *, at: datetime) -> None:
        """It is signed; it and its code can never be used again."""
        query = update(StatementRow).where(col(StatementRow.statement_sha256) == statement_sha256)
        await self._session.execute(query.values(used_at=at))
        codes = update(OneTimeCodeRow).where(
            col(OneTimeCodeRow.statement_sha256) == statement_sha256
        )
        await self._session.execute(codes.values(used_at=at))

    # --- one-time codes --------------------------------------------------------------

    async def add_code(self, session_id: str, code: OneTimeCode, *, shown_code: str | None) -> None:
        """A code that was delivered."""
        self._session.add(
            OneTimeCodeRow(
                statement_sha256=code.statement_sha256,
                session_id=session_id,
                code_sha256=code.code_sha256,
                shown_code=shown_code,
                channel=code.channel,
                attempts_left=code.attempts_left,
                expires_at=code.expires_at,
                used_at=None,
            )
        )
        await self._session.flush()

    async def code(self, statement_sha256: str) -> OneTimeCode | None:
        """The open code of a statement."""
        found = await self._session.get(OneTimeCodeRow, statement_sha256)
        if found is None or found.used_at is not None:
            return None
        return OneTimeCode(
            found.statement_sha256,
            found.code_sha256,
            found.channel,
            found.attempts_left,
            found.expires_at,
        )

    async def count_code_attempt(self, statement_sha256: str) -> None:
        """One guess less."""
        query = update(OneTimeCodeRow).where(
            col(OneTimeCodeRow.statement_sha256) == statement_sha256
        )
        await self._session.execute(
            query.values(attempts_left=col(OneTimeCodeRow.attempts_left) - 1)
        )


def _credential(row: CredentialRow) -> CustomerCredential:
    return CustomerCredential(
        row.credential_id,
        row.session_id,
        Assurance(row.assurance),
        row.public_key,
        row.algorithm,
        row.sign_count,
        row.created_at,
    )


def _statement(row: StatementRow) -> IssuedStatement:
    return IssuedStatement(
        row.statement_sha256,
        row.session_id,
        row.step_id,
        row.attempt,
        row.canonical,
        row.issued_at,
        row.used_at,
    )
