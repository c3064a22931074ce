"""Encoded frames to pictures, with a decoder that lives from one key frame to the next.

Stage: inside the observer process. It never gives a picture whose references were left out
or broken: after an error only a key frame is decoded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import av
import cv2
import numpy as np
import numpy.typing as npt
from av.video.reformatter import Interpolation, VideoReformatter

LONG_SIDE_PX = 640
"""Faces are measured on pictures of this size; what is larger is scaled down."""
MAX_PIXELS = 4096 * 2304
"""Larger pictures are not decoded: no phone sends them, a picture bomb does."""

Pixels = npt.NDArray[np.uint8]
_CODECS = {"VP8": "vp8", "H264": "h264"}


class UndecodableError(ValueError):
    """The bytes are not a frame that can be decoded now."""


class StreamDecoder:
    """Decodes one session's frames in order."""

    def __init__(self) -> None:
        self._decoder: Any = None  # PyAV types decode() by the kind of its codec

    def decode(self, codec: str, data: bytes, *, is_key: bool) -> av.VideoFrame:
        """The decoded picture (a ``VideoFrame``); raises :class:`UndecodableError`.

        A key frame gets a decoder of its own: nothing lingers from before.
        """
        if is_key:
            self._decoder = _fresh(codec)
        elif self._decoder is None:
            raise UndecodableError("its key frame is not here")
        try:
            pictures: list[av.VideoFrame] = self._decoder.decode(av.Packet(data))
        except (av.FFmpegError, ValueError) as error:
            self._decoder = None
            raise UndecodableError(str(error)) from error
        if not pictures:
            self._decoder = None
            raise UndecodableError("no picture came out")
        return pictures[-1]


def _fresh(codec: str) -> av.CodecContext:
    decoder = av.CodecContext.create(_CODECS[codec], "r")
    decoder.thread_count = 1
    decoder.options = {"max_pixels": str(MAX_PIXELS), "flags": "low_delay"}
    return decoder


class Scaler:
    """Decoded pictures to BGR. It keeps the tables for a size, which cost more than scaling."""

    def __init__(self) -> None:
        self._reformatter = VideoReformatter()

    def picture(self, decoded: av.VideoFrame) -> Picture:
        """At working size."""
        scale = min(1.0, LONG_SIDE_PX / max(decoded.width, decoded.height))
        small = self._reformatter.reformat(
            decoded,
            width=round(decoded.width * scale),
            height=round(decoded.height * scale),
            format="bgr24",
            interpolation=Interpolation.BILINEAR,
        )
        bgr: Pixels = np.ascontiguousarray(small.to_ndarray())
        return Picture(decoded, bgr, np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY), np.uint8))


@dataclass(frozen=True, slots=True)
class Picture:
    """One decoded picture: whole, and at working size in colour and in grey."""

    decoded: av.VideoFrame
    bgr: Pixels
    grey: Pixels

    def whole(self) -> Pixels:
        """All pixels that the phone sent, BGR."""
        return np.ascontiguousarray(self.decoded.to_ndarray(format="bgr24"))


GRID = (32, 24)
Grid = npt.NDArray[np.float32]


def brightness_grid(decoded: av.VideoFrame) -> Grid:
    """Mean brightness of 32 by 24 cells, from every sixth row and column.

    Cheap enough for every decoded frame.
    """
    plane = decoded.planes[0]
    rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
    thinned = rows[: decoded.height : 6, : decoded.width : 6]
    small = cv2.resize(thinned.astype(np.float32), GRID, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32)
