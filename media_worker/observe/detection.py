"""Faces in a picture by YuNet, and what a face is as numbers by SFace.

Stage: inside the observer process. It never keeps a face: a template leaves only when asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from media_worker.observe.decoding import Pixels

DETECT_SIDE_PX = 400
"""YuNet looks at the picture at this size: it finds faces from about 11 px, a thirty-fifth of
the picture, in 5 ms at 16:9; at 640 it takes 13 ms."""
MIN_FACE_SCORE = 0.7
"""Real and animated faces score 0.8 to 0.95; patterned walls stay below 0.6."""
NON_MAXIMUM_SUPPRESSION = 0.3
MAX_FACES = 20

Row = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Face:
    """Where a face is, in pixels of the picture; ``row`` is YuNet's, with its five points."""

    x: float
    y: float
    width: float
    height: float
    score: float
    row: Row

    @property
    def centre(self) -> tuple[float, float]:
        """Middle of the box."""
        return self.x + self.width / 2, self.y + self.height / 2

    def cut_from(self, picture: Pixels) -> Pixels:
        """Its part of the picture; empty where it lies outside."""
        top, left = max(0, round(self.y)), max(0, round(self.x))
        return picture[top : round(self.y + self.height), left : round(self.x + self.width)]


class FaceDetector:
    """YuNet through OpenCV; one for the whole process."""

    def __init__(self, model: Path) -> None:
        cv2.setNumThreads(1)
        self._detector = cv2.FaceDetectorYN.create(
            str(model), "", (320, 320), MIN_FACE_SCORE, NON_MAXIMUM_SUPPRESSION, MAX_FACES
        )

    def find(self, picture: Pixels, side_px: int = DETECT_SIDE_PX) -> list[Face]:
        """All faces, the widest first."""
        scale = min(1.0, side_px / max(picture.shape[:2]))
        size = (round(picture.shape[1] * scale), round(picture.shape[0] * scale))
        small = cv2.resize(picture, size) if scale < 1 else picture
        self._detector.setInputSize(size)
        found = self._detector.detect(small)[1]
        rows = [] if found is None else [np.asarray(row, np.float32) for row in found]
        return sorted((_face(row, 1 / scale) for row in rows), key=lambda f: -f.width)


def _face(row: Row, scale: float) -> Face:
    whole = row.copy()
    whole[:14] *= scale
    x, y, width, height = (float(value) for value in whole[:4])
    return Face(x, y, width, height, float(row[14]), whole)


class FaceRecogniser:
    """SFace through OpenCV; one for the whole process."""

    def __init__(self, model: Path) -> None:
        cv2.setNumThreads(1)
        self._recogniser: Any = cv2.FaceRecognizerSF.create(str(model), "")

    def vector(self, picture: Pixels, face: Face) -> bytes:
        """128 float32 of unit length."""
        aligned = self._recogniser.alignCrop(picture, face.row[:14])
        vector = np.asarray(self._recogniser.feature(aligned), np.float32).ravel()
        return (vector / (np.linalg.norm(vector) + 1e-9)).astype("<f4").tobytes()
