"""A card in a picture: where it lies, how straight, how sharp, how burnt out.

Stage: inside the observer process. It finds a card of the size ISO/IEC 7810 ID-1 and reads
nothing on it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from media_worker.observe.decoding import Pixels
from media_worker.observe.sharpness import sharpness
from shuanglu.timeline.events import Metric

ASPECT = 85.60 / 53.98
"""ISO/IEC 7810 ID-1."""
ASPECT_TOLERANCE = 0.22
"""Of its logarithm: a card that is tilted by 25 degrees still passes."""
LEAST_SHARE, MOST_SHARE = 0.05, 0.97
LEAST_FILL = 0.88
"""Share of its quadrangle that a contour fills; fingers over an edge leave that much."""
SEARCH_SIDE_PX = 400
FLAT = (428, 270)
"""A card is measured when it is brought to this size."""
BURNT = 250
EDGE_PX = 2
SHAPES_TRIED = 4
EMPTY_BELOW = 3.0
"""A piece of wall or shelf of the same shape has 1 to 2.5, a card that is badly blurred 4."""

Corners = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Card:
    """One card; ``corners`` in pixels of the picture, clockwise from the upper left."""

    corners: Corners
    share: float
    skew: float
    glare: float
    sharpness: float

    def metrics(self) -> dict[Metric, float]:
        """As measured."""
        return {
            Metric.CARD_AREA: self.share,
            Metric.CARD_SKEW: self.skew,
            Metric.CARD_GLARE: self.glare,
            Metric.CARD_SHARPNESS: self.sharpness,
        }

    @property
    def quality(self) -> float:
        """Better stills have more; only for choosing among stills of one card."""
        readable = self.sharpness * math.sqrt(self.share)
        return readable * max(0.0, 1 - 8 * self.glare) * max(0.1, 1 - self.skew / 45)


def find_card(picture: Pixels) -> Card | None:
    """The largest card in the picture."""
    height, width = picture.shape[:2]
    scale = min(1.0, SEARCH_SIDE_PX / max(height, width))
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), 1.0)
    area = small.shape[0] * small.shape[1]
    found = [s for mask in _masks(np.asarray(small, np.uint8)) for s in _quadrangles(mask, area)]
    shapes = [corners for corners in found if _is_whole(corners, small.shape[:2])]
    largest = sorted(shapes, key=lambda each: -float(cv2.contourArea(each)))[:SHAPES_TRIED]
    cards = (_measured(picture, (each / scale).astype(np.float32)) for each in largest)
    return next((card for card in cards if card.sharpness > EMPTY_BELOW), None)


def _masks(small: Pixels) -> list[Pixels]:
    """Pictures in which a card may be one white shape: by edges, by lightness, by colour."""
    lab = cv2.cvtColor(small, cv2.COLOR_BGR2LAB)
    edges = cv2.Canny(small, 30, 90)
    closed = cv2.dilate(edges, np.ones((3, 3), np.uint8))
    masks = [closed]
    for channel in cv2.split(lab):
        _, mask = cv2.threshold(channel, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
        opened = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
        masks += [opened, 255 - opened]
    return [np.asarray(mask, np.uint8) for mask in masks]


def _quadrangles(mask: Pixels, area: float) -> list[Corners]:
    contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    found = (_quadrangle(np.asarray(contour, np.int32), area) for contour in contours)
    return [corners for corners in found if corners is not None]


def _quadrangle(contour: npt.NDArray[np.int32], area: float) -> Corners | None:
    hull = cv2.convexHull(contour)
    size = float(cv2.contourArea(hull))
    if not LEAST_SHARE * area < size < MOST_SHARE * area:
        return None
    corners = cv2.approxPolyDP(hull, 0.04 * cv2.arcLength(hull, closed=True), closed=True)
    if len(corners) != 4:  # noqa: PLR2004 - a quadrangle
        corners = cv2.boxPoints(cv2.minAreaRect(hull))
    ordered = _ordered(corners.reshape(4, 2).astype(np.float32))
    fill = size / max(1.0, float(cv2.contourArea(ordered)))
    if not LEAST_FILL < fill < 2 - LEAST_FILL or not _is_id1(ordered):
        return None
    return ordered


def _ordered(corners: Corners) -> Corners:
    """Clockwise, beginning at the upper left, so that the long side lies on top."""
    middle = corners.mean(0)
    angle = np.arctan2(corners[:, 1] - middle[1], corners[:, 0] - middle[0])
    turned = corners[np.argsort(angle)]
    first, second = _sides(turned)
    return turned if first >= second else np.roll(turned, -1, axis=0)


def _is_whole(corners: Corners, size: tuple[int, ...]) -> bool:
    """All corners are in view: what ends at the picture's edge is a wall or half a card."""
    room = np.minimum(corners, np.array(size[::-1]) - 1 - corners)
    return bool(room.min() >= EDGE_PX)


def _sides(corners: Corners) -> tuple[float, float]:
    way = [float(np.linalg.norm(b - a)) for a, b in pairwise([*corners, corners[0]])]
    return (way[0] + way[2]) / 2, (way[1] + way[3]) / 2


def _is_id1(corners: Corners) -> bool:
    long, short = _sides(corners)
    return short > 0 and abs(math.log(long / short / ASPECT)) < ASPECT_TOLERANCE


def _skew(corners: Corners) -> float:
    worst = 0.0
    for number in range(4):
        before, here, after = (corners[(number + step) % 4] for step in (-1, 0, 1))
        a, b = before - here, after - here
        angle = math.degrees(math.acos(float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))))
        worst = max(worst, abs(angle - 90))
    return worst


def _measured(picture: Pixels, corners: Corners) -> Card:
    width, height = FLAT
    flat = np.asarray(cv2.resize(flattened(picture, corners), FLAT, interpolation=cv2.INTER_AREA))
    inner = flat[height // 16 : -height // 16, width // 16 : -width // 16]
    grey = np.asarray(cv2.cvtColor(inner, cv2.COLOR_BGR2GRAY), np.uint8)
    return Card(
        corners=corners,
        share=float(cv2.contourArea(corners)) / (picture.shape[0] * picture.shape[1]),
        skew=_skew(corners),
        glare=float((inner.min(axis=2) >= BURNT).mean()),
        sharpness=sharpness(grey, inner.shape[1]) or 0.0,
    )


def flattened(whole: Pixels, corners: Corners) -> Pixels:
    """The card alone and straight, at the size of a picture that faces are found in."""
    width, height = FLAT[0] * 2, FLAT[1] * 2
    target = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    way = cv2.getPerspectiveTransform(corners, target)
    return np.asarray(cv2.warpPerspective(whole, way, (width, height)), np.uint8)


def encode_still(whole: Pixels) -> bytes:
    """The whole picture as JPEG, good enough to be read."""
    return bytes(cv2.imencode(".jpg", whole, [cv2.IMWRITE_JPEG_QUALITY, 92])[1])
