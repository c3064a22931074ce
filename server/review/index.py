"""Finds what is stored of a stretch: from its journal once it ended, else from its segments.

Stage: under playback. Segments never change, so each is scanned once and its entries
are kept, within bounds. It never waits for media that is not stored yet.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from itertools import groupby

from backing.objects import ObjectStore
from server.evidence.stretch_objects import StretchKeys, parse_journal
from server.review.playable import PlayableStretch, StoredSegment, playable
from server.timeline.service import TimelineService
from shuanglu.container.scan import scan_clusters
from shuanglu.errors import NotFoundError
from shuanglu.evidence.derived_journal import SegmentPlace, derived_entries
from shuanglu.evidence.journal import JournalEntry
from shuanglu.timeline import events as ev
from shuanglu.timeline.events import Event

MAX_CACHED_SEGMENTS = 4096


class StretchIndex:
    """Indexes stretches; one per process."""

    def __init__(self, timeline: TimelineService, objects: ObjectStore) -> None:
        self._timeline = timeline
        self._objects = objects
        self._scanned: OrderedDict[str, StoredSegment] = OrderedDict()

    async def find(self, session_id: str, stretch: int) -> tuple[PlayableStretch, str]:
        """What can be played now, and its video codec; ``NotFoundError`` if nothing is stored."""
        events = await self._timeline.read(session_id)
        begun = next(
            (
                event.payload
                for event in events
                if isinstance(event.payload, ev.StretchBegun) and event.payload.stretch == stretch
            ),
            None,
        )
        if begun is None:
            raise NotFoundError("no such stretch")
        keys = StretchKeys(session_id, stretch)
        header = await self._objects.get(keys.header)
        segments = await self._segments(keys, events, begun, len(header))
        head = segments[-1].entries[-1].head if segments else begun.init_sha256
        return playable(header, segments, head), begun.video_codec

    async def _segments(
        self,
        keys: StretchKeys,
        events: Sequence[Event],
        begun: ev.StretchBegun,
        header_bytes: int,
    ) -> list[StoredSegment]:
        if await self._objects.exists(keys.journal):
            return _of_journal(keys, parse_journal(await self._objects.get(keys.journal)))
        told = [e.payload for e in events if isinstance(e.payload, ev.MediaStored)]
        numbers = sorted({item.segment for item in told if item.stretch == keys.stretch})
        found: list[StoredSegment] = []
        offset, head, clusters = header_bytes, begun.init_sha256, 0
        for number in numbers:
            if not await self._objects.exists(keys.segment(number)):
                break  # announced, and still on its way from the spool
            place = SegmentPlace(number, offset, clusters, head, begun.start_ms)
            segment = await self._scan(keys.segment(number), place)
            found.append(segment)
            offset += segment.size_bytes
            clusters += len(segment.entries)
            head = segment.entries[-1].head
        return found

    async def _scan(self, key: str, place: SegmentPlace) -> StoredSegment:
        if key not in self._scanned:
            data = await self._objects.get(key)
            entries = await asyncio.to_thread(_entries, data, place)
            self._scanned[key] = StoredSegment(key, len(data), entries)
            while len(self._scanned) > MAX_CACHED_SEGMENTS:
                self._scanned.popitem(last=False)
        return self._scanned[key]


def _of_journal(keys: StretchKeys, entries: tuple[JournalEntry, ...]) -> list[StoredSegment]:
    return [
        StoredSegment(keys.segment(number), sum(item.size for item in group), group)
        for number, group in (
            (number, tuple(items)) for number, items in groupby(entries, lambda e: e.segment)
        )
    ]


def _entries(data: bytes, place: SegmentPlace) -> tuple[JournalEntry, ...]:
    return derived_entries(data, scan_clusters(data).clusters, place)
