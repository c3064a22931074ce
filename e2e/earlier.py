"""That a customer's risk tolerance was assessed before, as the server remembers it (REG-24)."""

from __future__ import annotations

from datetime import date, timedelta

from backing.keys import IndexKey
from demo.id_card import Citizen
from demo.server_process import ServerProcess
from server.assessments.service import AssessmentService
from server.storage.engine import Database
from shuanglu.clock import ManualClock, SystemClock
from shuanglu.script.conditions import Known
from shuanglu.wire.bus import AssessmentKeep

LONG_AGO_DAYS = 380
"""No longer valid, and not forgotten yet (``server.assessments.service.KEPT_DAYS``)."""
LATELY_DAYS = 30


def earlier_of(known: Known) -> tuple[int, int] | None:
    """The level of the assessment that the way supposes, and how many days ago it was."""
    told, assessed = known.circumstances, known.assessed
    returning = told is not None and told.returning is True
    if returning:
        return (assessed.previous_level if assessed else None) or known.risk_level or 3, LATELY_DAYS
    if assessed is None or assessed.previous_level in {None, known.risk_level}:
        return None
    return assessed.previous_level or 1, LONG_AGO_DAYS


async def assess_earlier(
    server: ServerProcess, session_id: str, citizen: Citizen, level: int, days_ago: int
) -> None:
    """Keep it as if that session, which nobody joins, had assessed him then."""
    key = IndexKey.load_or_create(server.data_dir / "keys" / "index.key")
    database = Database(f"sqlite+aiosqlite:///{server.data_dir / 'shuanglu.db'}")
    kept = AssessmentKeep(
        session_id=session_id, attempt=1, customer=key.name(citizen.number), level=level
    )
    then = SystemClock().now() - timedelta(days=days_ago)
    try:
        await AssessmentService(database, ManualClock(then)).keep(kept)
    finally:
        await database.close()


def today() -> date:
    """The day on which a sale that begins now takes place."""
    return SystemClock().now().date()
