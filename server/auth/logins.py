"""Logins of staff: begun with a cookie, ended for good by logging out.

Stage: after a password or passkey was verified. It never verifies either.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from backing.tokens import STAFF_AUDIENCE, Role, TokenKey
from server.auth.identity import StaffIdentity
from server.auth.models import Login, StaffMember
from server.auth.repository import StaffRepository
from server.storage.engine import Database, UnitOfWork
from shuanglu.clock import Clock
from shuanglu.errors import NotAuthenticatedError

_LOGIN_ID_BYTES = 16


@dataclass(frozen=True, slots=True)
class FreshLogin:
    """A login that just began, and the token for its cookie."""

    staff: StaffMember
    token: str


class Logins:
    """Begins, finds and ends logins."""

    def __init__(
        self, database: Database, clock: Clock, token_key: TokenKey, *, lifetime_s: int
    ) -> None:
        self._database = database
        self._clock = clock
        self._token_key = token_key
        self._lifetime_s = lifetime_s

    async def begin(self, unit: UnitOfWork, staff: StaffMember, *, method: str) -> FreshLogin:
        """A new login for someone whose credential was verified."""
        now = self._clock.now()
        login_id = secrets.token_urlsafe(_LOGIN_ID_BYTES)
        expires_at = now + timedelta(seconds=self._lifetime_s)
        login = Login(login_id, staff.staff_id, staff.username, expires_at)
        await StaffRepository(unit.session).add_login(login, method=method, at=now)
        token = self._token_key.issue(
            staff.staff_id, Role.STAFF, None, self._lifetime_s, STAFF_AUDIENCE, login_id=login_id
        )
        return FreshLogin(staff, token)

    async def current(self, login_id: str, staff_id: str) -> StaffIdentity:
        """Who is logged in; raises ``NotAuthenticatedError`` when ended or expired."""
        async with self._database.read() as session:
            login = await StaffRepository(session).login(login_id)
        if login is None or login.staff_id != staff_id or login.expires_at <= self._clock.now():
            raise NotAuthenticatedError("log in again")
        return StaffIdentity(login.staff_id, login.username, login.login_id)

    async def end(self, login_id: str) -> None:
        """Logged out: the token is worth nothing from now on."""
        async with self._database.write() as unit:
            await StaffRepository(unit.session).end_login(login_id, at=self._clock.now())
