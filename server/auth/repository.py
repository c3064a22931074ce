"""Staff rows in and out. It never commits and never verifies anything."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, delete, func, select, update

from server.auth.models import Login, Passkey, StaffMember
from server.storage.tables import PasskeyRow, StaffLoginRow, StaffRow
from shuanglu.errors import NotFoundError


class StaffRepository:
    """Staff, logins and passkeys in one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def count(self) -> int:
        """How many staff members there are."""
        return await self._session.scalar(select(func.count()).select_from(StaffRow)) or 0

    async def add(self, member: StaffMember, *, at: datetime) -> None:
        """A new staff member."""
        self._session.add(
            StaffRow(
                staff_id=member.staff_id,
                username=member.username,
                password_hash=member.password_hash,
                created_at=at,
            )
        )
        await self._session.flush()

    async def set_password(self, staff_id: str, password_hash: str) -> None:
        """Another password from now on; logins that exist end, as they may not be the owner's."""
        await self._session.execute(
            update(StaffRow)
            .where(col(StaffRow.staff_id) == staff_id)
            .values(password_hash=password_hash)
        )
        await self._session.execute(
            delete(StaffLoginRow).where(col(StaffLoginRow.staff_id) == staff_id)
        )

    async def by_username(self, username: str) -> StaffMember | None:
        """The staff member of that name."""
        found = await self._session.scalar(select(StaffRow).where(StaffRow.username == username))
        return _member(found) if found else None

    async def by_id(self, staff_id: str) -> StaffMember:
        """The staff member; raises ``NotFoundError``."""
        found = await self._session.get(StaffRow, staff_id)
        if found is None:
            raise NotFoundError("no such staff member")
        return _member(found)

    async def add_login(self, login: Login, *, method: str, at: datetime) -> None:
        """A login begins."""
        self._session.add(
            StaffLoginRow(
                login_id=login.login_id,
                staff_id=login.staff_id,
                method=method,
                created_at=at,
                expires_at=login.expires_at,
            )
        )
        await self._session.flush()

    async def login(self, login_id: str) -> Login | None:
        """A login that was not ended; whether it expired is for the caller."""
        query = (
            select(StaffLoginRow, StaffRow.username)
            .join(StaffRow, col(StaffRow.staff_id) == StaffLoginRow.staff_id)
            .where(StaffLoginRow.login_id == login_id, col(StaffLoginRow.ended_at).is_(None))
        )
        found = (await self._session.execute(query)).first()
        if found is None:
            return None
        row, username = found
        return Login(row.login_id, row.staff_id, username, row.expires_at)

    async def end_login(self, login_id: str, *, at: datetime) -> None:
        """Logged out."""
        query = update(StaffLoginRow).where(col(StaffLoginRow.login_id) == login_id)
        await self._session.execute(query.values(ended_at=at))

    async def passkeys(self, staff_id: str) -> tuple[Passkey, ...]:
        """All passkeys of a staff member."""
        query = select(PasskeyRow).where(PasskeyRow.staff_id == staff_id)
        return tuple(_passkey(row) for row in await self._session.scalars(query))

    async def passkey(self, credential_id: str) -> Passkey | None:
        """The passkey of that id, locked until the transaction ends."""
        query = (
            select(PasskeyRow).where(PasskeyRow.credential_id == credential_id).with_for_update()
        )
        found = await self._session.scalar(query)
        return _passkey(found) if found else None

    async def add_passkey(self, passkey: Passkey, *, at: datetime) -> None:
        """A new passkey."""
        self._session.add(
            PasskeyRow(
                credential_id=passkey.credential_id,
                staff_id=passkey.staff_id,
                public_key=passkey.public_key,
                sign_count=passkey.sign_count,
                created_at=at,
            )
        )
        await self._session.flush()

    async def set_sign_count(self, credential_id: str, sign_count: int) -> None:
        """The authenticator's counter after a login."""
        query = update(PasskeyRow).where(col(PasskeyRow.credential_id) == credential_id)
        await self._session.execute(query.values(sign_count=sign_count))


def _member(row: StaffRow) -> StaffMember:
    return StaffMember(row.staff_id, row.username, row.password_hash)


def _passkey(row: PasskeyRow) -> Passkey:
    return Passkey(row.credential_id, row.staff_id, row.public_key, row.sign_count)
