"""What signalling knows of a session: the fold of its timeline, kept up to date.

Stage: beside a connection. It follows ``timeline.<session_id>``, reads what it missed,
and answers three questions: may media be offered, what is the status when no worker
can say, and what does a phone that comes back have to be told again. It appends nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

import structlog

from backing.bus import Bus
from shuanglu.display import DisplayState, display_after, display_view
from shuanglu.errors import NotAllowedError, ShuangluError, TimelineClosedError
from shuanglu.script.due import steps_due
from shuanglu.script.model import AskedStep, DocumentStep, Step
from shuanglu.script.runner import RunPhase, RunState, fold
from shuanglu.timeline.events import (
    ConsentKind,
    Event,
    MediaStored,
    SessionHandedOver,
    VerdictGiven,
)
from shuanglu.wire.bus import Committed, LoadReply, ReadReply, ReadRequest
from shuanglu.wire.document_view import document_fields
from shuanglu.wire.signalling import Verdict
from shuanglu.wire.views import LiveStatus, PromptView, StepView, VerdictView

_log = structlog.get_logger(__name__)


class SessionView:
    """Folds one session's events as they are committed."""

    def __init__(self, load: LoadReply, bus: Bus) -> None:
        self._session_id = load.session_id
        self._script = load.script
        self._bus = bus
        self._state = RunState()
        self._seq = 0
        self._stored_ms = 0
        self._verdict: VerdictGiven | None = None
        self._display = DisplayState()
        self._hand_overs = 0
        self._take(load.events)

    @property
    def is_closed(self) -> bool:
        """Whether the timeline has its verdict."""
        return self._state.phase is RunPhase.CLOSED

    @property
    def verdict(self) -> Verdict | None:
        """The verdict, for a phone that was away when it was given."""
        given = self._verdict
        if given is None:
            return None
        view = VerdictView(
            outcome=given.outcome, missing=given.missing, not_evaluated=given.not_evaluated
        )
        return Verdict(verdict=view)

    @property
    def hand_overs(self) -> int:
        """How often the session was handed over to another browser."""
        return self._hand_overs

    def require_media_allowed(self) -> None:
        """Raises unless the record is open and its customer agreed to it (REG-28)."""
        if self.is_closed:
            raise TimelineClosedError("the recording is finished")
        if ConsentKind.RECORDING not in self._state.consents:
            raise NotAllowedError("the customer has not agreed to be recorded")

    async def committed(self, message: Committed) -> None:
        """Fold one more event; where some were missed, read them first."""
        event = message.event
        if event.seq > self._seq + 1:
            await self._read_missed()
        if event.seq == self._seq + 1:
            self._take((event,))

    async def _read_missed(self) -> None:
        request = ReadRequest(session_id=self._session_id, after_seq=self._seq)
        try:
            reply = await self._bus.request("timeline.read", request, ReadReply)
        except ShuangluError as error:
            # The next event asks again; until then the older state is what we know.
            _log.warning("timeline not read", session_id=self._session_id, code=error.code)
            return
        self._take(event for event in reply.events if event.seq > self._seq)

    def _take(self, events: Iterable[Event]) -> None:
        for event in events:
            self._seq = event.seq
            self._state = fold(self._script, (event,), self._state)
            self._display = display_after(self._display, event.payload)
            if isinstance(event.payload, MediaStored):
                self._stored_ms = max(self._stored_ms, event.payload.end_ms)
            if isinstance(event.payload, SessionHandedOver):
                self._hand_overs = event.payload.number
            if isinstance(event.payload, VerdictGiven):
                self._verdict = event.payload
                self._stored_ms = event.payload.recorded_ms

    # --- the status when no worker can say -------------------------------------------

    def status(self) -> LiveStatus:
        """The status as far as the timeline tells it: nothing plays, nothing is recorded."""
        step_id = self._state.step_id
        due = steps_due(self._script, self._state.known)
        done, count = sum(step.id in self._state.completed for step in due), len(due)
        return LiveStatus(
            phase=self._state.phase,
            recording=False,
            stored_ms=self._stored_ms,
            step_no=min(done + 1, count),
            step_count=count,
            step=None if step_id is None else self._step_view(self._script.step(step_id)),
            guidance=(),
            display=display_view(self._display),
        )

    def _step_view(self, step: Step) -> StepView:
        return StepView(
            id=step.id,
            kind=step.kind,
            attempt=self._state.attempt,
            title=step.title,
            show=step.show,
            prompt=self._prompt_view(),
            # Without a worker nobody would hear or judge what the customer does now.
            awaiting_customer=False,
            choices=step.choices if isinstance(step, AskedStep) else (),
            voice_heard=self._state.answer_heard,
            **(document_fields(step, self._state.turn) if isinstance(step, DocumentStep) else {}),
        )

    def _prompt_view(self) -> PromptView:
        # Whether the voice is synthetic is the renderer's to know: the label errs on telling.
        return PromptView(
            playing=False,
            played=self._state.prompt_played,
            duration_ms=0,
            synthetic=True,
            cues=(),
        )
