"""Frames come back whole from packets in any order, with any loss, whatever the bytes."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest
from aiortc.codecs.h264 import H264Encoder
from aiortc.codecs.vpx import Vp8Encoder, VpxPayloadDescriptor
from hypothesis import given, settings
from hypothesis import strategies as st

from media_worker.receive.bitrate import BitrateCeiling
from media_worker.receive.feedback import nack
from media_worker.receive.media_clock import MAX_STEP_MS, MediaClock
from media_worker.receive.pictures import AssembledFrame
from media_worker.receive.settings import ReceiveSettings
from media_worker.receive.statistics import StreamStatistics
from media_worker.receive.stream import RtpStream
from shuanglu.container.h264 import nal_units

SETTINGS = ReceiveSettings()


@dataclass
class Taken:
    frames: list[AssembledFrame] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)


def new_stream(codec: str, settings: ReceiveSettings = SETTINGS) -> tuple[RtpStream, Taken]:
    taken = Taken()
    return RtpStream(
        codec, settings, on_frame=taken.frames.append, on_loss=taken.lost.append
    ), taken


Packet = tuple[int, int, bytes, int]
"""Sequence number, time stamp, payload, marker."""


def in_layer(payload: bytes, temporal_layer: int) -> bytes:
    described: Any
    described, rest = VpxPayloadDescriptor.parse(payload)
    described.tl0picidx, described.tid, described.keyidx = 0, (temporal_layer, 0), 0
    return bytes(described) + rest


def vp8_packets(frames: list[bytes], *, first: int = 0, layers: bool = False) -> list[Packet]:
    packets: list[Packet] = []
    for number, data in enumerate(frames):
        payloads = Vp8Encoder._packetize(data, number)
        if layers:
            payloads = [in_layer(payload, number % 3) for payload in payloads]
        for index, payload in enumerate(payloads):
            sequence = (first + len(packets)) & 0xFFFF
            packets.append((sequence, number * 3000, payload, int(index == len(payloads) - 1)))
    return packets


def h264_packets(frames: list[bytes], *, first: int = 0) -> list[Packet]:
    packets: list[Packet] = []
    for number, data in enumerate(frames):
        payloads = H264Encoder._packetize(iter(nal_units(data)))
        for index, payload in enumerate(payloads):
            sequence = (first + len(packets)) & 0xFFFF
            packets.append((sequence, number * 3000, payload, int(index == len(payloads) - 1)))
    return packets


def vp8_frames(count: int, seed: int) -> list[bytes]:
    rng = random.Random(seed)  # noqa: S311 - repeatable
    return [bytes([n % 4 != 0]) + rng.randbytes(rng.randint(1, 6000)) for n in range(count)]


def h264_frames(count: int, seed: int) -> list[bytes]:
    rng = random.Random(seed)  # noqa: S311 - repeatable

    def unit(kind: int, size: int) -> bytes:
        body = bytes(rng.randint(1, 255) for _ in range(size))
        return b"\0\0\0\1" + bytes([0x60 | kind, 0x80 | body[0]]) + body

    frames = []
    for n in range(count):
        sets = unit(7, 12) + unit(8, 4) if n % 4 == 0 else b""
        frames.append(sets + unit(5 if n % 4 == 0 else 1, rng.randint(1, 5000)))
    return frames


@pytest.mark.parametrize("first", [0, 65_500])
@pytest.mark.parametrize("layers", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_vp8_survives_reordering(first: int, layers: bool, seed: int) -> None:  # noqa: FBT001 - drawn
    frames = vp8_frames(40, seed)
    packets = vp8_packets(frames, first=first, layers=layers)
    stream, taken = new_stream("VP8")
    for packet in packets[:1] + shuffled_nearby(packets[1:], seed):
        stream.push(packet[0], packet[1], packet[2], 0.0, packet[3])
    assert [f.data for f in taken.frames] == frames
    assert [f.is_key for f in taken.frames] == [n % 4 == 0 for n in range(40)]
    assert not taken.lost
    if layers:
        assert [f.temporal_layer for f in taken.frames] == [n % 3 for n in range(40)]


@pytest.mark.parametrize("seed", range(4))
def test_h264_survives_reordering(seed: int) -> None:
    frames = h264_frames(40, seed)
    packets = h264_packets(frames, first=65_500)
    stream, taken = new_stream("H264")
    for packet in packets[:1] + shuffled_nearby(packets[1:], seed):
        stream.push(packet[0], packet[1], packet[2], 0.0, packet[3])
    assert [f.data for f in taken.frames] == frames
    assert [f.is_key for f in taken.frames] == [n % 4 == 0 for n in range(40)]


def shuffled_nearby(packets: list[Packet], seed: int) -> list[Packet]:
    rng = random.Random(seed)  # noqa: S311 - repeatable
    keyed = sorted(enumerate(packets), key=lambda p: p[0] + rng.uniform(0, 12))
    return [packet for _, packet in keyed]


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(["VP8", "H264"]), st.integers(0, 50), st.data())
def test_under_loss_only_whole_frames_come_out_in_order(
    codec: str, seed: int, data: st.DataObject
) -> None:
    frames = vp8_frames(12, seed) if codec == "VP8" else h264_frames(12, seed)
    packets = vp8_packets(frames) if codec == "VP8" else h264_packets(frames)
    dropped = data.draw(st.sets(st.integers(1, len(packets) - 1), max_size=8))
    stream, taken = new_stream(codec)
    for n, (sequence, timestamp, payload, marker) in enumerate(packets):
        if n not in dropped:
            stream.push(sequence, timestamp, payload, n * 10.0, marker)
    stream.expire(1e9)
    positions = [frames.index(f.data) for f in taken.frames]
    assert positions == sorted(set(positions))
    touched = {packets[n][1] // 3000 for n in dropped}
    assert not touched & set(positions)
    if codec == "VP8":
        assert set(positions) == set(range(12)) - touched
    assert sum(taken.lost) <= len(dropped)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["VP8", "H264", "OPUS"]),
    st.lists(
        st.tuples(
            st.integers(0, 65_535),
            st.integers(0, 2**32 - 1),
            st.binary(max_size=40),
            st.integers(0, 1),
        ),
        max_size=60,
    ),
)
def test_any_packets_are_taken_without_an_error(codec: str, packets: list[Packet]) -> None:
    stream, taken = new_stream(codec, ReceiveSettings(max_pending_packets=16))
    for n, (sequence, timestamp, payload, marker) in enumerate(packets):
        stream.push(sequence, timestamp, payload, n * 5.0, marker)
        assert stream.waiting <= 17
        assert len(stream.missing()) <= 200
    stream.expire(1e9)
    assert stream.waiting == 0
    assert all(f.data for f in taken.frames)


@pytest.mark.parametrize("codec", ["VP8", "H264"])
def test_an_endless_frame_is_dropped(codec: str) -> None:
    stream, taken = new_stream(codec, ReceiveSettings(max_frame_bytes=10_000))
    payload = b"\x10\x00" + bytes(1000) if codec == "VP8" else b"\x7c\x81\x80" + bytes(1000)
    follow = b"\x00" + bytes(1000) if codec == "VP8" else b"\x7c\x01" + bytes(1000)
    for n in range(50):
        stream.push(n, 9000, payload if n == 0 else follow, 0.0, int(n == 49))
    assert not taken.frames
    assert stream.assembler.malformed >= 1


def test_a_phone_that_counts_anew_is_followed() -> None:
    frames = vp8_frames(60, 1)
    stream, taken = new_stream("VP8")
    for packet in vp8_packets(frames, first=30_000):
        stream.push(packet[0], packet[1], packet[2], 0.0, packet[3])
    count = len(taken.frames)
    for packet in vp8_packets(frames, first=100):
        stream.push(packet[0], packet[1] + 10**6, packet[2], 0.0, packet[3])
    assert len(taken.frames) > count


def test_time_stamps_are_unwrapped() -> None:
    stream, taken = new_stream("OPUS")
    for n in range(6):
        stream.push(n, (2**32 - 2000 + n * 960) & 0xFFFFFFFF, b"x", 0.0, 0)
    times = [f.timestamp for f in taken.frames]
    assert [b - a for a, b in pairwise(times)] == [960] * 5


@given(st.integers(0, 65_535), st.sets(st.integers(0, 300), min_size=1, max_size=60))
def test_a_nack_names_exactly_what_is_missing_also_where_numbers_wrap(
    first: int, ahead: set[int]
) -> None:
    missing = [(first + n) & 0xFFFF for n in sorted(ahead)]
    packed = nack(1, 2, missing)
    named = []
    for at in range(12, len(packed), 4):
        number, mask = int.from_bytes(packed[at : at + 2]), int.from_bytes(packed[at + 2 : at + 4])
        named += [number] + [(number + bit + 1) & 0xFFFF for bit in range(16) if mask >> bit & 1]
    assert named == missing


def test_reports_count_loss_across_a_wrap() -> None:
    statistics = StreamStatistics(90_000)
    for n in range(100):
        if n % 10:
            statistics.add((65_500 + n) & 0xFFFF, n * 3000, n * 33.3, 100)
    assert statistics.lost == pytest.approx(9, abs=1)
    assert statistics.take_fraction_lost() == pytest.approx(256 // 10, abs=3)
    assert statistics.take_fraction_lost() == 0
    assert statistics.highest_sequence == 65_500 + 99
    assert statistics.jitter < 90


# --- the clock --------------------------------------------------------------------------


class Clocked:
    def __init__(self, offset_ms: int = 0) -> None:
        self.steps: list[float] = []
        self.clock = MediaClock(lambda: offset_ms, self.steps.append)


def test_audio_is_stepped_onto_the_video_clock() -> None:
    run = Clocked()
    run.clock.media_time("video", 0, 1000.0)
    assert run.clock.media_time("audio", 0, 1000.0) == 0.0
    run.clock.sender_report("video", 100 << 32, 0)
    run.clock.sender_report("audio", (100 << 32) + (1 << 30), 0)  # 250 ms later
    assert run.steps == [pytest.approx(250)]
    assert run.clock.media_time("audio", 960, 1020.0) == pytest.approx(270)


class Phone:
    """Sends a report of each track every five seconds; its sound loses samples at will."""

    def __init__(self) -> None:
        self.run = Clocked()
        self.lost_ms = 0.0
        self.run.clock.media_time("video", 0, 0.0)
        self.run.clock.media_time("audio", 0, 0.0)
        self.report(0.0)

    def report(self, at_ms: float, *, off_ms: float = 0.0) -> None:
        ntp = (100 << 32) + int(at_ms * (1 << 32) / 1000)
        self.run.clock.sender_report("video", ntp, int(at_ms * 90))
        wrong = ntp + int(off_ms * (1 << 32) / 1000)
        self.run.clock.sender_report("audio", wrong, int((at_ms - self.lost_ms) * 48))

    def sound_at(self, at_ms: float) -> float:
        return self.run.clock.media_time("audio", int((at_ms - self.lost_ms) * 48), at_ms)


@pytest.mark.parametrize("lost_ms", [80.0, 400.0, 1900.0])
def test_sound_that_lost_samples_is_brought_back_to_the_picture(lost_ms: float) -> None:
    phone = Phone()
    phone.lost_ms = lost_ms
    phone.report(5000)
    assert phone.sound_at(5010) == pytest.approx(5010 - lost_ms, abs=1)
    phone.report(10_000)
    assert phone.run.steps[1:] == [pytest.approx(lost_ms, abs=1)]
    assert phone.sound_at(10_010) == pytest.approx(10_010, abs=1)


def test_sound_that_loses_samples_again_and_again_stays_with_the_picture() -> None:
    phone = Phone()
    for seconds in range(5, 300, 5):
        phone.lost_ms += 40.0
        phone.report(seconds * 1000)
        assert phone.sound_at(seconds * 1000) == pytest.approx(seconds * 1000, abs=121)
    assert phone.lost_ms > MAX_STEP_MS


def test_a_second_loss_is_not_waited_for_longer_than_the_first() -> None:
    phone = Phone()
    phone.lost_ms = 80.0
    phone.report(5000)
    phone.lost_ms = 700.0
    phone.report(10_000)
    phone.report(15_000)
    assert phone.run.steps[1:] == [pytest.approx(80, abs=1), pytest.approx(620, abs=1)]


def test_a_report_that_is_off_alone_steps_nothing() -> None:
    phone = Phone()
    for seconds, off_ms in enumerate((0, 150, 0, -150, 150, 55, 55, 2500, 2500)):
        phone.report(5000.0 * (1 + seconds), off_ms=off_ms)
    assert len(phone.run.steps) == 1


def test_sound_that_ran_ahead_is_brought_back_and_never_goes_backwards() -> None:
    phone = Phone()
    phone.lost_ms = -200.0
    before_ms = -1.0
    for at_ms in range(5000, 11_000, 20):
        if at_ms in {5000, 10_000}:
            phone.report(at_ms)
        now_ms = phone.sound_at(at_ms)
        assert now_ms > before_ms
        before_ms = now_ms
    assert before_ms == pytest.approx(10_980, abs=1)


@pytest.mark.parametrize("ntp", [0, 1, 1 << 62, (1 << 64) - 1])
def test_an_implausible_report_steps_nothing(ntp: int) -> None:
    run = Clocked()
    run.clock.media_time("video", 0, 0.0)
    run.clock.media_time("audio", 0, 0.0)
    run.clock.sender_report("video", 100 << 32, 0)
    run.clock.sender_report("audio", ntp, 0)
    assert not run.steps


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["audio", "video"]),
            st.integers(-(2**40), 2**40),
            st.integers(0, 60_000),
        ),
        max_size=60,
    )
)
def test_media_time_never_steps_back_and_stays_near_arrival(
    frames: list[tuple[str, int, int]],
) -> None:
    run = Clocked()
    last: dict[str, float] = {}
    arrivals = sorted(at for _, _, at in frames)
    for (kind, timestamp, _), arrival in zip(frames, arrivals, strict=True):
        now = run.clock.media_time("audio" if kind == "audio" else "video", timestamp, arrival)
        assert now > last.get(kind, -1.0)
        assert 0 <= now <= arrivals[-1] - arrivals[0] + 3000 * 2 + len(frames)
        last[kind] = now


# --- bit rate ---------------------------------------------------------------------------


def test_the_ceiling_falls_under_loss_and_rises_slowly() -> None:
    ceiling = BitrateCeiling(floor_bps=150_000, ceiling_bps=2_500_000)
    assert ceiling.update(0, 1.5e6) == 2_500_000
    under_loss = ceiling.update(64, 1.0e6)
    assert 150_000 <= under_loss < 1_400_000
    again = ceiling.update(0, 1.0e6)
    assert under_loss < again < under_loss * 1.1
    assert ceiling.update(12, 1.0e6) == again  # between the thresholds it holds
    for _ in range(60):
        ceiling.update(255, 10_000)
    assert ceiling.bps == 150_000
    for _ in range(60):
        ceiling.update(0, 2e6)
    assert ceiling.bps == 2_500_000
