"""Whether the picture is as before: frozen, or a loop that was seen already.

Stage: inside the observer process, over grids of brightness. It keeps no picture: a grid of
32 by 24 cells cannot show who is in it.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from media_worker.observe.decoding import Grid

KEPT_MS = 32_000
LEAST_LOOP_MS = 1_500
LAG_STEP_MS = 33.4
WINDOW_MS = 2_000
"""A repetition is judged over so much time."""
LEAST_WINDOW_FRAMES = 6
MOTION_MS = 400
LEAST_MOTION = 1.2
"""Mean change of a cell within ``MOTION_MS`` that counts as motion; whoever sits still has
0.3 to 0.8, and a picture without motion repeats trivially."""
REPEATS_BELOW = 0.38
"""Difference from the picture one loop ago, as a share of the motion. A loop gives 0.1 to
0.3 (re-encoding and up to half a frame of delay); people who nod or sway 0.6 and more."""


class Frozenness:
    """Change since the picture looked at before."""

    def __init__(self) -> None:
        self._before: Grid | None = None

    def change(self, grid: Grid) -> tuple[float, float] | None:
        """The 95th percentile and the largest change of a cell; ``None`` for the first."""
        before, self._before = self._before, grid
        if before is None or before.shape != grid.shape:
            return None
        change = np.abs(grid - before)
        return float(np.percentile(change, 95)), float(change.max())


class Loops:
    """Looks for a lag at which the last seconds have been seen before, motion and all."""

    def __init__(self) -> None:
        self._kept: deque[tuple[float, Grid]] = deque()
        self._since_ms: float | None = None

    def see(self, grid: Grid, at_ms: float) -> None:
        """Take the grid of any decoded picture."""
        if self._kept and at_ms <= self._kept[-1][0]:
            self._kept.clear()
        self._kept.append((at_ms, grid))
        while at_ms - self._kept[0][0] > KEPT_MS:
            self._kept.popleft()

    def looped_ms(self) -> float | None:
        """How long the picture has repeated an earlier one; ``None`` while too little was seen."""
        now_ms = self._kept[-1][0]
        if now_ms - self._kept[0][0] < LEAST_LOOP_MS + WINDOW_MS:
            return None
        if not self._repeats():
            self._since_ms = None
            return 0.0
        if self._since_ms is None:
            self._since_ms = now_ms - WINDOW_MS
        return now_ms - self._since_ms

    def _repeats(self) -> bool:
        at = np.array([at_ms for at_ms, _ in self._kept])
        grids = np.stack([grid.ravel() for _, grid in self._kept])
        window = np.flatnonzero(at >= at[-1] - WINDOW_MS)
        if len(window) < LEAST_WINDOW_FRAMES:
            return False
        motion = _difference(grids, window, _nearest(at, at[window] - MOTION_MS))
        if motion < LEAST_MOTION:
            return False
        lags = np.arange(LEAST_LOOP_MS, at[-1] - WINDOW_MS - at[0], LAG_STEP_MS)
        return any(
            _difference(grids, window, _nearest(at, at[window] - lag)) < REPEATS_BELOW * motion
            for lag in lags
        )


def _nearest(at: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    right = np.clip(np.searchsorted(at, wanted), 1, len(at) - 1)
    return np.where(wanted - at[right - 1] < at[right] - wanted, right - 1, right)


def _difference(grids: np.ndarray, first: np.ndarray, second: np.ndarray) -> float:
    change = grids[first] - grids[second]
    change -= change.mean(axis=1, keepdims=True)  # exposure
    return float(np.abs(change).mean())
