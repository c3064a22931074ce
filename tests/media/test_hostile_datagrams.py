"""Trap 1 of aiortc, attacked with real sockets against a live connection.

Nothing that anyone sends may end, stall or falsify a session: not from other sockets,
not from the phone's own socket, not with valid keys and malformed contents.
"""

from __future__ import annotations

import asyncio
import random
import socket
import struct
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from media_worker.receive.peer import PacketsLost, PeerClosed
from tests.media.assets import Media
from tests.media.session import Joined, joined
from tests.media.test_peer import video_numbers

SEED = 20260


def peer_address(session: Joined) -> tuple[str, int]:
    """Where the server listens: what anyone learns who sees one datagram."""
    pair = session.phone.ice._nominated[1]
    address: tuple[str, int] = pair.remote_addr
    return address


def phone_ssrcs(session: Joined) -> list[int]:
    return [t.sender._ssrc for t in session.phone.connection.getTransceivers()]


def rtp(
    payload: bytes, *, first: int = 0x80, second: int = 97, ssrc: int = 1, sequence: int = 7
) -> bytes:
    return struct.pack("!BBHLL", first, second, sequence, 9000, ssrc) + payload


def outsiders_datagrams() -> Iterator[bytes]:
    rng = random.Random(SEED)  # noqa: S311 - repeatable
    yield b""
    yield b"\x80"
    yield b"\x80" * 1600
    yield bytes([0x80]) + bytes(1599)
    yield b"\x80" * 9000
    yield bytes(20)
    yield b"\x00\x01\x00\x00\x21\x12\xa4\x42" + bytes(12)
    yield b"\x00\x01\xff\xfc\x21\x12\xa4\x42" + bytes(12)
    yield b"\x00\x01\x00\x08\x21\x12\xa4\x42" + bytes(12) + b"\x00\x06\x00\x04\xff\xfe\xfd\xfc"
    yield b"\x01\x01\x00\x00\x21\x12\xa4\x42" + bytes(12)
    yield b"\x15\xfe\xfd" + bytes(8) + b"\x00\x02\x02\x28"  # a fatal DTLS alert, in the clear
    yield b"\x15\xfe\xfd" + bytes(8) + b"\x00\x02\x01\x00"  # close_notify, in the clear
    yield b"\x16\xfe\xfd" + bytes(8) + b"\xff\xff" + bytes(100)
    yield b"\x14\xfe\xfd" + bytes(8) + b"\x00\x01\x01"
    yield rtp(b"\xff" * 40, first=0xBF)
    yield rtp(b"\xbe\xde\xff\xff" + bytes(20), first=0x90)
    yield struct.pack("!BBHL", 0x81, 203, 1, 5) + bytes(20)
    for _ in range(400):
        yield rng.randbytes(rng.randint(0, 1600))
    for first in range(256):
        yield bytes([first]) + rng.randbytes(rng.randint(0, 60))


async def assert_goes_on(session: Joined, media: Media) -> None:
    """The same connection still delivers, in order, what the phone sends."""
    before = len(session.of("video"))
    await session.received(video=before + 20, audio=len(session.of("audio")) + 20)
    assert not session.told(PeerClosed)
    assert not session.peer.closed
    numbers = video_numbers(session, media)
    assert all(b == (a + 1) % len(media.video) for a, b in pairwise(numbers))


async def test_an_outsider_with_a_socket(vp8: Media) -> None:
    async with joined(vp8) as session:
        await session.received(video=10)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as outsider:
            outsider.bind(("127.0.0.1", 0))
            for datagram in outsiders_datagrams():
                outsider.sendto(datagram, peer_address(session))
                await asyncio.sleep(0)
            await assert_goes_on(session, vp8)
            outsider.settimeout(0)
            with pytest.raises(BlockingIOError):
                outsider.recv(2048)  # nobody unauthenticated gets an answer
        assert not session.told(PacketsLost)
        refused = session.peer.refused
        assert min(refused.form, refused.source, refused.integrity, refused.malformed) > 0


async def test_the_same_from_the_phones_own_socket(vp8: Media) -> None:
    """A spoofed source address is the phone's: same bytes, believed no more."""
    async with joined(vp8) as session:
        await session.received(video=10)
        for datagram in outsiders_datagrams():
            await session.phone.dtls.transport._send(datagram)
            await asyncio.sleep(0)
        await assert_goes_on(session, vp8)


async def test_a_copy_of_every_packet_from_elsewhere_changes_nothing(vp8: Media) -> None:
    """Replay: the bytes are authentic, but each counts once."""
    async with joined(vp8) as session:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as outsider:

            async def network(data: bytes, send: Any) -> None:
                await send(data)
                for _ in range(3):
                    outsider.sendto(data, peer_address(session))

            session.phone.disturb(network)
            await assert_goes_on(session, vp8)


def keyed_rtp(session: Joined) -> Iterator[bytes]:
    """Packets that a hostile phone protects with its true keys, on its true sources."""
    rng = random.Random(SEED)  # noqa: S311 - repeatable
    audio, video = phone_ssrcs(session)
    types = list(session.peer._transport()._sinks)
    for ssrc in (video, audio, 12345):
        for payload_type in (*types, 126):
            yield rtp(b"", second=payload_type, ssrc=ssrc)
            yield rtp(b"\xff", second=payload_type, ssrc=ssrc)
            yield rtp(
                b"\xbe\xde\x00\x01\x10\x00\x00\x00", first=0x90, second=payload_type, ssrc=ssrc
            )
            yield rtp(b"\x00" * 5 + b"\xff", first=0xA0, second=payload_type, ssrc=ssrc)
            for size in (1, 2, 3, 5, 40):
                yield rtp(rng.randbytes(size), second=payload_type | 0x80, ssrc=ssrc)


def keyed_rtcp(session: Joined) -> Iterator[bytes]:
    rng = random.Random(SEED)  # noqa: S311 - repeatable
    audio, video = phone_ssrcs(session)
    for packet_type in range(200, 208):
        for count in (0, 1, 15, 31):
            for words in (1, 2, 6, 20):
                body = struct.pack("!L", video) + rng.randbytes(4 * words - 4)
                yield struct.pack("!BBH", 0x80 | count, packet_type, words) + body
    yield struct.pack("!BBHL", 0x81, 203, 1, video)  # BYE
    yield struct.pack("!BBHL", 0x81, 203, 1, audio)
    yield struct.pack("!BBHLL", 0x8F, 206, 3, 1, 0) + b"REMB\xff\x00\x00\x00"[:4]
    for ntp in (0, 1, (1 << 64) - 1):
        yield struct.pack("!BBHLQLLL", 0x80, 200, 6, video, ntp, 0xFFFFFFFF, 0, 0)
        yield struct.pack("!BBHLQLLL", 0x80, 200, 6, audio, ntp, 0, 0, 0)


async def test_a_phone_that_lies_with_its_own_keys_harms_only_itself(vp8: Media) -> None:
    """Its own picture may break; the session goes on and memory stays bounded."""
    async with joined(vp8) as session:
        await session.received(video=10)
        transport = session.phone.dtls
        sent: dict[int, int] = {}

        async def network(data: bytes, send: Any) -> None:
            sent[int.from_bytes(data[8:12])] = int.from_bytes(data[2:4])
            await send(data)

        session.phone.disturb(network)
        await session.received(video=20)
        for number, packet in enumerate(keyed_rtp(session), start=1):
            # Just ahead of what the phone itself sends next, so that SRTP lets it through.
            last = sent.get(int.from_bytes(packet[8:12]), 0)
            sequence = ((last + number) & 0xFFFF).to_bytes(2)
            forged = transport._tx_srtp.protect(packet[:2] + sequence + packet[4:])
            await transport.transport._connection.send(forged)
        for packet in keyed_rtcp(session):
            protected = transport._tx_srtp.protect_rtcp(packet)
            await transport.transport._send(protected)
        before = len(session.of("video"))
        await session.received(video=before + 30, audio=len(session.of("audio")) + 20)
        assert not session.told(PeerClosed)
        assert session.peer.refused.malformed > 0
        times = [f.pts_ms for f in session.of("video")]
        assert times == sorted(set(times))
        assert times[-1] < 60_000


async def test_a_phone_with_endless_sources_is_bounded(vp8: Media) -> None:
    async with joined(vp8) as session:
        await session.received(video=10)
        for ssrc in range(1000, 1400):
            await session.phone.dtls._send_rtp(rtp(b"\x10\x00\x00", second=126, ssrc=ssrc))
        before = len(session.of("video"))
        await session.received(video=before + 20)
        assert len(session.peer._transport()._ssrcs) <= 16
        assert session.peer.refused.full > 0


async def test_a_flood_during_the_handshake_does_not_stop_it(vp8: Media) -> None:
    """The candidates are in the answer: an outsider may know the port before the phone."""
    stop = asyncio.Event()
    tasks: list[asyncio.Task[None]] = []

    def flood(port: int) -> None:
        async def run() -> None:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as outsider:
                while not stop.is_set():
                    for datagram in outsiders_datagrams():
                        if stop.is_set():
                            return
                        outsider.sendto(datagram, ("127.0.0.1", port))
                        await asyncio.sleep(0.0005)

        tasks.append(asyncio.ensure_future(run()))

    async with joined(vp8, on_answer=flood) as session:
        await session.received(video=20)
        stop.set()
        await asyncio.gather(*tasks)
        await assert_goes_on(session, vp8)
