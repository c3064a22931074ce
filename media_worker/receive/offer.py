"""The phone's offer checked, and our answer worded.

Stage: signalling's text in, text out. It refuses everything that is not an offer of
exactly one audio and one video that we record; it opens nothing.
Sources: RFC 8829 (JSEP), RFC 8843 (BUNDLE), RFC 6184 8.1 (profile-level-id).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from aiortc.sdp import MediaDescription, SessionDescription

from media_worker.receive.settings import ReceiveSettings
from shuanglu.errors import InvalidInputError

VideoCodec = Literal["VP8", "H264"]

SENDING = frozenset({"sendrecv", "sendonly"})
OPUS_CLOCK_HZ = 48_000
VIDEO_CLOCK_HZ = 90_000
H264_LEVEL_5_1 = "33"
"""The level that the answer states: what a phone's camera gives, up to 3840×2160."""
SDP_ERRORS = (
    ValueError,
    LookupError,
    AttributeError,
    TypeError,
    AssertionError,
    StopIteration,
    RuntimeError,
)
"""What aiortc's parser raises for text that is no session description."""

_MEDIA_LINE = re.compile(r"^m=", re.MULTILINE)
_LEVEL_3_1 = re.compile(r"(profile-level-id=42[0-9a-fA-F]{2})1[fF]")
_RTPMAP = re.compile(r"^a=rtpmap:(\d+) (VP8|H264|opus)/.*$", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CheckedOffer:
    """An offer that can be answered."""

    sdp: str
    video_codec: VideoCodec


def check_offer(sdp: str, settings: ReceiveSettings) -> CheckedOffer:
    """Refuse with ``InvalidInputError(field="sdp")`` what is not an offer for us."""
    if len(sdp) > settings.max_offer_bytes or "\x00" in sdp:
        raise _refused("the offer is too large")
    if len(_MEDIA_LINE.findall(sdp)) != 2:  # noqa: PLR2004 - one audio, one video
        raise _refused("the offer must hold one audio and one video")
    try:
        description = SessionDescription.parse(sdp)
        return CheckedOffer(sdp, _checked(description))
    except SDP_ERRORS as error:
        raise _refused("not a session description") from error


def _refused(sentence: str) -> InvalidInputError:
    return InvalidInputError(sentence, field="sdp")


def _checked(description: SessionDescription) -> VideoCodec:
    by_kind = {media.kind: media for media in description.media}
    if set(by_kind) != {"audio", "video"}:
        raise _refused("the offer must hold one audio and one video")
    mids = {media.rtp.muxId for media in description.media}
    bundles = [set(group.items) for group in description.group if group.semantic == "BUNDLE"]
    if mids not in bundles or "" in mids:
        raise _refused("audio and video must be bundled")
    for media in description.media:
        _check_transport(media)
    if not any(
        codec.name.lower() == "opus" and codec.clockRate == OPUS_CLOCK_HZ
        for codec in by_kind["audio"].rtp.codecs
    ):
        raise _refused("audio must be Opus")
    return _first_video_codec(by_kind["video"])


def _check_transport(media: MediaDescription) -> None:
    if media.direction not in SENDING or not media.port:
        raise _refused("both tracks must be sent")
    if not media.rtcp_mux:
        raise _refused("RTCP must be multiplexed")
    if media.dtls is None or not any(
        f.algorithm.lower() in {"sha-256", "sha-384", "sha-512"} for f in media.dtls.fingerprints
    ):
        raise _refused("a certificate fingerprint is missing")
    if media.dtls.role not in {"auto", "client"}:
        raise _refused("an offer says actpass or active")
    ice = media.ice
    if ice is None or not ice.usernameFragment or not ice.password:
        raise _refused("ICE credentials are missing")
    if ice.iceLite:
        raise _refused("a phone is not an ICE-lite peer")


def _first_video_codec(media: MediaDescription) -> VideoCodec:
    """The phone's own first choice among those that we record."""
    for codec in media.rtp.codecs:
        if codec.clockRate != VIDEO_CLOCK_HZ:
            continue
        if codec.name.upper() == "VP8":
            return "VP8"
        if codec.name.upper() == "H264" and _is_recordable_h264(codec.parameters):
            return "H264"
    raise _refused("video must be VP8 or H.264 baseline")


def _is_recordable_h264(parameters: dict[str, int | str | None]) -> bool:
    profile = str(parameters.get("profile-level-id", "42e01f")).lower()
    return str(parameters.get("packetization-mode", "0")) == "1" and profile.startswith("42")


def worded_answer(sdp: str, settings: ReceiveSettings) -> str:
    """The answer of aiortc, with the wishes that it cannot express.

    A start bit rate (Chromium starts at 300 kbit/s otherwise and needs 18 s to its
    full picture), H.264 beyond level 3.1, and in-band error correction for sound.
    """
    raised = _LEVEL_3_1.sub(rf"\g<1>{H264_LEVEL_5_1}", sdp)
    lines: list[str] = []
    for line in raised.splitlines():
        lines.append(line)
        match = _RTPMAP.match(line)
        if match:
            lines.append(f"a=fmtp:{match[1]} {_wishes(match[2], settings)}")
    return _merged_formats(lines)


def _wishes(codec: str, settings: ReceiveSettings) -> str:
    if codec.lower() == "opus":
        return "minptime=10;useinbandfec=1;usedtx=0"
    start, ceiling = settings.start_bitrate_bps // 1000, settings.max_bitrate_bps // 1000
    floor = settings.min_bitrate_bps // 1000
    return (
        f"x-google-start-bitrate={start};x-google-min-bitrate={floor};"
        f"x-google-max-bitrate={ceiling}"
    )


def _merged_formats(lines: list[str]) -> str:
    """Join the format parameters of one payload type on one line, where the first one stands."""
    merged: dict[str, int] = {}
    result: list[str] = []
    for line in lines:
        head, _, parameters = line.partition(" ")
        if head.startswith("a=fmtp:") and head in merged:
            result[merged[head]] += f";{parameters}"
            continue
        if head.startswith("a=fmtp:"):
            merged[head] = len(result)
        result.append(line)
    return "\r\n".join(result) + "\r\n"
