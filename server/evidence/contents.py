"""What goes into a package: each file's name, size, hash, and where its bytes are.

Stage: between the timeline and both sealing and export, so that what is handed out
later is what was sealed. It never changes an object.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from backing.objects import ObjectStore
from server.documents.keys import document_key
from server.evidence.stretch_objects import StretchKeys, parse_journal, read_pieces
from shuanglu.errors import ConflictError
from shuanglu.evidence.assembly import NamedObject, objects_of_record
from shuanglu.evidence.manifest import JournalFile, MediaEntry
from shuanglu.evidence.names import journal_file, media_file
from shuanglu.script.model import Script
from shuanglu.timeline import events as ev
from shuanglu.timeline.chain import sha256_hex
from shuanglu.timeline.events import Event


class NeverCompleteError(ConflictError):
    """The contents do not fit the closed timeline, and waiting cannot mend that."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class StretchContents:
    """A stretch's manifest entry, and the objects that its file is made of."""

    entry: MediaEntry
    keys: tuple[str, ...]
    journal_key: str


@dataclass(frozen=True, slots=True)
class RecordContents:
    """Everything of a record that lies in the object store."""

    stretches: tuple[StretchContents, ...]
    object_bytes: dict[NamedObject, int]


def object_key(session_id: str, named: NamedObject) -> str:
    """Where an object that the timeline names is stored."""
    if named.role == "prompt":
        return f"prompts/{named.sha256}.ogg"
    if named.role == "document":
        return document_key(named.sha256)
    return f"sessions/{session_id}/objects/{named.sha256}"


async def collect(objects: ObjectStore, script: Script, events: Sequence[Event]) -> RecordContents:
    """Measure everything of a closed timeline.

    Raises ``NotFoundError`` while something is not stored yet, and
    :class:`NeverCompleteError` where nothing that may still be stored would do.
    """
    session_id = events[0].session_id
    begun = [e.payload for e in events if isinstance(e.payload, ev.StretchBegun)]
    _require_ended(events, begun)
    stretches = [await _stretch(objects, session_id, payload) for payload in begun]
    sizes: dict[NamedObject, int] = {}
    for named in objects_of_record(script, events):
        sizes[named] = await _object_size(objects, object_key(session_id, named), named)
    return RecordContents(tuple(stretches), sizes)


async def _object_size(objects: ObjectStore, key: str, named: NamedObject) -> int:
    size, sha256 = await _measure(objects, (key,))
    if sha256 != named.sha256:
        raise NeverCompleteError(
            "object_differs", "a stored object is not the one that the timeline names"
        )
    return size


async def _stretch(
    objects: ObjectStore, session_id: str, begun: ev.StretchBegun
) -> StretchContents:
    keys = StretchKeys(session_id, begun.stretch)
    journal = await objects.get(keys.journal)
    entries = parse_journal(journal)
    media_keys = keys.media(entries)
    size, sha256 = await _measure(objects, media_keys)
    head = entries[-1].head if entries else begun.init_sha256
    entry = MediaEntry(
        file=media_file(begun.stretch, begun.video_codec),
        bytes=size,
        sha256=sha256,
        stretch=begun.stretch,
        clusters=len(entries),
        header_bytes=await objects.size(keys.header),
        start_ms=begun.start_ms,
        end_ms=max((item.end_ms for item in entries), default=begun.start_ms),
        video_codec=begun.video_codec,
        journal=JournalFile(
            file=journal_file(begun.stretch), bytes=len(journal), sha256=sha256_hex(journal)
        ),
        journal_head=head,
    )
    return StretchContents(entry, media_keys, keys.journal)


def _require_ended(events: Sequence[Event], begun: Sequence[ev.StretchBegun]) -> None:
    """Before any object is looked for: a stretch without an end has no journal either."""
    ended = {e.payload.stretch for e in events if isinstance(e.payload, ev.StretchEnded)}
    if any(payload.stretch not in ended for payload in begun):
        raise NeverCompleteError("stretch_without_end", "a stretch of the recording has no end")


async def _measure(objects: ObjectStore, keys: Sequence[str]) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    async for piece in joined(objects, keys):
        size += len(piece)
        digest.update(piece)
    return size, digest.hexdigest()


async def joined(objects: ObjectStore, keys: Sequence[str]) -> AsyncIterator[bytes]:
    """The bytes of several objects, one after another."""
    for key in keys:
        async for piece in read_pieces(objects, key):
            yield piece
