"""What an observer states: one measured fact at one media time."""

from __future__ import annotations

from dataclasses import dataclass

from shuanglu.timeline.events import Fact

NOT_EVALUATED = "not_evaluated"


@dataclass(frozen=True, slots=True)
class Observation:
    """``value`` as in ``ObservationChanged``; ``score`` is the model's own, if it has one."""

    fact: Fact
    value: str
    at_ms: int
    score: float | None = None
    model_sha256: str | None = None
