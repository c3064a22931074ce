"""Rows of alert cases. It never decides what a case is: folding and service do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, literal
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, func, or_, select, update

from server.storage.tables import AlertCaseRow, SessionViewRow
from shuanglu.errors import NotFoundError
from shuanglu.wire.http import AlertCase, AlertCounts
from shuanglu.wire.views import SessionSummary

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SHOWN = tuple(name for name in AlertCase.model_fields if name not in {"customer_name", "product"})


def place_of(at: datetime) -> int:
    """Where a case stands among its equals: the nearest deadline first."""
    return (at - _EPOCH) // timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """What the list is narrowed to."""

    session_id: str | None = None
    severity: str | None = None
    is_acknowledged: bool | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """As SQL."""
        wanted: dict[str, Any] = {
            "session_id": self.session_id,
            "severity": self.severity,
            "is_acknowledged": self.is_acknowledged,
        }
        return [
            col(getattr(AlertCaseRow, name)) == value
            for name, value in wanted.items()
            if value is not None
        ]


@dataclass(frozen=True, slots=True)
class ListPlace:
    """The last row of a page, by the columns that order the list."""

    is_acknowledged: bool
    rank: int
    place: int
    case_id: str


class AlertRepository:
    """Cases in one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def newest(self, session_id: str, alert: str) -> AlertCaseRow | None:
        """The latest case of an alert in a session."""
        found: AlertCaseRow | None = await self._session.scalar(
            select(AlertCaseRow)
            .where(AlertCaseRow.session_id == session_id, AlertCaseRow.alert == alert)
            .order_by(col(AlertCaseRow.number).desc())
            .limit(1)
        )
        return found

    async def add(self, row: AlertCaseRow) -> None:
        """A new case."""
        self._session.add(row)
        await self._session.flush()

    async def store(self, row: AlertCaseRow) -> None:
        """What folding changed; only with the session's lock held."""
        self._session.add(row)
        await self._session.flush()

    async def end_all(self, session_id: str, at: datetime) -> bool:
        """The session is over, and with it every cause. Whether that was news."""
        changed = await self._session.execute(
            update(AlertCaseRow)
            .where(col(AlertCaseRow.session_id) == session_id)
            .where(col(AlertCaseRow.ended_at).is_(None))
            .values(ended_at=at)
        )
        return bool(changed.rowcount)  # type: ignore[attr-defined]  # a cursor's result has it

    async def due(self, now: datetime, *, limit: int) -> tuple[AlertCaseRow, ...]:
        """Unacknowledged cases whose deadline has passed."""
        rows = await self._session.scalars(
            select(AlertCaseRow)
            .where(col(AlertCaseRow.is_acknowledged).is_(False))
            .where(col(AlertCaseRow.escalates_at) <= now)
            .order_by(col(AlertCaseRow.escalates_at))
            .limit(limit)
        )
        return tuple(rows)

    async def change_open(
        self, case_id: str, *, on_level: int | None = None, **values: object
    ) -> bool:
        """Change a case that is not acknowledged (and, if given, still ``on_level``)."""
        query = (
            update(AlertCaseRow)
            .where(col(AlertCaseRow.case_id) == case_id)
            .where(col(AlertCaseRow.is_acknowledged).is_(False))
        )
        if on_level is not None:
            query = query.where(col(AlertCaseRow.level) == on_level)
        changed = await self._session.execute(query.values(**values))
        return bool(changed.rowcount)  # type: ignore[attr-defined]  # a cursor's result has it

    async def get(self, case_id: str) -> AlertCase:
        """A case; raises ``NotFoundError``."""
        found = (
            await self._session.execute(_shown().where(AlertCaseRow.case_id == case_id))
        ).first()
        if found is None:
            raise NotFoundError("no such alert case")
        return _case(*found)

    async def page(
        self, wanted: AlertFilter, *, after: ListPlace | None, limit: int
    ) -> tuple[tuple[AlertCase, ListPlace], ...]:
        """Open first, severe first, the nearest deadline first; answered ones newest first."""
        order = [
            col(getattr(AlertCaseRow, name))
            for name in ("is_acknowledged", "rank", "place", "case_id")
        ]
        query = _shown().where(*wanted.conditions())
        if after is not None:
            values = (after.is_acknowledged, after.rank, after.place, after.case_id)
            at = [literal(value) for value in values]
            behind = [
                and_(*(order[i] == at[i] for i in range(n)), order[n] > at[n])
                for n in range(len(order))
            ]
            query = query.where(or_(*behind))
        rows = await self._session.execute(query.order_by(*order).limit(limit))
        return tuple((_case(row, summary), _place(row)) for row, summary in rows)

    async def counts(self) -> AlertCounts:
        """How many are open, in one look."""
        query = select(
            func.count(),
            func.sum(case((col(AlertCaseRow.severity) == "severe", 1), else_=0)),
            func.sum(case((col(AlertCaseRow.level) > 0, 1), else_=0)),
        ).where(col(AlertCaseRow.is_acknowledged).is_(False))
        total, severe, escalated = (await self._session.execute(query)).one()
        return AlertCounts(open=total, severe=severe or 0, escalated=escalated or 0)


def _shown() -> Any:  # noqa: ANN401 - the type of a joined select says nothing
    return select(AlertCaseRow, SessionViewRow.summary).join(
        SessionViewRow, col(SessionViewRow.session_id) == col(AlertCaseRow.session_id)
    )


def _case(row: AlertCaseRow, summary_json: str) -> AlertCase:
    summary = SessionSummary.model_validate_json(summary_json)
    values = {name: getattr(row, name) for name in _SHOWN}
    return AlertCase(customer_name=summary.customer_name, product=summary.product, **values)


def _place(row: AlertCaseRow) -> ListPlace:
    return ListPlace(row.is_acknowledged, row.rank, row.place, row.case_id)
