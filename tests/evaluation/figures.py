"""Counts to shares with confidence intervals, and times to percentiles."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.stats import beta

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    count: int
    of: int

    @property
    def value(self) -> float:
        """0 where nothing was counted."""
        return self.count / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Clopper-Pearson, 95 %: exact, and never narrower than it says."""
        if not self.of:
            return (0.0, 1.0)
        tail = (1 - CONFIDENCE) / 2
        low = beta.ppf(tail, self.count, self.of - self.count + 1) if self.count else 0.0
        missing = self.of - self.count
        high = beta.ppf(1 - tail, self.count + 1, missing) if missing else 1.0
        return (float(low), float(high))

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.count}/{self.of} ({low:.2f}–{high:.2f})"


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least that share does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else math.nan
