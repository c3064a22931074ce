"""The square of a picture, turned with the eyes, in which the landmarks of a face are sought.

Stage: inside the observer process, before the landmarks. Pure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
import numpy.typing as npt

from media_worker.observe.decoding import Pixels
from media_worker.observe.detection import Face

Points = npt.NDArray[np.float64]
OF_FACE, OF_POINTS = 1.35, 1.5
"""Side of the region, in sizes of YuNet's box and in sizes of the landmarks: MediaPipe shows its
network one and a half times what the landmarks cover, and they cover 0.9 of the box."""
BELOW_BOX = 0.06
"""The landmarks' middle lies below the box's by so much of its size (1,056 pictures of three
people, 0.054 to 0.065 in the mean)."""
RIGHT_EYE, LEFT_EYE = 33, 263
"""Outer corners in MediaPipe's mesh; "right" is the face's own."""


@dataclass(frozen=True, slots=True)
class FaceRegion:
    """Middle and side in pixels; ``angle`` from the right eye to the left, radians, clockwise."""

    x: float
    y: float
    side: float
    angle: float

    @classmethod
    def of_face(cls, face: Face) -> Self:
        """Where YuNet saw it."""
        right, left = face.row[4:6], face.row[6:8]
        angle = math.atan2(left[1] - right[1], left[0] - right[0])
        size = max(face.width, face.height)
        x, y = face.centre
        down = BELOW_BOX * size
        x, y = x - down * math.sin(angle), y + down * math.cos(angle)
        return cls(x, y, OF_FACE * size, angle)

    @classmethod
    def of_points(cls, points: Points) -> Self:
        """Where the landmarks were a moment ago."""
        low, high = points.min(axis=0), points.max(axis=0)
        across = points[LEFT_EYE] - points[RIGHT_EYE]
        x, y = (low + high) / 2
        side = OF_POINTS * float((high - low).max())
        return cls(float(x), float(y), side, math.atan2(across[1], across[0]))

    def cut_from(self, picture: Pixels, side_px: int) -> Pixels:
        """Upright, ``side_px`` wide; what lies outside the picture repeats its edge."""
        size = (side_px, side_px)
        return np.asarray(
            cv2.warpAffine(picture, self._into(side_px), size, borderMode=cv2.BORDER_REPLICATE),
            np.uint8,
        )

    def in_picture(self, points: Points) -> Points:
        """Points (n, 2) of the upright region, in shares of its side, as pixels of the picture."""
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        turned = (points - 0.5) @ np.array([[cos, sin], [-sin, cos]])
        return np.asarray(turned * self.side + (self.x, self.y), np.float64)

    def _into(self, side_px: int) -> Points:
        scale = side_px / self.side
        cos, sin = scale * math.cos(self.angle), scale * math.sin(self.angle)
        turn = np.array([[cos, sin], [-sin, cos]])
        shift = side_px / 2 - turn @ (self.x, self.y)
        return np.column_stack([turn, shift])
