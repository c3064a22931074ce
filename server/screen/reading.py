"""Reads a screen recording back for staff: the rrweb events, one a line, in order.

Stage: beside playback. What it gives is what the timeline names by its hash, or an error;
it never mends a piece.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from backing.objects import ObjectStore
from server.evidence.contents import object_key
from server.timeline.service import TimelineService
from shuanglu.errors import NotFoundError
from shuanglu.evidence.assembly import NamedObject
from shuanglu.evidence.screen import unpacked
from shuanglu.timeline.chain import sha256_hex
from shuanglu.timeline.events import ScreenStored


class ScreenReader:
    """Screen recordings, for whoever may see them."""

    def __init__(self, timeline: TimelineService, objects: ObjectStore) -> None:
        self._timeline = timeline
        self._objects = objects

    async def pieces(self, session_id: str, *, after: int, up_to: int) -> tuple[ScreenStored, ...]:
        """Pieces behind number ``after``, none behind ``up_to``; may raise ``NotFoundError``."""
        events = await self._timeline.read(session_id)
        stored = (event.payload for event in events)
        return tuple(p for p in stored if isinstance(p, ScreenStored) and after < p.piece <= up_to)

    async def lines(
        self, session_id: str, pieces: tuple[ScreenStored, ...]
    ) -> AsyncIterator[bytes]:
        """The lines of one piece after another; raises ``NotFoundError`` for another object."""
        for piece in pieces:
            key = object_key(session_id, NamedObject("screen", piece.piece_sha256))
            data = await self._objects.get(key)
            if sha256_hex(data) != piece.piece_sha256:
                raise NotFoundError("the stored object is not the one that the timeline names")
            yield await asyncio.to_thread(unpacked, data)
