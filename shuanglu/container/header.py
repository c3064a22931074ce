"""The header of a stretch: one video track, one Opus track, a segment of unknown size.

Stage: the first bytes of every stretch, written once and hashed before any cluster.
The clusters that follow it make a plain ``.webm`` (VP8) or ``.mkv`` (H.264).
Sources: RFC 9559 (Matroska), RFC 7845 5.1 (OpusHead), WebM container guidelines.
"""

from __future__ import annotations

from typing import Literal

from shuanglu.container.ebml import (
    EBML,
    INFO,
    SEGMENT,
    TRACKS,
    UNKNOWN_SIZE,
    element,
    float64,
    unsigned,
)
from shuanglu.container.h264 import PictureSize, decoder_configuration, picture_size

VideoCodec = Literal["VP8", "H264"]

VIDEO_TRACK = 1
AUDIO_TRACK = 2
TIMESTAMP_SCALE_NS = 1_000_000
OPUS_SEEK_PRE_ROLL_NS = 80_000_000
DEFAULT_SIZE = PictureSize(1280, 720)
VP8_KEY_FRAME_HEADER_BYTES = 10

# Version 1, two channels, no pre-skip: RTP time stamps already say when a packet
# sounds (RFC 7587 4.1), and a stretch does not begin where the phone's encoder began.
OPUS_HEAD = b"OpusHead\x01\x02\x00\x00\x80\xbb\x00\x00\x00\x00\x00"


def stretch_header(video_codec: VideoCodec, first_key_frame: bytes | None) -> bytes:
    """Header bytes for one video and one Opus track.

    ``first_key_frame`` (VP8 frame or H.264 access unit in Annex B) supplies the size
    and the parameter sets; without it the track says 1280×720 and decoders
    learn the truth from the stream.
    """
    body = _info() + element(TRACKS, _video(video_codec, first_key_frame or b"") + _audio())
    return ebml_head(video_codec) + SEGMENT + UNKNOWN_SIZE + body


def ebml_head(video_codec: VideoCodec) -> bytes:
    """The EBML head with the document type that fits the codec."""
    doc_type = b"webm" if video_codec == "VP8" else b"matroska"
    return element(
        EBML,
        unsigned(b"\x42\x86", 1)
        + unsigned(b"\x42\xf7", 1)
        + unsigned(b"\x42\xf2", 4)
        + unsigned(b"\x42\xf3", 8)
        + element(b"\x42\x82", doc_type)
        + unsigned(b"\x42\x87", 4)
        + unsigned(b"\x42\x85", 2),
    )


def info_body() -> bytes:
    """What the segment's Info always holds: milliseconds, and who wrote it."""
    return (
        unsigned(b"\x2a\xd7\xb1", TIMESTAMP_SCALE_NS)
        + element(b"\x4d\x80", b"shuanglu")
        + element(b"\x57\x41", b"shuanglu")
    )


def _info() -> bytes:
    return element(INFO, info_body())


def _video(codec: VideoCodec, key_frame: bytes) -> bytes:
    size = (vp8_size(key_frame) if codec == "VP8" else picture_size(key_frame)) or DEFAULT_SIZE
    private = b"" if codec == "VP8" else element(b"\x63\xa2", decoder_configuration(key_frame))
    codec_id = b"V_VP8" if codec == "VP8" else b"V_MPEG4/ISO/AVC"
    return element(
        b"\xae",
        _track_numbers(VIDEO_TRACK, kind=1)
        + element(b"\x86", codec_id)
        + private
        + element(b"\xe0", unsigned(b"\xb0", size.width_px) + unsigned(b"\xba", size.height_px)),
    )


def _audio() -> bytes:
    return element(
        b"\xae",
        _track_numbers(AUDIO_TRACK, kind=2)
        + element(b"\x86", b"A_OPUS")
        + element(b"\x63\xa2", OPUS_HEAD)
        + unsigned(b"\x56\xbb", OPUS_SEEK_PRE_ROLL_NS)
        + element(b"\xe1", float64(b"\xb5", 48000.0) + unsigned(b"\x9f", 2)),
    )


def _track_numbers(number: int, *, kind: int) -> bytes:
    # FlagLacing 0: every block holds one frame.
    return (
        unsigned(b"\xd7", number)
        + unsigned(b"\x73\xc5", number)
        + unsigned(b"\x83", kind)
        + unsigned(b"\x9c", 0)
    )


def vp8_size(key_frame: bytes) -> PictureSize | None:
    """Width and height that a VP8 key frame states (RFC 6386 9.1), else ``None``."""
    if len(key_frame) < VP8_KEY_FRAME_HEADER_BYTES or key_frame[0] & 1:
        return None
    if key_frame[3:6] != b"\x9d\x01\x2a":
        return None
    width = int.from_bytes(key_frame[6:8], "little") & 0x3FFF
    height = int.from_bytes(key_frame[8:10], "little") & 0x3FFF
    return PictureSize(width, height) if width and height else None
