from __future__ import annotations

from itertools import pairwise

from shuanglu.timeline import events as ev
from tests.server.evidence.act import SessionAct
from tests.server.stage import Stage


async def test_a_clock_that_is_set_back_does_not_turn_the_timeline_back(stage: Stage) -> None:
    """Otherwise the record could not be sealed: step 12 of the verification."""
    act = await SessionAct.joined(stage)
    act.clock.advance(ms=5000)
    await act.append(ev.CustomerConnected(connection_id="one"))
    act.clock.advance(ms=-60_000)
    await act.append(ev.CustomerDisconnected(connection_id="one"))
    events = await act.events()
    assert all(a.recorded_at <= b.recorded_at for a, b in pairwise(events))
    assert events[-1].recorded_at == events[-2].recorded_at
