"""A stretch's journal and events, computed again from its segments.

Stage: recovery. It reads; it never changes a file.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from media_worker.record.layout import SEGMENT_SUFFIX, StretchLayout, StretchOrigin
from shuanglu.container.scan import Scan, scan_clusters
from shuanglu.evidence.derived_journal import SegmentPlace, derived_entries
from shuanglu.evidence.journal import JournalEntry, first_head
from shuanglu.timeline.events import MediaStored, StretchEnded


@dataclass(slots=True)
class RebuiltStretch:
    """What the bytes on disk say, and where they contradict the journal."""

    stretch: int
    start_ms: int
    entries: list[JournalEntry] = field(default_factory=list)
    stored: list[MediaStored] = field(default_factory=list)
    segment_paths: set[Path] = field(default_factory=set)
    damage: list[str] = field(default_factory=list)
    torn_path: Path | None = None
    torn_offset: int = 0
    torn_bytes: int = 0
    stored_bytes: int = 0

    def ended(self, header_sha256: str) -> StretchEnded:
        """The event for a stretch that nobody ended."""
        return StretchEnded(
            stretch=self.stretch,
            end_ms=max((entry.end_ms for entry in self.entries), default=self.start_ms),
            clusters=len(self.entries),
            stored_bytes=self.stored_bytes,
            head=self.entries[-1].head if self.entries else header_sha256,
            reason="recovered",
        )


def rebuild(
    layout: StretchLayout, origin: StretchOrigin, header: bytes, journal: list[JournalEntry]
) -> RebuiltStretch:
    """Walk the segments in order; the journal's own lines win where they hold.

    A segment ends the walk when it is missing or holds bytes that are no cluster:
    what lies behind cannot be chained.
    """
    rebuilt = RebuiltStretch(origin.stretch, origin.start_ms, stored_bytes=len(header))
    head = first_head(header)
    number = 1
    while (path := layout.segment_path(number)).is_file():
        data = path.read_bytes()
        scan = scan_clusters(data)
        head = _add_segment(rebuilt, number, data, scan, (head, journal))
        if scan.clusters:
            rebuilt.segment_paths.add(path)
            rebuilt.stored.append(_stored_event(rebuilt, number, data[: scan.whole_bytes]))
        if scan.tail_bytes:
            rebuilt.torn_path = path
            rebuilt.torn_offset = scan.whole_bytes
            rebuilt.torn_bytes = scan.tail_bytes
            break
        number += 1
    _compare(rebuilt, layout, journal)
    if rebuilt.damage:
        _let_the_journal_stand(rebuilt, layout, journal)
    return rebuilt


def _add_segment(
    rebuilt: RebuiltStretch,
    segment: int,
    data: bytes,
    scan: Scan,
    known_so_far: tuple[str, list[JournalEntry]],
) -> str:
    head, journal = known_so_far
    place = SegmentPlace(
        segment, rebuilt.stored_bytes, len(rebuilt.entries), head, rebuilt.start_ms
    )
    for entry in derived_entries(data, scan.clusters, place):
        known = journal[entry.cluster - 1] if entry.cluster <= len(journal) else None
        if known is not None and known.sha256 != entry.sha256:
            rebuilt.damage.append(f"cluster {entry.cluster} is not what the journal says")
        head = entry.head
        rebuilt.entries.append(known if known is not None and known.head == head else entry)
        rebuilt.stored_bytes += entry.size
    return head


def _stored_event(rebuilt: RebuiltStretch, segment: int, whole: bytes) -> MediaStored:
    last = rebuilt.entries[-1]
    return MediaStored(
        stretch=rebuilt.stretch,
        segment=segment,
        clusters=last.cluster,
        stored_bytes=rebuilt.stored_bytes,
        end_ms=max(entry.end_ms for entry in rebuilt.entries),
        head=last.head,
        segment_sha256=hashlib.sha256(whole).hexdigest(),
        segment_bytes=len(whole),
    )


def _compare(rebuilt: RebuiltStretch, layout: StretchLayout, journal: list[JournalEntry]) -> None:
    if len(journal) > len(rebuilt.entries):
        missing = len(journal) - len(rebuilt.entries)
        rebuilt.damage.append(f"{missing} clusters of the journal are not on disk")
    torn = rebuilt.torn_path
    if torn is not None and any(path.name > torn.name for path in _segments(layout)):
        rebuilt.damage.append("segments lie behind a torn one")


def _let_the_journal_stand(
    rebuilt: RebuiltStretch, layout: StretchLayout, journal: list[JournalEntry]
) -> None:
    """Damaged media: what was journalled stays as announced, and no file is touched.

    A closed segment may share its bytes with the object store by a hard link.
    """
    true = sum(1 for ours, theirs in zip(rebuilt.entries, journal, strict=False) if ours == theirs)
    rebuilt.stored = [event for event in rebuilt.stored if event.clusters <= true]
    rebuilt.entries = journal or rebuilt.entries
    if journal:
        rebuilt.stored_bytes = journal[-1].offset + journal[-1].size
    rebuilt.segment_paths = set(_segments(layout))
    rebuilt.torn_path = None


def _segments(layout: StretchLayout) -> list[Path]:
    return sorted(layout.folder.glob(f"*{SEGMENT_SUFFIX}"))
