"""The demonstration's face: a public-domain portrait and its landmarks.

Stage: input of the animation. The landmarks were found once by MediaPipe
(``python -m demo.find_landmarks``) and are kept as data, so that the demonstration needs
neither that library nor its model. The portrait is NASA's picture of Eileen
Collins, public domain, from scikit-image.
"""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from skimage import data

WIDTH_PX, HEIGHT_PX = 640, 480
CROP = (75, 0, 300, 225)
"""x, y, width, height in the portrait: head and shoulders at 4:3."""
LANDMARKS_FILE = Path(__file__).with_name("portrait_landmarks.json")
LANDMARK_COUNT = 468

Pixels = npt.NDArray[np.uint8]
Points = npt.NDArray[np.float64]


def portrait() -> Pixels:
    """The portrait at camera size, BGR."""
    x, y, width, height = CROP
    whole: Pixels = data.astronaut()  # type: ignore[no-untyped-call]
    part = whole[y : y + height, x : x + width]
    large = cv2.resize(part, (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_CUBIC)
    return np.asarray(cv2.cvtColor(large, cv2.COLOR_RGB2BGR), np.uint8)


def landmarks() -> Points:
    """468 points (x, y, depth) in pixels of the portrait, numbered as MediaPipe does."""
    points = np.array(json.loads(LANDMARKS_FILE.read_bytes()), np.float64)
    if points.shape != (LANDMARK_COUNT, 3):
        raise ValueError(f"{LANDMARKS_FILE.name} does not hold {LANDMARK_COUNT} points")
    return points
