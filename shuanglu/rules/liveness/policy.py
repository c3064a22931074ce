"""The policy of liveness: versioned data beside this package."""

from __future__ import annotations

from datetime import date
from importlib import resources
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field

from shuanglu.parsed import parsed


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class GesturePolicy(_Part):
    """Angles in degrees, ``blink`` and ``open_mouth`` as the landmarks' own shares."""

    count: int = Field(ge=2, le=5)
    time_limit_ms: int = Field(ge=1000)
    turn_deg: float = Field(gt=0)
    nod_deg: float = Field(gt=0)
    blink: float = Field(gt=0, lt=1)
    open_mouth: float = Field(gt=0, lt=1)
    rest_samples: int = Field(ge=1)
    early_ms: int = Field(ge=0)
    gap_ms: int = Field(ge=0)
    together_ms: int = Field(ge=0)
    most_others: int = Field(ge=0)
    min_rate_hz: float = Field(gt=0)


class DigitPolicy(_Part):
    """Digits read aloud."""

    count: int = Field(ge=3, le=8)
    time_limit_ms: int = Field(ge=1000)
    min_confidence: float = Field(ge=0, le=1)
    lips_moving_share: float = Field(gt=0, le=1)
    lips_step_ratio: float = Field(ge=1)
    most_extra: int = Field(ge=0)
    early_ms: int = Field(ge=0)
    sounds: dict[str, str] = Field(
        description="toneless syllables and their digit, since version 4"
    )


class FlashPolicy(_Part):
    """Colours on the screen, and their trace on the skin."""

    count: int = Field(ge=6, le=20)
    colour_ms: int = Field(ge=334, description="fewer than three changes a second (WCAG 2.3.1)")
    time_limit_ms: int = Field(ge=1000)
    passes_from: float = Field(gt=0, le=1)
    passes_share: float = Field(gt=0, le=1)
    fails_below: float = Field(gt=0, le=1)
    min_signal: float = Field(gt=0)
    fail_signal: float = Field(gt=0)
    max_lag_ms: int = Field(ge=0)
    lag_step_ms: int = Field(ge=10)
    min_rate_hz: float = Field(gt=0)


class LivenessPolicy(_Part):
    """One version; its number stands in every challenge and judgement."""

    version: int = Field(ge=1)
    in_force_from: date
    gestures: GesturePolicy
    digits: DigitPolicy
    flash: FlashPolicy


def parse_liveness(data: Any) -> LivenessPolicy:  # noqa: ANN401 - what YAML or JSON gave
    """Validate a policy; raises ``InvalidInputError`` naming the field."""
    return parsed(LivenessPolicy, data, whole="policy")


def shipped_liveness() -> LivenessPolicy:
    """The policy that ships with this version of the software."""
    text = resources.files("shuanglu.rules.policy").joinpath("liveness-5.yaml").read_text("utf-8")
    return parse_liveness(yaml.safe_load(text))
