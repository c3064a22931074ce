"""Rows of the staff's list, derived from timelines. It never reads a timeline itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, bindparam
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col, func, or_, select

from server.storage.tables import SessionViewRow
from shuanglu.errors import NotFoundError
from shuanglu.wire.views import SessionPhase, SessionSummary

SEAL_REFUSED = "seal_refused"
"""Stands among a summary's alerts while a closed session could not be sealed."""

_LIKE_ESCAPE = "\\"
_VIEWS: Table = SQLModel.metadata.tables["session_view"]
_SHOWN = ("phase", "outcome", "record_number", "stored_ms", "search_text", "summary")
_PUT = (
    _VIEWS.update()
    .where(_VIEWS.c.session_id == bindparam("of_session"))
    .values({name: bindparam(name) for name in _SHOWN})
)
"""Built once: it runs with every append."""


@dataclass(frozen=True, slots=True)
class ViewFilter:
    """What a list is narrowed to."""

    phase: SessionPhase | None = None
    text: str | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """As SQL; the text is matched anywhere, without regard to case, and is no pattern."""
        found: list[ColumnElement[bool]] = []
        if self.phase is not None:
            found.append(col(SessionViewRow.phase) == self.phase.value)
        if self.text:
            pattern = f"%{_escaped(self.text.casefold())}%"
            found.append(col(SessionViewRow.search_text).like(pattern, escape=_LIKE_ESCAPE))
        return found


class SessionViewRepository:
    """The list in one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def put(self, summary: SessionSummary) -> None:
        """Write the row of a session; only with the session's lock held."""
        values: dict[str, Any] = {
            "phase": summary.phase.value,
            "outcome": summary.outcome.value if summary.outcome else None,
            "record_number": summary.record_number,
            "stored_ms": summary.stored_ms,
            "search_text": _search_text(summary),
            "summary": summary.model_dump_json(),
        }
        connection = await self._session.connection()
        changed = await connection.execute(_PUT, {"of_session": summary.session_id, **values})
        if not changed.rowcount:
            row = SessionViewRow(
                session_id=summary.session_id, created_at=summary.created_at, **values
            )
            self._session.add(row)
            await self._session.flush()

    async def get(self, session_id: str) -> SessionSummary:
        """The row of a session; raises ``NotFoundError``."""
        found = await self._session.scalar(
            select(SessionViewRow.summary).where(SessionViewRow.session_id == session_id)
        )
        if found is None:
            raise NotFoundError("no such session")
        return SessionSummary.model_validate_json(found)

    async def many(self, session_ids: list[str]) -> tuple[SessionSummary, ...]:
        """The rows of some sessions; unknown ones are left out."""
        query = select(SessionViewRow.summary).where(
            col(SessionViewRow.session_id).in_(session_ids)
        )
        rows = await self._session.scalars(query)
        return tuple(SessionSummary.model_validate_json(row) for row in rows)

    async def seal(self, session_id: str, record_number: str) -> SessionSummary:
        """The session is sealed: its row says so from now on, and of no refusal before."""
        before = await self.get(session_id)
        sealed = before.model_copy(
            update={
                "phase": SessionPhase.SEALED,
                "record_number": record_number,
                "alerts": tuple(alert for alert in before.alerts if alert != SEAL_REFUSED),
            }
        )
        await self.put(sealed)
        return sealed

    async def refuse_seal(self, session_id: str) -> SessionSummary:
        """The session could not be sealed: its row says so until it is."""
        before = await self.get(session_id)
        others = tuple(alert for alert in before.alerts if alert != SEAL_REFUSED)
        refused = before.model_copy(update={"alerts": (*others, SEAL_REFUSED)})
        await self.put(refused)
        return refused

    async def page(
        self, wanted: ViewFilter, *, before: tuple[datetime, str] | None, limit: int
    ) -> tuple[SessionSummary, ...]:
        """Newest first, older than the place ``before``."""
        newest = (col(SessionViewRow.created_at), col(SessionViewRow.session_id))
        query = select(SessionViewRow.summary).where(*wanted.conditions())
        if before is not None:
            created_at, session_id = before
            query = query.where(
                or_(
                    newest[0] < created_at,
                    (newest[0] == created_at) & (newest[1] < session_id),
                )
            )
        query = query.order_by(newest[0].desc(), newest[1].desc()).limit(limit)
        rows = await self._session.scalars(query)
        return tuple(SessionSummary.model_validate_json(row) for row in rows)

    async def count(self, wanted: ViewFilter) -> int:
        """How many there are in all."""
        query = select(func.count()).select_from(SessionViewRow).where(*wanted.conditions())
        return await self._session.scalar(query) or 0


def _search_text(summary: SessionSummary) -> str:
    parts = (
        summary.customer_name,
        summary.product,
        summary.product_code,
        summary.session_id,
        summary.record_number or "",
    )
    return "\n".join(parts).casefold()


def _escaped(text: str) -> str:
    for special in (_LIKE_ESCAPE, "%", "_"):
        text = text.replace(special, _LIKE_ESCAPE + special)
    return text
