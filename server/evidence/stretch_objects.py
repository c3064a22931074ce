"""One stretch as it lies in the object store: header, segments, journal.

Stage: under sealing, export and playback. It reads, in order and in pieces; it never
writes and never judges what it reads.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from pydantic import ValidationError

from backing.objects import ObjectStore
from shuanglu.errors import ShuangluError
from shuanglu.evidence.journal import JournalEntry

PIECE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class StretchKeys:
    """Keys of a stretch's objects, as the recorder names them."""

    session_id: str
    stretch: int

    def _key(self, name: str) -> str:
        return f"sessions/{self.session_id}/stretch-{self.stretch:04d}/{name}"

    @property
    def header(self) -> str:
        """The container header."""
        return self._key("header")

    @property
    def journal(self) -> str:
        """The journal; there once the stretch has ended."""
        return self._key("journal.jsonl")

    def segment(self, number: int) -> str:
        """A segment: a run of whole clusters."""
        return self._key(f"{number:06d}.seg")

    def media(self, entries: tuple[JournalEntry, ...]) -> tuple[str, ...]:
        """Header and segments, whose bytes one after another are the stretch's file."""
        segments = dict.fromkeys(entry.segment for entry in entries)
        return (self.header, *(self.segment(number) for number in segments))


def parse_journal(data: bytes) -> tuple[JournalEntry, ...]:
    """The entries of a journal. A journal that is not one is a fault of ours, told as such."""
    try:
        return tuple(JournalEntry.model_validate_json(line) for line in data.splitlines())
    except ValidationError as error:
        raise ShuangluError("a journal cannot be read") from error


async def read_pieces(objects: ObjectStore, key: str) -> AsyncIterator[bytes]:
    """An object's bytes in pieces; raises ``NotFoundError`` before the first."""
    size = await objects.size(key)
    for start in range(0, size, PIECE_BYTES):
        yield await objects.get(key, start=start, end=min(size, start + PIECE_BYTES))
