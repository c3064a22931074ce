"""The one place that reaches into aiortc 1.16 (``guarded_ice`` does into aioice).

Stage: DTLS and SRTP, above the socket. Subclasses of three classes are put where aiortc
looks their names up, only while one peer connection's transceivers are built. They
hand encoded packets on instead of decoding them (aiortc issue 984), handle media in
the datagram callback, and believe no datagram before it is authenticated: STUN by
message integrity, media by SRTP, DTLS only from an address that passed STUN.
``tests/media/test_seam.py`` fails when aiortc changes underneath.
"""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol, cast

import aiortc.rtcicetransport
import aiortc.rtcpeerconnection
import pylibsrtp
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCDtlsTransport,
    RTCPeerConnection,
    RTCRtpReceiver,
    RTCRtpSender,
    RTCRtpTransceiver,
)
from aiortc.rtcconfiguration import RTCBundlePolicy
from aiortc.rtcdtlstransport import RTCCertificate, RTCDtlsParameters, State
from aiortc.rtcicetransport import RTCIceTransport
from aiortc.rtcrtpparameters import RTCRtpReceiveParameters
from aiortc.rtp import AnyRtcpPacket, RtcpPacket, RtcpRtpfbPacket, RtcpSrPacket
from pylibsrtp._binding import ffi, lib

from media_worker.receive.guard import DatagramKind
from media_worker.receive.guarded_ice import PARSE_ERRORS, GuardedConnection, RefusedCounts
from media_worker.receive.settings import ReceiveSettings

MAX_EARLY_DATAGRAMS = 256
MAX_RETRANSMISSIONS = 64
MAX_RTCP_TASKS = 32
RTP_HEADER_BYTES = 12
TRACKS = 2
PLAIN_RTP = 0x80
"""Version 2, no padding, extension or contributing sources (RFC 3550 5.1)."""

_rtp_header = struct.Struct("!BBHLL").unpack_from


class PacketSink(Protocol):
    """A track's entrance for packets that SRTP authenticated."""

    rtcp_ssrc: int

    def packet(  # noqa: PLR0917 - the hot path: keywords cost
        self,
        payload_type: int,
        sequence: int,
        timestamp: int,
        ssrc: int,
        marker: int,
        payload: bytes,
    ) -> None:
        """Take one packet."""
        ...


class SynchronousDtlsTransport(RTCDtlsTransport):
    """Decrypts and routes media in the datagram callback; DTLS keeps aiortc's path."""

    def __init__(self, transport: RTCIceTransport, certificates: list[RTCCertificate]) -> None:
        super().__init__(transport, certificates)
        self._guarded = cast("GuardedConnection", transport._connection)  # noqa: SLF001 - no other way
        self._guarded.on_media = self._hold_early
        self._early: deque[tuple[bytes, DatagramKind]] = deque(maxlen=MAX_EARLY_DATAGRAMS)
        self._sinks: dict[int, Callable[[int, int, int, int, int, bytes], None]] = {}
        self._ssrcs: set[int] = set()
        self._receivers = 0
        self._rtcp_tasks: set[asyncio.Task[None]] = set()
        self.on_sender_report: Callable[[int, int, int], None] = _no_report

    @property
    def refused(self) -> RefusedCounts:
        """Datagrams that were not believed."""
        return self._guarded.refused

    # --- opening -----------------------------------------------------------------------

    def _hold_early(self, data: bytes, kind: DatagramKind) -> None:
        """Media before the keys: the other side finishes its handshake first."""
        self._early.append((data, kind))

    def register_sink(self, sink: PacketSink, payload_types: frozenset[int]) -> None:
        """Route payload types to a track; with the last track, media is let in."""
        for payload_type in payload_types:
            self._sinks[payload_type] = sink.packet
        self._receivers += 1
        if self._receivers == TRACKS and self._rx_srtp is not None:
            self._open()

    def _open(self) -> None:
        self._guarded.on_media = media = self._media_handler()
        while self._early:
            media(*self._early.popleft())

    def _media_handler(self) -> Callable[[bytes, DatagramKind], None]:
        """The hot path: everything it needs is a local name."""
        srtp = self._rx_srtp._srtp[0]  # noqa: SLF001 - in-place decryption has no public name
        cdata = ffi.new("char[]", 2048)
        buffer = ffi.buffer(cdata)
        length = ffi.new("int *")
        unprotect = lib.srtp_unprotect
        refused, ssrcs, sinks = self._guarded.refused, self._ssrcs, self._sinks
        max_ssrcs = self._guarded.settings.max_ssrcs
        rtcp, rtcp_kind = self._take_rtcp, DatagramKind.RTCP

        def media(data: bytes, kind: DatagramKind) -> None:
            if kind is rtcp_kind:
                rtcp(data)
                return
            first, second, sequence, timestamp, ssrc = _rtp_header(data)
            if ssrc not in ssrcs and len(ssrcs) >= max_ssrcs:
                refused.full += 1
                return
            size = len(data)
            buffer[0:size] = data
            length[0] = size
            if unprotect(srtp, cdata, length):
                refused.integrity += 1
                return
            ssrcs.add(ssrc)
            begin, end = RTP_HEADER_BYTES, length[0]
            if first != PLAIN_RTP:
                begin, end = _payload_span(first, buffer, end)
            sink = sinks.get(second & 0x7F)
            if sink is None or begin > end:
                refused.malformed += 1
                return
            sink(second & 0x7F, sequence, timestamp, ssrc, second >> 7, buffer[begin:end])

        return media

    # --- RTCP --------------------------------------------------------------------------

    def _take_rtcp(self, data: bytes) -> None:
        ssrc = int.from_bytes(data[4:8])
        if ssrc not in self._ssrcs and len(self._ssrcs) >= self._guarded.settings.max_ssrcs:
            self._guarded.refused.full += 1
            return
        try:
            plain = self._rx_srtp.unprotect_rtcp(data)
        except pylibsrtp.Error:
            self._guarded.refused.integrity += 1
            return
        self._ssrcs.add(ssrc)
        try:
            for packet in RtcpPacket.parse(plain):
                self._route_rtcp(packet)
        except PARSE_ERRORS:
            self._guarded.refused.malformed += 1

    def _route_rtcp(self, packet: AnyRtcpPacket) -> None:
        if isinstance(packet, RtcpSrPacket):
            info = packet.sender_info
            self.on_sender_report(packet.ssrc, info.ntp_timestamp, info.rtp_timestamp)
        elif isinstance(packet, RtcpRtpfbPacket):
            packet.lost = packet.lost[:MAX_RETRANSMISSIONS]
        for recipient in self._rtp_router.route_rtcp(packet):
            if isinstance(recipient, RTCRtpSender) and len(self._rtcp_tasks) < MAX_RTCP_TASKS:
                task = asyncio.ensure_future(_to_sender(recipient, packet))
                self._rtcp_tasks.add(task)
                task.add_done_callback(self._rtcp_tasks.discard)

    def send_rtcp(self, packet: bytes) -> None:
        """Protect and send at once; dropped while there is no connection."""
        if self._state is not State.CONNECTED:
            return
        with contextlib.suppress(pylibsrtp.Error, ValueError):
            self._guarded.send_now(self._tx_srtp.protect_rtcp(packet))

    # --- DTLS --------------------------------------------------------------------------

    async def start(self, remoteParameters: RTCDtlsParameters) -> None:  # noqa: N803
        """Handshake as aiortc does; media is let in when both tracks are registered."""
        await super().start(remoteParameters)
        if self._state is State.CONNECTED and self._receivers == TRACKS:
            self._open()

    async def _recv_next(self) -> None:
        """One datagram for DTLS; malformed ones are dropped instead of ending the session."""
        try:
            await super()._recv_next()
        except PARSE_ERRORS:
            self._guarded.refused.malformed += 1


def _no_report(ssrc: int, ntp: int, timestamp: int) -> None:
    del ssrc, ntp, timestamp


async def _to_sender(sender: RTCRtpSender, packet: AnyRtcpPacket) -> None:
    with contextlib.suppress(ConnectionError, pylibsrtp.Error, *PARSE_ERRORS):
        await sender._handle_rtcp_packet(packet)  # noqa: SLF001 - aiortc's own route


def _payload_span(first: int, packet: bytes, size: int) -> tuple[int, int]:
    """Where the payload lies in a decrypted packet; begin > end when it lies nowhere."""
    begin, end = RTP_HEADER_BYTES + 4 * (first & 0x0F), size
    if first & 0x10:
        if begin + 4 > end:
            return 1, 0
        begin += 4 + 4 * int.from_bytes(packet[begin + 2 : begin + 4])
    if first & 0x20 and end > begin:
        end -= packet[end - 1][0] or size  # type: ignore[index] # cffi gives bytes
    return begin, end


class EncodedReceiver(RTCRtpReceiver):
    """A receiver without decoder, jitter buffer or thread: it only registers its sink."""

    def __init__(self, kind: str, transport: RTCDtlsTransport) -> None:
        super().__init__(kind, transport)
        self.kind = kind
        self.sink: PacketSink | None = None
        self.on_parameters: Callable[[RTCRtpReceiveParameters], frozenset[int]] | None = None
        self.rtcp_ssrc = 0
        self._receiving = False

    def _set_rtcp_ssrc(self, ssrc: int) -> None:
        super()._set_rtcp_ssrc(ssrc)
        self.rtcp_ssrc = ssrc

    async def receive(self, parameters: RTCRtpReceiveParameters) -> None:
        """Begin: the negotiated payload types go to the sink."""
        if self._receiving or self.sink is None or self.on_parameters is None:
            return
        self._receiving = True
        transport = cast("SynchronousDtlsTransport", self.transport)
        transport.register_sink(self.sink, self.on_parameters(parameters))

    async def stop(self) -> None:
        """Nothing runs here that must be stopped."""

    def _handle_disconnect(self) -> None:
        """The peer connection's state tells it."""


@dataclass(frozen=True, slots=True)
class BuiltConnection:
    """A peer connection with one audio and one video transceiver of ours."""

    connection: RTCPeerConnection
    audio: RTCRtpTransceiver
    video: RTCRtpTransceiver


def build_connection(outgoing: MediaStreamTrack, settings: ReceiveSettings) -> BuiltConnection:
    """Build a peer connection on our classes; contacts no server outside (no STUN, no TURN)."""
    connection = RTCPeerConnection(
        RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
    )
    with _our_classes(settings):
        audio = connection.addTransceiver(outgoing, direction="sendrecv")
        video = connection.addTransceiver("video", direction="recvonly")
    return BuiltConnection(connection, audio, video)


@contextlib.contextmanager
def _our_classes(settings: ReceiveSettings) -> Iterator[None]:
    """Put our classes where aiortc looks them up, for one synchronous moment."""
    connection_class = type("SettledConnection", (GuardedConnection,), {"settings": settings})
    places: tuple[tuple[object, str, type], ...] = (
        (aiortc.rtcpeerconnection, "RTCRtpReceiver", EncodedReceiver),
        (aiortc.rtcpeerconnection, "RTCDtlsTransport", SynchronousDtlsTransport),
        (aiortc.rtcicetransport, "Connection", connection_class),
    )
    stock = [(module, name, getattr(module, name)) for module, name, _ in places]
    try:
        for module, name, ours in places:
            setattr(module, name, ours)
        yield
    finally:
        for module, name, theirs in stock:
            setattr(module, name, theirs)
