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
    that was made before it was shown does not count, nor one that follows the one before it
    faster than anybody can read (a natural blink, mostly).
    """
    after_ms = from_ms
    found: list[int] = []
    for number, gesture in enumerate(gestures):
        if number < len(shown_ms):
            after_ms = max(after_ms, from_ms + shown_ms[number] - policy.early_ms)
        made = departures(gesture, measurements, from_ms, policy)
        at_ms = next((at for rest_ms, at in made if rest_ms >= after_ms), None)
        if at_ms is None:
            break
        found.append(at_ms)
        after_ms = at_ms + policy.gap_ms
    return found


def others_made(
    found: Sequence[int],
    measurements: Sequence[Measurement],
    from_ms: int,
    policy: GesturePolicy,
) -> int:
    """How many gestures were made beside those that were found, up to the last of them.

    A film of every gesture over and over would hold any order. Blinks are not counted:
    nobody can help them; nor is what moves together with a gesture that was asked for.
    """
    until_ms = max(found, default=from_ms)
    return sum(
        from_ms <= at_ms <= until_ms
        and all(abs(at_ms - known) > policy.together_ms for known in found)
        for gesture in METRICS
        if gesture is not Gesture.BLINK
        for _, at_ms in departures(gesture, measurements, from_ms, policy)
    )


def departures(
    gesture: Gesture, measurements: Sequence[Measurement], from_ms: int, policy: GesturePolicy
) -> list[tuple[int, int]]:
    """Each time the measurement left rest: when it was at rest last, and when it had left.

    ``from_ms`` is the beginning of the challenge, before which was rest.
    """
    metric, sign = METRICS[gesture]
    series = [(m.at_ms, sign * m.metrics[metric]) for m in measurements if metric in m.metrics]
    rest = _rest(series, from_ms, policy)
    if rest is None:
        return []
    least = departure(gesture, policy)
    rest_ms: int | None = None
    found: list[tuple[int, int]] = []
    for at_ms, value in series:
        if value - rest < least / 2:
            rest_ms = at_ms
        elif rest_ms is not None and value - rest >= least:
            found.append((rest_ms, at_ms))
            rest_ms = None
    return found


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
