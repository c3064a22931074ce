"""One stretch of voice as sound, on its way from the observers to the recogniser."""

from __future__ import annotations

from dataclasses import dataclass

UTTERANCE_RATE_HZ = 16_000
MAX_UTTERANCE_MS = 15_000
"""A longer voice is split: words that come after 15 s come too late to warn."""
ENDS_AFTER_MS = 450
"""A breath inside a sentence is shorter; recognised in pieces, both pieces come out worse."""
MAY_END_AFTER_MS = 224
"""Where somebody waits for the words, they are recognised from here on: if the voice comes back
before ``ENDS_AFTER_MS``, in vain. Its sound is whole by then, with the edge that belongs to it."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """``pcm`` is signed 16-bit little-endian, 16 kHz, mono, with a little before and after.

    One that has not ended may go on: it is recognised beforehand, and counts for nothing.
    """

    from_ms: int
    to_ms: int
    pcm: bytes
    ended: bool = True
