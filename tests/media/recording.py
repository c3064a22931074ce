"""Runs a recorder on frames at will and keeps what it tells."""

from __future__ import annotations

import hashlib
import io
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import av
from av.container import InputContainer

from backing.objects.folder import FolderObjectStore
from backing.objects.interface import ObjectStore
from media_worker.frames import EncodedFrame
from media_worker.record.settings import RecordSettings
from media_worker.record.stretch import StoredCluster, StretchRecorder
from shuanglu.evidence.journal import JournalEntry, first_head, next_head
from shuanglu.timeline.events import MediaStored, StretchBegun
from tests.container.stretches import four_byte_starts
from tests.media.assets import FPS, Media

SESSION = "ses_test"


@dataclass
class Told:
    begun: list[StretchBegun] = field(default_factory=list)
    clusters: list[StoredCluster] = field(default_factory=list)
    segments: list[MediaStored] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


@dataclass
class Recording:
    recorder: StretchRecorder
    told: Told
    spool_dir: Path
    objects: ObjectStore

    @property
    def folder(self) -> Path:
        return self.spool_dir / SESSION / "stretch-0001"


@asynccontextmanager
async def recording(
    tmp_path: Path,
    *,
    start_ms: int = 0,
    objects: ObjectStore | None = None,
    settings: RecordSettings | None = None,
) -> AsyncIterator[Recording]:
    told = Told()
    store = objects or FolderObjectStore(tmp_path / "objects")
    recorder = StretchRecorder(
        session_id=SESSION,
        stretch=1,
        start_ms=start_ms,
        spool_dir=tmp_path / "spool",
        objects=store,
        on_begun=told.begun.append,
        on_cluster=told.clusters.append,
        on_segment=told.segments.append,
        on_failure=told.failures.append,
        settings=settings,
    )
    yield Recording(recorder, told, tmp_path / "spool", store)
    if not recorder.ended:
        await recorder.finish("finished")


def frames_of(media: Media, *, start_ms: float = 0.0, loops: int = 1) -> Iterator[EncodedFrame]:
    """All frames of ``media`` in order of time."""
    pictures = [
        EncodedFrame(
            "video",
            media.codec,
            start_ms + n * 1000 / FPS,
            media.video[n % len(media.video)].is_key,
            None,
            as_received(media, n % len(media.video)),
        )
        for n in range(len(media.video) * loops)
    ]
    tone = [
        sound(start_ms + n * 20.0, media.audio[n % len(media.audio)])
        for n in range(len(media.audio) * loops)
    ]
    yield from sorted(pictures + tone, key=lambda f: f.pts_ms)


def sound(at_ms: float, data: bytes) -> EncodedFrame:
    return EncodedFrame(
        kind="audio", codec="OPUS", pts_ms=at_ms, is_key=True, temporal_layer=None, data=data
    )


def picture(at_ms: float, data: bytes) -> EncodedFrame:
    """A VP8 key frame."""
    return EncodedFrame(
        kind="video", codec="VP8", pts_ms=at_ms, is_key=True, temporal_layer=None, data=data
    )


def as_received(media: Media, number: int) -> bytes:
    data = media.video[number].data
    return data if media.codec == "VP8" else four_byte_starts(data)


def journal_of(folder: Path) -> list[JournalEntry]:
    lines = (folder / "journal.jsonl").read_bytes().splitlines()
    return [JournalEntry.model_validate_json(line) for line in lines]


def stretch_of(folder: Path) -> bytes:
    """The whole stretch as anyone would put it together."""
    segments = sorted(folder.glob("*.seg"))
    return (folder / "header").read_bytes() + b"".join(p.read_bytes() for p in segments)


def assert_chained(folder: Path) -> list[JournalEntry]:
    """Every byte behind the header belongs to a cluster whose hash chains."""
    stretch, entries = stretch_of(folder), journal_of(folder)
    head = first_head((folder / "header").read_bytes())
    offset = (folder / "header").stat().st_size
    for number, entry in enumerate(entries, start=1):
        digest = hashlib.sha256(stretch[entry.offset : entry.offset + entry.size]).hexdigest()
        head = next_head(head, digest)
        assert (entry.cluster, entry.offset, entry.sha256, entry.head) == (
            number,
            offset,
            digest,
            head,
        )
        offset += entry.size
    assert offset == len(stretch)
    return entries


def packets_of(stretch: bytes) -> dict[str, list[tuple[int, bytes]]]:
    """Time in milliseconds and bytes of every packet, by kind; each one decodes."""
    found: dict[str, list[tuple[int, bytes]]] = {"video": [], "audio": []}
    with av.open(io.BytesIO(stretch)) as container:
        assert isinstance(container, InputContainer)
        for packet in container.demux():
            packet.decode()
            if packet.pts is not None:
                found[packet.stream.type].append((packet.pts, bytes(packet)))
    return found
