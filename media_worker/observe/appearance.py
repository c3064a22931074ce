"""Whether a face looks as it did when its landmarks were last measured.

Stage: inside the observer process, one for each session. It keeps no picture: 24 by 24 cells
of brightness, brought to one contrast, until the next face is measured.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from media_worker.observe.decoding import Pixels
from media_worker.observe.detection import Face

SIDE_CELLS = 24
OTHER_FROM = 0.3
"""Root mean square of the difference, in standard deviations of the face's brightness, 0.9 s
apart. One animated portrait in a hand that sways: median 0.17, three quarters below 0.26. The
mouth open 0.43 and more, a hand over it 0.38, a mask 0.64, a head turned by 20 degrees 0.49."""

Cells = npt.NDArray[np.float32]


class Appearance:
    """Lets one look go without landmarks while the face stays as it is, and never two."""

    def __init__(self) -> None:
        self._measured: Cells | None = None

    def measured(self, grey: Pixels, face: Face) -> None:
        """Landmarks of this face were found."""
        self._measured = _cells(grey, face)

    def forget(self) -> None:
        """No landmarks were found, or there is no face."""
        self._measured = None

    def may_rest(self, grey: Pixels, face: Face) -> bool:
        """Whether the landmarks would say nothing new; the next time they are due in any case."""
        before, self._measured = self._measured, None
        now = _cells(grey, face)
        if before is None or now is None:
            return False
        return float(np.sqrt(np.square(now - before).mean())) < OTHER_FROM


def _cells(grey: Pixels, face: Face) -> Cells | None:
    crop = face.cut_from(grey)
    if not crop.size:
        return None
    small = cv2.resize(crop, (SIDE_CELLS, SIDE_CELLS), interpolation=cv2.INTER_AREA)
    cells = np.asarray(small, np.float32)
    return np.asarray((cells - cells.mean()) / max(float(cells.std()), 1.0), np.float32)
