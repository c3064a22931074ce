"""Small real stretches: header, clusters of synthetic frames, journal, as the recorder writes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from shuanglu.container.cluster import Block, encode_cluster
from shuanglu.container.header import AUDIO_TRACK, VIDEO_TRACK, VideoCodec, stretch_header
from shuanglu.evidence.journal import JournalEntry, first_head, next_head
from shuanglu.timeline import events as ev

CLUSTER_MS = 1000
VIDEO_EVERY_MS = 200
AUDIO_EVERY_MS = 100
AUDIO_PACKET_MS = 20

KEY_FRAME = b"\x10\x02\x00\x9d\x01\x2a\x80\x02\xe0\x01" + bytes(16)
"""A VP8 key frame header that says 640 × 480."""


@dataclass
class StretchMedia:
    number: int
    start_ms: int
    codec: VideoCodec = "VP8"
    clusters: list[bytes] = field(default_factory=list)
    entries: list[JournalEntry] = field(default_factory=list)
    stored: list[ev.MediaStored] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.header = stretch_header(self.codec, KEY_FRAME)

    @property
    def begun(self) -> ev.StretchBegun:
        return ev.StretchBegun(
            stretch=self.number,
            start_ms=self.start_ms,
            video_codec=self.codec,
            init_sha256=first_head(self.header),
        )

    @property
    def end_ms(self) -> int:
        return max((entry.end_ms for entry in self.entries), default=self.start_ms)

    @property
    def head(self) -> str:
        return self.entries[-1].head if self.entries else first_head(self.header)

    @property
    def file(self) -> bytes:
        return self.header + b"".join(self.clusters)

    @property
    def journal(self) -> bytes:
        return b"".join(entry.model_dump_json().encode() + b"\n" for entry in self.entries)

    def segment(self, number: int) -> bytes:
        pairs = zip(self.clusters, self.entries, strict=True)
        return b"".join(data for data, entry in pairs if entry.segment == number)

    def store(self, clusters: int) -> ev.MediaStored:
        """One more segment of ``clusters`` clusters."""
        segment = len(self.stored) + 1
        for _ in range(clusters):
            at_ms = len(self.clusters) * CLUSTER_MS
            self.add(synthetic_cluster(self.number, at_ms), segment, at_ms)
        data = self.segment(segment)
        told = ev.MediaStored(
            stretch=self.number,
            segment=segment,
            clusters=len(self.clusters),
            stored_bytes=len(self.file),
            end_ms=self.end_ms,
            head=self.head,
            segment_sha256=hashlib.sha256(data).hexdigest(),
            segment_bytes=len(data),
        )
        self.stored.append(told)
        return told

    def add(self, cluster: bytes, segment: int, at_ms: int) -> None:
        sha256 = hashlib.sha256(cluster).hexdigest()
        last_ms = at_ms + CLUSTER_MS - AUDIO_EVERY_MS
        entry = JournalEntry(
            cluster=len(self.clusters) + 1,
            segment=segment,
            offset=len(self.file),
            size=len(cluster),
            sha256=sha256,
            start_ms=self.start_ms + at_ms,
            end_ms=self.start_ms + last_ms + AUDIO_PACKET_MS,
            begins_with_key_frame=True,
            head=next_head(self.head, sha256),
        )
        self.clusters.append(cluster)
        self.entries.append(entry)

    def ended(self, reason: str) -> ev.StretchEnded:
        return ev.StretchEnded.model_validate(
            {
                "stretch": self.number,
                "end_ms": self.end_ms,
                "clusters": len(self.clusters),
                "stored_bytes": len(self.file),
                "head": self.head,
                "reason": reason,
            }
        )


def synthetic_cluster(seed: int, at_ms: int) -> bytes:
    blocks = []
    for offset in range(0, CLUSTER_MS, AUDIO_EVERY_MS):
        now_ms = at_ms + offset
        noise = hashlib.sha256(f"{seed}:{now_ms}".encode()).digest()
        if offset % VIDEO_EVERY_MS == 0:
            is_key = offset == 0
            frame = KEY_FRAME + noise if is_key else b"\x11" + noise
            blocks.append(Block(now_ms, VIDEO_TRACK, is_key, frame))
        blocks.append(Block(now_ms, AUDIO_TRACK, True, noise[:12]))  # noqa: FBT003 - a tuple
    return encode_cluster(at_ms, blocks)
