"""``shuanglu staff``: give a staff member a login, or a new password, on this machine.

Whoever may write the data folder may do this; nobody can over the network.
"""

from __future__ import annotations

import asyncio

import typer

from embedded.settings import EmbeddedSettings
from server.auth.models import StaffMember
from server.auth.passwords import Passwords, generated_password
from server.auth.repository import StaffRepository
from server.storage.engine import Database
from shuanglu.clock import SystemClock
from shuanglu.ids import new_staff_id


def give_login_command(username: str) -> None:
    """Create the login, or reset its password; prints the generated password once.

    It does not lift a lock after wrong passwords: the server counts those in its memory, and
    a locked name opens again after the window or when the server starts anew.
    """
    password = asyncio.run(give_login(EmbeddedSettings(), username))
    typer.echo(f"login: {username}\npassword: {password}")
    typer.echo("a name locked by wrong passwords opens after 15 minutes or at the next start")


async def give_login(settings: EmbeddedSettings, username: str) -> str:
    """The new password of ``username``, who is created if unknown."""
    database = Database(f"sqlite+aiosqlite:///{settings.data_dir / 'shuanglu.db'}")
    password = generated_password()
    password_hash = await Passwords().hash(password)
    try:
        async with database.write() as unit:
            repository = StaffRepository(unit.session)
            member = await repository.by_username(username)
            if member is None:
                created = StaffMember(new_staff_id(), username, password_hash)
                await repository.add(created, at=SystemClock().now())
            else:
                await repository.set_password(member.staff_id, password_hash)
    finally:
        await database.close()
    return password
