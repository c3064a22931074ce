"""One piece of a screen recording: rrweb events as lines of JSON, packed by gzip (RFC 1952).

Stage: shared by the server, which takes pieces in, and the verifier, so that nothing is taken
in that would not verify later. It looks at nothing in an rrweb event but kind and time.
"""

from __future__ import annotations

import gzip
import json
import zlib
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NoReturn

from shuanglu.errors import ConflictError, InvalidInputError, TooLargeError
from shuanglu.timeline.chain import sha256_hex
from shuanglu.timeline.events import ScreenStored

MAX_PIECE_BYTES: Final = 1 << 20
MAX_UNPACKED_BYTES: Final = 16 << 20
"""A page with all its styles has a fraction of this."""
MAX_PIECE_EVENTS: Final = 20_000
MAX_PIECES: Final = 4_000
"""More than two hours in which the page never stands still."""
LATEST_MS: Final = 1 << 40

RRWEB_META: Final = 4
"""rrweb ``EventType.Meta``: precedes every picture of the page as a whole."""
RRWEB_FULL_SNAPSHOT: Final = 2
"""rrweb ``EventType.FullSnapshot``: the page as a whole, which all that follows changes."""

_GZIP = 16 + zlib.MAX_WBITS
FIELD: Final = "data"


@dataclass(frozen=True, slots=True)
class ScreenPiece:
    """What a piece says of itself. Times are media time."""

    begins: bool
    from_ms: int
    to_ms: int
    events: int
    sha256: str
    size_bytes: int

    def told(self, number: int, before: ScreenStored | None) -> ScreenStored:
        """The event for this piece behind the one ``before``."""
        return ScreenStored(
            piece=number,
            begins=self.begins,
            from_ms=self.from_ms,
            to_ms=self.to_ms,
            events=self.events,
            piece_sha256=self.sha256,
            piece_bytes=self.size_bytes,
            stored_bytes=self.size_bytes + (before.stored_bytes if before else 0),
        )


def packed(lines: bytes) -> bytes:
    """Pack what a browser could not pack; the same lines give the same bytes."""
    return gzip.compress(lines, mtime=0)


def unpacked(piece: bytes) -> bytes:
    """The lines of a piece; ``InvalidInputError``, ``TooLargeError`` past the bounds."""
    if len(piece) > MAX_PIECE_BYTES:
        raise TooLargeError(f"a piece may have {MAX_PIECE_BYTES} bytes", field=FIELD)
    reader = zlib.decompressobj(_GZIP)
    try:
        lines = reader.decompress(piece, MAX_UNPACKED_BYTES + 1)
    except zlib.error as error:
        raise InvalidInputError("the piece is not packed by gzip", field=FIELD) from error
    if len(lines) > MAX_UNPACKED_BYTES:
        raise TooLargeError(f"a piece may unpack to {MAX_UNPACKED_BYTES} bytes", field=FIELD)
    if not reader.eof or reader.unused_data:
        raise InvalidInputError("the piece is cut, or more follows it", field=FIELD)
    return lines


def read_piece(piece: bytes) -> ScreenPiece:
    """What a piece holds; ``InvalidInputError`` or ``TooLargeError`` if it does not hold."""
    lines = unpacked(piece)
    if not lines.endswith(b"\n"):
        raise InvalidInputError("the piece's last line is cut", field=FIELD)
    rows = lines[:-1].split(b"\n")
    if len(rows) > MAX_PIECE_EVENTS:
        raise TooLargeError(f"a piece may have {MAX_PIECE_EVENTS} events", field=FIELD)
    read = [_event(row) for row in rows]
    kinds, times_ms = [kind for kind, _ in read], [at_ms for _, at_ms in read]
    if any(before > after for before, after in pairwise(times_ms)):
        raise InvalidInputError("time steps back in the piece", field=FIELD)
    begins = kinds[0] == RRWEB_META
    if RRWEB_META in kinds[1:] or (begins and RRWEB_FULL_SNAPSHOT not in kinds[1:2]):
        raise InvalidInputError("a page as a whole stands at a piece's beginning", field=FIELD)
    return ScreenPiece(begins, times_ms[0], times_ms[-1], len(rows), sha256_hex(piece), len(piece))


def require_follows(piece: ScreenPiece, before: ScreenStored | None) -> None:
    """``ConflictError`` unless the piece may stand behind ``before``."""
    if before is None and not piece.begins:
        raise ConflictError("the first piece begins with the page as a whole", field=FIELD)
    if before is not None and piece.from_ms < before.to_ms:
        raise ConflictError("the piece is earlier than the one before it", field=FIELD)


def break_before(piece: ScreenPiece, before: ScreenStored | None) -> tuple[int, int] | None:
    """From when to when nobody knows what the page showed: where a recording began anew."""
    if before is None or not piece.begins or piece.from_ms == before.to_ms:
        return None
    return before.to_ms, piece.from_ms


def _event(row: bytes) -> tuple[int, int]:
    """Kind and media time of an rrweb event."""
    try:
        value = json.loads(row.decode("utf-8"), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise InvalidInputError("a line of the piece is not JSON", field=FIELD) from error
    kind, at_ms = (
        (value.get("type"), value.get("timestamp")) if isinstance(value, dict) else (None, None)
    )
    if type(kind) is not int or type(at_ms) is not int or not 0 <= at_ms <= LATEST_MS:
        raise InvalidInputError("a line of the piece is no rrweb event", field=FIELD)
    return kind, at_ms


def _no_number(name: str) -> NoReturn:
    """JSON has no NaN and no infinity (RFC 8259 6); Python's reader does."""
    raise ValueError(name)
