"""Steps 6 and 11: every byte of media is in the chain, and every hole in it is told."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise

from shuanglu.container.scan import ScannedCluster, scan_clusters
from shuanglu.evidence.check import counted, require, validated
from shuanglu.evidence.findings import Findings
from shuanglu.evidence.journal import JournalEntry, first_head, next_head
from shuanglu.evidence.manifest import MediaEntry
from shuanglu.evidence.names import journal_file, media_file
from shuanglu.evidence.package import read_whole
from shuanglu.timeline import events as ev

TIME_SLACK_MS = 120
"""The longest Opus packet (RFC 6716 2.1.4): a cluster's end is told to this precision."""
MAX_HEADER_BYTES = 1 << 20
MAX_CLUSTER_BYTES = 64 << 20
"""A cluster is cut at 8 MiB; one frame may follow."""


def check_media(findings: Findings) -> str:
    """(6) Header, clusters, journal and timeline say the same, to the last byte.

    Does not prove what the pictures show, nor that the phone's camera was not fed a
    film; nor that frames lost on the network were ever sent again.
    """
    begun = {payload.stretch: payload for _, payload in findings.payloads(ev.StretchBegun)}
    listed = [entry.stretch for entry in findings.manifest.media]
    require(listed == sorted(begun), "stretches", "the media is not that of the timeline")
    count = sum(1 for _ in findings.payloads(ev.StretchBegun))
    require(count == len(begun), "stretches", "the timeline begins a stretch twice")
    _check_empty_stretches(findings, set(begun))
    for entry in findings.manifest.media:
        _check_stretch(findings, entry, begun[entry.stretch])
    frames_ms = sum(entry.end_ms - entry.start_ms for entry in findings.manifest.media)
    return f"{counted(len(listed), 'stretch', 'stretches')}, {frames_ms / 1000:.1f} s"


def _check_empty_stretches(findings: Findings, begun: set[int]) -> None:
    """A peer from which no frame came ends a stretch that never began, with nothing in it."""
    for _, stored in findings.payloads(ev.MediaStored):
        known = stored.stretch in begun
        require(known, "stretches", f"stretch {stored.stretch} was never begun")
    for _, ended in findings.payloads(ev.StretchEnded):
        known = ended.stretch in begun or ended.stored_bytes == ended.clusters == 0
        require(known, "stretches", f"stretch {ended.stretch} was never begun")


def _check_stretch(findings: Findings, entry: MediaEntry, begun: ev.StretchBegun) -> None:
    told = (media_file(entry.stretch, begun.video_codec), journal_file(entry.stretch))
    named = told == (entry.file, entry.journal.file) and entry.video_codec == begun.video_codec
    require(named, "stretches", f"stretch {entry.stretch} is stored under another name")
    entries = _read_journal(findings, entry)
    reading = _Reading(entry, begun, entries)
    for piece in findings.package.pieces(entry.file):
        reading.feed(piece)
    reading.finish()
    _check_events(findings, entry, begun, reading)
    findings.journals[entry.stretch] = entries


def _read_journal(findings: Findings, entry: MediaEntry) -> tuple[JournalEntry, ...]:
    data = read_whole(findings.package, entry.journal.file)
    what = f"the journal of stretch {entry.stretch}"
    require(data.endswith(b"\n") or not data, "journal", f"{what} is cut")
    return tuple(_journal_entry(line, what) for line in data.split(b"\n")[:-1])


def _journal_entry(line: bytes, what: str) -> JournalEntry:
    entry = validated(lambda: JournalEntry.model_validate_json(line, strict=True), what=what)
    same = entry.model_dump_json().encode() == line
    require(same, "not_canonical", f"{what} is written in an unusual way")
    return entry


@dataclass(slots=True)
class _Reading:
    """Walks a stretch's bytes beside its journal; holds one cluster at most."""

    entry: MediaEntry
    begun: ev.StretchBegun
    entries: tuple[JournalEntry, ...]
    heads: list[str] = field(default_factory=list)
    segments: dict[int, tuple[int, str]] = field(default_factory=dict)
    _held: bytearray = field(default_factory=bytearray)
    _offset: int = 0
    _segment_digest: hashlib._Hash = field(default_factory=hashlib.sha256)
    _segment_bytes: int = 0

    def feed(self, piece: bytes) -> None:
        """The next bytes of the file."""
        self._held += piece
        while self._held and len(self._held) >= (size := self._next_size()):
            part = bytes(self._held[:size])
            del self._held[:size]
            self._take(part) if self.heads else self._begin(part)
            self._offset += size

    def _next_size(self) -> int:
        """Bytes of the part that comes next, as the manifest or the journal tells."""
        if not self.heads:
            fits = 0 < self.entry.header_bytes <= MAX_HEADER_BYTES
            require(fits, "header", "a header is longer than it can be")
            return self.entry.header_bytes
        where = f"stretch {self.entry.stretch}"
        more = len(self.heads) <= len(self.entries)
        require(more, "media_extra", f"{where} holds more than its journal lists")
        size = self.entries[len(self.heads) - 1].size
        require(size <= MAX_CLUSTER_BYTES, "cluster", f"{where} has a cluster past all bounds")
        return size

    def _begin(self, header: bytes) -> None:
        head = first_head(header)
        same = head == self.begun.init_sha256
        require(same, "header", f"stretch {self.entry.stretch} begins with another header")
        self.heads.append(head)

    def _take(self, data: bytes) -> None:
        number = len(self.heads)
        where = f"cluster {number} of stretch {self.entry.stretch}"
        told = self.entries[number - 1]
        place = (number, self._offset)
        require(place == (told.cluster, told.offset), "journal", f"{where} is elsewhere")
        sha256 = hashlib.sha256(data).hexdigest()
        require(sha256 == told.sha256, "cluster", f"{where} is not what the journal says")
        head = next_head(self.heads[-1], sha256)
        require(head == told.head, "journal_chain", f"{where} breaks the journal's chain")
        scan = scan_clusters(data)
        whole = len(scan.clusters) == 1 and not scan.tail_bytes
        require(whole, "cluster", f"{where} is not one whole cluster")
        _check_cluster_times(self.begun.start_ms, scan.clusters[0], told, where)
        self.heads.append(head)
        self._add_to_segment(told, data)

    def _add_to_segment(self, told: JournalEntry, data: bytes) -> None:
        current = len(self.segments) + 1
        if told.segment == current + 1 and self._segment_bytes:
            self._close_segment()
            current += 1
        require(told.segment == current, "journal", "the journal's segments are out of order")
        self._segment_digest.update(data)
        self._segment_bytes += len(data)

    def _close_segment(self) -> None:
        self.segments[len(self.segments) + 1] = (
            self._segment_bytes,
            self._segment_digest.hexdigest(),
        )
        self._segment_digest, self._segment_bytes = hashlib.sha256(), 0

    def finish(self) -> None:
        """Nothing may be left over on either side."""
        where = f"stretch {self.entry.stretch}"
        require(bool(self.heads), "header", f"{where} has no whole header")
        require(not self._held, "media_missing", f"{where} ends within a cluster")
        complete = len(self.heads) == len(self.entries) + 1
        require(complete, "media_missing", f"{where} lacks clusters that the journal lists")
        if self._segment_bytes:
            self._close_segment()


def _check_cluster_times(
    start_ms: int, cluster: ScannedCluster, told: JournalEntry, where: str
) -> None:
    last_ms = max(cluster.timestamp_ms, cluster.last_video_ms or 0, cluster.last_audio_ms or 0)
    same = told.start_ms == start_ms + cluster.timestamp_ms
    close = 0 <= told.end_ms - (start_ms + last_ms) <= TIME_SLACK_MS
    require(same and close, "journal_times", f"{where} has other times than the journal says")
    key = told.begins_with_key_frame == cluster.begins_with_key_frame
    require(key, "journal", f"{where} begins with another kind of frame")


def _check_events(
    findings: Findings, entry: MediaEntry, begun: ev.StretchBegun, reading: _Reading
) -> None:
    number = entry.stretch
    ended = [p for _, p in findings.payloads(ev.StretchEnded) if p.stretch == number]
    require(len(ended) == 1, "stretch_end", f"stretch {number} does not end exactly once")
    clusters, size, end_ms = len(reading.entries), entry.bytes, begun.start_ms
    if reading.entries:
        end_ms = max(told.end_ms for told in reading.entries)
    last = ended[0]
    found = (clusters, size, reading.heads[-1], end_ms)
    told = (last.clusters, last.stored_bytes, last.head, last.end_ms)
    require(told == found, "stretch_end", f"stretch {number} ends otherwise than the timeline says")
    own = (entry.clusters, entry.journal_head, entry.start_ms, entry.end_ms)
    signed = (clusters, reading.heads[-1], begun.start_ms, end_ms)
    require(own == signed, "stretch_end", f"stretch {number} is described wrongly")
    for event, stored in findings.payloads(ev.MediaStored):
        if stored.stretch == number:
            _check_stored(event.seq, stored, reading)


def _check_stored(seq: int, stored: ev.MediaStored, reading: _Reading) -> None:
    where = f"event {seq}"
    require(
        stored.clusters <= len(reading.entries), "media_missing", f"{where} tells of more media"
    )
    told = reading.entries[stored.clusters - 1]
    same = (stored.head, stored.stored_bytes) == (told.head, told.offset + told.size)
    require(same, "journal_head", f"{where} has another journal head")
    until = reading.entries[: stored.clusters]
    same_end = stored.end_ms == max(entry.end_ms for entry in until)
    require(same_end, "journal_times", f"{where} has another end than the journal")
    segment = reading.segments.get(stored.segment)
    same = segment == (stored.segment_bytes, stored.segment_sha256)
    require(same and told.segment == stored.segment, "segment", f"{where} names another segment")


def check_gaps(findings: Findings) -> str:
    """(11) The holes between stretches are exactly the gaps that the timeline tells.

    Does not look for frames that were lost within a stretch.
    """
    spans = [(entry.start_ms, entry.end_ms) for entry in findings.manifest.media]
    holes = Counter(
        (before[1], after[0]) for before, after in pairwise(spans) if before[1] < after[0]
    )
    told = Counter(
        (gap.from_ms, gap.to_ms)
        for _, gap in findings.payloads(ev.MediaGap)
        if gap.reason != "track_silent"
    )
    untold = list((holes - told).elements())
    require(not untold, "gap_untold", f"nothing tells of the hole {untold[:1]} (ms)")
    invented = list((told - holes).elements())
    require(not invented, "gap_invented", f"there is media in the gap {invented[:1]} (ms)")
    lost_ms = sum(end - start for start, end in holes.elements())
    return f"{counted(holes.total(), 'gap')}, {lost_ms / 1000:.1f} s"
