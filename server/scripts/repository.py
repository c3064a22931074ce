"""Script versions in and out of the database. A version, once there, is never changed."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from server.storage.tables import ScriptRow
from shuanglu.errors import ConflictError, NotFoundError
from shuanglu.script.model import Script, parse_script
from shuanglu.timeline.chain import canonical_bytes


class ScriptRepository:
    """Scripts in one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def publish(self, script: Script, *, at: datetime) -> None:
        """Add a version; the same again is fine, another under the same number is refused."""
        found = await self._session.get(ScriptRow, (script.id, script.version))
        if found is not None:
            if found.sha256 != script.sha256:
                raise ConflictError("a published script version cannot be changed")
            return
        self._session.add(
            ScriptRow(
                script_id=script.id,
                version=script.version,
                sha256=script.sha256,
                canonical=canonical_bytes(script.model_dump(mode="json")).decode(),
                published_at=at,
            )
        )
        await self._session.flush()

    async def get(self, script_id: str, version: int) -> Script:
        """That version; raises ``NotFoundError``."""
        found = await self._session.get(ScriptRow, (script_id, version))
        if found is None:
            raise NotFoundError("no such script", field="script_id")
        return parse_script(json.loads(found.canonical))

    async def newest(self) -> tuple[Script, ...]:
        """The newest version of every script, by id."""
        rows = await self._session.scalars(
            select(ScriptRow).order_by(col(ScriptRow.script_id), col(ScriptRow.version))
        )
        newest = {row.script_id: row for row in rows}
        return tuple(parse_script(json.loads(row.canonical)) for row in newest.values())
