"""Writes a session's row for the lists, in the same transaction as the events.

Stage: after the events of one append. The folded state is kept in memory by ``seq``
and is only ever a shortcut: what is missing is read from the timeline.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from server.scripts.library import ScriptLibrary
from server.sessions.views import SessionViewRepository
from server.storage.engine import UnitOfWork
from server.timeline.head import SessionHead
from server.timeline.repository import TimelineRepository
from shuanglu.script.model import Script
from shuanglu.session_state import SessionState, fold_session, summary_of
from shuanglu.timeline.events import Event
from shuanglu.wire.views import SessionSummary

MAX_CACHED_STATES = 2048


class Projector:
    """Folds and stores; one per process."""

    def __init__(self, scripts: ScriptLibrary) -> None:
        self._scripts = scripts
        self._states: OrderedDict[str, SessionState] = OrderedDict()

    async def project(
        self, unit: UnitOfWork, head: SessionHead, events: Sequence[Event]
    ) -> SessionState:
        """The state after ``events``, written to ``session_view``."""
        before = self._states.get(head.session_id, SessionState())
        if before.seq != events[0].seq - 1:
            before, events = await self._caught_up(unit, head, before, events)
        script = await self._scripts.get(unit.session, head.script_id, head.script_version)
        state = fold_session(script, events, before)
        summary = summary_of(script, head.session_id, state)
        if not _is_shown_already(script, head.session_id, before, summary):
            await SessionViewRepository(unit.session).put(summary)
        unit.after_commit(lambda: self._remember(head.session_id, state))
        return state

    async def _caught_up(
        self,
        unit: UnitOfWork,
        head: SessionHead,
        before: SessionState,
        events: Sequence[Event],
    ) -> tuple[SessionState, Sequence[Event]]:
        """Another process, or another transaction, appended in between."""
        if before.seq >= events[0].seq:
            before = SessionState()  # a state of a transaction that this one cannot follow
        rows = TimelineRepository(unit.session)
        return before, await rows.read(head.session_id, after_seq=before.seq)

    async def _remember(self, session_id: str, state: SessionState) -> None:
        self._states[session_id] = state
        self._states.move_to_end(session_id)
        while len(self._states) > MAX_CACHED_STATES:
            self._states.popitem(last=False)


def _is_shown_already(
    script: Script, session_id: str, before: SessionState, summary: SessionSummary
) -> bool:
    """Most events change nothing that a list shows."""
    return before.created is not None and summary == summary_of(script, session_id, before)
