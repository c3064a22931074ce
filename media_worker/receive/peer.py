"""One phone's connection: an offer in, frames on one media clock out.

Stage: the whole of receiving, put together. It decodes nothing and stores nothing. It
owns its timers: aiortc knows no "disconnected", and consent lapses only after 30 s.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from functools import partial
from typing import Literal, cast

import structlog
from aiortc import MediaStreamTrack, RTCRtpReceiver, RTCSessionDescription
from aiortc.exceptions import InternalError, InvalidAccessError, InvalidStateError, OperationError
from aiortc.rtcrtpparameters import RTCRtpCodecCapability, RTCRtpReceiveParameters

from media_worker.frames import EncodedFrame
from media_worker.receive.events import (
    ClocksStepped,
    CloseReason,
    Connected,
    PacketsLost,
    PeerClosed,
    PeerEvent,
    TrackBack,
    TrackSilent,
)
from media_worker.receive.guarded_ice import RefusedCounts
from media_worker.receive.media_clock import MediaClock
from media_worker.receive.offer import SDP_ERRORS, CheckedOffer, check_offer, worded_answer
from media_worker.receive.pictures import AssembledFrame
from media_worker.receive.reports import PeerReports
from media_worker.receive.seam import (
    BuiltConnection,
    EncodedReceiver,
    SynchronousDtlsTransport,
    build_connection,
)
from media_worker.receive.settings import ReceiveSettings
from media_worker.receive.silence import SilenceWatch
from media_worker.receive.track import ReceivedTrack
from shuanglu.clock import Clock
from shuanglu.errors import InvalidInputError

__all__ = [
    "ClocksStepped",
    "Connected",
    "PacketsLost",
    "PeerClosed",
    "PeerEvent",
    "PhonePeer",
    "TrackBack",
    "TrackSilent",
]

_log = structlog.get_logger(__name__)

TICK_S = 0.25
CLOSE_TIMEOUT_S = 5.0
REFUSALS = (*SDP_ERRORS, InternalError, InvalidAccessError, InvalidStateError, OperationError)


class PhonePeer:
    """Receives from one phone and sends it ``outgoing`` (audio, pre-encoded ``av.Packet``).

    ``on_frame`` and ``on_event`` are called on the event loop and must not block;
    ``media_offset_ms`` is the session's media time now, in milliseconds.
    """

    def __init__(
        self,
        *,
        outgoing: MediaStreamTrack,
        settings: ReceiveSettings,
        clock: Clock,
        on_frame: Callable[[EncodedFrame], None],
        on_event: Callable[[PeerEvent], None],
        media_offset_ms: Callable[[], int],
    ) -> None:
        self._outgoing = outgoing
        self._settings = settings
        self._clock = clock
        self._on_frame = on_frame
        self._on_event = on_event
        self._media_offset_ms = media_offset_ms
        self._media_clock = MediaClock(media_offset_ms, self._on_step)
        self._built: BuiltConnection | None = None
        self._tracks: tuple[ReceivedTrack, ...] = ()
        self._reports: PeerReports | None = None
        self._silence: SilenceWatch | None = None
        self._accepted_ms = 0.0
        self._connected = False
        self._closed = False
        self._tick_handle: asyncio.TimerHandle | None = None
        self._closing: asyncio.Task[None] | None = None

    @property
    def closed(self) -> bool:
        """Whether the connection is over."""
        return self._closed

    @property
    def video_codec(self) -> Literal["VP8", "H264"]:
        """The codec that was negotiated."""
        video = self._tracks[1].codec if self._tracks else "VP8"
        return "H264" if video == "H264" else "VP8"

    @property
    def refused(self) -> RefusedCounts:
        """Datagrams that were not believed."""
        return self._transport().refused if self._built else RefusedCounts()

    # --- opening -----------------------------------------------------------------------

    async def accept(self, offer_sdp: str) -> str:
        """Answer an offer; the answer holds all candidates.

        Raises ``InvalidInputError(field="sdp")`` for what is not an offer with exactly one
        audio and one video that we support; then the peer is closed.
        """
        if self._built is not None or self._closed:
            raise InvalidInputError("this peer has its offer", field="sdp")
        offer = check_offer(offer_sdp, self._settings)
        self._accepted_ms = self._clock.monotonic_ms()
        try:
            built = self._build(offer)
            answer = await self._negotiate(built, offer)
        except REFUSALS as error:
            await self.close()
            raise InvalidInputError("the offer cannot be answered", field="sdp") from error
        self._tick()
        return worded_answer(answer, self._settings)

    def _build(self, offer: CheckedOffer) -> BuiltConnection:
        built = self._built = build_connection(self._outgoing, self._settings)
        built.audio.setCodecPreferences(_capabilities("audio", "audio/opus"))
        built.video.setCodecPreferences(_capabilities("video", f"video/{offer.video_codec}"))
        built.connection.on("connectionstatechange", self._on_connection_state)
        transport = self._transport()
        track = partial(
            ReceivedTrack,
            settings=self._settings,
            sink=self,
            send_rtcp=transport.send_rtcp,
            call_later=asyncio.get_running_loop().call_later,
            now_ms=self._clock.monotonic_ms,
        )
        self._tracks = (track("audio", "OPUS"), track("video", offer.video_codec))
        for received, transceiver in zip(self._tracks, (built.audio, built.video), strict=True):
            receiver = cast("EncodedReceiver", transceiver.receiver)
            received.rtcp_ssrc = receiver.rtcp_ssrc
            receiver.sink = received
            receiver.on_parameters = partial(_begin_track, received)
        self._reports = PeerReports(
            self._tracks, self._settings, transport.send_rtcp, self._clock.monotonic_ms
        )
        self._silence = SilenceWatch(self._tracks, self._settings)
        transport.on_sender_report = self._on_sender_report
        return built

    async def _negotiate(self, built: BuiltConnection, offer: CheckedOffer) -> str:
        connection = built.connection
        await connection.setRemoteDescription(RTCSessionDescription(offer.sdp, "offer"))
        await connection.setLocalDescription(await connection.createAnswer())
        return str(connection.localDescription.sdp)

    def _transport(self) -> SynchronousDtlsTransport:
        if self._built is None:
            raise InvalidStateError
        return cast("SynchronousDtlsTransport", self._built.video.receiver.transport)

    def _on_connection_state(self) -> None:
        state = self._built.connection.connectionState if self._built else "closed"
        if state == "connected" and not self._connected:
            self._connected = True
            self._on_event(Connected())
        elif state == "failed":
            self._end("failed")
        elif state == "closed":
            self._end("hung_up")

    # --- what the tracks deliver (TrackSink) ---------------------------------------------

    def frame(self, track: ReceivedTrack, frame: AssembledFrame) -> None:
        """A whole frame: give it its media time and pass it on."""
        if self._closed:
            return
        pts_ms = self._media_clock.media_time(track.kind, frame.timestamp, frame.arrival_ms)
        self._on_frame(
            EncodedFrame(
                kind=track.kind,
                codec=track.codec,  # type: ignore[arg-type] # one of the three by construction
                pts_ms=pts_ms,
                is_key=frame.is_key,
                temporal_layer=frame.temporal_layer,
                data=frame.data,
            )
        )

    def loss(self, track: ReceivedTrack, packets: int) -> None:
        """Packets that never came are told."""
        self._on_event(PacketsLost(track.kind, packets, self._media_offset_ms()))

    def source_changed(self, track: ReceivedTrack) -> None:
        """A new source counts its time stamps anew."""
        self._media_clock.restart(track.kind)

    def _on_sender_report(self, ssrc: int, ntp: int, timestamp: int) -> None:
        for track in self._tracks:
            unwrapped = track.sender_report(ssrc, ntp, timestamp)
            if unwrapped is not None:
                self._media_clock.sender_report(track.kind, ntp, unwrapped)

    def _on_step(self, step_ms: float) -> None:
        self._on_event(ClocksStepped(step_ms))

    # --- time --------------------------------------------------------------------------

    def _tick(self) -> None:
        if self._closed or self._silence is None or self._reports is None:
            return
        self._tick_handle = asyncio.get_running_loop().call_later(TICK_S, self._tick)
        now_ms = self._clock.monotonic_ms()
        if not self._connected:
            if now_ms - self._accepted_ms > self._settings.connect_timeout_ms:
                self._end("failed")
            return
        self._reports.tick(now_ms)
        self._tracks[1].request_due_key_frame()
        for event in self._silence.look(now_ms, self._media_offset_ms()):
            self._on_event(event)
        if self._silence.is_over(now_ms):
            self._end("disconnected")

    def request_key_frame(self) -> None:
        """Ask the phone for a whole picture."""
        if self._tracks:
            self._tracks[1].request_key_frame()

    # --- ending ------------------------------------------------------------------------

    def _end(self, reason: CloseReason) -> None:
        if self._closed:
            return
        self._closed = True
        if self._tick_handle is not None:
            self._tick_handle.cancel()
        self._closing = asyncio.get_running_loop().create_task(self._close_connection())
        self._on_event(PeerClosed(reason))

    async def _close_connection(self) -> None:
        if self._built is None:
            return
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                await self._built.connection.close()
        except TimeoutError:
            _log.warning("peer connection did not close in time")
        except Exception as error:  # noqa: BLE001 - closing must end, whatever state aiortc is in
            _log.warning("peer connection closed with an error", error=type(error).__name__)

    async def close(self) -> None:
        """Idempotent; never raises. ``PeerClosed`` is told if it was not yet."""
        self._end("closed")
        if self._closing is not None and not self._closing.done():
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait({self._closing})


def _capabilities(kind: str, mime_type: str) -> list[RTCRtpCodecCapability]:
    known = RTCRtpReceiver.getCapabilities(kind)
    wanted = {mime_type.lower(), "video/rtx"}
    return [c for c in known.codecs if c.mimeType.lower() in wanted] if known else []


def _begin_track(track: ReceivedTrack, parameters: RTCRtpReceiveParameters) -> frozenset[int]:
    """Only the negotiated codec and its retransmissions belong to the track."""
    wanted: set[int] = set()
    rtx: set[int] = set()
    for codec in parameters.codecs:
        number = codec.payloadType
        if number is None:
            continue
        if codec.name.upper() == track.codec:
            wanted.add(number)
        elif codec.name.lower() == "rtx" and codec.parameters.get("apt") in wanted:
            rtx.add(number)
    track.begin(frozenset(wanted), frozenset(rtx))
    return frozenset(wanted | rtx)
