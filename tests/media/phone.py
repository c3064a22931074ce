"""A phone made of stock aiortc that sends pre-encoded media, over a network that may be bad."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from fractions import Fraction
from typing import Any

import av
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError
from aiortc.rtcconfiguration import RTCBundlePolicy

from tests.media.assets import FPS, OPUS_SAMPLES, Media

VIDEO_TICKS = 90_000 // FPS


class PictureTrack(MediaStreamTrack):
    kind = "video"

    def __init__(self, media: Media, delay_s: float) -> None:
        super().__init__()
        self._pictures = media.video
        self._delay_s = delay_s
        self.began_s = 0.0
        self.number = 0

    async def recv(self) -> Any:
        if self.readyState != "live":
            raise MediaStreamError
        if not self.began_s:
            await asyncio.sleep(self._delay_s)
            self.began_s = time.monotonic()
        await asyncio.sleep(max(0.0, self.began_s + self.number / FPS - time.monotonic()))
        packet = av.Packet(self._pictures[self.number % len(self._pictures)].data)
        packet.pts, packet.time_base = self.number * VIDEO_TICKS, Fraction(1, 90_000)
        self.number += 1
        return packet


class ToneTrack(MediaStreamTrack):
    kind = "audio"

    def __init__(self, media: Media) -> None:
        super().__init__()
        self._packets = media.audio
        self.began_s = 0.0
        self.number = 0

    async def recv(self) -> Any:
        if self.readyState != "live":
            raise MediaStreamError
        self.began_s = self.began_s or time.monotonic()
        await asyncio.sleep(max(0.0, self.began_s + self.number * 0.02 - time.monotonic()))
        packet = av.Packet(self._packets[self.number % len(self._packets)])
        packet.pts, packet.time_base = self.number * OPUS_SAMPLES, Fraction(1, 48_000)
        self.number += 1
        return packet


class SendingPhone:
    """Sends ``media`` in a loop. ``video_delay_s`` starts the picture later than the tone."""

    def __init__(self, media: Media, *, video_delay_s: float = 0.0) -> None:
        self.connection = RTCPeerConnection(
            RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        )
        self.tone = ToneTrack(media)
        self.pictures = PictureTrack(media, video_delay_s)
        self.connection.addTransceiver(self.tone, direction="sendrecv")
        video = self.connection.addTransceiver(self.pictures, direction="sendonly")
        known = RTCRtpSender.getCapabilities("video").codecs
        wanted = {f"video/{media.codec}".lower(), "video/rtx"}
        video.setCodecPreferences([c for c in known if c.mimeType.lower() in wanted])
        self.heard: asyncio.Queue[Any] = asyncio.Queue()
        self.connection.on("track", self._listen)
        self._listening: list[asyncio.Task[None]] = []
        use_loopback(self.ice)

    @property
    def dtls(self) -> Any:
        return self.connection.getTransceivers()[0].sender.transport

    @property
    def ice(self) -> Any:
        return self.dtls.transport._connection

    async def offer(self) -> str:
        await self.connection.setLocalDescription(await self.connection.createOffer())
        return str(self.connection.localDescription.sdp)

    async def answered(self, sdp: str) -> None:
        await self.connection.setRemoteDescription(RTCSessionDescription(sdp, "answer"))

    def disturb(self, network: Callable[[bytes, Callable[[bytes], Awaitable[None]]], Any]) -> None:
        """Let ``network`` decide what becomes of each datagram of media."""
        transport = self.dtls.transport
        send = transport._send

        async def disturbed(data: bytes) -> None:
            is_media = 127 < data[0] < 192 and not 192 <= data[1] <= 208
            await (network(data, send) if is_media else send(data))

        transport._send = disturbed

    async def close(self) -> None:
        for task in self._listening:
            task.cancel()
        await self.connection.close()

    def _listen(self, track: MediaStreamTrack) -> None:
        async def listen() -> None:
            while True:
                try:
                    self.heard.put_nowait(await track.recv())
                except MediaStreamError:
                    return

        self._listening.append(asyncio.ensure_future(listen()))


def losing(fraction: float, seed: int) -> Callable[..., Awaitable[None]]:
    rng = random.Random(seed)  # noqa: S311 - a repeatable network

    async def network(data: bytes, send: Callable[[bytes], Awaitable[None]]) -> None:
        if rng.random() >= fraction:
            await send(data)

    return network


def reordering(seed: int) -> Callable[..., Awaitable[None]]:
    rng = random.Random(seed)  # noqa: S311 - a repeatable network
    held: list[bytes] = []

    async def network(data: bytes, send: Callable[[bytes], Awaitable[None]]) -> None:
        held.append(data)
        if len(held) >= 4:
            rng.shuffle(held)
            for late in held:
                await send(late)
            held.clear()

    return network


def use_loopback(ice: Any) -> None:
    gather = ice.get_component_candidates

    async def on_loopback(  # aioice calls it by these names
        component: int,
        addresses: list[str],
        timeout: int = 5,  # noqa: ASYNC109 - aioice's signature
    ) -> Any:
        del addresses
        return await gather(component, ["127.0.0.1"], timeout)

    ice.get_component_candidates = on_loopback
