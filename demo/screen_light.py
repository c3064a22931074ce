"""How the phone's own screen lights what stands before it.

Stage: between a picture and the lens. Light adds, and skin gives back a share of each colour:
so the light that comes back is that of the room times a gain, per colour and place.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from demo.film import FaceArea
from demo.portrait import HEIGHT_PX, WIDTH_PX, Pixels

GAMMA = 2.2
Mask = npt.NDArray[np.float32]
Colour = tuple[float, float, float]
"""Linear red, green, blue, 0 to 1."""


def parse_colour(text: str) -> Colour:
    """``#rrggbb`` as linear light."""
    red, green, blue = (int(text[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return (red**GAMMA, green**GAMMA, blue**GAMMA)


def face_mask(face: FaceArea) -> Mask:
    """1 on the face, falling off softly around it."""
    mask = np.zeros((HEIGHT_PX, WIDTH_PX), np.float32)
    centre = (round(face.centre[0]), round(face.centre[1]))
    half = (round(face.half[0]), round(face.half[1]))
    cv2.ellipse(mask, centre, half, 0, 0, 360, 1.0, -1)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), face.half[0] / 4), np.float32)


def everywhere() -> Mask:
    """A sheet of paper or a screen: lit evenly."""
    return np.ones((HEIGHT_PX, WIDTH_PX), np.float32)


class ScreenLight:
    """One subject under the screen; ``strength`` is the screen's light as a share of the room's."""

    def __init__(self, mask: Mask, strength: float) -> None:
        self._mask = mask
        self._strength = strength
        self._gains: dict[Colour, Mask] = {}

    def fall(self, picture: Pixels, colour: Colour) -> Pixels:
        """The picture while the screen shows ``colour``."""
        if max(colour) == 0.0 or self._strength == 0.0:
            return picture
        gain = self._gains.get(colour)
        if gain is None:
            blue_first = np.array(colour[::-1], np.float32)
            lit = 1 + self._strength * self._mask[..., None] * blue_first
            gain = self._gains[colour] = np.asarray(lit ** (1 / GAMMA), np.float32)
        return np.asarray(cv2.multiply(picture, gain, dtype=cv2.CV_8U), np.uint8)
