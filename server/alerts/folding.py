"""Folds raises and ends of alerts into cases, in the same transaction as the events.

Stage: after the events of one append, with the session's lock held. Repeated raises of
one alert are one case, until somebody acknowledged it; the next raise opens another. It
never touches an acknowledgement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from backing.bus import Bus
from server.alerts.repository import AlertRepository, place_of
from server.storage.engine import UnitOfWork
from server.storage.tables import AlertCaseRow
from shuanglu.timeline.events import AlertEnded, AlertRaised, Event, VerdictGiven
from shuanglu.wire.bus import AlertsChanged

OPERATOR_ALERTS = frozenset({"observer_down", "sound_not_observed", "words_not_evaluated"})
"""A checker failed: an operator must look at the installation, not an agent at the customer."""
RANK = {"severe": 0, "ordinary": 1}
DETAIL_LENGTH = 200


@dataclass(frozen=True, slots=True)
class AlertDeadlines:
    """Of alerts whose event names none, in seconds."""

    severe_s: int
    ordinary_s: int

    def of(self, raised: AlertRaised) -> int:
        """Seconds within which somebody must respond."""
        if raised.respond_within_s is not None:
            return raised.respond_within_s
        return self.severe_s if raised.severity == "severe" else self.ordinary_s


class AlertFolding:
    """Part of every append; built once."""

    def __init__(self, bus: Bus, deadlines: AlertDeadlines) -> None:
        self._bus = bus
        self._deadlines = deadlines

    async def project(self, unit: UnitOfWork, events: Sequence[Event]) -> None:
        """What these events say of alerts, each once: they are new in this transaction."""
        changed = [await self._apply(AlertRepository(unit.session), event) for event in events]
        if any(changed):
            message = AlertsChanged(session_id=events[0].session_id)
            unit.after_commit(lambda: self._bus.publish("alerts.changed", message))

    async def _apply(self, cases: AlertRepository, event: Event) -> bool:
        match event.payload:
            case AlertRaised(severity="ordinary" | "severe") as raised:
                await self._raise(cases, event, raised)
                return True
            case AlertEnded() as ended:
                return await _end(cases, event, ended)
            case VerdictGiven():
                return await cases.end_all(event.session_id, event.recorded_at)
        return False

    async def _raise(self, cases: AlertRepository, event: Event, raised: AlertRaised) -> None:
        known = await cases.newest(event.session_id, raised.alert)
        if known is None or known.is_acknowledged:
            number = 1 if known is None else known.number + 1
            await cases.add(self._opened(event, raised, number))
            return
        known.count += 1
        known.ended_at = None
        within_s = self._deadlines.of(raised)
        if RANK[raised.severity] < known.rank:  # it got worse: the shorter deadline counts now
            known.severity, known.rank, known.within_s = (
                raised.severity,
                RANK[raised.severity],
                within_s,
            )
            sooner = event.recorded_at + timedelta(seconds=within_s)
            if known.level == 0 and sooner < known.deadline_at:
                known.deadline_at = known.escalates_at = sooner
                known.place = place_of(sooner)
        await cases.store(known)

    def _opened(self, event: Event, raised: AlertRaised, number: int) -> AlertCaseRow:
        within_s = self._deadlines.of(raised)
        deadline_at = event.recorded_at + timedelta(seconds=within_s)
        return AlertCaseRow(
            case_id=f"{event.session_id}.{raised.alert}.{number}",
            session_id=event.session_id,
            alert=raised.alert,
            number=number,
            severity=raised.severity,
            audience="operator" if raised.alert in OPERATOR_ALERTS else "agent",
            detail=raised.detail[:DETAIL_LENGTH] if raised.detail else None,
            raised_at=event.recorded_at,
            first_ms=raised.since_ms,
            count=1,
            total_ms=0,
            deadline_at=deadline_at,
            within_s=within_s,
            escalates_at=deadline_at,
            rank=RANK[raised.severity],
            place=place_of(deadline_at),
        )


async def _end(cases: AlertRepository, event: Event, ended: AlertEnded) -> bool:
    known = await cases.newest(event.session_id, ended.alert)
    if known is None:  # it was guidance only
        return False
    known.ended_at = event.recorded_at
    known.total_ms += max(0, ended.until_ms - ended.since_ms)
    await cases.store(known)
    return True
