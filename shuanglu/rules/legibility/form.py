"""The form of a signature's ink: how large, how straight, how often it runs over itself.

Stage: pure geometry over points. It reads nothing and knows no thresholds.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Point = tuple[float, float]

CELLS_ACROSS = 32
"""The ink's longer side is divided into this many cells to see where it runs over itself."""
STEPS_A_CELL = 2
PASS_AWAY_STEPS = 8
"""So many steps elsewhere, and coming back to a cell is another pass through it."""
MOST_STEPS = 60_000
"""A page may send what it likes; past this the rest is not looked at."""


@dataclass(frozen=True, slots=True)
class Form:
    """What the geometry comes to."""

    strokes: int
    height_share: float
    """Larger side of the ink's box over the pad's smaller side."""
    spread: float
    """Deviation across the ink's main direction over that along it: 0 for a straight line."""
    overlap: float
    """Share of passes through cells that were inked before: 0 for a clean line, to 1."""


def form_of(strokes: Sequence[Sequence[Point]], *, pad_px: tuple[float, float]) -> Form:
    """The form of these strokes on a pad of this width and height."""
    points = [point for stroke in strokes for point in stroke]
    width, height = _box(points)
    return Form(
        strokes=len(strokes),
        height_share=max(width, height) / max(1.0, min(pad_px)),
        spread=_spread(points),
        overlap=_overlap(strokes, cell=max(width, height) / CELLS_ACROSS),
    )


def _box(points: Sequence[Point]) -> tuple[float, float]:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return max(xs) - min(xs), max(ys) - min(ys)


def _spread(points: Sequence[Point]) -> float:
    """From the two eigenvalues of the points' covariance."""
    count = len(points)
    mean_x, mean_y = sum(x for x, _ in points) / count, sum(y for _, y in points) / count
    xx = sum((x - mean_x) ** 2 for x, _ in points) / count
    yy = sum((y - mean_y) ** 2 for _, y in points) / count
    xy = sum((x - mean_x) * (y - mean_y) for x, y in points) / count
    middle, apart = (xx + yy) / 2, math.hypot((xx - yy) / 2, xy)
    if middle + apart <= 0:
        return 0.0
    return math.sqrt(max(0.0, middle - apart) / (middle + apart))


def _overlap(strokes: Sequence[Sequence[Point]], *, cell: float) -> float:
    if cell <= 0:
        return 0.0
    last_seen: dict[tuple[int, int], int] = {}
    passes = again = 0
    for step, place in enumerate(_places(strokes, cell)):
        before = last_seen.get(place)
        last_seen[place] = step
        if before is None:
            passes += 1
        elif step - before > PASS_AWAY_STEPS:
            passes, again = passes + 1, again + 1
    return again / passes if passes else 0.0


def _places(strokes: Sequence[Sequence[Point]], cell: float) -> Iterator[tuple[int, int]]:
    """The cells that the pen passes, in order."""
    told = 0
    for stroke in strokes:
        for (x, y), (to_x, to_y) in zip(stroke, stroke[1:] or stroke, strict=False):
            steps = 1 + int(math.hypot(to_x - x, to_y - y) / cell * STEPS_A_CELL)
            told += steps
            if told > MOST_STEPS:
                return
            for part in range(steps):
                share = part / steps
                across, down = x + (to_x - x) * share, y + (to_y - y) * share
                yield int(across // cell), int(down // cell)
