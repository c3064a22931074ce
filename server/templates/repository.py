"""Rows of sealed face templates and of their deletions. It cannot open a template."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, delete, select

from server.storage.tables import FaceTemplateRow, RecordRow, SessionRow, TemplateDeletionRow


@dataclass(frozen=True, slots=True)
class KeptTemplate:
    """A sealed template."""

    session_id: str
    purpose: str
    ciphertext: bytes
    model_sha256: str
    kept_at: datetime


class TemplateRepository:
    """Templates in one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def put(self, kept: KeptTemplate) -> None:
        """Keep it in place of an earlier one of the same purpose."""
        values = {name: getattr(kept, name) for name in KeptTemplate.__dataclass_fields__}
        await self._session.merge(FaceTemplateRow(**values))
        await self._session.flush()

    async def get(self, session_id: str, purpose: str) -> KeptTemplate | None:
        """The template, if one is kept."""
        row = await self._session.get(FaceTemplateRow, (session_id, purpose))
        if row is None:
            return None
        names = KeptTemplate.__dataclass_fields__
        return KeptTemplate(**{name: getattr(row, name) for name in names})

    async def sealed_before(self, at: datetime) -> tuple[str, ...]:
        """Sessions with templates whose record was sealed by then."""
        query = _sessions().join(
            RecordRow, col(RecordRow.session_id) == col(FaceTemplateRow.session_id)
        )
        return tuple(await self._session.scalars(query.where(col(RecordRow.sealed_at) <= at)))

    async def silent_since(self, at: datetime) -> tuple[str, ...]:
        """Sessions with templates in which nothing happened since."""
        query = _sessions().join(
            SessionRow, col(SessionRow.session_id) == col(FaceTemplateRow.session_id)
        )
        silent = (col(SessionRow.head_recorded_at) <= at) & (col(FaceTemplateRow.kept_at) <= at)
        return tuple(await self._session.scalars(query.where(silent)))

    async def delete(self, session_id: str, *, at: datetime, reason: str) -> int:
        """Delete a session's templates and note that; how many there were."""
        gone = await self._session.execute(
            delete(FaceTemplateRow).where(col(FaceTemplateRow.session_id) == session_id)
        )
        count: int = gone.rowcount  # type: ignore[attr-defined]  # a cursor's result has it
        if count:
            self._session.add(
                TemplateDeletionRow(
                    session_id=session_id, deleted_at=at, reason=reason, templates=count
                )
            )
            await self._session.flush()
        return count


def _sessions() -> Any:  # noqa: ANN401 - the type of a select says nothing
    return select(FaceTemplateRow.session_id).distinct()
