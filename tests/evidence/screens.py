"""Pieces of a screen recording, as a page sends them and the server tells of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shuanglu.evidence.screen import break_before, packed, read_piece
from shuanglu.timeline import events as ev
from shuanglu.timeline.chain import canonical_bytes
from shuanglu.timeline.events import Event


def screen_piece(from_ms: int, to_ms: int, *, begins: bool) -> bytes:
    """A piece of a screen recording, packed: the whole page first, or one change to it."""
    whole = [
        {"type": 4, "data": {"href": "https://localhost/c/", "width": 390, "height": 844}},
        {"type": 2, "data": {"node": {"type": 0, "childNodes": [], "id": 1}}},
    ]
    shown: list[dict[str, Any]] = [*(whole if begins else []), {"type": 3, "data": {"source": 0}}]
    times_ms = [from_ms, *([to_ms] * (len(shown) - 1))]
    lines = [
        canonical_bytes({**one, "timestamp": at_ms})
        for one, at_ms in zip(shown, times_ms, strict=True)
    ]
    return packed(b"".join(line + b"\n" for line in lines))


def told_piece(data: bytes, events: Sequence[Event]) -> tuple[ev.ScreenGap | None, ev.ScreenStored]:
    """What the server tells of a piece behind those of ``events``."""
    stored = [e.payload for e in events if isinstance(e.payload, ev.ScreenStored)]
    before = stored[-1] if stored else None
    piece = read_piece(data)
    span = break_before(piece, before)
    gap = span and ev.ScreenGap(from_ms=span[0], to_ms=span[1], reason="page_reloaded")
    return gap, piece.told(before.piece + 1 if before else 1, before)
