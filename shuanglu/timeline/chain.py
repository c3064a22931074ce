"""Canonical bytes and the hash chain of a timeline.

Stage: between a draft and a committed event, and again in verification.
It never stores anything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import rfc8785

from shuanglu.timeline.events import Event, EventDraft

GENESIS_HASH = "0" * 64
"""``prev_hash`` of the first event of a session."""


class ChainBrokenError(ValueError):
    """The chain does not hold; ``seq`` is the first event that does not fit."""

    def __init__(self, seq: int, reason: str) -> None:
        super().__init__(f"event {seq}: {reason}")
        self.seq = seq
        self.reason = reason


def canonical_bytes(value: Any) -> bytes:  # noqa: ANN401 - any JSON value
    """RFC 8785 canonical JSON of a JSON value."""
    return rfc8785.dumps(value)


def sha256_hex(data: bytes) -> str:
    """Lower-case hexadecimal SHA-256."""
    return hashlib.sha256(data).hexdigest()


def event_hash(event_json: dict[str, Any]) -> str:
    """SHA-256 over the canonical bytes of an event without its own hash."""
    return sha256_hex(canonical_bytes({k: v for k, v in event_json.items() if k != "hash"}))


def link(
    draft: EventDraft, *, session_id: str, seq: int, prev_hash: str, recorded_at: datetime
) -> Event:
    """Turn a draft into the event that follows ``prev_hash``."""
    # Milliseconds: every database that we use keeps them, so the hash survives storage.
    at = recorded_at.astimezone(UTC)
    at = at.replace(microsecond=at.microsecond // 1000 * 1000)
    unhashed = Event(
        session_id=session_id,
        seq=seq,
        prev_hash=prev_hash,
        recorded_at=at,
        hash=GENESIS_HASH,
        **{name: getattr(draft, name) for name in EventDraft.model_fields},
    )
    return unhashed.model_copy(update={"hash": event_hash(unhashed.model_dump(mode="json"))})


def verify_chain(events: Iterable[dict[str, Any]], *, session_id: str) -> str:
    """Check sequence, session, links and hashes of raw event objects; return the head.

    Works on the JSON as found, before any model is applied, so that an unknown
    or altered field is seen. Raises :class:`ChainBrokenError`.
    """
    prev_hash = GENESIS_HASH
    for expected_seq, event in enumerate(events, start=1):
        if event.get("seq") != expected_seq:
            raise ChainBrokenError(expected_seq, f"sequence says {event.get('seq')!r}")
        if event.get("session_id") != session_id:
            raise ChainBrokenError(expected_seq, "belongs to another session")
        if event.get("prev_hash") != prev_hash:
            raise ChainBrokenError(expected_seq, "does not follow the event before it")
        if event.get("hash") != event_hash(event):
            raise ChainBrokenError(expected_seq, "content does not match its hash")
        prev_hash = event["hash"]
    return prev_hash
