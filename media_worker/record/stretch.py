"""Records one stretch: encoded frames in, synced and chained clusters out.

Stage: between the receiver and the object store. It never decodes, re-encodes, reorders
within a track or drops a frame that it could store; what it cannot store it counts,
and when the disk fails it stops and says so. What was announced is on disk.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple

import structlog

from backing.objects.interface import ObjectStore
from media_worker.frames import EncodedFrame
from media_worker.record.layout import (
    HEADER,
    HEADER_TYPE,
    JOURNAL,
    JOURNAL_TYPE,
    SEGMENT_TYPE,
    StretchLayout,
    StretchOrigin,
)
from media_worker.record.open_cluster import ClusterJob, OpenCluster
from media_worker.record.saving import ObjectSaver, Waiting
from media_worker.record.settings import RecordSettings
from media_worker.record.spool import StretchSpool
from media_worker.record.storing import Stored, end_stretch, store_clusters
from shuanglu.container.header import VideoCodec, stretch_header
from shuanglu.evidence.journal import first_head
from shuanglu.timeline.events import MediaStored, StretchBegun, StretchEnded

_log = structlog.get_logger(__name__)

EndReason = Literal["finished", "disconnected", "replaced"]
MAX_HELD_FRAMES = 512
MAX_LATE_MS = 30_000


class StoredCluster(NamedTuple):
    """Told after each synced cluster; sums are over the stretch."""

    clusters: int
    stored_ms: int
    stored_bytes: int


@dataclass(slots=True)
class RecordedCounts:
    """What went in, and what could not be recorded."""

    video_frames: int = 0
    audio_frames: int = 0
    video_before_key_frame: int = 0
    after_stop: int = 0


class StretchRecorder:
    """Writes one stretch; :meth:`write` is cheap, everything slow happens elsewhere.

    All callbacks run on the event loop: ``on_begun`` when the header is on disk,
    ``on_cluster`` after each synced cluster, ``on_segment`` after each closed segment,
    ``on_failure`` once when recording stopped although nobody asked for it.
    """

    def __init__(
        self,
        *,
        session_id: str,
        stretch: int,
        start_ms: int,
        spool_dir: Path,
        objects: ObjectStore,
        on_begun: Callable[[StretchBegun], None],
        on_cluster: Callable[[StoredCluster], None],
        on_segment: Callable[[MediaStored], None],
        on_failure: Callable[[str], None],
        video_codec: VideoCodec = "VP8",
        recording_origin: datetime | None = None,
        settings: RecordSettings | None = None,
        threads: Executor | None = None,
    ) -> None:
        self._settings = settings or RecordSettings()
        self._layout = StretchLayout(spool_dir, session_id, stretch)
        self._start_ms = start_ms
        self._codec: VideoCodec = video_codec
        self._recording_origin = recording_origin
        self._on_begun = on_begun
        self._on_cluster = on_cluster
        self._on_segment = on_segment
        self._on_failure = on_failure
        self._threads = threads
        self._saver = ObjectSaver(objects, self._settings, self._tell_refused)
        self._spool: StretchSpool | None = None
        self._header = b""
        self._held: list[EncodedFrame] = []
        self._open: OpenCluster | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._jobs: deque[ClusterJob] = deque()
        self._pending_bytes = 0
        self._last_start_ms = 0
        self._segment_start_ms = 0
        self._cut_clusters = 0
        self._draining: asyncio.Task[None] | None = None
        self._stopped = False
        self._failure_told = False
        self._end: StretchEnded | None = None
        self.counts = RecordedCounts()

    @property
    def unsaved_objects(self) -> int:
        """Files that are on disk here and not in the object store yet."""
        return self._saver.waiting

    @property
    def begun(self) -> bool:
        """Whether its header is on disk: before that there is no stretch to speak of."""
        return self._spool is not None and self._spool.stored_bytes > 0

    @property
    def ended(self) -> bool:
        """Whether it takes no more frames."""
        return self._stopped

    # --- frames ------------------------------------------------------------------------

    def write(self, frame: EncodedFrame) -> None:
        """Take one frame. Never blocks, never raises for what a phone may send."""
        if self._stopped:
            self.counts.after_stop += 1
        elif self._spool is None:
            self._hold(frame)
        else:
            self._take(frame)

    def _hold(self, frame: EncodedFrame) -> None:
        """Wait for the first key frame: the header states its size and parameter sets."""
        if frame.kind == "video":
            self._codec = "H264" if frame.codec == "H264" else "VP8"
            if not frame.is_key:
                self.counts.video_before_key_frame += 1
                return
        self._held.append(frame)
        if frame.kind == "video" or len(self._held) >= MAX_HELD_FRAMES:
            self._begin()
        elif self._timer is None:
            self._set_timer(self._settings.wait_for_video_ms, self._begin)

    def _begin(self) -> None:
        self._cancel_timer()
        if self._spool is not None or self._stopped:
            return
        key_frame = next((f.data for f in self._held if f.kind == "video"), None)
        self._header = stretch_header(self._codec, key_frame)
        origin = StretchOrigin(
            stretch=self._layout.stretch,
            start_ms=self._start_ms,
            video_codec=self._codec,
            recording_origin=self._recording_origin,
        )
        self._spool = StretchSpool(self._layout, origin)
        held, self._held = self._held, []
        for frame in held:
            self._take(frame)
        self._start_draining()

    def _take(self, frame: EncodedFrame) -> None:
        at_ms = max(0, round(frame.pts_ms) - self._start_ms)
        if frame.kind == "video":
            if frame.codec != self._codec:
                self._fail("video_codec_changed")
                return
            if self.counts.video_frames == 0 and not frame.is_key:
                self.counts.video_before_key_frame += 1
                return
            self.counts.video_frames += 1
        else:
            self.counts.audio_frames += 1
        cluster = self._open
        if cluster is not None and self._cuts(cluster, frame, at_ms):
            self._cut(closes_segment=self._ends_segment(at_ms, is_key=frame.is_key))
            cluster = None
        # No block may lie further from its cluster than a signed 16-bit number of ms.
        at_ms = max(at_ms, self._last_start_ms - MAX_LATE_MS)
        if cluster is None:
            cluster = self._open = OpenCluster(at_ms)
            self._set_timer(self._cluster_ms(), self._cut_on_time)
        cluster.add(frame, at_ms)

    # --- cutting -----------------------------------------------------------------------

    def _cluster_ms(self) -> int:
        if self._cut_clusters == 0:
            return self._settings.first_cluster_ms
        return self._settings.cluster_ms

    def _cuts(self, cluster: OpenCluster, frame: EncodedFrame, at_ms: int) -> bool:
        age_ms = at_ms - cluster.first_ms
        if abs(age_ms) >= self._cluster_ms():
            return True
        if frame.kind == "video" and frame.is_key:
            return cluster.has_video and age_ms >= self._settings.min_cluster_ms
        return cluster.size >= self._settings.max_cluster_bytes

    def _ends_segment(self, at_ms: int, *, is_key: bool) -> bool:
        if self._cut_clusters == 0:
            return True
        age_ms = at_ms - self._segment_start_ms
        if age_ms >= self._settings.max_segment_ms:
            return True
        return is_key and age_ms >= self._settings.segment_ms

    def _cut_on_time(self) -> None:
        """The cluster is due although no frame came to cut it."""
        self._timer = None
        if self._open is not None and not self._stopped:
            self._cut(closes_segment=self._ends_segment(self._open.end_ms, is_key=False))

    def _cut(self, *, closes_segment: bool) -> None:
        cluster, self._open = self._open, None
        self._cancel_timer()
        if cluster is not None:
            # Cluster time stamps never step back, though a late picture may.
            self._last_start_ms = max(self._last_start_ms, cluster.first_ms)
            self._cut_clusters += 1
        if closes_segment and cluster is not None:
            self._segment_start_ms = cluster.end_ms
        job = ClusterJob(
            cluster, self._last_start_ms, self._start_ms, self._codec == "H264", closes_segment
        )
        self._jobs.append(job)
        self._pending_bytes += job.size
        if self._pending_bytes > self._settings.max_pending_bytes:
            self._fail("disk_too_slow")
        self._start_draining()

    def _set_timer(self, delay_ms: int, action: Callable[[], None]) -> None:
        self._cancel_timer()
        self._timer = asyncio.get_running_loop().call_later(delay_ms / 1000, action)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # --- storing -----------------------------------------------------------------------

    def _start_draining(self) -> None:
        if self._draining is None or self._draining.done():
            self._draining = asyncio.create_task(self._drain())

    async def _drain(self) -> None:
        loop = asyncio.get_running_loop()
        spool = self._spool
        if spool is None:
            return
        try:
            if spool.stored_bytes == 0:
                await loop.run_in_executor(self._threads, spool.begin, self._header)
                self._tell_begun()
            while self._jobs:
                batch = list(self._jobs)
                self._jobs.clear()
                stored = await loop.run_in_executor(self._threads, store_clusters, spool, batch)
                self._pending_bytes -= sum(job.size for job in batch)
                self._tell_stored(stored)
        except OSError as error:
            _log.error("recording stopped", errno=error.errno)
            self._fail("disk_error")
        except Exception as error:  # noqa: BLE001 - a task must not end without being noticed
            _log.error("recording stopped", error=type(error).__name__)
            self._fail("internal")

    def _tell_begun(self) -> None:
        self._saver.add(
            Waiting(self._layout.key(HEADER), self._layout.folder / HEADER, HEADER_TYPE)
        )
        self._on_begun(
            StretchBegun(
                stretch=self._layout.stretch,
                start_ms=self._start_ms,
                video_codec=self._codec,
                init_sha256=first_head(self._header),
            )
        )

    def _tell_stored(self, stored: Stored) -> None:
        for entry in stored.entries:
            self._on_cluster(
                StoredCluster(
                    entry.cluster, entry.end_ms - self._start_ms, entry.offset + entry.size
                )
            )
        for segment in stored.segments:
            key = self._layout.key(segment.path.name)
            self._saver.add(Waiting(key, segment.path, SEGMENT_TYPE))
            self._on_segment(segment.payload)
        if stored.error is not None:
            raise stored.error

    def _fail(self, reason: str) -> None:
        if self._stopped:
            return
        self._stopped = True
        self._open = None
        self._jobs.clear()
        self._cancel_timer()
        self._tell_failure(reason)

    def _tell_refused(self, key: str) -> None:
        del key  # the object store holds other bytes under it: evidence, not ours to touch
        self._tell_failure("object_refused")

    def _tell_failure(self, reason: str) -> None:
        if not self._failure_told:
            self._failure_told = True
            self._on_failure(reason)

    # --- ending ------------------------------------------------------------------------

    async def flush(self) -> None:
        """Close the open cluster and segment; returns when both are on disk and announced."""
        if not self._stopped:
            self._begin_if_held()
            if self._spool is not None:
                self._cut(closes_segment=True)
        await self._drained()

    def _begin_if_held(self) -> None:
        if self._spool is None and self._held:
            self._begin()

    async def _drained(self) -> None:
        while self._draining is not None and not self._draining.done():
            await asyncio.wait({self._draining})

    async def finish(self, reason: EndReason) -> StretchEnded:
        """Store everything, end the stretch, and wait a while for the object store.

        What the object store does not take in that time stays in the spool and is
        still being saved; :attr:`unsaved_objects` says how much.
        """
        await self.flush()
        self._stopped = True
        self._cancel_timer()
        if self._end is None:
            self._end = self._ended(reason)
            await self._end_spool(self._end)
        await self._saver.saved(deadline_ms=self._settings.put_deadline_ms)
        return self._end

    def _ended(self, reason: EndReason) -> StretchEnded:
        spool = self._spool
        return StretchEnded(
            stretch=self._layout.stretch,
            end_ms=spool.end_ms if spool else self._start_ms,
            clusters=spool.clusters if spool else 0,
            stored_bytes=spool.stored_bytes if spool else 0,
            head=spool.head if spool else first_head(b""),
            reason=reason,
        )

    async def _end_spool(self, ended: StretchEnded) -> None:
        if self._spool is None or self._spool.stored_bytes == 0:
            return
        loop = asyncio.get_running_loop()
        try:
            closed = await loop.run_in_executor(self._threads, end_stretch, self._spool, ended)
        except OSError as error:
            _log.error("journal not synced", errno=error.errno)
            self._tell_failure("disk_error")
            return
        if closed is not None:
            self._tell_stored(Stored([], [closed], None))
        journal = self._layout.folder / JOURNAL
        self._saver.add(Waiting(self._layout.key(JOURNAL), journal, JOURNAL_TYPE))
