"""Staff log in with name and password: limited, locked out, and telling nothing to guessers."""

from __future__ import annotations

import unicodedata

from server.auth.logins import FreshLogin, Logins
from server.auth.models import StaffMember
from server.auth.passwords import Passwords
from server.auth.repository import StaffRepository
from server.rate_limit import Limits
from server.storage.engine import Database
from shuanglu.errors import NotAuthenticatedError


class StaffService:
    """Password logins and what a logged-in person may know of themselves."""

    def __init__(
        self, database: Database, logins: Logins, passwords: Passwords, limits: Limits
    ) -> None:
        self._database = database
        self._logins = logins
        self._passwords = passwords
        self._limits = limits

    async def login(self, username: str, password: str, *, address: str) -> FreshLogin:
        """A new login; one and the same error whether the name or the password is wrong."""
        name = canonical_username(username)
        # Counted before the slow comparison, so that parallel guesses cannot slip through.
        self._limits.login_address.count(address)
        self._limits.login_name.count(name)
        async with self._database.read() as session:
            found = await StaffRepository(session).by_username(name)
        right = await self._passwords.matches(found.password_hash if found else None, password)
        if found is None or not right:
            raise NotAuthenticatedError("the name or the password is wrong")
        self._limits.login_name.forget(name)
        self._limits.login_address.undo(address)
        async with self._database.write() as unit:
            return await self._logins.begin(unit, found, method="password")

    async def me(self, staff_id: str) -> tuple[StaffMember, int]:
        """A staff member and the number of their passkeys."""
        async with self._database.read() as session:
            repository = StaffRepository(session)
            return await repository.by_id(staff_id), len(await repository.passkeys(staff_id))


def canonical_username(username: str) -> str:
    """Names that look alike are alike: NFKC, case folded, trimmed."""
    return unicodedata.normalize("NFKC", username).strip().casefold()
