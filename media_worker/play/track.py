"""The server's voice on the phone's audio track: pre-encoded Opus, paced, never encoded here.

Stage: between a rendered prompt and the RTP sender. It does not know what is said.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from fractions import Fraction
from typing import TypeAlias

import av
import av.stream
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError

OPUS_PACKET_MS = 20
OPUS_CLOCK_HZ = 48_000
_SAMPLES_PER_PACKET = OPUS_CLOCK_HZ * OPUS_PACKET_MS // 1000
_TIME_BASE = Fraction(1, OPUS_CLOCK_HZ)
VoicePacket: TypeAlias = "av.Packet[av.stream.Stream]"


class VoiceTrack(MediaStreamTrack):
    """An audio track that is silent (sends nothing) except while something is played.

    RTP timestamps keep step with wall time over the silence, as a sender with
    discontinuous transmission does (RFC 7587 section 3.1.3).
    """

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._packets: Sequence[bytes] = ()
        self._next = 0
        self._due_s = 0.0
        self._origin_s: float | None = None
        self._wake = asyncio.Event()
        self._done: asyncio.Future[None] | None = None

    async def play(self, packets: Sequence[bytes]) -> None:
        """Send all packets at 20 ms each; returns when the last was handed to the sender.

        A second call replaces the first, whose caller sees ``CancelledError``.
        """
        self.silence()
        loop = asyncio.get_running_loop()
        self._packets, self._next = packets, 0
        self._due_s = loop.time()
        self._done = loop.create_future()
        self._wake.set()
        await self._done

    def silence(self) -> None:
        """Stop what is playing."""
        self._packets, self._next = (), 0
        self._wake.clear()
        if self._done is not None and not self._done.done():
            self._done.cancel()
        self._done = None

    async def recv(self) -> VoicePacket:
        """The next packet when it is due; waits while there is nothing to say."""
        if self.readyState != "live":
            raise MediaStreamError
        await self._wake.wait()
        loop = asyncio.get_running_loop()
        if self._origin_s is None:
            self._origin_s = self._due_s
        delay_s = self._due_s - loop.time()
        if delay_s > 0:
            await asyncio.sleep(delay_s)
        if self._next >= len(self._packets):  # silenced while waiting
            return await self.recv()
        return self._take()

    def _take(self) -> VoicePacket:
        packet: VoicePacket = av.Packet(self._packets[self._next])
        ticks = round((self._due_s - (self._origin_s or 0.0)) * OPUS_CLOCK_HZ)
        packet.pts = ticks // _SAMPLES_PER_PACKET * _SAMPLES_PER_PACKET
        packet.time_base = _TIME_BASE
        self._next += 1
        self._due_s += OPUS_PACKET_MS / 1000
        if self._next == len(self._packets):
            self._wake.clear()
            if self._done is not None and not self._done.done():
                self._done.set_result(None)
        return packet

    def stop(self) -> None:
        """End the track."""
        self.silence()
        super().stop()
        self._wake.set()
