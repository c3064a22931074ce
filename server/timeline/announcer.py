"""Tells the bus what was committed. A lost message is harmless: ``seq`` shows the gap."""

from __future__ import annotations

from collections.abc import Sequence

from backing.bus import Bus
from shuanglu.timeline.events import Event
from shuanglu.wire.bus import Committed, SessionChanged


class Announcer:
    """Publishes committed events, and that a session's row changed."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def announce(self, events: Sequence[Event]) -> None:
        """Each event in order, then once that the session changed."""
        session_id = events[0].session_id
        for event in events:
            await self._bus.publish(f"timeline.{session_id}", Committed(event=event))
        await self.changed(session_id)

    async def changed(self, session_id: str) -> None:
        """Lists should look again."""
        await self._bus.publish("session.changed", SessionChanged(session_id=session_id))
