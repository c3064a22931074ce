"""What the observers measured at one media time, before any rule has looked at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from shuanglu.timeline.events import Metric

Source = Literal["picture", "sound", "both"]


@dataclass(frozen=True, slots=True)
class Measurement:
    """One sample. A metric that could not be measured is absent, never zero."""

    at_ms: int
    source: Source
    metrics: Mapping[Metric, float]
    model_sha256s: tuple[str, ...] = ()
