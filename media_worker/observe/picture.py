"""One key frame to facts: how many faces, and whether the picture is clear, black or frozen.

Stage: inside the observer process. It never keeps a picture: only a grid of
mean brightness, to see whether the next one is the same.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import numpy.typing as npt

from media_worker.observe.messages import Measured
from shuanglu.rules.observation import NOT_EVALUATED
from shuanglu.timeline.events import Fact

LONG_SIDE_PX = 480
"""YuNet looks at the picture at this size: it finds faces from about 11 px, one
fortieth of the picture, for 6 to 9 ms; at 640 it would take 12 to 15 ms."""
MIN_FACE_SCORE = 0.7
"""Real and animated faces score 0.8 to 0.95; patterned walls stay below 0.6."""
NON_MAXIMUM_SUPPRESSION = 0.3
MAX_FACES = 20
MAX_PIXELS = 4096 * 2304
"""Larger pictures are not decoded: no phone sends them, a picture bomb does."""

BLACK_MEAN = 22.0
BLACK_DEVIATION = 9.0
"""A covered camera gives a mean luma of 0 to 16 with little structure; a dark room with a
face in it has more of both."""
FROZEN_GRID = (32, 24)
FROZEN_CELL_CHANGE = 1.9
FROZEN_CELL_CHANGE_MAX = 4.0
"""Change of a grid cell's mean luma between two key frames: the 95th percentile, and the
largest. Re-encoding one still 640x480 picture gave at most 1.7 and 3.2 (VP8, 500 kbit/s; half
of that at 1.5 Mbit/s; H.264 below), a head that sways by one pixel 5.5 and 9.5. Below about
400 kbit/s the encoder's own noise hides a frozen picture."""
FROZEN_SAMPLES = 2
"""Pictures that must be as the one before: a person can hold still from one to the next."""
FROZEN_AFTER_MS = 3000

Pixels = npt.NDArray[np.uint8]
_CODECS = {"VP8": "vp8", "H264": "h264"}


class UndecodableError(ValueError):
    """The bytes are not a key frame that can be decoded."""


def decode_key_frame(codec: str, data: bytes) -> Pixels:
    """Decode one key frame by itself, scaled down to ``LONG_SIDE_PX``; BGR.

    A decoder of its own for every frame: nothing that one session sent can
    linger in another's. Raises :class:`UndecodableError`.
    """
    decoder: Any = av.CodecContext.create(_CODECS[codec], "r")
    decoder.thread_count = 1
    decoder.options = {"max_pixels": str(MAX_PIXELS)}
    try:
        pictures = [*decoder.decode(av.Packet(data)), *decoder.decode(None)]
    except (av.FFmpegError, ValueError) as error:
        raise UndecodableError(str(error)) from error
    if not pictures:
        raise UndecodableError("no picture came out")
    picture = pictures[0]
    scale = min(1.0, LONG_SIDE_PX / max(picture.width, picture.height))
    size = {"width": round(picture.width * scale), "height": round(picture.height * scale)}
    return np.ascontiguousarray(picture.to_ndarray(format="bgr24", **size))


class FaceDetector:
    """YuNet through OpenCV; one for the whole process."""

    def __init__(self, model: Path) -> None:
        cv2.setNumThreads(1)
        self._detector = cv2.FaceDetectorYN.create(
            str(model), "", (320, 320), MIN_FACE_SCORE, NON_MAXIMUM_SUPPRESSION, MAX_FACES
        )

    def scores(self, picture: Pixels) -> list[float]:
        """The scores of all faces, best first."""
        self._detector.setInputSize((picture.shape[1], picture.shape[0]))
        found = self._detector.detect(picture)[1]
        return sorted((float(row[-1]) for row in found), reverse=True) if found is not None else []


class PictureWatch:
    """Clear, black or frozen, over the pictures of one session."""

    def __init__(self) -> None:
        self._grid: npt.NDArray[np.float32] | None = None
        self._same_since_ms = 0
        self._same_samples = 0

    def value(self, picture: Pixels, at_ms: int) -> str:
        """The value with this picture; black goes before frozen."""
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32)
        grid = cv2.resize(grey, FROZEN_GRID, interpolation=cv2.INTER_AREA).astype(np.float32)
        if self._is_same(grid):
            self._same_samples += 1
        else:
            self._same_since_ms, self._same_samples = at_ms, 0
        self._grid = grid
        if grey.mean() < BLACK_MEAN and grey.std() < BLACK_DEVIATION:
            return "black"
        lasted = at_ms - self._same_since_ms >= FROZEN_AFTER_MS
        return "frozen" if lasted and self._same_samples >= FROZEN_SAMPLES else "clear"

    def _is_same(self, grid: npt.NDArray[np.float32]) -> bool:
        if self._grid is None:
            return False
        change = np.abs(grid - self._grid)
        return bool(
            np.percentile(change, 95) < FROZEN_CELL_CHANGE and change.max() < FROZEN_CELL_CHANGE_MAX
        )


class PictureObserver:
    """All facts of the pictures of one session."""

    def __init__(self, faces: FaceDetector | None) -> None:
        self._faces = faces
        self._watch = PictureWatch()

    def observe(self, codec: str, data: bytes, pts_ms: float) -> list[Measured]:
        """Facts of one key frame; not evaluated if it cannot be decoded."""
        at_ms = math.floor(pts_ms)
        try:
            picture = decode_key_frame(codec, data)
        except UndecodableError:
            both = (Fact.FACES, Fact.PICTURE)
            return [Measured(fact=fact, value=NOT_EVALUATED, at_ms=at_ms) for fact in both]
        value = self._watch.value(picture, at_ms)
        return [
            self._count(picture, at_ms),
            Measured(fact=Fact.PICTURE, value=value, at_ms=at_ms),
        ]

    def _count(self, picture: Pixels, at_ms: int) -> Measured:
        if self._faces is None:
            return Measured(fact=Fact.FACES, value=NOT_EVALUATED, at_ms=at_ms)
        scores = self._faces.scores(picture)
        score = round(scores[0], 4) if scores else None
        return Measured(fact=Fact.FACES, value=str(len(scores)), at_ms=at_ms, score=score)
