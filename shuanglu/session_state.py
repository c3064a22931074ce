"""A session as people see it, folded from its timeline.

Stage: a pure projection beside the script runner's own fold. Lists, the customer's page
and the staff page are derived from it; it never decides what happens next.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from shuanglu.display import DisplayState, display_after, display_view
from shuanglu.masking import mask_name
from shuanglu.script.due import steps_due
from shuanglu.script.model import Script, StepKind, Text
from shuanglu.script.runner import RunState, apply, next_step_id
from shuanglu.timeline import events as ev
from shuanglu.wire.views import CustomerSession, Receipt, SessionPhase, SessionSummary

RECORDING_REFUSED = "recording_consent_refused"
"""Stands among a summary's alerts while the customer's choice is "no"."""


@dataclass(frozen=True, slots=True)
class SessionState:
    """What the timeline says so far. ``stretches`` maps a number to (start_ms, end_ms)."""

    seq: int = 0
    run: RunState = field(default_factory=RunState)
    created: ev.SessionCreated | None = None
    created_at: datetime | None = None
    consents: dict[ev.ConsentKind, bool] = field(default_factory=dict)
    is_redeemed: bool = False
    has_recording: bool = False
    is_staffed: bool = False
    connection_id: str | None = None
    stretches: dict[int, tuple[int, int]] = field(default_factory=dict)
    alerts: tuple[str, ...] = ()
    key_assurance: ev.Assurance | None = None
    verdict: ev.VerdictGiven | None = None
    display: DisplayState = field(default_factory=DisplayState)
    hand_overs: int = 0

    @property
    def stored_ms(self) -> int:
        """Milliseconds of media on disk, over all stretches."""
        return sum(end_ms - start_ms for start_ms, end_ms in self.stretches.values())

    def phase(self, *, is_sealed: bool) -> SessionPhase:
        """Where the session stands. Sealing comes after the timeline has closed."""
        if is_sealed:
            return SessionPhase.SEALED
        if self.verdict is not None:
            return SessionPhase.CLOSED
        if self.is_staffed:
            return SessionPhase.STAFFED
        if self.has_recording:
            connected = self.connection_id is not None
            return SessionPhase.RECORDING if connected else SessionPhase.INTERRUPTED
        return SessionPhase.JOINED if self.is_redeemed else SessionPhase.CREATED


def fold_session(
    script: Script, events: Iterable[ev.Event], state: SessionState | None = None
) -> SessionState:
    """Fold events onto ``state`` (or onto the beginning), in order of ``seq``."""
    state = state or SessionState()
    for event in events:
        run = apply(script, state.run, event.payload)
        display = display_after(state.display, event.payload)
        state = replace(_after(state, event), run=run, seq=event.seq, display=display)
    return state


def _after(state: SessionState, event: ev.Event) -> SessionState:  # noqa: C901, PLR0911 - one case an event type
    match event.payload:
        case ev.SessionCreated():
            return replace(state, created=event.payload, created_at=event.recorded_at)
        case ev.InvitationRedeemed():
            return replace(state, is_redeemed=True)
        case ev.SessionHandedOver(number=number):
            return replace(state, hand_overs=number)
        case ev.ConsentRecorded(kind=kind, granted=granted):
            return replace(state, consents={**state.consents, kind: granted})
        case ev.RouteStaffed():
            return replace(state, is_staffed=True)
        case ev.RecordingStarted():
            return replace(state, has_recording=True)
        case ev.CustomerConnected(connection_id=connection_id):
            return replace(state, connection_id=connection_id)
        case ev.CustomerDisconnected(connection_id=left):
            # One phone at a time: the end of a replaced connection changes nothing.
            return replace(state, connection_id=None) if left == state.connection_id else state
        case ev.CredentialRegistered(assurance=assurance):
            return replace(state, key_assurance=assurance)
        case ev.VerdictGiven():
            return replace(state, verdict=event.payload)
        case ev.AlertRaised(alert=alert):
            return replace(state, alerts=(*(a for a in state.alerts if a != alert), alert))
        case ev.AlertEnded(alert=alert):
            return replace(state, alerts=tuple(a for a in state.alerts if a != alert))
    return _with_media(state, event.payload)


def _with_media(state: SessionState, payload: ev.Payload) -> SessionState:
    match payload:
        case ev.StretchBegun(stretch=number, start_ms=start_ms):
            return replace(state, stretches={**state.stretches, number: (start_ms, start_ms)})
        case (
            ev.MediaStored(stretch=number, end_ms=end_ms)
            | ev.StretchEnded(stretch=number, end_ms=end_ms)
        ):
            start_ms, _ = state.stretches.get(number, (end_ms, end_ms))
            span = (start_ms, max(start_ms, end_ms))
            return replace(state, stretches={**state.stretches, number: span})
    return state


def step_position(script: Script, state: SessionState) -> tuple[int, Text | None]:
    """The 1-based number and title of the step at hand; the last number when all are done."""
    current = state.run.step_id or next_step_id(script, state.run)
    due = steps_due(script, state.run.known)
    for number, step in enumerate(due, start=1):
        if step.id == current:
            return number, step.title
    return len(due), None


def summary_of(
    script: Script, session_id: str, state: SessionState, *, record_number: str | None = None
) -> SessionSummary:
    """The row of the staff's list; the timeline must begin with ``session.created``."""
    created, created_at = _beginning(state)
    step_no, step_title = step_position(script, state)
    refused = state.consents.get(ev.ConsentKind.RECORDING) is False
    return SessionSummary(
        session_id=session_id,
        customer_name=created.customer_name,
        product=created.product,
        product_code=created.product_code,
        script_title=script.title,
        created_at=created_at,
        created_by=created.created_by,
        phase=state.phase(is_sealed=record_number is not None),
        step_no=step_no,
        step_count=len(steps_due(script, state.run.known)),
        step_title=step_title,
        stored_ms=state.stored_ms,
        alerts=(*state.alerts, *((RECORDING_REFUSED,) if refused else ())),
        outcome=state.verdict.outcome if state.verdict else None,
        record_number=record_number,
    )


def customer_session_of(
    script: Script, session_id: str, state: SessionState, *, receipt: Receipt | None = None
) -> CustomerSession:
    """What the customer's page may know; the name is masked."""
    created, _ = _beginning(state)
    due = steps_due(script, state.run.known)
    return CustomerSession(
        session_id=session_id,
        institution=created.institution,
        product=created.product,
        product_code=created.product_code,
        customer_name_masked=mask_name(created.customer_name),
        script_title=script.title,
        step_titles=tuple(step.title for step in due),
        step_kinds=tuple(StepKind(step.kind) for step in due),
        estimated_minutes=script.estimated_minutes,
        retention_years=script.retention_years,
        minimum_assurance=script.minimum_assurance,
        key_assurance=state.key_assurance,
        consent_recording=state.consents.get(ev.ConsentKind.RECORDING),
        consent_face=state.consents.get(ev.ConsentKind.FACE),
        phase=state.phase(is_sealed=receipt is not None),
        receipt=receipt,
        display=display_view(state.display),
    )


def _beginning(state: SessionState) -> tuple[ev.SessionCreated, datetime]:
    if state.created is None or state.created_at is None:
        raise ValueError("the timeline does not begin with session.created")
    return state.created, state.created_at
