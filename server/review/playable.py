"""One stretch as a playable file: an indexed header made now, and the stored clusters as they are.

Stage: between the object store and the player. The clusters' bytes are never touched,
so what is watched is what is signed. It holds an index, never media.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from backing.objects import ObjectStore
from server.evidence.stretch_objects import PIECE_BYTES
from server.review.byte_range import ByteRange
from shuanglu.container.play import play_header
from shuanglu.evidence.journal import JournalEntry


@dataclass(frozen=True, slots=True)
class StoredSegment:
    """A segment's object and its entries."""

    key: str
    size_bytes: int
    entries: tuple[JournalEntry, ...]


@dataclass(frozen=True, slots=True)
class PlayableStretch:
    """``starts`` are the segments' offsets in the played file, which begins with ``header``."""

    header: bytes
    segments: tuple[StoredSegment, ...]
    starts: tuple[int, ...]
    total_bytes: int
    head: str

    @property
    def etag(self) -> str:
        """Changes whenever there is more media."""
        return f'"{self.head}"'

    async def read(self, objects: ObjectStore, wanted: ByteRange) -> AsyncIterator[bytes]:
        """The bytes of a range, in pieces."""
        position = wanted.start
        if position < len(self.header):
            piece = self.header[position : wanted.end]
            yield piece
            position += len(piece)
        while position < wanted.end:
            number = bisect_right(self.starts, position) - 1
            segment, offset = self.segments[number], position - self.starts[number]
            end = min(segment.size_bytes, offset + PIECE_BYTES, offset + wanted.end - position)
            piece = await objects.get(segment.key, start=offset, end=end)
            yield piece
            position += end - offset


def playable(stored_header: bytes, segments: Sequence[StoredSegment], head: str) -> PlayableStretch:
    """Index what is stored; raises ``InvalidInputError`` if the parts do not belong together."""
    entries = [entry for segment in segments for entry in segment.entries]
    header = play_header(entries, stored_header)
    starts, position = [], len(header)
    for segment in segments:
        starts.append(position)
        position += segment.size_bytes
    return PlayableStretch(header, tuple(segments), tuple(starts), position, head)
