"""Stretches made of real media, as the recorder would lay them out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from shuanglu.container.cluster import Block, encode_cluster
from shuanglu.container.h264 import length_prefixed
from shuanglu.container.header import AUDIO_TRACK, VIDEO_TRACK, stretch_header
from shuanglu.evidence.journal import JournalEntry, first_head, next_head
from tests.media.assets import FPS, Media


@dataclass(frozen=True)
class Stretch:
    header: bytes
    clusters: tuple[bytes, ...]
    entries: tuple[JournalEntry, ...]

    @property
    def body(self) -> bytes:
        return b"".join(self.clusters)


def blocks_of(media: Media) -> list[Block]:
    pictures = [
        Block(
            round(n * 1000 / FPS),
            VIDEO_TRACK,
            p.is_key,
            p.data if media.codec == "VP8" else length_prefixed(four_byte_starts(p.data)),
        )
        for n, p in enumerate(media.video)
    ]
    tone = [Block(n * 20, AUDIO_TRACK, is_key=True, data=d) for n, d in enumerate(media.audio)]
    return sorted(pictures + tone, key=lambda b: (b.at_ms, b.track))


def four_byte_starts(data: bytes) -> bytes:
    return data.replace(b"\0\0\0\1", b"\0\0\1").replace(b"\0\0\1", b"\0\0\0\1")


def make_stretch(media: Media, *, start_ms: int = 0, cluster_ms: int = 500) -> Stretch:
    key_frame = media.video[0].data
    header = stretch_header(
        media.codec, key_frame if media.codec == "VP8" else four_byte_starts(key_frame)
    )
    clusters: list[bytes] = []
    entries: list[JournalEntry] = []
    offset, head = len(header), first_head(header)
    blocks = blocks_of(media)
    while blocks:
        begin = blocks[0].at_ms
        here = [b for b in blocks if b.at_ms < begin + cluster_ms]
        blocks = blocks[len(here) :]
        data = encode_cluster(begin, here)
        digest = hashlib.sha256(data).hexdigest()
        head = next_head(head, digest)
        first_video = next(b for b in here if b.track == VIDEO_TRACK)
        entries.append(
            JournalEntry(
                cluster=len(entries) + 1,
                segment=1,
                offset=offset,
                size=len(data),
                sha256=digest,
                start_ms=start_ms + begin,
                end_ms=start_ms + here[-1].at_ms + 20,
                begins_with_key_frame=first_video.is_key,
                head=head,
            )
        )
        clusters.append(data)
        offset += len(data)
    return Stretch(header, tuple(clusters), tuple(entries))
