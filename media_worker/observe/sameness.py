"""Whether the picture is as before: frozen, or a loop that was seen already.

Stage: inside the observer process, over grids of brightness. It keeps no picture: a grid of
32 by 24 cells cannot show who is in it.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from media_worker.observe.decoding import Grid

Numbers = npt.NDArray[np.float64]
Cells = npt.NDArray[np.float32]
Numbering = npt.NDArray[np.intp]

CUT_CHANGE = 15.0
"""Change of more than half of all cells from one look to the next that only a cut makes, or a
light that was switched: a head that turns changes a third of them."""
KEPT_MS = 32_000
LEAST_LOOP_MS = 1_500
LAG_STEP_MS = 33.4
WINDOW_MS = 1_700
"""A repetition is judged over so much time, which is also how long one lasts before it is told.
Chosen for the time to an alert. Puppets that play the same six seconds again in a hand that
drifts (15 of them, 75 s each) came down to 0.18 of the motion over 1.5 s and to 0.20 over 2 s,
three of them below 0.3, where loops are (0.18 to 0.31). No real person was measured."""
LEAST_WINDOW_FRAMES = 6
JUDGE_EVERY_MS = 400
"""To search all lags costs more than to follow a face; a loop lasts for seconds."""
MOTION_MS = 400
LEAST_MOTION = 1.5
"""Change of the cells (root of the mean square) within ``MOTION_MS`` that counts as motion;
whoever sits still has less, and a picture without motion repeats trivially."""
SURE_MOTION = 2.5
"""With less motion than this, noise may hide a repetition: that nothing repeats is not sure."""
JUMP_MOTION = 15.0
JUMP_OF_USUAL = 4.0
"""What changes by more than both within ``MOTION_MS`` (the second: of the median) jumped at a cut,
which is no motion: beside it the little that somebody moves who comes back into the picture looks
like a repetition. Seen in the evaluation, beside an empty room, a hand over the lens and black."""
REPEATS_BELOW = 0.3
"""Difference from the picture one loop ago, as a share of the motion. A loop gives 0.06 to 0.1
where the sampled frames meet, up to 0.3 where they fall between; a person in a hand that
holds a phone 0.46 and more, even one that repeats every gesture exactly."""
FORGOTTEN_AFTER_MS = 3000
MOST_STEP_MS = 300
"""Between frames farther apart nothing is known."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """One grid without its mean, and the mean products that every search needs of it."""

    at_ms: float
    cells: Cells
    square: float
    with_before: float


def _mean_product(one: Cells, other: Cells) -> float:
    return float(np.dot(one, other)) / one.size


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
    """Looks for a lag at which the last seconds have been seen before, motion and all.

    A loop of n frames meets the sampled frames again after once, twice or four times n,
    as layer 0 has every second or fourth frame; so a loop is seen after some rounds of it.
    """

    def __init__(self) -> None:
        self._kept: deque[_Kept] = deque()
        self._since_ms: float | None = None
        self._known_ms = 0.0
        self._judged_ms = -math.inf
        self._lags = np.zeros(0)

    def see(self, grid: Grid, at_ms: float) -> None:
        """Take the grid of any decoded picture."""
        if self._kept and at_ms <= self._kept[-1].at_ms:
            self._kept.clear()
            self._since_ms = None
        cells = grid.ravel()
        cells = cells - cells.mean()  # exposure is no motion
        before = self._kept[-1].cells if self._kept else cells
        self._kept.append(
            _Kept(at_ms, cells, _mean_product(cells, cells), _mean_product(before, cells))
        )
        while at_ms - self._kept[0].at_ms > KEPT_MS:
            self._kept.popleft()

    def looped_ms(self) -> float | None:
        """How long the picture has repeated an earlier one; ``None`` while too little was seen."""
        now_ms = self._kept[-1].at_ms
        if now_ms - self._kept[0].at_ms < LEAST_LOOP_MS + WINDOW_MS:
            return None
        if 0 <= now_ms - self._judged_ms < JUDGE_EVERY_MS:
            return self._lasted_ms(now_ms)
        self._judged_ms = now_ms
        lags = self._repeating_lags()
        if lags is None:
            return self._lasted_ms(now_ms)
        self._known_ms = now_ms
        same = lags if self._since_ms is None else _kept_lags(self._lags, lags)
        if len(same) and self._since_ms is None:
            self._since_ms = now_ms - WINDOW_MS
        elif not len(same):
            self._since_ms = None
        self._lags = same
        return self._lasted_ms(now_ms)

    def _lasted_ms(self, now_ms: float) -> float:
        """A moment without motion neither begins nor ends a loop."""
        if self._since_ms is not None and now_ms - self._known_ms > FORGOTTEN_AFTER_MS:
            self._since_ms = None
        return 0.0 if self._since_ms is None else now_ms - self._since_ms

    def _repeating_lags(self) -> Numbers | None:
        """At which lags the last seconds were seen before; ``None`` without motion to tell."""
        at = np.array([kept.at_ms for kept in self._kept])
        window = np.flatnonzero(at >= at[-1] - WINDOW_MS)
        lags = np.arange(LEAST_LOOP_MS, at[-1] - WINDOW_MS - at[0], LAG_STEP_MS)
        if len(window) < LEAST_WINDOW_FRAMES or not len(lags):
            return None
        apart = _Apart(self._kept, window)
        moved = apart.from_frames(_nearest(at, at[window] - MOTION_MS))
        is_motion = moved <= max(JUMP_MOTION, JUMP_OF_USUAL * float(np.median(moved)))
        motion = moved[is_motion].mean()
        if motion < LEAST_MOTION:
            return None
        wanted = at[window][None] - lags[:, None]
        before = np.clip(np.searchsorted(at, wanted, side="right") - 1, 0, len(at) - 2)
        is_there = (at[before + 1] - at[before] <= MOST_STEP_MS) & (wanted >= at[0]) & is_motion
        pairs = is_there.sum(axis=1)
        mean = np.where(is_there, apart.from_steps()[np.arange(len(window)), before], 0).sum(axis=1)
        known = pairs >= max(LEAST_WINDOW_FRAMES, len(window) // 2)
        repeating = lags[known & (mean < REPEATS_BELOW * motion * pairs)]
        return repeating if repeating.size or motion > SURE_MOTION else None


def _kept_lags(before: Numbers, lags: Numbers) -> Numbers:
    """Those of ``before`` that still are: a loop keeps its length, a rhythm drifts."""
    if not before.size or not lags.size:
        return before[:0]
    apart = np.abs(before[:, None] - lags[None]).min(axis=1)
    return np.asarray(before[apart <= LAG_STEP_MS / 2], np.float64)


def _nearest(at: Numbers, wanted: Numbers) -> Numbering:
    """For each wanted time the number of the frame that is nearest."""
    right = np.clip(np.searchsorted(at, wanted), 1, len(at) - 1)
    return np.where(wanted - at[right - 1] < at[right] - wanted, right - 1, right)


class _Apart:
    """Differences (root of the mean square of cells) of the window's frames from all kept."""

    def __init__(self, kept: Sequence[_Kept], window: Numbering) -> None:
        cells = np.stack([each.cells for each in kept])
        self._products = (cells[window] @ cells.T).astype(np.float64) / cells.shape[1]
        self._square = np.array([each.square for each in kept])
        self._next = np.array([each.with_before for each in kept])[1:]
        self._squares = self._square[window][:, None] + self._square[None] - 2 * self._products

    def from_frames(self, frames: Numbering) -> Numbers:
        """Of each of the window's frames from one other."""
        squares = self._squares[np.arange(len(frames)), frames]
        return np.asarray(np.sqrt(np.maximum(squares, 0)), np.float64)

    def from_steps(self) -> Numbers:
        """Of each of the window's frames from whatever lies between a frame and the next.

        What is between them is taken to be on a straight line, as cross-fading would show it.
        """
        length = np.maximum(self._square[:-1] + self._square[1:] - 2 * self._next, 1e-9)
        along = self._products[:, 1:] - self._products[:, :-1] - self._next + self._square[:-1]
        share = np.clip(along / length, 0, 1)
        squares = self._squares[:, :-1] - 2 * share * along + share * share * length
        return np.asarray(np.sqrt(np.maximum(squares, 0)), np.float64)
