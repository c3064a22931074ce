"""Scripts at hand: parsed once a process, since a published version never changes."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncSession

from server.scripts.repository import ScriptRepository
from server.storage.engine import Database
from shuanglu.clock import Clock
from shuanglu.errors import NotFoundError
from shuanglu.script.model import Script

MAX_CACHED_SCRIPTS = 256


class ScriptLibrary:
    """Reads scripts through a bounded cache."""

    def __init__(self) -> None:
        self._parsed: dict[tuple[str, int], Script] = {}

    async def get(self, session: AsyncSession, script_id: str, version: int) -> Script:
        """That version; raises ``NotFoundError``."""
        key = (script_id, version)
        if key not in self._parsed:
            script = await ScriptRepository(session).get(script_id, version)
            if len(self._parsed) >= MAX_CACHED_SCRIPTS:
                self._parsed.pop(next(iter(self._parsed)))
            self._parsed[key] = script
        return self._parsed[key]

    async def newest(self, session: AsyncSession, script_id: str) -> Script:
        """The version that a new session gets; raises ``NotFoundError``."""
        for script in await ScriptRepository(session).newest():
            if script.id == script_id:
                return script
        raise NotFoundError("no such script", field="script_id")


async def publish_scripts(database: Database, scripts: Iterable[Script], clock: Clock) -> None:
    """Publish what is not yet there; raises ``ConflictError`` for a changed version."""
    async with database.write() as unit:
        repository = ScriptRepository(unit.session)
        for script in scripts:
            await repository.publish(script, at=clock.now())
