"""A phone and a peer joined on loopback, collecting what arrives."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from media_worker.frames import EncodedFrame
from media_worker.play.track import VoiceTrack
from media_worker.receive.peer import Connected, PeerEvent, PhonePeer
from media_worker.receive.settings import ReceiveSettings
from shuanglu.clock import SystemClock
from tests.media.assets import Media
from tests.media.phone import SendingPhone

LOOPBACK = ["127.0.0.1"]


async def until(condition: Callable[[], bool], *, within_s: float = 15.0) -> None:
    """Wait for a condition with a deadline."""
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true in time"
        await asyncio.sleep(0.01)


@dataclass
class Joined:
    phone: SendingPhone
    peer: PhonePeer
    voice: VoiceTrack
    frames: list[EncodedFrame] = field(default_factory=list)
    events: list[PeerEvent] = field(default_factory=list)

    def of(self, kind: str) -> list[EncodedFrame]:
        return [frame for frame in self.frames if frame.kind == kind]

    def told(self, event_type: type) -> list[PeerEvent]:
        return [event for event in self.events if isinstance(event, event_type)]

    async def received(self, video: int, audio: int = 0, *, within_s: float = 15.0) -> None:
        await until(
            lambda: len(self.of("video")) >= video and len(self.of("audio")) >= audio,
            within_s=within_s,
        )


@asynccontextmanager
async def joined(
    media: Media,
    *,
    settings: ReceiveSettings | None = None,
    video_delay_s: float = 0.0,
    media_offset_ms: Callable[[], int] = lambda: 0,
    on_frame: Callable[[EncodedFrame], None] = lambda _: None,
    on_answer: Callable[[int], None] = lambda _: None,
) -> AsyncIterator[Joined]:
    """Connect a phone to a peer; ``on_answer`` learns the server's port first."""
    phone = SendingPhone(media, video_delay_s=video_delay_s)
    voice = VoiceTrack()
    frames: list[EncodedFrame] = []
    events: list[PeerEvent] = []

    def take(frame: EncodedFrame) -> None:
        frames.append(frame)
        on_frame(frame)

    peer = PhonePeer(
        outgoing=voice,
        settings=settings or ReceiveSettings(host_addresses=LOOPBACK),
        clock=SystemClock(),
        on_frame=take,
        on_event=events.append,
        media_offset_ms=media_offset_ms,
    )
    session = Joined(phone, peer, voice, frames, events)
    try:
        answer = await peer.accept(await phone.offer())
        on_answer(int(re.findall(r"^m=audio (\d+)", answer, re.MULTILINE)[0]))
        await phone.answered(answer)
        await until(lambda: Connected() in events)
        yield session
    finally:
        await phone.close()
        await peer.close()
