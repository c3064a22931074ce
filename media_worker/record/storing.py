"""What the recorder does in a thread: clusters to the spool, in order.

Stage: between the recorder's queue on the event loop and the spool's blocking calls.
"""

from __future__ import annotations

from typing import NamedTuple

from media_worker.record.open_cluster import ClusterJob
from media_worker.record.spool import ClosedSegment, StretchSpool
from shuanglu.evidence.journal import JournalEntry
from shuanglu.timeline.events import StretchEnded


class Stored(NamedTuple):
    """What one turn in the thread achieved before ``error``, if there was one."""

    entries: list[JournalEntry]
    segments: list[ClosedSegment]
    error: OSError | None


def store_clusters(spool: StretchSpool, batch: list[ClusterJob]) -> Stored:
    """Runs in a thread: store clusters in order; what was stored counts even if one fails."""
    entries: list[JournalEntry] = []
    segments: list[ClosedSegment] = []
    try:
        for job in batch:
            if job.cluster is not None:
                entries.append(spool.append(job.encode(), job.times()))
            if job.closes_segment and (closed := spool.close_segment()) is not None:
                segments.append(closed)
    except OSError as error:
        return Stored(entries, segments, error)
    return Stored(entries, segments, None)


def end_stretch(spool: StretchSpool, ended: StretchEnded) -> ClosedSegment | None:
    """Runs in a thread: after a failure a segment may still be open with valid clusters."""
    closed = spool.close_segment()
    spool.end(ended)
    return closed
