"""A token bucket: so many messages at once, so many a second after that.

Stage: in front of everything a phone says on one connection.
"""

from __future__ import annotations

from shuanglu.clock import Clock


class TokenBucket:
    """Starts full; refills evenly up to ``burst``."""

    def __init__(self, *, rate_per_s: float, burst: int, clock: Clock) -> None:
        self._rate_per_ms = rate_per_s / 1000
        self._burst = float(burst)
        self._clock = clock
        self._tokens = float(burst)
        self._refilled_ms = clock.monotonic_ms()

    def take(self) -> bool:
        """Whether one more is within the limit; if so it is counted."""
        now_ms = self._clock.monotonic_ms()
        gained = (now_ms - self._refilled_ms) * self._rate_per_ms
        self._tokens = min(self._burst, self._tokens + gained)
        self._refilled_ms = now_ms
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
