"""The colours of the screen, found again on the skin.

Stage: pure. The mean light of cheeks and forehead (linear) is followed in two log-ratios,
red to green and blue to green, which the brightness of a room does not move. They are
compared with those of the colours that were shown, over the lags that a camera may have.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from shuanglu.rules.liveness.policy import FlashPolicy
from shuanglu.rules.measurement import Measurement
from shuanglu.timeline.events import Metric

SKIN = (Metric.SKIN_R, Metric.SKIN_G, Metric.SKIN_B)
DARKEST = 1e-4
MEDIAN_SQUARE = 0.4549
"""Of a normal variable with variance 1: the median of its square."""

Series = list[float]


@dataclass(frozen=True, slots=True)
class FlashTrace:
    """``correlation`` at the best lag, -1 to 1; ``signal`` is the deviation of the chroma.

    ``possible`` is the correlation that the right colours would have, given how much of the
    chroma is noise from one picture to the next.
    """

    correlation: float
    possible: float
    signal: float
    lag_ms: int
    samples: int


def flash_trace(
    colours: Sequence[str],
    shown_at_ms: Sequence[int],
    until_ms: int,
    measurements: Sequence[Measurement],
    policy: FlashPolicy,
) -> FlashTrace | None:
    """The best match over the lags; ``None`` with too few pictures to say anything."""
    from_ms = shown_at_ms[0]
    end_ms = until_ms + policy.max_lag_ms
    seen = [
        m
        for m in measurements
        if from_ms <= m.at_ms <= end_ms and all(s in m.metrics for s in SKIN)
    ]
    wanted = policy.min_rate_hz * (until_ms - from_ms) / 1000
    if len(seen) < max(8, wanted):
        return None
    times = [m.at_ms for m in seen]
    chroma = [_detrended(times, series) for series in _chroma(seen)]
    signal = math.sqrt(sum(_variance(series) for series in chroma) / len(chroma))
    possible = sum(_possible(series) for series in chroma) / len(chroma)
    best = FlashTrace(-1.0, possible, signal, 0, len(seen))
    for lag_ms in range(0, policy.max_lag_ms + 1, policy.lag_step_ms):
        expected = _expected(colours, shown_at_ms, until_ms, [at - lag_ms for at in times])
        found = [
            _correlation(series, _detrended(times, wanted_series))
            for series, wanted_series in zip(chroma, expected, strict=True)
        ]
        correlation = sum(found) / len(found)
        if correlation > best.correlation:
            best = FlashTrace(correlation, possible, signal, lag_ms, len(seen))
    return best


def _chroma(seen: Sequence[Measurement]) -> tuple[Series, Series]:
    red, green, blue = (
        [math.log(max(DARKEST, m.metrics[channel])) for m in seen] for channel in SKIN
    )
    return (
        [r - g for r, g in zip(red, green, strict=True)],
        [b - g for b, g in zip(blue, green, strict=True)],
    )


def _expected(
    colours: Sequence[str], shown_at_ms: Sequence[int], until_ms: int, times: Sequence[int]
) -> tuple[Series, Series]:
    rows = [_ratio_at(colours, shown_at_ms, until_ms, at_ms) for at_ms in times]
    return [row[0] for row in rows], [row[1] for row in rows]


def _ratio_at(
    colours: Sequence[str], shown_at_ms: Sequence[int], until_ms: int, at_ms: int
) -> tuple[float, float]:
    on = [number for number, since in enumerate(shown_at_ms) if since <= at_ms]
    if not on or at_ms >= until_ms:
        return 0.0, 0.0  # black before and after
    red, green, blue = rgb(colours[on[-1]])
    return red - green, blue - green


def rgb(colour: str) -> tuple[float, float, float]:
    """``#rrggbb`` as shares."""
    return (
        int(colour[1:3], 16) / 255,
        int(colour[3:5], 16) / 255,
        int(colour[5:7], 16) / 255,
    )


def _detrended(times: Sequence[int], values: Sequence[float]) -> Series:
    """Without mean, slope and bow: a cloud before the window is no colour."""
    middle, span = (times[0] + times[-1]) / 2, max(1.0, (times[-1] - times[0]) / 2)
    at = [(time - middle) / span for time in times]
    left = list(values)
    for basis in _orthogonal([[1.0] * len(at), at, [x * x for x in at]]):
        share = _dot(left, basis)
        left = [value - share * b for value, b in zip(left, basis, strict=True)]
    return left


def _orthogonal(vectors: Sequence[Series]) -> list[Series]:
    """Gram-Schmidt; a vector that the others span is left out."""
    out: list[Series] = []
    for vector in vectors:
        left = list(vector)
        for basis in out:
            share = _dot(left, basis)
            left = [value - share * b for value, b in zip(left, basis, strict=True)]
        length = math.sqrt(_dot(left, left))
        if length > 1e-9:  # noqa: PLR2004 - rounding
            out.append([value / length for value in left])
    return out


def _dot(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def _possible(series: Sequence[float]) -> float:
    """Most steps are within one colour, so the median step is noise (twice its variance)."""
    steps = median((after - before) ** 2 for before, after in pairwise(series))
    noise = steps / MEDIAN_SQUARE / 2
    whole = _variance(series)
    return math.sqrt(max(0.0, 1 - noise / whole)) if whole > 0 else 0.0


def _variance(values: Sequence[float]) -> float:
    mean = sum(values) / len(values)
    return sum((value - mean) ** 2 for value in values) / len(values)


def _correlation(one: Sequence[float], other: Sequence[float]) -> float:
    lengths = math.sqrt(_dot(one, one) * _dot(other, other))
    return _dot(one, other) / lengths if lengths > 1e-12 else 0.0  # noqa: PLR2004 - rounding
