"""One stretch on the local disk: header, segments of whole clusters, journal.

Stage: between the recorder's queue and the object store. Blocking: it runs in one
thread at a time. A cluster is written with one write, synced, and only then entered
in the journal; a failed write is cut off again, so that what was stored stays valid.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path

from backing.durable import (
    CREATE_FLAGS,
    make_folder,
    sync_folder,
    write_all,
    write_file,
)
from media_worker.record.layout import (
    ENDED,
    HEADER,
    JOURNAL,
    ORIGIN,
    StretchLayout,
    StretchOrigin,
)
from shuanglu.evidence.journal import JournalEntry, first_head, next_head
from shuanglu.timeline.events import MediaStored, StretchEnded


@dataclass(frozen=True, slots=True)
class ClusterTimes:
    """Session media time of a cluster, and whether its first picture is a key frame."""

    start_ms: int
    end_ms: int
    begins_with_key_frame: bool


@dataclass(frozen=True, slots=True)
class ClosedSegment:
    """A segment that gets no more clusters: its file, and its event."""

    path: Path
    payload: MediaStored


@dataclass(slots=True)
class _OpenSegment:
    number: int
    handle: int
    size: int = 0
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)


class StretchSpool:
    """Writes one stretch. Every method blocks on the disk and may raise ``OSError``."""

    def __init__(self, layout: StretchLayout, origin: StretchOrigin) -> None:
        self._layout = layout
        self._origin = origin
        self._segment: _OpenSegment | None = None
        self._journal: int | None = None
        self.segments = 0
        self.clusters = 0
        self.stored_bytes = 0
        self.end_ms = origin.start_ms
        self.head = first_head(b"")

    def begin(self, header: bytes) -> None:
        """Create the folder and store the header; from here on the stretch exists."""
        folder = self._layout.folder
        make_folder(folder.parent)
        folder.mkdir(mode=0o700)
        write_file(folder / ORIGIN, self._origin.model_dump_json().encode())
        write_file(folder / HEADER, header)
        self._journal = os.open(folder / JOURNAL, CREATE_FLAGS, 0o600)
        sync_folder(folder)
        sync_folder(folder.parent)
        self.stored_bytes = len(header)
        self.head = first_head(header)

    def append(self, cluster: bytes, times: ClusterTimes) -> JournalEntry:
        """Store one cluster durably and enter it in the journal."""
        segment = self._segment or self._open_segment()
        digest = hashlib.sha256(cluster).hexdigest()
        self._write_or_cut(segment, cluster)
        segment.digest.update(cluster)
        segment.size += len(cluster)
        entry = JournalEntry(
            cluster=self.clusters + 1,
            segment=segment.number,
            offset=self.stored_bytes,
            size=len(cluster),
            sha256=digest,
            start_ms=times.start_ms,
            end_ms=times.end_ms,
            begins_with_key_frame=times.begins_with_key_frame,
            head=next_head(self.head, digest),
        )
        self._enter(entry)
        return entry

    def close_segment(self) -> ClosedSegment | None:
        """Close the open segment, if it holds anything."""
        segment, self._segment = self._segment, None
        if segment is None:
            return None
        os.close(segment.handle)
        payload = MediaStored(
            stretch=self._layout.stretch,
            segment=segment.number,
            clusters=self.clusters,
            stored_bytes=self.stored_bytes,
            end_ms=self.end_ms,
            head=self.head,
            segment_sha256=segment.digest.hexdigest(),
            segment_bytes=segment.size,
        )
        return ClosedSegment(self._layout.segment_path(segment.number), payload)

    def end(self, ended: StretchEnded) -> None:
        """Make the journal durable and note how the stretch ended."""
        if self._journal is None:
            return
        os.fsync(self._journal)
        self.release()
        write_file(self._layout.folder / ENDED, ended.model_dump_json().encode())

    def release(self) -> None:
        """Close every file; nothing more can be stored."""
        journal, self._journal = self._journal, None
        segment, self._segment = self._segment, None
        if journal is not None:
            os.close(journal)
        if segment is not None:
            os.close(segment.handle)

    def _open_segment(self) -> _OpenSegment:
        number = self.segments + 1
        handle = os.open(self._layout.segment_path(number), CREATE_FLAGS, 0o600)
        sync_folder(self._layout.folder)
        self.segments = number
        self._segment = _OpenSegment(number, handle)
        return self._segment

    def _write_or_cut(self, segment: _OpenSegment, cluster: bytes) -> None:
        try:
            write_all(segment.handle, cluster)
            os.fdatasync(segment.handle)
        except OSError:
            os.ftruncate(segment.handle, segment.size)
            raise

    def _enter(self, entry: JournalEntry) -> None:
        self.clusters = entry.cluster
        self.stored_bytes += entry.size
        self.end_ms = max(self.end_ms, entry.end_ms)
        self.head = entry.head
        if self._journal is not None:
            # Not synced each time: recovery rebuilds these lines from the synced clusters.
            write_all(self._journal, entry.model_dump_json().encode() + b"\n")
