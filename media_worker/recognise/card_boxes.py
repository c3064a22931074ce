"""Where lines of text are: a map of probabilities to boxes ("differentiable binarization").

Stage: inside the recogniser process, between the two networks of card text. It reads nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
Box = npt.NDArray[np.float32]
"""Four corners, from top left, clockwise."""

TEXT_ABOVE = 0.3
BOX_ABOVE = 0.5
GROWN_BY = 1.6
"""The network marks the core of a line; the line is wider by area x this / outline."""
LEAST_SIDE_PX = 3.0
MAX_CANDIDATES = 400


def boxes_in(probabilities: npt.NDArray[np.float32], size: tuple[int, int]) -> list[Box]:
    """Boxes of text in a picture of this width and height."""
    mask = (probabilities > TEXT_ABOVE).astype(np.uint8)
    mask = cv2.dilate(mask, np.ones((2, 2), np.uint8)).astype(np.uint8)
    outlines, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    scale = np.array([size[0] / mask.shape[1], size[1] / mask.shape[0]], np.float32)
    grown = (_grown(np.asarray(o), probabilities) for o in outlines[:MAX_CANDIDATES])
    limit = np.array(size, np.float32) - 1
    return [np.clip(box * scale, 0, limit) for box in grown if box is not None]


def _grown(outline: npt.NDArray[np.int32], probabilities: npt.NDArray[np.float32]) -> Box | None:
    centre, (width, height), angle = cv2.minAreaRect(outline)
    if min(width, height) < LEAST_SIDE_PX or _mean_inside(outline, probabilities) < BOX_ABOVE:
        return None
    more = width * height * GROWN_BY / (width + height)  # twice area x ratio / (2 (w + h))
    return _ordered(cv2.boxPoints((centre, (width + more, height + more), angle)))


def _mean_inside(outline: npt.NDArray[np.int32], probabilities: npt.NDArray[np.float32]) -> float:
    left, top, width, height = cv2.boundingRect(outline)
    inside = np.zeros((height, width), np.uint8)
    cv2.fillPoly(inside, [outline - np.array([left, top], np.int32)], 1)
    return float(cv2.mean(probabilities[top : top + height, left : left + width], inside)[0])


def _ordered(points: npt.ArrayLike) -> Box:
    corners = np.asarray(points, np.float32)
    by_x = corners[np.argsort(corners[:, 0], kind="stable")]
    left = by_x[:2][np.argsort(by_x[:2, 1])]
    right = by_x[2:][np.argsort(by_x[2:, 1])]
    return np.array([left[0], right[0], right[1], left[1]], np.float32)


def in_reading_order(boxes: Iterable[Box]) -> list[Box]:
    """From top to bottom, and from left to right within one row."""
    rows: list[list[Box]] = []
    for box in sorted(boxes, key=_middle):
        if rows and _middle(box) - _middle(rows[-1][-1]) < _height(box) / 2:
            rows[-1].append(box)
        else:
            rows.append([box])
    return [box for row in rows for box in sorted(row, key=lambda each: float(each[0, 0]))]


def _middle(box: Box) -> float:
    return float(box[:, 1].mean())


def _height(box: Box) -> float:
    return float(np.linalg.norm(box[3] - box[0]))
