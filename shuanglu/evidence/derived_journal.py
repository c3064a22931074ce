"""The journal's entries, derived from stored clusters: what the recorder wrote, or would have.

Stage: recovery, and playing a stretch whose journal is not stored yet. It believes the
bytes; whether they are those that were announced, the caller compares.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from shuanglu.container.cluster import OPUS_PACKET_MS
from shuanglu.container.scan import ScannedCluster
from shuanglu.evidence.journal import JournalEntry, next_head


@dataclass(frozen=True, slots=True)
class SegmentPlace:
    """Where a segment lies in its stretch; offsets in bytes from the stretch's beginning."""

    segment: int
    offset: int
    clusters_before: int
    head_before: str
    stretch_start_ms: int


def derived_entries(
    data: bytes, clusters: Sequence[ScannedCluster], place: SegmentPlace
) -> tuple[JournalEntry, ...]:
    """An entry for each cluster that was found in a segment's ``data``."""
    entries: list[JournalEntry] = []
    head = place.head_before
    for number, cluster in enumerate(clusters, place.clusters_before + 1):
        sha256 = hashlib.sha256(data[cluster.offset : cluster.offset + cluster.size]).hexdigest()
        head = next_head(head, sha256)
        entries.append(
            JournalEntry(
                cluster=number,
                segment=place.segment,
                offset=place.offset + cluster.offset,
                size=cluster.size,
                sha256=sha256,
                start_ms=place.stretch_start_ms + cluster.timestamp_ms,
                end_ms=place.stretch_start_ms + _end_ms(cluster),
                begins_with_key_frame=cluster.begins_with_key_frame,
                head=head,
            )
        )
    return tuple(entries)


def _end_ms(cluster: ScannedCluster) -> int:
    sound_ms = 0 if cluster.last_audio_ms is None else cluster.last_audio_ms + OPUS_PACKET_MS
    return max(cluster.timestamp_ms, cluster.last_video_ms or 0, sound_ms)
