"""The statement that the customer signs: what was confirmed, bound to the timeline's head.

Stage: derived from the timeline when the confirmation step awaits the customer, and
derived again by the verifier, byte for byte. Its SHA-256 is the WebAuthn challenge, so
the customer's own key covers every event up to ``timeline.seq``. It never signs.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, Literal

from shuanglu.errors import ConflictError
from shuanglu.evidence.canonical import CanonicalObject
from shuanglu.evidence.check import canonical_json, validated
from shuanglu.evidence.confirmed import ConfirmedItem, confirmed_items
from shuanglu.script.model import Script
from shuanglu.script.runner import RunPhase, fold
from shuanglu.timeline import events as ev
from shuanglu.timeline.events import Event, Sha256Hex
from shuanglu.wire.base import Wire

FORMAT: Final = "shuanglu-statement-1"
PURPOSE = "本人确认以下双录内容。I confirm the following content of this double recording."


class StatementScript(Wire):
    """The script version that the session ran."""

    id: str
    version: int
    sha256: Sha256Hex


class StatementDocument(Wire):
    """A document that was read to its end."""

    name: str
    sha256: Sha256Hex


class TimelinePoint(Wire):
    """An event, by number and hash: it stands for everything before it too."""

    seq: int
    head: Sha256Hex


class Statement(CanonicalObject):
    """Format version 1. ``step_id`` and ``attempt`` are those of the confirmation itself."""

    format: Literal["shuanglu-statement-1"] = FORMAT
    purpose: str = PURPOSE
    session_id: str
    step_id: str
    attempt: int
    script: StatementScript
    institution: str
    product: str
    product_code: str
    confirmed: tuple[ConfirmedItem, ...]
    signature_strokes_sha256: tuple[Sha256Hex, ...]
    documents: tuple[StatementDocument, ...]
    timeline: TimelinePoint
    issued_at: datetime


def build_statement(
    script: Script, events: Sequence[Event], *, step_id: str, attempt: int, issued_at: datetime
) -> Statement:
    """The statement that follows from ``events``, of which the last is the head.

    Raises ``ConflictError`` unless exactly that confirmation step awaits the customer.
    """
    state = fold(script, events)
    awaited = (state.phase, state.step_id, state.attempt) == (RunPhase.AWAITING, step_id, attempt)
    if not awaited or script.step(step_id).kind != "confirmation":
        raise ConflictError("no confirmation of that step is awaited", field="step_id")
    created = events[0].payload
    if not isinstance(created, ev.SessionCreated):
        raise ConflictError("the timeline does not begin with its session")
    items = confirmed_items(script, state, events)
    return Statement(
        session_id=events[0].session_id,
        step_id=step_id,
        attempt=attempt,
        script=StatementScript(id=script.id, version=script.version, sha256=script.sha256),
        institution=created.institution,
        product=created.product,
        product_code=created.product_code,
        confirmed=items,
        signature_strokes_sha256=tuple(i.strokes_sha256 for i in items if i.strokes_sha256),
        documents=tuple(
            StatementDocument(name=i.document, sha256=i.document_sha256)
            for i in items
            if i.document and i.document_sha256
        ),
        timeline=TimelinePoint(seq=events[-1].seq, head=events[-1].hash),
        issued_at=_issue_time(issued_at, events[-1].recorded_at),
    )


def _issue_time(now: datetime, not_before: datetime) -> datetime:
    """Whole milliseconds in UTC, never before the event that it speaks of."""
    at = max(now, not_before).astimezone(UTC)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def parse_statement(data: bytes) -> Statement:
    """Read a stored statement; raises ``CheckFailedError``."""
    value = canonical_json(data, what="the statement")
    return validated(lambda: Statement.model_validate(value), what="the statement")
