"""Payloads of consecutive packets back to the frames that the phone encoded.

Stage: behind re-ordering, before the clock. Nothing is decoded. A frame with a part
missing is never passed on. Any payload may be hostile: malformed ones cost the
frame they belong to, nothing else.
Sources: RFC 7741 (VP8), RFC 6184 (H.264), RFC 7587 (Opus).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

from shuanglu.container.h264 import NAL_IDR, NAL_SPS, START_CODE

NAL_AUD = 9
NAL_STAP_A = 24
NAL_FU_A = 28
NAL_SLICE = 1
VP8_START_MASK = 0x17
VP8_START = 0x10
"""S bit set and partition index 0: the first packet of a frame (RFC 7741 4.2)."""


class AssembledFrame(NamedTuple):
    """One whole frame; ``timestamp`` as in RTP (32 bits), ``arrival_ms`` of its first packet."""

    timestamp: int
    arrival_ms: float
    is_key: bool
    temporal_layer: int | None
    data: bytes


class Assembler(Protocol):
    """Takes payloads in order of sequence number."""

    malformed: int

    def push(self, timestamp: int, payload: bytes, arrival_ms: float, *, marker: int) -> None:
        """Take the next payload."""
        ...

    def lost(self) -> None:
        """Packets are missing here: the frame in hand cannot become whole."""
        ...


class OpusPackets:
    """Every packet is a frame."""

    def __init__(self, emit: Callable[[AssembledFrame], None]) -> None:
        self._emit = emit
        self.malformed = 0

    def push(self, timestamp: int, payload: bytes, arrival_ms: float, *, marker: int) -> None:
        """Pass the packet on."""
        del marker
        if payload:
            self._emit(
                AssembledFrame(
                    timestamp, arrival_ms, is_key=True, temporal_layer=None, data=payload
                )
            )

    def lost(self) -> None:
        """Nothing is in hand."""


class Vp8Pictures:
    """VP8 frames, with or without temporal layers."""

    def __init__(self, emit: Callable[[AssembledFrame], None], max_frame_bytes: int) -> None:
        self._emit = emit
        self._max_bytes = max_frame_bytes
        self._parts: list[bytes] = []
        self._size = 0
        self._timestamp = -1
        self._arrival_ms = 0.0
        self._is_key = False
        self._layer: int | None = None
        self.malformed = 0

    def push(self, timestamp: int, payload: bytes, arrival_ms: float, *, marker: int) -> None:
        """Strip the payload descriptor (RFC 7741 4.2) and collect."""
        if not payload:
            return  # padding, sent to probe the network
        try:
            first, body = payload[0], 1
            layer = None
            if first & 0x80:
                body, layer = _vp8_extension(payload)
            begins = first & VP8_START_MASK == VP8_START
            inverse_key = payload[body] & 1
        except IndexError:
            self.malformed += 1
            self.lost()
            return
        if timestamp != self._timestamp or begins:
            if self._parts and timestamp != self._timestamp:
                self._finish()  # the marker bit never came, but every packet did
            self._parts.clear()
            if not begins:
                return
            self._timestamp, self._arrival_ms = timestamp, arrival_ms
            self._is_key, self._layer = not inverse_key, layer
            self._size = 0
        elif not self._parts:
            return
        self._collect(payload[body:])
        if marker and self._parts:
            self._finish()

    def lost(self) -> None:
        """Drop the frame in hand."""
        self._parts.clear()
        self._timestamp = -1

    def _collect(self, part: bytes) -> None:
        self._parts.append(part)
        self._size += len(part)
        if self._size > self._max_bytes:
            self.malformed += 1
            self.lost()

    def _finish(self) -> None:
        parts = self._parts
        data = parts[0] if len(parts) == 1 else b"".join(parts)
        parts.clear()
        self._emit(
            AssembledFrame(self._timestamp, self._arrival_ms, self._is_key, self._layer, data)
        )


def _vp8_extension(payload: bytes) -> tuple[int, int | None]:
    """Offset behind the extended descriptor, and the temporal layer if one is stated."""
    flags = payload[1]
    body, layer = 2, None
    if flags & 0x80:
        body += 2 if payload[2] & 0x80 else 1
    if flags & 0x40:
        body += 1
    if flags & 0x30:
        if flags & 0x20:
            layer = payload[body] >> 6
        body += 1
    return body, layer


class H264Pictures:
    """H.264 access units in Annex B with start codes of four bytes."""

    def __init__(self, emit: Callable[[AssembledFrame], None], max_frame_bytes: int) -> None:
        self._emit = emit
        self._max_bytes = max_frame_bytes
        self._parts: list[bytes] = []
        self._size = 0
        self._timestamp = -1
        self._arrival_ms = 0.0
        self._is_key = False
        self._in_fragment = False
        self._after_loss = True
        self._skipped = -1
        self.malformed = 0

    def push(self, timestamp: int, payload: bytes, arrival_ms: float, *, marker: int) -> None:
        """Unpack single NAL units, aggregates and fragments (RFC 6184 5.6 to 5.8)."""
        if timestamp == self._skipped or not payload:
            return
        try:
            if timestamp != self._timestamp and not self._begin(timestamp, payload, arrival_ms):
                return
            self._unpack(payload)
        except (IndexError, ValueError):
            self.malformed += 1
            self._skip(timestamp)
            return
        if self._size > self._max_bytes:
            self.malformed += 1
            self._skip(timestamp)
        elif marker:
            self._finish()

    def lost(self) -> None:
        """Drop the access unit in hand; the next must show that it begins here."""
        self._skip(self._timestamp)
        self._after_loss = True

    def _begin(self, timestamp: int, payload: bytes, arrival_ms: float) -> bool:
        if self._parts:
            self._finish()
        if self._after_loss and not _begins_picture(payload):
            self._skip(timestamp)
            return False
        self._after_loss = False
        self._timestamp, self._arrival_ms = timestamp, arrival_ms
        self._is_key = self._in_fragment = False
        self._size = 0
        self._skipped = -1
        return True

    def _unpack(self, payload: bytes) -> None:
        kind = payload[0] & 31
        if kind == NAL_STAP_A:
            for unit in _aggregated(payload):
                self._add_unit(unit)
        elif kind == NAL_FU_A:
            self._add_fragment(payload)
        elif 0 < kind < NAL_STAP_A:
            self._add_unit(payload)
        else:
            raise ValueError

    def _add_unit(self, unit: bytes) -> None:
        if self._in_fragment:
            raise ValueError
        self._is_key |= unit[0] & 31 == NAL_IDR
        self._parts += (START_CODE, unit)
        self._size += len(unit) + len(START_CODE)

    def _add_fragment(self, payload: bytes) -> None:
        header = payload[1]
        if header & 0x80:
            if self._in_fragment:
                raise ValueError
            self._add_unit(bytes(((payload[0] & 0xE0) | (header & 31),)))
            self._in_fragment = True
        elif not self._in_fragment:
            raise ValueError
        self._parts.append(payload[2:])
        self._size += len(payload) - 2
        if header & 0x40:
            self._in_fragment = False

    def _finish(self) -> None:
        parts, self._parts = self._parts, []
        if self._in_fragment or not parts:
            self.malformed += 1
            self._skip(self._timestamp)
            return
        timestamp, self._timestamp = self._timestamp, -1
        self._emit(AssembledFrame(timestamp, self._arrival_ms, self._is_key, None, b"".join(parts)))

    def _skip(self, timestamp: int) -> None:
        self._parts.clear()
        self._in_fragment = False
        self._timestamp = -1
        self._skipped = timestamp


def _aggregated(payload: bytes) -> list[bytes]:
    units: list[bytes] = []
    position = 1
    while position < len(payload):
        size = int.from_bytes(payload[position : position + 2])
        unit = payload[position + 2 : position + 2 + size]
        if not size or len(unit) != size:
            raise ValueError
        units.append(unit)
        position += 2 + size
    return units


def _begins_picture(payload: bytes) -> bool:
    """Whether this packet is the first of its access unit, as far as a loss lets us know.

    An IDR slice does not show it: the parameter sets before it may be what was lost.
    """
    kind = payload[0] & 31
    if kind == NAL_STAP_A:
        kind, slice_at = payload[3] & 31, 4
    elif kind == NAL_FU_A:
        if not payload[1] & 0x80:
            return False
        kind, slice_at = payload[1] & 31, 2
    else:
        slice_at = 1
    if kind in {NAL_SPS, NAL_AUD}:
        return True
    # first_mb_in_slice is 0 when its Exp-Golomb code is the single bit 1 (H.264 7.3.3).
    return kind == NAL_SLICE and bool(payload[slice_at] & 0x80)
