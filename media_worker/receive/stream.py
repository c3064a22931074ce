"""One RTP source: packets in any order in, whole frames in order out.

Stage: behind decryption, before the clock. It waits a bounded time for what is missing,
then goes on and tells the gap. Memory is bounded by the settings.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from media_worker.receive.pictures import (
    AssembledFrame,
    Assembler,
    H264Pictures,
    OpusPackets,
    Vp8Pictures,
)
from media_worker.receive.settings import ReceiveSettings

HALF_SEQUENCES = 0x8000
MAX_NACKS = 200
LATE_BEFORE_RESYNC = 64
"""So many packets from the past in a row mean that the phone began to count anew."""


class _Waiting(NamedTuple):
    timestamp: int
    payload: bytes
    arrival_ms: float
    marker: int


class RtpStream:
    """Re-orders by sequence number and unwraps time stamps."""

    def __init__(
        self,
        codec: str,
        settings: ReceiveSettings,
        *,
        on_frame: Callable[[AssembledFrame], None],
        on_loss: Callable[[int], None],
    ) -> None:
        self._on_frame = on_frame
        self._on_loss = on_loss
        self._max_pending = settings.max_pending_packets
        is_audio = codec == "OPUS"
        self._max_wait_ms = settings.audio_gap_ms if is_audio else settings.video_gap_ms
        self.assembler: Assembler = _assembler(codec, self._emit, settings.max_frame_bytes)
        self._push = self.assembler.push
        self._next = -1
        self._pending: dict[int, _Waiting] = {}
        self._gap_since_ms = 0.0
        self._late_in_a_row = 0
        self._last_timestamp: int | None = None
        self.packets_lost = 0

    @property
    def waiting(self) -> int:
        """Packets held behind a gap."""
        return len(self._pending)

    def push(
        self, sequence: int, timestamp: int, payload: bytes, now_ms: float, marker: int
    ) -> bool:
        """Take one packet; says whether something before it is missing."""
        if sequence == self._next:
            self._next = (sequence + 1) & 0xFFFF
            self._push(timestamp, payload, now_ms, marker=marker)
            if self._pending:
                self._drain()
            return False
        if self._next < 0:
            self._next = sequence
            return self.push(sequence, timestamp, payload, now_ms, marker)
        return self._push_out_of_order(
            sequence, _Waiting(timestamp, payload, now_ms, marker), now_ms
        )

    def _push_out_of_order(self, sequence: int, packet: _Waiting, now_ms: float) -> bool:
        if (sequence - self._next) & 0xFFFF >= HALF_SEQUENCES:
            self._late_in_a_row += 1
            if self._late_in_a_row >= LATE_BEFORE_RESYNC:
                self._resync(sequence)
                return self.push(sequence, packet.timestamp, packet.payload, now_ms, packet.marker)
            return False
        self._late_in_a_row = 0
        if not self._pending:
            self._gap_since_ms = now_ms
        self._pending[sequence] = packet
        self.expire(now_ms)
        return bool(self._pending)

    def expire(self, now_ms: float) -> None:
        """Give up on what has been missing for too long."""
        while self._pending and (
            now_ms - self._gap_since_ms > self._max_wait_ms
            or len(self._pending) > self._max_pending
        ):
            self._skip_gap()

    def missing(self) -> list[int]:
        """Sequence numbers to ask for again, oldest first, at most ``MAX_NACKS``."""
        if not self._pending:
            return []
        span = max((held - self._next) & 0xFFFF for held in self._pending)
        numbers = ((self._next + ahead) & 0xFFFF for ahead in range(min(span, 4 * MAX_NACKS)))
        return [number for number in numbers if number not in self._pending][:MAX_NACKS]

    def _drain(self) -> None:
        pending = self._pending
        while (packet := pending.pop(self._next, None)) is not None:
            self._next = (self._next + 1) & 0xFFFF
            self._push(packet.timestamp, packet.payload, packet.arrival_ms, marker=packet.marker)
        if pending:
            self._gap_since_ms = pending[self._nearest()].arrival_ms

    def _nearest(self) -> int:
        return min(self._pending, key=lambda held: (held - self._next) & 0xFFFF)

    def _skip_gap(self) -> None:
        nearest = self._nearest()
        gap = (nearest - self._next) & 0xFFFF
        self._next = nearest
        self._tell_loss(gap)
        self._drain()

    def _resync(self, sequence: int) -> None:
        self._late_in_a_row = 0
        self._pending.clear()
        self._next = sequence
        self._tell_loss(1)

    def _tell_loss(self, packets: int) -> None:
        self.packets_lost += packets
        self.assembler.lost()
        self._on_loss(packets)

    # --- time stamps --------------------------------------------------------------------

    def unwrapped(self, timestamp: int) -> int | None:
        """A 32-bit time stamp near the newest frame's, extended; ``None`` before any frame."""
        last = self._last_timestamp
        if last is None:
            return None
        return last + ((timestamp - last + (1 << 31)) & 0xFFFFFFFF) - (1 << 31)

    def _emit(self, frame: AssembledFrame) -> None:
        timestamp, arrival_ms, is_key, layer, data = frame
        extended = self.unwrapped(timestamp)
        if extended is None:
            extended = timestamp
        self._last_timestamp = extended
        self._on_frame(AssembledFrame(extended, arrival_ms, is_key, layer, data))


def _assembler(
    codec: str, emit: Callable[[AssembledFrame], None], max_frame_bytes: int
) -> Assembler:
    if codec == "VP8":
        return Vp8Pictures(emit, max_frame_bytes)
    if codec == "H264":
        return H264Pictures(emit, max_frame_bytes)
    return OpusPackets(emit)
