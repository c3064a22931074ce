"""What a receiver report says of one stream (RFC 3550 6.4.1 and appendix A.3, A.8)."""

from __future__ import annotations

MAX_FRACTION = 255
MAX_LOST = (1 << 23) - 1


class StreamStatistics:
    """Counts packets of one source as they come from the network, retransmissions not included."""

    def __init__(self, clock_rate_hz: int) -> None:
        self._ticks_per_ms = clock_rate_hz / 1000
        self._base = -1
        self._highest = -1
        self._cycles = 0
        self._received = 0
        self._jitter = 0.0
        self._last_arrival = 0.0
        self._last_timestamp = -1
        self._expected_before = 0
        self._received_before = 0
        self.bytes_received = 0

    def add(self, sequence: int, timestamp: int, now_ms: float, size: int) -> None:
        """Count one packet."""
        self._received += 1
        self.bytes_received += size
        highest = self._highest
        if highest < 0:
            self._base = self._highest = sequence
        else:
            ahead = (sequence - highest) & 0xFFFF
            if not 0 < ahead < 0x8000:  # noqa: PLR2004 - half of the sequence space
                return
            if sequence < highest:
                self._cycles += 1 << 16
            self._highest = sequence
        if timestamp != self._last_timestamp:
            self._add_jitter(timestamp, now_ms)

    def _add_jitter(self, timestamp: int, now_ms: float) -> None:
        arrival = now_ms * self._ticks_per_ms
        if self._last_timestamp >= 0:
            sent = ((timestamp - self._last_timestamp + (1 << 31)) & 0xFFFFFFFF) - (1 << 31)
            difference = abs(arrival - self._last_arrival - sent)
            self._jitter += (difference - self._jitter) / 16
        self._last_arrival = arrival
        self._last_timestamp = timestamp

    @property
    def received(self) -> int:
        """Packets that came."""
        return self._received

    @property
    def highest_sequence(self) -> int:
        """Extended highest sequence number."""
        return (self._cycles + max(self._highest, 0)) & 0xFFFFFFFF

    @property
    def jitter(self) -> int:
        """Interarrival jitter in clock ticks."""
        return min(int(self._jitter), 0xFFFFFFFF)

    @property
    def lost(self) -> int:
        """Packets lost since the beginning, clamped to 24 bits."""
        return max(-MAX_LOST - 1, min(self._expected() - self._received, MAX_LOST))

    def take_fraction_lost(self) -> int:
        """Loss since the last call in 1/256; begins a new interval."""
        expected = self._expected()
        in_interval = expected - self._expected_before
        came = self._received - self._received_before
        self._expected_before, self._received_before = expected, self._received
        missing = in_interval - came
        if in_interval <= 0 or missing <= 0:
            return 0
        return min(MAX_FRACTION, (missing << 8) // in_interval)

    def _expected(self) -> int:
        return 0 if self._highest < 0 else self._cycles + self._highest - self._base + 1
