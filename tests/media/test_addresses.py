"""An offer names addresses; the server knocks at none of them (no forged requests by ICE)."""

from __future__ import annotations

import re
import socket

from media_worker.play.track import VoiceTrack
from media_worker.receive.peer import Connected, PeerEvent, PhonePeer
from media_worker.receive.settings import ReceiveSettings
from shuanglu.clock import SystemClock
from tests.media.assets import Media
from tests.media.phone import SendingPhone
from tests.media.session import LOOPBACK, until


async def test_an_address_that_only_the_offer_names_gets_nothing(vp8: Media) -> None:
    """The phone is found by its own checks all the same, and connects."""
    phone = SendingPhone(vp8)
    events: list[PeerEvent] = []
    peer = PhonePeer(
        outgoing=VoiceTrack(),
        settings=ReceiveSettings(host_addresses=LOOPBACK),
        clock=SystemClock(),
        on_frame=lambda _: None,
        on_event=events.append,
        media_offset_ms=lambda: 0,
    )
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as inside:
        inside.bind(("127.0.0.1", 0))
        inside.settimeout(0)
        victim = f"127.0.0.1 {inside.getsockname()[1]}"
        offer = re.sub(r"(a=candidate:\S+ 1 udp \d+) \S+ \d+", rf"\1 {victim}", await phone.offer())
        assert victim in offer
        await phone.answered(await peer.accept(offer))
        await until(lambda: Connected() in events)
        knocked = True
        try:
            inside.recv(2048)
        except BlockingIOError:
            knocked = False
    await phone.close()
    await peer.close()
    assert not knocked
