"""How sharp a face, a card or a picture is.

Stage: inside the observer process. Pure. The measure is the standard deviation of the
Laplacian at a fixed size, so that near and far faces, and large and small pictures, compare.
"""

from __future__ import annotations

import cv2
import numpy as np

from media_worker.observe.decoding import Pixels

FACE_SIDE_PX = 128


def sharpness(grey: Pixels, width_px: int = FACE_SIDE_PX) -> float | None:
    """Of a grey picture brought to ``width_px``; ``None`` for an empty one."""
    if min(grey.shape[:2]) < 2:  # noqa: PLR2004 - no area
        return None
    scale = width_px / grey.shape[1]
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    size = (width_px, max(2, round(grey.shape[0] * scale)))
    return float(np.std(cv2.Laplacian(cv2.resize(grey, size, interpolation=way), cv2.CV_32F)))
