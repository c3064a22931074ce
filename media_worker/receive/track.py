"""One track of one phone: its source, its retransmissions, its reports.

Stage: behind decryption (``seam``), before the media clock. It knows RTP and RTCP,
not sockets and not peer connections.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from aiortc.rtp import RtcpReceiverInfo

from media_worker.receive.events import TrackKind
from media_worker.receive.feedback import nack, picture_loss
from media_worker.receive.pictures import AssembledFrame
from media_worker.receive.settings import ReceiveSettings
from media_worker.receive.statistics import StreamStatistics
from media_worker.receive.stream import RtpStream

CLOCK_RATE_HZ: dict[TrackKind, int] = {"audio": 48_000, "video": 90_000}
RTX_HEADER_BYTES = 2
MIN_NACK_SPACING_MS = 10.0
MIN_PLI_SPACING_MS = 250.0
DLSR_UNITS_PER_MS = 65.536
MAX_DLSR = 0xFFFFFFFF


class TrackSink(Protocol):
    """Who receives what a track delivers."""

    def frame(self, track: ReceivedTrack, frame: AssembledFrame) -> None:
        """A whole frame, time stamp unwrapped."""
        ...

    def loss(self, track: ReceivedTrack, packets: int) -> None:
        """Packets that will not come any more."""
        ...

    def source_changed(self, track: ReceivedTrack) -> None:
        """Another source (SSRC) sends this track now; its time stamps begin anew."""
        ...


class ReceivedTrack:
    """The one current source of a track. ``send_rtcp`` sends at once or not at all."""

    def __init__(
        self,
        kind: TrackKind,
        codec: str,
        *,
        settings: ReceiveSettings,
        sink: TrackSink,
        send_rtcp: Callable[[bytes], None],
        call_later: Callable[[float, Callable[[], None]], object],
        now_ms: Callable[[], float],
    ) -> None:
        self.kind: TrackKind = kind
        self.codec = codec
        self.rtcp_ssrc = 0
        self._settings = settings
        self._sink = sink
        self._send_rtcp = send_rtcp
        self._call_later = call_later
        self._now_ms = now_ms
        self._payload_types: frozenset[int] = frozenset()
        self._rtx_types: frozenset[int] = frozenset()
        self._ssrc = -1
        self._stream: RtpStream | None = None
        self.statistics = StreamStatistics(CLOCK_RATE_HZ[kind])
        self._report: tuple[int, float] | None = None
        self._nack_at_ms = self._pli_at_ms = float("-inf")
        self._timer_is_set = False
        self.last_packet_ms: float | None = None
        self.last_key_ms: float | None = None

    def begin(self, payload_types: frozenset[int], rtx_types: frozenset[int]) -> None:
        """Learn the negotiated payload types; packets of any other are ignored."""
        self._payload_types = payload_types
        self._rtx_types = rtx_types

    @property
    def payload_types(self) -> frozenset[int]:
        """All payload types that belong to this track."""
        return self._payload_types | self._rtx_types

    @property
    def ssrc(self) -> int:
        """The current source, or -1 before the first packet."""
        return self._ssrc

    # --- packets -----------------------------------------------------------------------

    def packet(  # noqa: PLR0917 - the hot path: keywords cost
        self,
        payload_type: int,
        sequence: int,
        timestamp: int,
        ssrc: int,
        marker: int,
        payload: bytes,
    ) -> None:
        """Take one authenticated packet."""
        now_ms = self._now_ms()
        if payload_type in self._rtx_types:
            # RFC 4588 section 4: the original sequence number, then the original payload.
            if len(payload) <= RTX_HEADER_BYTES:
                return
            sequence = (payload[0] << 8) | payload[1]
            payload = payload[RTX_HEADER_BYTES:]
        elif payload_type in self._payload_types:
            if ssrc != self._ssrc:
                self._change_source(ssrc)
            self.last_packet_ms = now_ms
            self.statistics.add(sequence, timestamp, now_ms, len(payload))
        stream = self._stream
        if stream is None:
            return
        if stream.push(sequence, timestamp, payload, now_ms, marker):
            self._gap(now_ms)

    def _change_source(self, ssrc: int) -> None:
        changed = self._stream is not None
        self._ssrc = ssrc
        self._report = None
        self.statistics = StreamStatistics(CLOCK_RATE_HZ[self.kind])
        self._stream = RtpStream(
            self.codec, self._settings, on_frame=self._on_frame, on_loss=self._on_loss
        )
        if changed:
            self._sink.source_changed(self)

    def _on_frame(self, frame: AssembledFrame) -> None:
        if frame.is_key:
            self.last_key_ms = self._now_ms()
        self._sink.frame(self, frame)

    def _on_loss(self, packets: int) -> None:
        if self.kind == "video":
            self.request_key_frame()
        self._sink.loss(self, packets)

    # --- feedback ----------------------------------------------------------------------

    def _gap(self, now_ms: float) -> None:
        if self.kind == "video" and now_ms - self._nack_at_ms >= MIN_NACK_SPACING_MS:
            self._send_nack(now_ms)
        if not self._timer_is_set:
            self._timer_is_set = True
            self._call_later(self._settings.nack_interval_ms / 1000, self._again)

    def _again(self) -> None:
        self._timer_is_set = False
        stream = self._stream
        if stream is None or not stream.waiting:
            return
        now_ms = self._now_ms()
        stream.expire(now_ms)
        if stream.waiting:
            self._nack_at_ms = float("-inf")
            self._gap(now_ms)

    def _send_nack(self, now_ms: float) -> None:
        missing = self._stream.missing() if self._stream else []
        if missing:
            self._nack_at_ms = now_ms
            self._send_rtcp(nack(self.rtcp_ssrc, self._ssrc, missing))

    def request_key_frame(self) -> None:
        """Send a picture loss indication (RFC 4585 6.3.1), unless one was sent just now."""
        now_ms = self._now_ms()
        if self._ssrc < 0 or now_ms - self._pli_at_ms < MIN_PLI_SPACING_MS:
            return
        self._pli_at_ms = now_ms
        self._send_rtcp(picture_loss(self.rtcp_ssrc, self._ssrc))

    def request_due_key_frame(self) -> None:
        """Ask when the first key frame is missing, or the last one is old."""
        if self._ssrc < 0:
            return
        now_ms = self._now_ms()
        settings = self._settings
        last_ms, due_ms = self.last_key_ms, settings.key_frame_interval_ms
        if last_ms is None:
            last_ms, due_ms = self._pli_at_ms, settings.first_key_frame_retry_ms
        since_asked_ms = now_ms - self._pli_at_ms
        if now_ms - last_ms >= due_ms and since_asked_ms >= settings.first_key_frame_retry_ms:
            self.request_key_frame()

    # --- reports -----------------------------------------------------------------------

    def sender_report(self, ssrc: int, ntp: int, timestamp: int) -> int | None:
        """Note a report; its time stamp unwrapped, or ``None`` when it says nothing yet."""
        if ssrc != self._ssrc or self._stream is None:
            return None
        self._report = ((ntp >> 16) & 0xFFFFFFFF, self._now_ms())
        return self._stream.unwrapped(timestamp)

    def receiver_report(self) -> RtcpReceiverInfo | None:
        """What to tell the phone about its packets; ``None`` before the first."""
        if self._ssrc < 0 or not self.statistics.received:
            return None
        middle, delay = 0, 0
        if self._report is not None:
            middle, at_ms = self._report
            delay = min(MAX_DLSR, int((self._now_ms() - at_ms) * DLSR_UNITS_PER_MS))
        return RtcpReceiverInfo(
            ssrc=self._ssrc,
            fraction_lost=self.statistics.take_fraction_lost(),
            packets_lost=self.statistics.lost,
            highest_sequence=self.statistics.highest_sequence,
            jitter=self.statistics.jitter,
            lsr=middle,
            dlsr=delay,
        )
