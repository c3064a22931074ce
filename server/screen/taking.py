"""Takes the pieces of a screen recording in: checked, stored, then told to the timeline.

Stage: between the customer's page and the record, beside the media and never in its way. It
keeps nothing that the verifier would refuse later, and believes the page in nothing but what
it showed: number, size and order are counted here, and no piece comes from the future.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from backing.objects import ObjectStore
from server.evidence.contents import object_key
from server.storage.engine import Database
from server.timeline.head import SessionHead
from server.timeline.repository import TimelineRepository
from server.timeline.service import TimelineService
from shuanglu.clock import Clock
from shuanglu.errors import (
    ConflictError,
    InvalidInputError,
    TimelineClosedError,
    TooLargeError,
)
from shuanglu.evidence.assembly import NamedObject
from shuanglu.evidence.screen import (
    MAX_PIECE_BYTES,
    MAX_PIECES,
    MAX_UNPACKED_BYTES,
    ScreenPiece,
    break_before,
    packed,
    read_piece,
    require_follows,
)
from shuanglu.timeline import events as ev
from shuanglu.timeline.events import Actor, EventDraft
from shuanglu.wire.http import ScreenPieceSent, ScreenPosition

FUTURE_SLACK_MS = 1000
"""The page's estimate of the session's clock may be off by this. The verifier permits more."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the recording of the screen stands."""

    head: SessionHead
    last: ev.ScreenStored | None

    @property
    def next_piece(self) -> int:
        return 1 if self.last is None else self.last.piece + 1


class ScreenService:
    """Screen recordings of sessions."""

    def __init__(
        self,
        database: Database,
        timeline: TimelineService,
        *,
        objects: ObjectStore,
        clock: Clock,
        max_bytes: int,
    ) -> None:
        self._database = database
        self._timeline = timeline
        self._objects = objects
        self._clock = clock
        self._max_bytes = max_bytes

    async def position(self, session_id: str) -> ScreenPosition:
        """Which piece is due, and what the session's clock shows now."""
        async with self._database.read() as session:
            return self._told(await _place(session, session_id))

    async def take(self, session_id: str, sent: ScreenPieceSent) -> ScreenPosition:
        """Store a piece; the one that was stored last may be sent again.

        Raises ``TimelineClosedError`` after the verdict, ``ConflictError`` for a piece that is
        not due or before anything is recorded, ``InvalidInputError`` or ``TooLargeError`` for
        one that would not verify.
        """
        data = await asyncio.to_thread(_data, sent)
        piece = await asyncio.to_thread(read_piece, data)
        async with self._database.read() as session:
            place = await _place(session, session_id)
        if _is_stored(place, sent.piece, piece):
            return self._told(place)
        self._require_due(place, sent.piece, piece)
        # First the object: what the timeline names must be there.
        key = object_key(session_id, NamedObject("screen", piece.sha256))
        await self._objects.put(key, data, content_type="application/gzip")
        async with self._database.write() as unit:
            place = await _place(unit.session, session_id, lock=True)
            if _is_stored(place, sent.piece, piece):
                return self._told(place)
            self._require_due(place, sent.piece, piece)
            stored = piece.told(place.next_piece, place.last)
            drafts = [EventDraft(actor=Actor.CUSTOMER, payload=stored)]
            if (gap := _gap(sent, piece, place.last)) is not None:
                drafts.insert(0, EventDraft(actor=Actor.SYSTEM, payload=gap))
            await self._timeline.append_in(unit, session_id, drafts)
        return self._told(_Place(place.head, stored))

    async def unavailable(self, session_id: str, told: ev.ScreenUnavailable) -> None:
        """The page cannot record its screen; told once, whatever it says later."""
        async with self._database.write() as unit:
            rows = TimelineRepository(unit.session)
            head = await rows.head(session_id, lock=True)
            _require_open(head)
            if await rows.last_of(session_id, told.type) is None:
                draft = EventDraft(actor=Actor.CUSTOMER, payload=told)
                await self._timeline.append_in(unit, session_id, [draft])

    def _told(self, place: _Place) -> ScreenPosition:
        origin = place.head.recording_origin
        return ScreenPosition(
            next_piece=place.next_piece,
            recorded_to_ms=None if place.last is None else place.last.to_ms,
            media_ms=None if origin is None else self._media_ms(origin),
        )

    def _media_ms(self, origin: datetime) -> int:
        return max(0, int((self._clock.now() - origin).total_seconds() * 1000))

    def _require_due(self, place: _Place, number: int, piece: ScreenPiece) -> None:
        _require_open(place.head)
        origin = place.head.recording_origin
        if origin is None:
            raise ConflictError("nothing is recorded yet", field="piece")
        if number != place.next_piece:
            raise ConflictError(f"piece {place.next_piece} is due", field="piece")
        if number > MAX_PIECES:
            raise TooLargeError(f"a session may have {MAX_PIECES} pieces", field="piece")
        require_follows(piece, place.last)
        if piece.to_ms > self._media_ms(origin) + FUTURE_SLACK_MS:
            raise InvalidInputError("the piece comes from the future", field="data")
        if piece.told(number, place.last).stored_bytes > self._max_bytes:
            raise TooLargeError("the screen recording is longer than it may be", field="piece")


async def _place(session: AsyncSession, session_id: str, *, lock: bool = False) -> _Place:
    rows = TimelineRepository(session)
    head = await rows.head(session_id, lock=lock)
    last = await rows.last_of(session_id, "screen.stored")
    payload = None if last is None else last.payload
    return _Place(head, payload if isinstance(payload, ev.ScreenStored) else None)


def _require_open(head: SessionHead) -> None:
    if head.closed_at is not None:
        raise TimelineClosedError("the timeline has its verdict")


def _is_stored(place: _Place, number: int, piece: ScreenPiece) -> bool:
    """The answer was lost on its way, and the page sends the same again."""
    last = place.last
    return last is not None and (number, piece.sha256) == (last.piece, last.piece_sha256)


def _gap(
    sent: ScreenPieceSent, piece: ScreenPiece, before: ev.ScreenStored | None
) -> ev.ScreenGap | None:
    span = break_before(piece, before)
    if span is None:
        return None
    reason = "pieces_lost" if sent.after_loss else "page_reloaded"
    return ev.ScreenGap(from_ms=span[0], to_ms=span[1], reason=reason)


def _data(sent: ScreenPieceSent) -> bytes:
    """The packed bytes of a piece. Runs in a thread."""
    try:
        data = base64.b64decode(sent.data, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInputError("the piece is not base64", field="data") from error
    limit_bytes = MAX_PIECE_BYTES if sent.packed else MAX_UNPACKED_BYTES
    if len(data) > limit_bytes:
        raise TooLargeError(f"a piece may have {limit_bytes} bytes", field="data")
    return data if sent.packed else packed(data)
