"""Was the customer's own mouth moving while a voice was heard?

Stage: pure, over the landmarks' measurements. It proves nothing about whose voice it is: a
moving mouth and another's voice may meet. A still mouth and a voice do not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from shuanglu.rules.measurement import Measurement
from shuanglu.timeline.events import Metric

Lips = Literal["moving", "still", "not_seen"]

REACH_MS = 400
"""Pictures this long before and after the voice belong to it: half a sampling interval."""
LEAST_PICTURES = 2
MOVED_GAP = 0.012
"""Least range of the inner lips' distance, as a share of the face's height, that is a
movement. Landmarks of a closed mouth jitter below 0.006 on a compressed picture."""
MOVED_JAW = 0.04
"""The same for the blendshape of the jaw."""


def lips_during(measurements: Sequence[Measurement], from_ms: int, to_ms: int) -> Lips:
    """The mouth from ``from_ms`` to ``to_ms``; "not_seen" with too few pictures of it."""
    near = [m for m in measurements if from_ms - REACH_MS <= m.at_ms <= to_ms + REACH_MS]
    gaps = [m.metrics[Metric.LIP_GAP] for m in near if Metric.LIP_GAP in m.metrics]
    jaws = [m.metrics[Metric.JAW_OPEN] for m in near if Metric.JAW_OPEN in m.metrics]
    if max(len(gaps), len(jaws)) < LEAST_PICTURES:
        return "not_seen"
    moved = _range(gaps) >= MOVED_GAP or _range(jaws) >= MOVED_JAW
    return "moving" if moved else "still"


def _range(values: Sequence[float]) -> float:
    return max(values) - min(values) if values else 0.0
