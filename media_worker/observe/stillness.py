"""How long nothing of a face has moved: not the head, not the lids, not the lips.

Stage: inside the observer process, over the landmarks of one session.
"""

from __future__ import annotations

import numpy as np

from media_worker.observe.face_region import Points
from media_worker.observe.landmarks import Landmarks
from shuanglu.timeline.events import Metric

MOVED_SHARE = 0.02
"""Mean way of the points that is a movement, as a share of the face's height: 4 mm. The
points of a still picture jitter by 0.002 to 0.008."""
MOVED_BLINK = 0.2
MOVED_LIPS = 0.015
LOST_AFTER_MS = 3000


class Stillness:
    """Compares with where everything was when it last moved."""

    def __init__(self) -> None:
        self._points: Points | None = None
        self._shape: tuple[float, float] = (0.0, 0.0)
        self._since_ms = 0
        self._seen_ms = 0

    def still_ms(self, landmarks: Landmarks, at_ms: int) -> float:
        """How long, with this picture."""
        gone = at_ms - self._seen_ms > LOST_AFTER_MS or at_ms < self._since_ms
        self._seen_ms = at_ms
        metrics = landmarks.metrics()
        shape = (metrics[Metric.BLINK], metrics[Metric.LIP_GAP])
        if gone or self._moved(landmarks, shape):
            self._points, self._shape, self._since_ms = landmarks.points, shape, at_ms
        return float(at_ms - self._since_ms)

    def _moved(self, landmarks: Landmarks, shape: tuple[float, float]) -> bool:
        if self._points is None:
            return True
        way = np.linalg.norm(landmarks.points - self._points, axis=1).mean()
        return bool(
            way > MOVED_SHARE * landmarks.height
            or abs(shape[0] - self._shape[0]) > MOVED_BLINK
            or abs(shape[1] - self._shape[1]) > MOVED_LIPS
        )
