"""Counts a customer's risk assessments, and forgets those that no longer count (REG-24).

Stage: answers the media worker. It knows customers only by a keyed hash, and holds no
answers: those are in the records.
"""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import col, delete, select

from server.storage.engine import Database
from server.storage.tables import RiskAssessmentRow
from server.timeline.repository import TimelineRepository
from shuanglu.clock import Clock
from shuanglu.wire.bus import AssessmentCount, AssessmentKeep, AssessmentReply, Done

COUNTED_DAYS = 365
KEPT_DAYS = 400
"""A little longer than they count, for results that are valid for twelve months."""


class AssessmentService:
    """Answers the bus, and sweeps."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def keep(self, message: AssessmentKeep) -> Done:
        """``assessment.keep``; the answer means committed. The same again counts once."""
        row = RiskAssessmentRow(
            session_id=message.session_id,
            attempt=message.attempt,
            customer=message.customer,
            level=message.level,
            assessed_at=self._clock.now(),
        )
        async with self._database.write() as unit:
            await TimelineRepository(unit.session).head(message.session_id)
            kept = (message.session_id, message.attempt)
            if await unit.session.get(RiskAssessmentRow, kept) is None:
                unit.session.add(row)
        return Done()

    async def count(self, message: AssessmentCount) -> AssessmentReply:
        """``assessment.count``."""
        now = self._clock.now()
        query = (
            select(RiskAssessmentRow)
            .where(RiskAssessmentRow.customer == message.customer)
            .order_by(col(RiskAssessmentRow.assessed_at))
        )
        async with self._database.read() as session:
            rows = list(await session.scalars(query))
        year = [row for row in rows if row.assessed_at > now - timedelta(days=COUNTED_DAYS)]
        last = rows[-1] if rows else None
        return AssessmentReply(
            today=sum(row.assessed_at.date() == now.date() for row in rows),
            last_12_months=len(year),
            previous_level=last.level if last else None,
            previous_on=last.assessed_at.date() if last else None,
        )

    async def delete_old(self) -> int:
        """Delete what counts no longer; how many went. Idempotent."""
        before = self._clock.now() - timedelta(days=KEPT_DAYS)
        async with self._database.write() as unit:
            gone = await unit.session.execute(
                delete(RiskAssessmentRow).where(col(RiskAssessmentRow.assessed_at) < before)
            )
        count: int = gone.rowcount  # type: ignore[attr-defined]  # a cursor's result has it
        return count
