"""A mounted model that tells a living face from a picture of one, by one look.

Stage: inside the observer process. None is shipped: none of the public ones tells them apart
well enough. Without one the score is absent, which never counts as passed.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from media_worker.observe.decoding import Pixels
from media_worker.observe.detection import Face
from media_worker.observe.network import single_threaded

CROP_SCALE = 2.7
"""Side of what the model sees, in widths of the face."""
_LIVE_CLASS = 1


class PassiveModel:
    """A network of one input and one output.

    Input: one BGR picture, float 0 to 255, 1x3xHxW. Output: one score from 0 to 1, or the
    logits of classes of which number 1 is "live".
    """

    def __init__(self, model: Path) -> None:
        self._session = single_threaded(str(model))
        given = self._session.get_inputs()[0]
        self._name, (_, _, self._height, self._width) = given.name, given.shape
        self.score(np.zeros((8, 8, 3), np.uint8), Face(0, 0, 8, 8, 1, np.zeros(15, np.float32)))

    def score(self, picture: Pixels, face: Face) -> float:
        """Probability that the face is alive, as the model sees it."""
        size = (int(max(face.width, face.height) * CROP_SCALE),) * 2
        crop = cv2.getRectSubPix(picture, size, face.centre)
        small = cv2.resize(crop, (self._width, self._height)).astype(np.float32)
        out = self._session.run(None, {self._name: small.transpose(2, 0, 1)[None]})[0].ravel()
        if len(out) == 1:
            return float(np.clip(out[0], 0, 1))
        likely = np.exp(out - out.max())
        return float(likely[_LIVE_CLASS] / likely.sum())
