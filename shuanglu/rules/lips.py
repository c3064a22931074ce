"""Did the mouth move while a voice was heard?

Stage: pure; asked at the end of every voice. Too few pictures, or a movement that is
neither, give "not_seen": a voice is never another's because nothing was looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from importlib import resources
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from shuanglu.parsed import parsed
from shuanglu.rules.measurement import Measurement
from shuanglu.timeline.events import Metric

Lips = Literal["moving", "still", "not_seen"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Movement(_Part):
    """A difference between the widest and the narrowest mouth, and in how many pictures."""

    jaw_open: float = Field(gt=0)
    lip_gap: float = Field(gt=0)
    least_samples: int = Field(ge=2)


class LipsPolicy(_Part):
    """One version of the policy of lips."""

    version: int = Field(ge=1)
    in_force_from: date
    least_span_ms: int = Field(ge=0)
    reach_ms: int = Field(ge=0)
    moving: Movement
    still: Movement


def shipped_lips() -> LipsPolicy:
    """The policy that ships with this version of the software."""
    text = resources.files("shuanglu.rules.policy").joinpath("lips-1.yaml").read_text("utf-8")
    return parsed(LipsPolicy, yaml.safe_load(text), whole="policy")


def lips_during(
    measurements: Sequence[Measurement],
    from_ms: int,
    to_ms: int,
    policy: LipsPolicy | None = None,
) -> Lips:
    """What the mouth did between two media times.

    1. A voice that is too short for the pictures says nothing.
    2. Moving if the jaw or the lips moved enough, in enough pictures.
    3. Still if everything that was measured stayed still, in more pictures.
    """
    rule = policy or shipped_lips()
    if to_ms - from_ms < rule.least_span_ms:
        return "not_seen"
    low, high = from_ms - rule.reach_ms, to_ms + rule.reach_ms
    near = [each.metrics for each in measurements if low <= each.at_ms <= high]
    jaw = [metrics[Metric.JAW_OPEN] for metrics in near if Metric.JAW_OPEN in metrics]
    gap = [metrics[Metric.LIP_GAP] for metrics in near if Metric.LIP_GAP in metrics]
    moves = rule.moving
    if _reaches(jaw, moves.jaw_open, moves) or _reaches(gap, moves.lip_gap, moves):
        return "moving"
    rests = rule.still
    seen = [(jaw, rests.jaw_open), (gap, rests.lip_gap)]
    measured = [(values, limit) for values, limit in seen if values]
    enough = any(len(values) >= rests.least_samples for values, _ in measured)
    if enough and all(_range(values) <= limit for values, limit in measured):
        return "still"
    return "not_seen"


def _reaches(values: Sequence[float], limit: float, movement: Movement) -> bool:
    return len(values) >= movement.least_samples and _range(values) >= limit


def _range(values: Sequence[float]) -> float:
    return max(values) - min(values)
