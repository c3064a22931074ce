"""Script versions in and out of the database. A version, once there, is never changed.

Stage: under library and publishing. A version that is taken back keeps its row: what is
added says from when on it is in force no more.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone
from typing import Any

from sqlalchemy import Select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import and_, col, func, select

from server.scripts.yaml_text import yaml_of
from server.storage.tables import ScriptRow, ScriptWithdrawalRow
from shuanglu.errors import ConflictError, NotFoundError
from shuanglu.script.model import Script, parse_script
from shuanglu.timeline.chain import canonical_bytes

CHINA = timezone(timedelta(hours=8))
"""The days of rules and scripts begin at midnight there."""


@dataclass(frozen=True, slots=True)
class Publication:
    """By whom, from when on, and in which words a version is published."""

    at: datetime
    in_force_from: datetime
    published_by: str | None = None
    source: str | None = None


def earliest_in_force(script: Script, now: datetime) -> datetime:
    """Now, or the beginning of the day that the script names, in China."""
    if script.in_force_from is None:
        return now
    return max(now, datetime.combine(script.in_force_from, time(), tzinfo=CHINA))


@dataclass(frozen=True, slots=True)
class PublishedVersion:
    """A version, its YAML, and how long it is or was in force."""

    script: Script
    sha256: str
    text: str
    published_at: datetime
    published_by: str | None
    in_force_from: datetime
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    withdrawn_because: str | None


class ScriptRepository:
    """Scripts in one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def publish(self, script: Script, publication: Publication) -> None:
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
                published_at=publication.at,
                in_force_from=publication.in_force_from,
                published_by=publication.published_by,
                source=publication.source,
            )
        )
        try:
            await self._session.flush()
        except IntegrityError as error:  # another server published that number meanwhile
            raise ConflictError("this version number was taken meanwhile") from error

    async def get(self, script_id: str, version: int) -> Script:
        """That version; raises ``NotFoundError``."""
        found = await self._session.get(ScriptRow, (script_id, version))
        if found is None:
            raise NotFoundError("no such script", field="script_id")
        return parse_script(json.loads(found.canonical))

    async def in_force(self, at: datetime) -> tuple[Script, ...]:
        """Of every script the version that a session gets at that moment, by id.

        It is the highest number of those whose day has come and that were not taken back.
        """
        rows = await self._session.scalars(_in_force(at))
        return tuple(parse_script(json.loads(row.canonical)) for row in rows)

    async def newest_version(self, script_id: str) -> int:
        """The highest number ever given, also of a version that was taken back; 0 if none."""
        query = select(func.max(ScriptRow.version)).where(ScriptRow.script_id == script_id)
        return await self._session.scalar(query) or 0

    async def versions(
        self, script_id: str | None = None, version: int | None = None
    ) -> tuple[PublishedVersion, ...]:
        """Every version of every script, or of one, or that one; newest first."""
        query = select(ScriptRow, ScriptWithdrawalRow).outerjoin(ScriptWithdrawalRow, _IS_WITHDRAWN)
        if script_id is not None:
            query = query.where(ScriptRow.script_id == script_id)
        if version is not None:
            query = query.where(ScriptRow.version == version)
        order = (col(ScriptRow.script_id), col(ScriptRow.version).desc())
        rows = await self._session.execute(query.order_by(*order))
        return tuple(_published(row, withdrawal) for row, withdrawal in rows)

    async def withdraw(
        self, script_id: str, version: int, *, by: str, reason: str, at: datetime
    ) -> None:
        """Take a version back; raises ``ConflictError`` if it was."""
        row = ScriptWithdrawalRow(
            script_id=script_id, version=version, withdrawn_at=at, withdrawn_by=by, reason=reason
        )
        self._session.add(row)
        try:
            await self._session.flush()
        except IntegrityError as error:
            raise ConflictError("this version was withdrawn already", field="version") from error


_IS_WITHDRAWN = and_(
    col(ScriptWithdrawalRow.script_id) == col(ScriptRow.script_id),
    col(ScriptWithdrawalRow.version) == col(ScriptRow.version),
)


def _published(row: ScriptRow, withdrawal: ScriptWithdrawalRow | None) -> PublishedVersion:
    script = parse_script(json.loads(row.canonical))
    return PublishedVersion(
        script=script,
        sha256=row.sha256,
        text=row.source or yaml_of(script),
        published_at=row.published_at,
        published_by=row.published_by,
        in_force_from=row.in_force_from,
        withdrawn_at=withdrawal.withdrawn_at if withdrawal else None,
        withdrawn_by=withdrawal.withdrawn_by if withdrawal else None,
        withdrawn_because=withdrawal.reason if withdrawal else None,
    )


def _in_force(at: datetime) -> Select[Any]:
    newest = (
        select(col(ScriptRow.script_id).label("id"), func.max(ScriptRow.version).label("version"))
        .outerjoin(ScriptWithdrawalRow, _IS_WITHDRAWN)
        .where(col(ScriptWithdrawalRow.version).is_(None), ScriptRow.in_force_from <= at)
        .group_by(col(ScriptRow.script_id))
        .subquery()
    )
    chosen = and_(
        newest.c.id == col(ScriptRow.script_id), newest.c.version == col(ScriptRow.version)
    )
    return select(ScriptRow).join(newest, chosen).order_by(col(ScriptRow.script_id))
