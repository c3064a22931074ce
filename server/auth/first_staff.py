"""The first start: one login with a generated password, so that there is a way in."""

from __future__ import annotations

from dataclasses import dataclass

from server.auth.models import StaffMember
from server.auth.passwords import Passwords, generated_password
from server.auth.repository import StaffRepository
from server.storage.engine import Database
from shuanglu.clock import Clock
from shuanglu.ids import new_staff_id

FIRST_USERNAME = "admin"


@dataclass(frozen=True, slots=True)
class FirstStaff:
    """The login that was made; the password is known only here and is shown once."""

    username: str
    password: str


async def ensure_first_staff(
    database: Database, passwords: Passwords, clock: Clock
) -> FirstStaff | None:
    """Make the login ``admin`` if there is no staff at all; ``None`` if there is."""
    async with database.read() as session:
        if await StaffRepository(session).count():
            return None
    password = generated_password()
    password_hash = await passwords.hash(password)
    async with database.write() as unit:
        repository = StaffRepository(unit.session)
        if await repository.count():
            return None
        member = StaffMember(new_staff_id(), FIRST_USERNAME, password_hash)
        await repository.add(member, at=clock.now())
    return FirstStaff(FIRST_USERNAME, password)
