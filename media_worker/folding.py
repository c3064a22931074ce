"""A session's timeline as the worker holds it: every committed event, folded once, in order.

Stage: between the bus and everything in the worker that asks where the script stands.
It never appends.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import structlog

from backing.bus import Bus
from shuanglu.display import DisplayState, display_after, fold_display
from shuanglu.script.runner import RunPhase, RunState, fold
from shuanglu.timeline import events as ev
from shuanglu.timeline.events import Event
from shuanglu.wire.bus import LoadReply, ReadReply, ReadRequest

_log = structlog.get_logger(__name__)


class FoldedTimeline:
    """The events so far and the state that they fold to."""

    def __init__(self, load: LoadReply, bus: Bus, *, on_phase: Callable[[RunPhase], None]) -> None:
        self._bus = bus
        self._session_id = load.session_id
        self._script = load.script
        self._on_phase = on_phase
        self._in_order = asyncio.Lock()
        self.events: list[Event] = list(load.events)
        self.state: RunState = fold(load.script, self.events)
        self.display: DisplayState = fold_display(self.events)
        self.last_failure: str | None = None

    async def take(self, events: Sequence[Event]) -> None:
        """Fold committed events, each once and in order; a hole is read from the server."""
        async with self._in_order:
            for event in events:
                if event.seq > len(self.events) + 1:
                    await self._catch_up()
                if event.seq == len(self.events) + 1:
                    self._fold_one(event)

    async def _catch_up(self) -> None:
        request = ReadRequest(session_id=self._session_id, after_seq=len(self.events))
        reply = await self._bus.request("timeline.read", request, ReadReply)
        for event in reply.events:
            self._fold_one(event)

    def _fold_one(self, event: Event) -> None:
        self.events.append(event)
        before = self.state.phase
        self.state = fold(self._script, [event], self.state)
        self.display = display_after(self.display, event.payload)
        match event.payload:
            case ev.StepFailed(reason=reason):
                self.last_failure = reason
            case ev.StepCompleted():
                self.last_failure = None
        if before is not self.state.phase:
            _log.info("run phase", session_id=self._session_id, old=before, new=self.state.phase)
            self._on_phase(self.state.phase)
