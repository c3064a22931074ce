"""Appends to a timeline inside a transaction: sequence, chain, fences, projection.

Stage: the one writer's rule. It holds the session's lock from reading the head until
the transaction ends, so that any number of processes may append. It never commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from server.alerts.folding import AlertFolding
from server.storage.engine import UnitOfWork
from server.timeline.announcer import Announcer
from server.timeline.head import SessionHead
from server.timeline.projector import Projector
from server.timeline.repository import TimelineRepository
from shuanglu.clock import Clock
from shuanglu.errors import (
    ConflictError,
    InvalidInputError,
    StaleEpochError,
    TimelineClosedError,
    TooLargeError,
)
from shuanglu.timeline.chain import link
from shuanglu.timeline.events import Event, EventDraft, RecordingStarted, VerdictGiven


class Ledger:
    """Appends; built once, used in many transactions."""

    def __init__(
        self,
        clock: Clock,
        projector: Projector,
        alerts: AlertFolding,
        announcer: Announcer,
        *,
        max_events: int,
    ) -> None:
        self._clock = clock
        self._projector = projector
        self._alerts = alerts
        self._announcer = announcer
        self._max_events = max_events

    async def append(
        self,
        unit: UnitOfWork,
        session_id: str,
        drafts: Sequence[EventDraft],
        *,
        epoch: int | None = None,
        append_id: str | None = None,
    ) -> tuple[Event, ...]:
        """All or none, in this order; announced once the transaction is committed.

        Raises ``NotFoundError``, ``TimelineClosedError`` after the verdict,
        ``StaleEpochError`` for an epoch that is not the session's, ``ConflictError`` for
        a second beginning of the recording.
        """
        self._check_count(drafts)
        rows = TimelineRepository(unit.session)
        head = await rows.head(session_id, lock=True)
        if epoch is not None and epoch != head.epoch:
            raise StaleEpochError("another worker owns the session now")
        if append_id is not None and append_id == head.last_append_id:
            return await _answer_again(rows, head)
        events, after = _link_all(head, drafts, self._time_after(head))
        if append_id is not None:
            after = replace(
                after,
                last_append_id=append_id,
                last_append_from_seq=events[0].seq,
                last_append_to_seq=events[-1].seq,
            )
        await rows.add(events)
        await rows.set_head(after)
        await self._projector.project(unit, after, events)
        await self._alerts.project(unit, events)
        unit.after_commit(lambda: self._announcer.announce(events))
        return events

    def _time_after(self, head: SessionHead) -> datetime:
        """Now, or the time of the event before: a corrected clock never turns a timeline back."""
        now, before = self._clock.now(), head.head_recorded_at
        return now if before is None else max(now, before)

    def _check_count(self, drafts: Sequence[EventDraft]) -> None:
        if not drafts:
            raise InvalidInputError("nothing to append", field="drafts")
        if len(drafts) > self._max_events:
            raise TooLargeError(f"at most {self._max_events} events at once", field="drafts")


async def _answer_again(rows: TimelineRepository, head: SessionHead) -> tuple[Event, ...]:
    """The answer was lost on its way; what was asked for is committed already."""
    return await rows.read(
        head.session_id, after_seq=head.last_append_from_seq - 1, to_seq=head.last_append_to_seq
    )


def _link_all(
    head: SessionHead, drafts: Sequence[EventDraft], now: datetime
) -> tuple[tuple[Event, ...], SessionHead]:
    events = []
    for draft in drafts:
        head = _prepared(head, draft, now)
        event = link(
            _timed(draft, head.recording_origin, now),
            session_id=head.session_id,
            seq=head.head_seq + 1,
            prev_hash=head.head_hash,
            recorded_at=now,
        )
        events.append(event)
        head = replace(
            head,
            head_seq=event.seq,
            head_hash=event.hash,
            head_recorded_at=event.recorded_at,
        )
    return tuple(events), head


def _prepared(head: SessionHead, draft: EventDraft, now: datetime) -> SessionHead:
    """Whether this draft may follow; and what it changes beside the chain."""
    if head.closed_at is not None:
        raise TimelineClosedError("the timeline has its verdict")
    match draft.payload:
        case VerdictGiven():
            return replace(head, closed_at=now)
        case RecordingStarted(origin=origin):
            if head.recording_origin is not None:
                raise ConflictError("the recording has already begun")
            return replace(head, recording_origin=origin)
    return head


def _timed(draft: EventDraft, origin: datetime | None, now: datetime) -> EventDraft:
    """Where it belongs in the recording, if the recording has begun and nobody said."""
    if draft.media_time_ms is not None or origin is None:
        return draft
    since_ms = int((now - origin).total_seconds() * 1000)
    return draft.model_copy(update={"media_time_ms": max(0, since_ms)})
