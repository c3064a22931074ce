"""Finds the whole clusters in stored bytes, and where a torn tail begins.

Stage: recovery after a crash and verification. It reads structure only: it never
decodes a frame, and it says nothing about who wrote the bytes (the journal does).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from shuanglu.container.cluster import KEY_FRAME_FLAG
from shuanglu.container.ebml import CLUSTER, SIMPLE_BLOCK, TIMESTAMP, read_head
from shuanglu.container.header import VIDEO_TRACK
from shuanglu.errors import InvalidInputError

MAX_CLUSTER_BYTES = 256 * 1024 * 1024
_BLOCK_HEAD_BYTES = 4
_MAX_TIMESTAMP_BYTES = 8


@dataclass(frozen=True, slots=True)
class ScannedCluster:
    """One whole cluster. Times count from the beginning of the stretch."""

    offset: int
    size: int
    timestamp_ms: int
    first_ms: int
    last_audio_ms: int | None
    last_video_ms: int | None
    begins_with_key_frame: bool
    frames: int


@dataclass(frozen=True, slots=True)
class Scan:
    """Whole clusters in order; ``whole_bytes`` is where the first torn byte lies, if any."""

    clusters: tuple[ScannedCluster, ...]
    whole_bytes: int
    tail_bytes: int


def scan_clusters(data: bytes, start: int = 0) -> Scan:
    """Walk clusters from ``start``; everything behind the last whole one is the tail."""
    clusters: list[ScannedCluster] = []
    view = memoryview(data)
    offset = start
    while offset < len(view):
        try:
            cluster = _read_cluster(view, offset)
        except InvalidInputError:
            break
        if cluster is None:
            break
        clusters.append(cluster)
        offset += cluster.size
    return Scan(tuple(clusters), offset, len(view) - offset)


class ClusterScanner:
    """The same walk over bytes that arrive in pieces; memory holds one cluster at most."""

    def __init__(self, *, start_offset: int = 0) -> None:
        self._held = bytearray()
        self._offset = start_offset
        self._needed = 1

    @property
    def tail_bytes(self) -> int:
        """Bytes that are not (yet) a whole cluster."""
        return len(self._held)

    def feed(self, piece: bytes) -> list[tuple[ScannedCluster, bytes]]:
        """Clusters that became whole, each with its bytes.

        Raises ``InvalidInputError`` for bytes that cannot be a cluster.
        """
        self._held += piece
        found: list[tuple[ScannedCluster, bytes]] = []
        while len(self._held) >= self._needed:
            data = bytes(self._held)
            cluster = _read_cluster(memoryview(data), 0)
            if cluster is None:
                self._needed = _bytes_needed(data)
                break
            found.append((replace(cluster, offset=self._offset), data[: cluster.size]))
            del self._held[: cluster.size]
            self._offset += cluster.size
            self._needed = 1
        return found


def _bytes_needed(data: bytes) -> int:
    """How long ``data`` must become before looking at it again can help."""
    head = read_head(data, 0)
    return len(data) + 1 if head is None else head.end


def _read_cluster(view: memoryview, offset: int) -> ScannedCluster | None:
    head = read_head(view, offset)
    if head is None:
        return None
    if head.identifier != CLUSTER or head.size is None or head.size > MAX_CLUSTER_BYTES:
        raise InvalidInputError("not a cluster of known size", field="data")
    if head.end > len(view):
        return None
    return _walk(view[: head.end], offset, head.body)


@dataclass(slots=True)
class _Walk:
    timestamp_ms: int | None = None
    first_ms: int | None = None
    last_audio_ms: int | None = None
    last_video_ms: int | None = None
    first_video_is_key: bool = False
    frames: int = 0

    def add_block(self, block: memoryview) -> None:
        if self.timestamp_ms is None or len(block) <= _BLOCK_HEAD_BYTES or not block[0] & 0x80:
            raise InvalidInputError("a damaged block", field="data")
        relative = int.from_bytes(block[1:3], signed=True)
        at_ms = self.timestamp_ms + relative
        self.frames += 1
        self.first_ms = at_ms if self.first_ms is None else min(self.first_ms, at_ms)
        if block[0] & 0x7F == VIDEO_TRACK:
            if self.last_video_ms is None:
                self.first_video_is_key = bool(block[3] & KEY_FRAME_FLAG)
            self.last_video_ms = max(at_ms, self.last_video_ms or at_ms)
        else:
            self.last_audio_ms = max(at_ms, self.last_audio_ms or at_ms)


def _walk(view: memoryview, offset: int, body: int) -> ScannedCluster:
    walk = _Walk()
    position = body
    while position < len(view):
        head = read_head(view, position)
        if head is None or head.size is None or head.end > len(view):
            raise InvalidInputError("a damaged cluster", field="data")
        if head.identifier == TIMESTAMP and walk.timestamp_ms is None:
            if not 1 <= head.size <= _MAX_TIMESTAMP_BYTES:
                raise InvalidInputError("a damaged time stamp", field="data")
            walk.timestamp_ms = int.from_bytes(view[head.body : head.end])
        elif head.identifier == SIMPLE_BLOCK:
            walk.add_block(view[head.body : head.end])
        else:
            raise InvalidInputError("an element that clusters here never hold", field="data")
        position = head.end
    return _finished(walk, offset, len(view) - offset)


def _finished(walk: _Walk, offset: int, size: int) -> ScannedCluster:
    if walk.timestamp_ms is None or walk.first_ms is None:
        raise InvalidInputError("a cluster without frames", field="data")
    return ScannedCluster(
        offset=offset,
        size=size,
        timestamp_ms=walk.timestamp_ms,
        first_ms=walk.first_ms,
        last_audio_ms=walk.last_audio_ms,
        last_video_ms=walk.last_video_ms,
        begins_with_key_frame=walk.first_video_is_key,
        frames=walk.frames,
    )
