"""Whether the picture is as before: frozen, or a loop that was seen already.

Stage: inside the observer process, over grids of brightness. It keeps no picture: a grid of
32 by 24 cells cannot show who is in it.
"""

from __future__ import annotations

from collections import deque

import numpy as np
import numpy.typing as npt

from media_worker.observe.decoding import Grid

Numbers = npt.NDArray[np.float64]

CUT_CHANGE = 15.0
"""Change of more than half of all cells from one look to the next that only a cut makes, or a
light that was switched: a head that turns changes a third of them."""
KEPT_MS = 32_000
LEAST_LOOP_MS = 1_500
LAG_STEP_MS = 33.4
WINDOW_MS = 2_000
"""A repetition is judged over so much time."""
LEAST_WINDOW_FRAMES = 6
MOTION_MS = 400
LEAST_MOTION = 1.5
"""Change of the cells (root of the mean square) within ``MOTION_MS`` that counts as motion;
whoever sits still has less, and a picture without motion repeats trivially."""
REPEATS_BELOW = 0.45
"""Difference from the picture one loop ago, as a share of the motion. A loop gives 0.08 to
0.4 (re-encoding, and up to a frame of delay), living people 0.64 and more."""
MOST_OFF_MS = 75
"""A picture this near to the wanted time stands for it: half an interval of layer 0."""


class Frozenness:
    """Change since the picture looked at before."""

    def __init__(self) -> None:
        self.is_cut = False
        self._before: Grid | None = None

    def change(self, grid: Grid) -> tuple[float, float] | None:
        """The 95th percentile and the largest change of a cell; ``None`` for the first."""
        before, self._before = self._before, grid
        if before is None or before.shape != grid.shape:
            return None
        change = np.abs(grid - before)
        self.is_cut = bool(np.median(change) > CUT_CHANGE)
        return float(np.percentile(change, 95)), float(change.max())


class Loops:
    """Looks for a lag at which the last seconds have been seen before, motion and all."""

    def __init__(self) -> None:
        self._kept: deque[tuple[float, Numbers]] = deque()
        self._since_ms: float | None = None

    def see(self, grid: Grid, at_ms: float) -> None:
        """Take the grid of any decoded picture."""
        if self._kept and at_ms <= self._kept[-1][0]:
            self._kept.clear()
        cells = grid.ravel().astype(np.float64)
        self._kept.append((at_ms, cells - cells.mean()))  # exposure is no motion
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
        window = np.flatnonzero(at >= at[-1] - WINDOW_MS)
        if len(window) < LEAST_WINDOW_FRAMES:
            return False
        apart = _apart(np.stack([cells for _, cells in self._kept]), window)
        rows = np.arange(len(window))
        motion = apart[rows, _nearest(at, at[window] - MOTION_MS)].mean()
        lags = np.arange(LEAST_LOOP_MS, at[-1] - WINDOW_MS - at[0], LAG_STEP_MS)
        if motion < LEAST_MOTION or not len(lags):
            return False
        wanted = at[window][None] - lags[:, None]
        earlier = _nearest(at, wanted)
        is_there = np.abs(at[earlier] - wanted) <= MOST_OFF_MS
        pairs = is_there.sum(axis=1)
        sums = np.where(is_there, apart[rows[None], earlier], 0).sum(axis=1)
        mean = sums / np.maximum(pairs, 1)
        return bool((mean < REPEATS_BELOW * motion)[pairs >= LEAST_WINDOW_FRAMES].any())


def _nearest(at: Numbers, wanted: Numbers) -> npt.NDArray[np.intp]:
    """For each wanted time the number of the frame that is nearest."""
    right = np.clip(np.searchsorted(at, wanted), 1, len(at) - 1)
    return np.where(wanted - at[right - 1] < at[right] - wanted, right - 1, right)


def _apart(cells: Numbers, window: npt.NDArray[np.intp]) -> Numbers:
    """Root of the mean squared difference of the window's frames (rows) from all (columns)."""
    squares = np.square(cells).sum(axis=1)
    products = cells[window] @ cells.T
    mean = (squares[window][:, None] + squares[None] - 2 * products) / cells.shape[1]
    return np.asarray(np.sqrt(np.maximum(mean, 0)), np.float64)
