"""Assessments are counted by a keyed hash, once each, and forgotten when they count no more."""

from __future__ import annotations

import pytest

from backing.keys import IndexKey
from server.assessments.install import ASSESSMENTS
from shuanglu.clock import ManualClock
from shuanglu.errors import InvalidInputError, NotFoundError
from shuanglu.wire.bus import AssessmentCount, AssessmentKeep, AssessmentReply, Done
from tests.server.stage import Stage

DAY_MS = 24 * 3600 * 1000
NUMBER = "11010519491231002X"
KEY = IndexKey(b"i" * 32)
CUSTOMER = KEY.name(NUMBER)


async def _keep(stage: Stage, session_id: str, *, attempt: int = 1, level: int = 3) -> None:
    message = AssessmentKeep(session_id=session_id, attempt=attempt, customer=CUSTOMER, level=level)
    await stage.parts.bus.request("assessment.keep", message, Done, timeout_s=5)


async def _count(stage: Stage, session_id: str, customer: str = CUSTOMER) -> AssessmentReply:
    message = AssessmentCount(session_id=session_id, customer=customer)
    return await stage.parts.bus.request("assessment.count", message, AssessmentReply, timeout_s=5)


async def test_they_are_counted_a_day_and_a_year(stage: Stage, clock: ManualClock) -> None:
    session_id, _ = await stage.join()
    await _keep(stage, session_id, level=2)
    await _keep(stage, session_id, level=2)  # a request that was sent again
    clock.advance(ms=3 * DAY_MS)
    await _keep(stage, session_id, attempt=2, level=4)
    found = await _count(stage, session_id)
    assert (found.today, found.last_12_months, found.previous_level) == (1, 2, 4)
    clock.advance(ms=363 * DAY_MS)
    later = await _count(stage, session_id)
    assert (later.today, later.last_12_months) == (0, 1)
    assert await _count(stage, session_id, KEY.name("another")) == AssessmentReply(
        today=0, last_12_months=0, previous_level=None, previous_on=None
    )


async def test_old_ones_are_deleted(stage: Stage, clock: ManualClock) -> None:
    session_id, _ = await stage.join()
    await _keep(stage, session_id)
    assert await stage.app[ASSESSMENTS].delete_old() == 0
    clock.advance(ms=401 * DAY_MS)
    assert await stage.app[ASSESSMENTS].delete_old() == 1
    assert (await _count(stage, session_id)).previous_level is None


async def test_a_session_that_is_not_known_counts_for_nobody(stage: Stage) -> None:
    with pytest.raises(NotFoundError):
        await _keep(stage, "ses_00000000000000000000000000")


def test_the_name_of_a_person_needs_the_key() -> None:
    assert IndexKey(b"j" * 32).name(NUMBER) != CUSTOMER
    assert NUMBER not in CUSTOMER
    with pytest.raises(InvalidInputError):
        IndexKey(b"short")
