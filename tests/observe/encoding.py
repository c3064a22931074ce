"""Real encoders, as a phone has them: pictures to key frames, samples to Opus packets."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any, Literal

import av
import numpy as np
import numpy.typing as npt
from av.video.frame import PictureType

from media_worker.frames import EncodedFrame

VideoCodec = Literal["VP8", "H264"]
Pixels = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.float32]
RATE_HZ = 48_000
PACKET_SAMPLES = 960

_ENCODERS: dict[VideoCodec, tuple[str, dict[str, str]]] = {
    "VP8": ("libvpx", {"deadline": "realtime", "cpu-used": "8"}),
    "H264": (
        "libx264",
        {
            "preset": "ultrafast",
            "tune": "zerolatency",
            "x264-params": "annexb=1:repeat-headers=1:log-level=none",
        },
    ),
}


def key_frames(
    pictures: Iterable[Pixels],
    codec: VideoCodec = "VP8",
    *,
    start_ms: float = 0.0,
    interval_ms: float = 1000.0,
    bit_rate: int = 800_000,
) -> list[EncodedFrame]:
    """One key frame a picture, from one encoder that also sees what lies between."""
    encoder: Any = None
    out = []
    for number, picture in enumerate(pictures):
        encoder = encoder or _video_encoder(codec, picture, bit_rate)
        data = _encoded(encoder, picture, number * 15)
        for step in range(1, 15):  # the rate control sees what lies between two key frames
            _encoded(encoder, picture, number * 15 + step)
        out.append(
            EncodedFrame(
                kind="video",
                codec=codec,
                pts_ms=start_ms + number * interval_ms,
                is_key=True,
                temporal_layer=None,
                data=data,
            )
        )
    return out


_LAYERS = (0, 2, 1, 2)
_L1T3 = {
    "error-resilient": "1",
    "ts-parameters": "ts_number_layers=3:ts_target_bitrate=600,1000,1500:"
    "ts_rate_decimator=4,2,1:ts_periodicity=4:ts_layer_id=0,2,1,2:ts_layering_mode=3",
}


def stream(
    pictures: Iterable[Pixels],
    codec: VideoCodec = "VP8",
    *,
    layered: bool = True,
    rate_hz: int = 30,
    key_every: int = 60,
    start_ms: float = 0.0,
    bit_rate: int = 1_500_000,
) -> list[EncodedFrame]:
    """Every frame of a running camera, with temporal layers as Chromium's L1T3 has them."""
    encoder: Any = None
    out = []
    for number, picture in enumerate(pictures):
        if encoder is None:
            encoder = _video_encoder(codec, picture, bit_rate)
            encoder.options = {**encoder.options, **(_L1T3 if layered else {})}
            encoder.time_base, encoder.framerate = Fraction(1, rate_hz), Fraction(rate_hz)
            encoder.gop_size = key_every
        frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
        frame.pts = number
        is_key = number % key_every == 0
        frame.pict_type = PictureType.I if is_key else PictureType.NONE
        out.append(
            EncodedFrame(
                kind="video",
                codec=codec,
                pts_ms=start_ms + number * 1000 / rate_hz,
                is_key=is_key,
                temporal_layer=_LAYERS[number % 4] if layered else None,
                data=b"".join(bytes(packet) for packet in encoder.encode(frame)),
            )
        )
    return out


def _video_encoder(codec: VideoCodec, picture: Pixels, bit_rate: int) -> Any:
    name, options = _ENCODERS[codec]
    encoder: Any = av.CodecContext.create(name, "w")
    encoder.height, encoder.width = picture.shape[:2]
    encoder.pix_fmt, encoder.options = "yuv420p", options
    encoder.time_base, encoder.framerate = Fraction(1, 15), Fraction(15)
    encoder.bit_rate, encoder.gop_size = bit_rate, 15
    return encoder


def _encoded(encoder: Any, picture: Pixels, pts: int) -> bytes:
    frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
    frame.pts = pts
    frame.pict_type = PictureType.I if pts % 15 == 0 else PictureType.NONE
    return b"".join(bytes(packet) for packet in encoder.encode(frame))


def opus_frames(samples: Samples, *, start_ms: float = 0.0) -> list[EncodedFrame]:
    """48 kHz mono samples as 20 ms Opus packets."""
    encoder: Any = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = RATE_HZ, "mono", "s16"
    encoder.bit_rate, encoder.options = 32_000, {"application": "voip", "frame_duration": "20"}
    packets: list[bytes] = []
    whole = (np.clip(samples, -1, 1) * 32767).astype(np.int16)
    for start in range(0, len(whole) - PACKET_SAMPLES + 1, PACKET_SAMPLES):
        part = whole[None, start : start + PACKET_SAMPLES]
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(part), format="s16", layout="mono")
        frame.sample_rate, frame.pts = RATE_HZ, start
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    return [
        EncodedFrame(
            kind="audio",
            codec="OPUS",
            pts_ms=start_ms + 20.0 * number,
            is_key=True,
            temporal_layer=None,
            data=packet,
        )
        for number, packet in enumerate(packets)
    ]


def silence(duration_s: float) -> Samples:
    return np.zeros(int(duration_s * RATE_HZ), np.float32)


def room_noise(duration_s: float, dbfs: float = -55.0) -> Samples:
    noise = np.random.default_rng(1).normal(0, 10 ** (dbfs / 20), int(duration_s * RATE_HZ))
    return noise.astype(np.float32)
