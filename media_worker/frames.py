"""The unit that moves through the media worker: one encoded frame, exactly as the phone sent it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class EncodedFrame:
    """One whole video frame or one Opus packet. Nothing here was decoded.

    ``data`` is VP8 frame data, an H.264 access unit in Annex B, or an Opus packet.
    ``pts_ms`` is media time of the session (milliseconds since the recording's origin)
    after alignment of the two tracks' clocks.
    """

    kind: Literal["audio", "video"]
    codec: Literal["VP8", "H264", "OPUS"]
    pts_ms: float
    is_key: bool
    temporal_layer: int | None
    data: bytes
