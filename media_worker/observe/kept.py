"""What was measured in one session, kept for questions about the past.

Stage: on the event loop. Bounded: about an hour and a half at the usual rate.
"""

from __future__ import annotations

import math
from bisect import bisect_left, insort

from shuanglu.rules.evidence import FACE_REACH_MS, faces_in
from shuanglu.rules.measurement import Measurement
from shuanglu.rules.observation import FacesInSpan
from shuanglu.timeline.events import Metric

KEPT_MEASUREMENTS = 20_000
LIKE_ANOTHER = 0.45
HARDLY_MOVED = 2.0
"""Change of the cells (95th percentile) below which the next look comes sooner; what counts as
frozen, or another person, is the policy's to say."""


class KeptMeasurements:
    """Measurements by media time."""

    def __init__(self) -> None:
        self._kept: list[Measurement] = []
        self._faces: float | None = None

    def take(self, measured: Measurement) -> None:
        """Keep one more."""
        insort(self._kept, measured, key=_at_ms)
        if len(self._kept) > KEPT_MEASUREMENTS:
            del self._kept[: KEPT_MEASUREMENTS // 10]

    def is_new(self, measured: Measurement) -> bool:
        """Whether it counts other faces than the picture before: one odd picture proves nothing."""
        before, self._faces = self._faces, measured.metrics.get(Metric.FACES, self._faces)
        return before is not None and before != self._faces

    @staticmethod
    def is_in_doubt(measured: Measurement) -> bool:
        """Whether next to nothing moved since the picture before, or the face may be another's."""
        hardly_moved = measured.metrics.get(Metric.CHANGE, math.inf) < HARDLY_MOVED
        return hardly_moved or measured.metrics.get(Metric.SAME_FACE, math.inf) < LIKE_ANOTHER

    def between(self, from_ms: int, to_ms: int) -> list[Measurement]:
        """Those from ``from_ms`` to ``to_ms``, both included, in order."""
        start = bisect_left(self._kept, from_ms, key=_at_ms)
        end = bisect_left(self._kept, to_ms + 1, key=_at_ms)
        return self._kept[start:end]

    def faces_between(self, from_ms: int, to_ms: int) -> FacesInSpan:
        """The faces between two media times."""
        near = self.between(from_ms - FACE_REACH_MS, to_ms + FACE_REACH_MS)
        counts = ((m.at_ms, m.metrics.get(Metric.FACES)) for m in near)
        return faces_in([(at, round(n)) for at, n in counts if n is not None], from_ms, to_ms)


def _at_ms(measured: Measurement) -> int:
    return measured.at_ms
