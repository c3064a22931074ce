"""Time as something that is passed in, so that tests decide what time it is."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Wall time in UTC, and a monotonic time that never steps back."""

    def now(self) -> datetime:
        """Wall time, timezone-aware, in UTC."""
        ...

    def monotonic_ms(self) -> float:
        """Milliseconds since an arbitrary origin; comparable in one process only."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Wall time, timezone-aware, in UTC."""
        return datetime.now(UTC)

    def monotonic_ms(self) -> float:
        """Milliseconds since an arbitrary origin."""
        return time.monotonic() * 1000


class ManualClock:
    """A clock that moves only when told to; for tests."""

    def __init__(self, start: datetime) -> None:
        self._now = start
        self._elapsed_ms = 0.0

    def now(self) -> datetime:
        """The time that it was set to."""
        return self._now

    def monotonic_ms(self) -> float:
        """Milliseconds that it was advanced by."""
        return self._elapsed_ms

    def advance(self, *, ms: float) -> None:
        """Move both times forward by ``ms``."""
        self._now += timedelta(milliseconds=ms)
        self._elapsed_ms += ms
