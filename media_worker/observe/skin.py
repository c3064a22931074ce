"""Colour of the skin: for the flashed colours, and for what hides the lower face.

Stage: inside the observer process. Pure; gives means over patches, never pixels.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from media_worker.observe.decoding import Pixels
from media_worker.observe.landmarks import Landmarks
from shuanglu.timeline.events import Metric

GAMMA = 2.2
SKIN = (50, 101, 118, 205, 36, 280, 330, 347, 425, 266, 10, 151, 9, 108, 337)
"""Cheeks and forehead: lit by the screen, and not covered by lids or lips."""
UPPER = (151, 9, 108, 337, 69, 299, 107, 336, 50, 280, 6, 197, 117, 346)
"""Forehead, bridge of the nose, upper cheeks."""
LOWER = (205, 425, 207, 427, 187, 411, 164, 18, 200, 199, 175, 210, 430, 32, 262, 135, 364, 13, 14)
"""Lower cheeks, lips and chin: what a mask or a hand covers."""
PATCH_SHARE = 0.03
"""Half a patch's side, as a share of the face's height."""
CHROMA_APART, LUMA_APART = 11.0, 60.0
"""Distance in Lab (8 bit) from the upper face's median that no skin of one face has: chroma
across shadows stays below 7, a beard differs in lightness by up to 50."""

Means = npt.NDArray[np.float64]


def skin_light(picture: Pixels, landmarks: Landmarks) -> dict[Metric, float]:
    """Mean linear light of the skin, 0 to 1 a channel."""
    means = _patches(picture, landmarks, SKIN)
    if len(means) < len(SKIN) // 2:
        return {}
    blue, green, red = np.mean((means / 255) ** GAMMA, axis=0)
    return {Metric.SKIN_R: float(red), Metric.SKIN_G: float(green), Metric.SKIN_B: float(blue)}


def occluded(picture: Pixels, landmarks: Landmarks) -> float | None:
    """Share of the lower face's patches that do not look like the upper face.

    A hand of the same skin over mouth and chin is not told apart by colour.
    """
    upper, lower = (_lab(_patches(picture, landmarks, where)) for where in (UPPER, LOWER))
    if len(upper) < len(UPPER) // 2 or len(lower) < len(LOWER) // 2:
        return None
    apart = np.abs(lower - np.median(upper, axis=0))
    chroma = np.hypot(apart[:, 1], apart[:, 2])
    return float(np.mean((chroma > CHROMA_APART) | (apart[:, 0] > LUMA_APART)))


def _lab(means: Means) -> Means:
    if not len(means):
        return means
    colours = np.clip(means, 0, 255).astype(np.uint8)[None]
    return np.asarray(cv2.cvtColor(colours, cv2.COLOR_BGR2LAB)[0], np.float64)


def _patches(picture: Pixels, landmarks: Landmarks, where: tuple[int, ...]) -> Means:
    """Mean colour around each point that lies in the picture, or so near that its patch does."""
    half = max(2, round(PATCH_SHARE * landmarks.height))
    middles = np.rint(landmarks.points[list(where)]).astype(np.intp)
    last = np.array(picture.shape[1::-1]) - 1
    near = ((middles >= -half) & (middles <= last + half)).all(axis=1)
    reach = np.arange(-half, half + 1)
    xs, ys = (np.clip(middles[near, axis, None] + reach, 0, last[axis]) for axis in (0, 1))
    return np.asarray(picture[ys[:, :, None], xs[:, None, :]].mean(axis=(1, 2)), np.float64)
