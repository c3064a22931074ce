"""Lists alert cases, takes acknowledgements, and lets what nobody answered escalate.

Stage: beside the timeline, never in it: an answer may come after a record is sealed
(ADR 0008). It logs codes and ids, never what was said or who the customer is.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from backing.bus import Bus
from server.alerts.cursor import cursor_of, parse_cursor
from server.alerts.repository import AlertFilter, AlertRepository, place_of
from server.auth.identity import StaffIdentity
from server.storage.engine import Database, UnitOfWork
from server.storage.tables import AlertCaseRow
from shuanglu.clock import Clock
from shuanglu.errors import ConflictError
from shuanglu.wire.bus import AlertsChanged
from shuanglu.wire.http import AlertCase, AlertCounts, AlertPage

ESCALATED_AT_ONCE = 200
"""Cases of one sweep's transaction; the next sweep takes the rest."""

_log = structlog.get_logger(__name__)


class AlertService:
    """Everything that staff do with alert cases."""

    def __init__(self, database: Database, bus: Bus, clock: Clock, *, highest_level: int) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock
        self._highest_level = highest_level

    async def page(self, wanted: AlertFilter, *, cursor: str | None, limit: int) -> AlertPage:
        """One page, and what is open in all."""
        after = parse_cursor(cursor) if cursor else None
        async with self._database.read() as session:
            cases = AlertRepository(session)
            rows = await cases.page(wanted, after=after, limit=limit + 1)
            counts = await cases.counts()
        shown = rows[:limit]
        more = len(rows) > limit
        return AlertPage(
            items=tuple(case for case, _ in shown),
            next_cursor=cursor_of(shown[-1][1]) if more else None,
            counts=counts,
            now=self._clock.now(),
        )

    async def counts(self) -> AlertCounts:
        """What is open, for the counter in the bar."""
        async with self._database.read() as session:
            return await AlertRepository(session).counts()

    async def acknowledge(self, case_id: str, note: str, by: StaffIdentity) -> AlertCase:
        """Once; raises ``NotFoundError``, or ``ConflictError`` when somebody was faster."""
        now = self._clock.now()
        async with self._database.write() as unit:
            cases = AlertRepository(unit.session)
            taken = await cases.change_open(
                case_id,
                is_acknowledged=True,
                acknowledged_by=by.username,
                acknowledged_at=now,
                note=note,
                escalates_at=None,
                place=-place_of(now),
            )
            found = await cases.get(case_id)
            if not taken:
                raise ConflictError("somebody has acknowledged this alert already")
            self._tell(unit, found.session_id)
        _log.info("alert_acknowledged", case_id=case_id, staff_id=by.staff_id)
        return found

    async def escalate_due(self) -> int:
        """Raise the level of everything whose deadline passed; how many rose. Idempotent."""
        now, risen = self._clock.now(), 0
        async with self._database.write() as unit:
            cases = AlertRepository(unit.session)
            for row in await cases.due(now, limit=ESCALATED_AT_ONCE):
                level, again_at = self._next(row, now)
                risen += await cases.change_open(
                    row.case_id,
                    on_level=row.level,
                    level=level,
                    escalated_at=now,
                    escalates_at=again_at,
                )
                self._tell(unit, row.session_id)
                _log.warning(
                    "alert_escalated",
                    session_id=row.session_id,
                    alert=row.alert,
                    severity=row.severity,
                    escalation=level,
                )
        return risen

    def _next(self, row: AlertCaseRow, now: datetime) -> tuple[int, datetime | None]:
        """A level for each deadline that passed, also while no process ran."""
        missed = 1 + (now - row.deadline_at) // timedelta(seconds=row.within_s)
        if missed >= self._highest_level:
            return self._highest_level, None
        return missed, row.deadline_at + timedelta(seconds=row.within_s * missed)

    def _tell(self, unit: UnitOfWork, session_id: str) -> None:
        message = AlertsChanged(session_id=session_id)
        unit.after_commit(lambda: self._bus.publish("alerts.changed", message))
