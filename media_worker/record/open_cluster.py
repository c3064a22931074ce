"""The cluster that is still in memory: frames collected until it is cut."""

from __future__ import annotations

from typing import NamedTuple

from media_worker.frames import EncodedFrame
from media_worker.record.spool import ClusterTimes
from shuanglu.container.cluster import OPUS_PACKET_MS, Block, encode_cluster
from shuanglu.container.h264 import length_prefixed
from shuanglu.container.header import AUDIO_TRACK, VIDEO_TRACK


class OpenCluster:
    """Collects frames of one stretch. Times count from the beginning of the stretch."""

    __slots__ = ("_first_video_is_key", "blocks", "end_ms", "first_ms", "has_video", "size")

    def __init__(self, first_ms: int) -> None:
        self.first_ms = first_ms
        self.end_ms = first_ms
        self.blocks: list[Block] = []
        self.size = 0
        self.has_video = False
        self._first_video_is_key = False

    def add(self, frame: EncodedFrame, at_ms: int) -> None:
        """Take one frame."""
        if frame.kind == "video":
            track, end_ms = VIDEO_TRACK, at_ms
            if not self.has_video:
                self.has_video = True
                self._first_video_is_key = frame.is_key
        else:
            track, end_ms = AUDIO_TRACK, at_ms + OPUS_PACKET_MS
        self.blocks.append(Block(at_ms, track, frame.is_key, frame.data))
        self.size += len(frame.data)
        self.end_ms = max(self.end_ms, end_ms)
        self.first_ms = min(self.first_ms, at_ms)

    @property
    def begins_with_key_frame(self) -> bool:
        """Whether its first picture can be decoded without any before it."""
        return self._first_video_is_key


class ClusterJob(NamedTuple):
    """A cut cluster on its way to the disk."""

    cluster: OpenCluster | None
    start_ms: int
    stretch_start_ms: int
    is_h264: bool
    closes_segment: bool

    @property
    def size(self) -> int:
        """Bytes of media that wait in it."""
        return self.cluster.size if self.cluster is not None else 0

    def encode(self) -> bytes:
        """The cluster's bytes, blocks in order of time."""
        blocks = sorted(self.cluster.blocks, key=_time) if self.cluster else []
        if self.is_h264:
            blocks = [_length_prefixed(block) for block in blocks]
        return encode_cluster(self.start_ms, blocks)

    def times(self) -> ClusterTimes:
        """When it was, in media time of the session."""
        cluster = self.cluster or OpenCluster(self.start_ms)
        return ClusterTimes(
            self.stretch_start_ms + self.start_ms,
            self.stretch_start_ms + max(cluster.end_ms, self.start_ms),
            cluster.begins_with_key_frame,
        )


def _time(block: Block) -> int:
    return block.at_ms


def _length_prefixed(block: Block) -> Block:
    if block.track != VIDEO_TRACK:
        return block
    return block._replace(data=length_prefixed(block.data))
