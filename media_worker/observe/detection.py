"""Faces in a picture by YuNet, and what a face is as numbers by SFace.

Stage: inside the observer process. It never keeps a face: a template leaves only when asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import onnx

from media_worker.observe.decoding import Pixels
from media_worker.observe.network import as_numbers, for_any_size, single_threaded

DETECT_SIDE_PX = 400
"""YuNet looks at the picture at this size: it finds faces from about 11 px, a thirty-fifth of
the picture, in 2 ms at 16:9; at 640 it takes 5 ms."""
MIN_FACE_SCORE = 0.7
"""Real and animated faces score 0.8 to 0.95; patterned walls stay below 0.6."""
NON_MAXIMUM_SUPPRESSION = 0.3
MAX_FACES = 20

STRIDES = (8, 16, 32)
"""Sides of the cells of YuNet's three grids, px."""
_KINDS = ("cls", "obj", "bbox", "kps")
_OUTPUTS = [f"{kind}_{stride}" for stride in STRIDES for kind in _KINDS]

SFACE_SIDE_PX = 112
SFACE_POINTS = np.array(
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655],
     [70.7299, 92.2041]]
)  # fmt: skip
"""Where SFace wants eyes, nose and corners of the mouth (OpenCV, ``face_recognize.cpp``)."""

Row = npt.NDArray[np.float32]
Rows = npt.NDArray[np.float32]


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
    """YuNet; one for the whole process. OpenCV runs the same network at half the speed."""

    def __init__(self, model: Path) -> None:
        self._network = single_threaded(for_any_size(onnx.load(model)))
        self.find(np.zeros((STRIDES[-1], STRIDES[-1], 3), np.uint8))

    def find(self, picture: Pixels, side_px: int = DETECT_SIDE_PX) -> list[Face]:
        """All faces, the widest first."""
        scale = min(1.0, side_px / max(picture.shape[:2]))
        size = (round(picture.shape[1] * scale), round(picture.shape[0] * scale))
        small = cv2.resize(picture, size) if scale < 1 else picture
        rows = _without_doubles(self._rows(np.asarray(small, np.uint8)))
        return sorted((_face(row, 1 / scale) for row in rows), key=lambda f: -f.width)

    def _rows(self, picture: Pixels) -> Rows:
        """Every cell that sees a face: box, five points and score."""
        padded = _padded(picture)
        given = padded.transpose(2, 0, 1).astype(np.float32, order="C")[None]
        found = self._network.run(_OUTPUTS, {"input": given})
        across = padded.shape[1]
        return np.concatenate(
            [
                _decoded(stride, across // stride, found[at : at + len(_KINDS)])
                for stride, at in zip(STRIDES, range(0, len(found), len(_KINDS)), strict=True)
            ]
        )


def _padded(picture: Pixels) -> Pixels:
    """With black below and to the right, to whole cells of the coarsest grid."""
    below, right = (-side % STRIDES[-1] for side in picture.shape[:2])
    padded = cv2.copyMakeBorder(picture, 0, below, 0, right, cv2.BORDER_CONSTANT)
    return np.asarray(padded, np.uint8)


def _decoded(stride: int, across: int, kinds: Sequence[Rows]) -> Rows:
    """The cells of one grid that see a face, as YuNet's authors decode them."""
    sure, there, box, points = kinds
    scores = np.sqrt(np.clip(sure[0, :, 0], 0, 1) * np.clip(there[0, :, 0], 0, 1))
    cells = np.flatnonzero(scores >= MIN_FACE_SCORE)
    corner = np.stack([cells % across, cells // across], axis=1)
    size = np.exp(box[0, cells, 2:]) * stride
    centre = (corner + box[0, cells, :2]) * stride
    spots = (points[0, cells].reshape(-1, 5, 2) + corner[:, None]) * stride
    return np.concatenate(
        [centre - size / 2, size, spots.reshape(-1, 10), scores[cells, None]], axis=1
    ).astype(np.float32)


def _without_doubles(rows: Rows) -> Rows:
    """Of boxes that lie over each other only the surest."""
    if not len(rows):
        return rows
    kept = cv2.dnn.NMSBoxes(
        rows[:, :4].tolist(),
        rows[:, 14].tolist(),
        MIN_FACE_SCORE,
        NON_MAXIMUM_SUPPRESSION,
        top_k=MAX_FACES,
    )
    return rows[np.asarray(kept, np.intp)]


def _face(row: Row, scale: float) -> Face:
    whole = row.copy()
    whole[:14] *= scale
    x, y, width, height = (float(value) for value in whole[:4])
    return Face(x, y, width, height, float(row[14]), whole)


class FaceRecogniser:
    """SFace; one for the whole process. OpenCV runs the same network at half the speed."""

    def __init__(self, model: Path) -> None:
        cv2.setNumThreads(1)
        self._network = single_threaded(as_numbers(onnx.load(model)))
        self._of_upright(np.zeros((SFACE_SIDE_PX, SFACE_SIDE_PX, 3), np.uint8))

    def vector(self, picture: Pixels, face: Face) -> bytes:
        """128 float32 of unit length."""
        vector = self._of_upright(_upright(picture, face.row[4:14].reshape(5, 2)))
        return (vector / (np.linalg.norm(vector) + 1e-9)).astype("<f4").tobytes()

    def _of_upright(self, face: Pixels) -> Row:
        given = cv2.dnn.blobFromImage(face, swapRB=True)
        return np.asarray(self._network.run(None, {"data": given})[0], np.float32).ravel()


def _upright(picture: Pixels, points: Rows) -> Pixels:
    """The face at SFace's place, angle and size.

    By the similarity that lays its five points over SFace's with the least squares: a product
    with a complex number, the points as such numbers.
    """
    seen, wanted = (rows[:, 0] + 1j * rows[:, 1] for rows in (points, SFACE_POINTS))
    apart = seen - seen.mean()
    turn = np.vdot(apart, wanted) / np.vdot(apart, apart)
    moved = wanted.mean() - turn * seen.mean()
    matrix = np.array([[turn.real, -turn.imag, moved.real], [turn.imag, turn.real, moved.imag]])
    upright = cv2.warpAffine(picture, matrix, (SFACE_SIDE_PX, SFACE_SIDE_PX))
    return np.asarray(upright, np.uint8)
