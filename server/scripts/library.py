"""Scripts at hand: parsed once a process, since a published version never changes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from server.scripts.repository import Publication, ScriptRepository, earliest_in_force
from server.storage.engine import Database
from server.storage.tables import ScriptRow
from shuanglu.clock import Clock
from shuanglu.errors import NotFoundError
from shuanglu.script.model import Script

MAX_CACHED_SCRIPTS = 256

_log = structlog.get_logger(__name__)


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

    async def newest(self, session: AsyncSession, script_id: str, *, at: datetime) -> Script:
        """The version that a session created at that moment gets; raises ``NotFoundError``."""
        for script in await ScriptRepository(session).in_force(at):
            if script.id == script_id:
                return script
        raise NotFoundError("no such script", field="script_id")


async def publish_scripts(database: Database, scripts: Iterable[Script], clock: Clock) -> None:
    """Publish what came with this release and is not yet there.

    Raises ``ConflictError`` for a shipped version that was changed. Where staff published
    their own version under the same number, theirs stays: it is in records.
    """
    async with database.write() as unit:
        repository = ScriptRepository(unit.session)
        for script in scripts:
            found = await unit.session.get(ScriptRow, (script.id, script.version))
            if found is not None and found.published_by is not None:
                _log.warning(
                    "shipped_script_passed_over", script_id=script.id, version=script.version
                )
                continue
            now = clock.now()
            await repository.publish(
                script, Publication(at=now, in_force_from=earliest_in_force(script, now))
            )
