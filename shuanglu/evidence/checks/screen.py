"""Step 13: what the customer's page showed, piece by piece, and every break in it."""

from __future__ import annotations

from shuanglu.evidence.check import counted, require
from shuanglu.evidence.findings import Findings
from shuanglu.evidence.names import screen_file
from shuanglu.evidence.package import read_whole
from shuanglu.evidence.screen import (
    MAX_PIECE_BYTES,
    ScreenPiece,
    break_before,
    read_piece,
    require_follows,
)
from shuanglu.timeline import events as ev

Span = tuple[int, int]


def check_screen(findings: Findings) -> str:
    """(13) Every piece says what the timeline says of it, fits behind the last, breaks are told.

    Does not prove that the page recorded itself honestly: a changed page could show one thing
    and record another. A record without pieces passes; it never claims to hold the screen.
    """
    before: ev.ScreenStored | None = None
    told: Span | None = None
    pieces = shown_ms = 0
    for event in findings.events:
        match event.payload:
            case ev.ScreenGap(from_ms=from_ms, to_ms=to_ms):
                require(told is None, "screen_gap", f"event {event.seq} tells of a gap twice")
                told = (from_ms, to_ms)
            case ev.ScreenStored() as stored:
                before = _check_piece(findings, event.seq, stored, before, told)
                told, pieces = None, pieces + 1
                shown_ms += stored.to_ms - stored.from_ms
    require(told is None, "screen_gap", "a gap of the screen is told where none follows")
    if before is None:
        return "the screen is not recorded"
    return f"{counted(pieces, 'piece')}, {shown_ms / 1000:.1f} s"


def _check_piece(
    findings: Findings,
    seq: int,
    stored: ev.ScreenStored,
    before: ev.ScreenStored | None,
    told: Span | None,
) -> ev.ScreenStored:
    name = screen_file(stored.piece_sha256)
    piece: ScreenPiece = read_piece(read_whole(findings.package, name, limit_bytes=MAX_PIECE_BYTES))
    require_follows(piece, before)
    number = 1 if before is None else before.piece + 1
    same = stored == piece.told(number, before)
    require(same, "screen_piece", f"event {seq} tells of another piece of the screen")
    same = told == break_before(piece, before)
    require(same, "screen_gap", f"event {seq} follows a break that is not told, or not so")
    return stored
