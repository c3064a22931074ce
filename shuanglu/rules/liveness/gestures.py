"""Gestures in the order that was asked for, each from rest and after it was shown.

Stage: pure. A gesture is a departure from the customer's own resting value, so a head that
is held askew, or narrow eyes, are no gesture.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from shuanglu.rules.liveness.policy import GesturePolicy, LivenessPolicy
from shuanglu.rules.measurement import Measurement
from shuanglu.timeline.events import Gesture, Metric

METRICS: dict[Gesture, tuple[Metric, float]] = {
    Gesture.TURN_LEFT: (Metric.YAW, 1.0),
    Gesture.TURN_RIGHT: (Metric.YAW, -1.0),
    Gesture.NOD: (Metric.PITCH, 1.0),
    Gesture.BLINK: (Metric.BLINK, 1.0),
    Gesture.OPEN_MOUTH: (Metric.JAW_OPEN, 1.0),
}
"""What a gesture moves, and which way."""


def gestures_seen(
    gestures: Sequence[Gesture],
    measurements: Sequence[Measurement],
    from_ms: int,
    policy: LivenessPolicy,
) -> int:
    """How many were seen so far, in order; measurements before ``from_ms`` only tell rest."""
    return len(seen_at(gestures, measurements, (), from_ms, policy.gestures))


def seen_at(
    gestures: Sequence[Gesture],
    measurements: Sequence[Measurement],
    shown_ms: Sequence[int],
    from_ms: int,
    policy: GesturePolicy,
) -> list[int]:
    """Media time of each gesture that was seen, in order.

    ``shown_ms`` are the times, after ``from_ms``, at which each was put on the screen: one
    that was made before it was shown does not count. Another gesture that is made instead
    is passed over; the order of what was asked is what counts.
    """
    after_ms = from_ms
    found: list[int] = []
    for number, gesture in enumerate(gestures):
        if number < len(shown_ms):
            after_ms = max(after_ms, from_ms + shown_ms[number] - policy.early_ms)
        at_ms = _first(gesture, measurements, (from_ms, after_ms), policy)
        if at_ms is None:
            break
        found.append(at_ms)
        after_ms = at_ms + 1
    return found


def _first(
    gesture: Gesture,
    measurements: Sequence[Measurement],
    since: tuple[int, int],
    policy: GesturePolicy,
) -> int | None:
    """When the measurement first departs from rest, having been at rest after ``since``.

    ``since`` is the beginning of the challenge, before which was rest, and of this gesture.
    """
    from_ms, after_ms = since
    metric, sign = METRICS[gesture]
    series = [(m.at_ms, sign * m.metrics[metric]) for m in measurements if metric in m.metrics]
    rest = _rest(series, from_ms, policy)
    if rest is None:
        return None
    least = departure(gesture, policy)
    was_at_rest = False
    for at_ms, value in series:
        if at_ms < after_ms:
            continue
        if value - rest < least / 2:
            was_at_rest = True
        elif was_at_rest and value - rest >= least:
            return at_ms
    return None


def _rest(series: Sequence[tuple[int, float]], from_ms: int, policy: GesturePolicy) -> float | None:
    """The customer's own resting value: the median before, else of the lower half after."""
    before = [value for at_ms, value in series if at_ms < from_ms][-4 * policy.rest_samples :]
    if len(before) >= policy.rest_samples:
        return median(before)
    values = sorted(value for _, value in series)
    if len(values) < policy.rest_samples:
        return None
    return median(values[: max(policy.rest_samples, len(values) // 2)])


def departure(gesture: Gesture, policy: GesturePolicy) -> float:
    """How far the measurement must leave rest."""
    return {
        Gesture.TURN_LEFT: policy.turn_deg,
        Gesture.TURN_RIGHT: policy.turn_deg,
        Gesture.NOD: policy.nod_deg,
        Gesture.BLINK: policy.blink,
        Gesture.OPEN_MOUTH: policy.open_mouth,
    }[gesture]
