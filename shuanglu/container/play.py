"""An indexed header, so that the stored clusters play and seek without being rewritten.

Stage: serving and export. ``play_header(…) ‖ clusters`` is a finished file with a known
size, a duration and cues; the cluster bytes in it are the stored ones, untouched, so
their hashes still hold. Times in it count from the beginning of the stretch.
Source: RFC 9559 sections 5.1.1 (SeekHead), 5.1.5 (Cues), 22 and 23.
"""

from __future__ import annotations

from collections.abc import Sequence

from shuanglu.container.ebml import (
    CUES,
    EBML,
    INFO,
    SEEK_HEAD,
    SEGMENT,
    TRACKS,
    ElementHead,
    element,
    float64,
    read_head,
    unsigned,
    vint,
)
from shuanglu.container.header import VIDEO_TRACK, info_body
from shuanglu.errors import InvalidInputError
from shuanglu.evidence.journal import JournalEntry

_POSITION_WIDTH = 8
_SIZE_WIDTH = 8


def play_header(entries: Sequence[JournalEntry], header: bytes) -> bytes:
    """Header with size, duration and cues for the clusters that ``entries`` list.

    ``entries`` are consecutive clusters of one stretch, in order, beginning with the first;
    ``header`` is the stored header of that stretch. Raises ``InvalidInputError``
    when they do not belong together.
    """
    if not entries:
        raise InvalidInputError("there is nothing to play", field="entries")
    _check_consecutive(entries, len(header))
    head, tracks = _stored_parts(header)
    start_ms = entries[0].start_ms
    end_ms = max(entry.end_ms for entry in entries)
    info = element(INFO, info_body() + float64(b"\x44\x89", float(end_ms - start_ms)))
    seek_size = len(_seek_head(0, 0, 0))
    cues_at = seek_size + len(info) + len(tracks)
    cue_size = len(_cues(entries, start_ms, 0))
    first_cluster = cues_at + cue_size
    body = (
        _seek_head(seek_size, seek_size + len(info), cues_at)
        + info
        + tracks
        + _cues(entries, start_ms, first_cluster)
    )
    size = len(body) + sum(entry.size for entry in entries)
    return head + SEGMENT + vint(size, _SIZE_WIDTH) + body


def _check_consecutive(entries: Sequence[JournalEntry], header_bytes: int) -> None:
    offset = header_bytes
    for number, entry in enumerate(entries, start=1):
        if entry.cluster != number or entry.offset != offset:
            raise InvalidInputError("the journal is not that of this header", field="entries")
        offset += entry.size


def _stored_parts(header: bytes) -> tuple[bytes, bytes]:
    """The EBML head and the Tracks element of a stored header, verbatim."""
    first = _required(header, 0, EBML)
    segment = _required(header, first.end, SEGMENT)
    position = segment.body
    while position < len(header):
        part = read_head(header, position)
        if part is None or part.size is None or part.end > len(header):
            break
        if part.identifier == TRACKS:
            return header[: first.end], header[part.start : part.end]
        position = part.end
    raise InvalidInputError("the header holds no tracks", field="header")


def _required(data: bytes, offset: int, identifier: bytes) -> ElementHead:
    head = read_head(data, offset)
    if head is None or head.identifier != identifier:
        raise InvalidInputError("not the header of a stretch", field="header")
    return head


def _seek_head(info_at: int, tracks_at: int, cues_at: int) -> bytes:
    targets = ((INFO, info_at), (TRACKS, tracks_at), (CUES, cues_at))
    return element(
        SEEK_HEAD,
        b"".join(
            element(
                b"\x4d\xbb",
                element(b"\x53\xab", identifier) + unsigned(b"\x53\xac", position, _POSITION_WIDTH),
            )
            for identifier, position in targets
        ),
    )


def _cues(entries: Sequence[JournalEntry], start_ms: int, first_cluster: int) -> bytes:
    base = entries[0].offset
    points = [entry for entry in entries if entry.begins_with_key_frame] or [entries[0]]
    return element(
        CUES,
        b"".join(
            _cue(entry.start_ms - start_ms, first_cluster + entry.offset - base) for entry in points
        ),
    )


def _cue(at_ms: int, position: int) -> bytes:
    return element(
        b"\xbb",
        unsigned(b"\xb3", max(0, at_ms), _POSITION_WIDTH)
        + element(
            b"\xb7",
            unsigned(b"\xf7", VIDEO_TRACK) + unsigned(b"\xf1", position, _POSITION_WIDTH),
        ),
    )
