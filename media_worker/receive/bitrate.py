"""How much the phone is asked to send: a ceiling, lowered under loss and raised again slowly.

Source of the thresholds: draft-ietf-rmcat-gcc-02 section 6 (loss-based controller).
"""

from __future__ import annotations

HIGH_LOSS = 0.10
LOW_LOSS = 0.02
RAISE = 1.08
FULL_FRACTION = 256


class BitrateCeiling:
    """The receiver's estimate (REMB) in bits per second, between a floor and a ceiling."""

    def __init__(self, *, floor_bps: int, ceiling_bps: int) -> None:
        self._floor_bps = floor_bps
        self._ceiling_bps = ceiling_bps
        self._now_bps = float(ceiling_bps)

    @property
    def bps(self) -> int:
        """What to ask for now."""
        return int(self._now_bps)

    def update(self, fraction_lost: int, received_bps: float) -> int:
        """Take a report interval's loss (in 1/256) and what arrived in it."""
        loss = fraction_lost / FULL_FRACTION
        if loss > HIGH_LOSS:
            # Begin from what really flows: a ceiling far above it would take many reports.
            flowing = min(self._now_bps, received_bps / (1 - loss))
            self._now_bps = max(self._floor_bps, flowing * (1 - loss / 2))
        elif loss < LOW_LOSS:
            self._now_bps = min(self._ceiling_bps, self._now_bps * RAISE)
        return self.bps
