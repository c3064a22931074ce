"""Small pre-encoded media: a moving picture (VP8, H.264) and a tone (Opus)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import av
import numpy as np
from av.video.frame import PictureType

WIDTH_PX, HEIGHT_PX = 320, 240
FPS = 30
SECONDS = 4
KEY_EVERY = 30
OPUS_SAMPLES = 960


@dataclass(frozen=True)
class Picture:
    data: bytes
    is_key: bool


@dataclass(frozen=True)
class Media:
    codec: Literal["VP8", "H264"]
    video: tuple[Picture, ...]
    audio: tuple[bytes, ...]


def make_media(
    codec: Literal["VP8", "H264"],
    *,
    width: int = WIDTH_PX,
    height: int = HEIGHT_PX,
    bitrate_bps: int = 300_000,
    seconds: int = SECONDS,
    key_every: int = KEY_EVERY,
) -> Media:
    video = tuple(_encode_video(codec, width, height, bitrate_bps, seconds * FPS, key_every))
    return Media(codec, video, tuple(_encode_audio(seconds)))


def _pictures(width: int, height: int, count: int) -> Iterator[av.VideoFrame]:
    rng = np.random.default_rng(7)
    noise = rng.integers(0, 24, (height * 3 // 2, width), dtype=np.uint8)
    ramp = np.add.outer(np.arange(height) // 2, np.arange(width) // 2)
    for number in range(count):
        plane = np.full((height * 3 // 2, width), 128, dtype=np.uint8)
        plane[:height] = (ramp + 3 * number) % 200
        plane = np.clip(plane + np.roll(noise, 37 * number, axis=1), 0, 255).astype(np.uint8)
        frame = av.VideoFrame.from_ndarray(plane, format="yuv420p")
        frame.pts = number
        frame.time_base = Fraction(1, FPS)
        yield frame


def _encode_video(  # noqa: PLR0917 - one caller
    codec: str, width: int, height: int, bitrate_bps: int, count: int, key_every: int
) -> Iterator[Picture]:
    context = av.CodecContext.create("libvpx" if codec == "VP8" else "libx264", "w")
    context.width, context.height, context.pix_fmt = width, height, "yuv420p"
    context.time_base, context.framerate = Fraction(1, FPS), Fraction(FPS, 1)
    context.bit_rate, context.gop_size, context.thread_count = bitrate_bps, 10_000, 1
    if codec == "VP8":
        context.options = {
            "cpu-used": "-8",
            "deadline": "realtime",
            "lag-in-frames": "0",
            "maxrate": str(bitrate_bps),
            "bufsize": str(bitrate_bps),
        }
    else:
        context.profile = "Baseline"
        context.options = {"preset": "ultrafast", "tune": "zerolatency", "forced-idr": "1"}
    for number, frame in enumerate(_pictures(width, height, count)):
        is_key = number % key_every == 0
        frame.pict_type = PictureType.I if is_key else PictureType.NONE
        for packet in context.encode(frame):
            yield Picture(bytes(packet), bool(packet.is_keyframe))
    for packet in context.encode(None):
        yield Picture(bytes(packet), bool(packet.is_keyframe))


def _encode_audio(seconds: int) -> Iterator[bytes]:
    context = av.CodecContext.create("libopus", "w")
    context.sample_rate, context.layout, context.format = 48_000, "mono", "s16"
    context.bit_rate, context.options = 32_000, {"application": "voip"}
    context.time_base = Fraction(1, 48_000)
    times = np.arange(48_000 * seconds) / 48_000
    tone = np.sin(2 * math.pi * 440 * times) * (0.4 + 0.3 * np.sin(2 * math.pi * 3 * times))
    samples = (tone * 20_000).astype(np.int16).reshape(1, -1)
    for first in range(0, samples.shape[1], OPUS_SAMPLES):
        piece = np.ascontiguousarray(samples[:, first : first + OPUS_SAMPLES])
        frame = av.AudioFrame.from_ndarray(piece, format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 48_000, first, Fraction(1, 48_000)
        for packet in context.encode(frame):
            yield bytes(packet)
