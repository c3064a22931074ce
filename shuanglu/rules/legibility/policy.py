"""From when on a signature is legible: versioned data."""

from __future__ import annotations

from datetime import date
from importlib import resources
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from shuanglu.parsed import parsed


class LegibilityPolicy(BaseModel):
    """One version of the thresholds; between the two of agreement a person decides."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    version: int = Field(ge=1)
    in_force_from: date
    least_height_share: float = Field(ge=0, le=1)
    least_spread: float = Field(ge=0, le=1)
    least_strokes_a_sign: float = Field(ge=0)
    most_overlap: float = Field(gt=0, le=1)
    agree_from: float = Field(gt=0, le=1)
    other_below: float = Field(ge=0, le=1)
    other_confidence: float = Field(ge=0, le=1)

    @model_validator(mode="after")
    def _in_order(self) -> LegibilityPolicy:
        if self.other_below >= self.agree_from:
            raise ValueError("other_below must be below agree_from: between them a person decides")
        return self


def parse_legibility(data: Any) -> LegibilityPolicy:  # noqa: ANN401 - what YAML or JSON gave
    """Validate a policy; raises ``InvalidInputError`` naming the field."""
    return parsed(LegibilityPolicy, data, whole="policy")


def shipped_legibility() -> LegibilityPolicy:
    """The policy that ships with this version of the software."""
    folder = resources.files("shuanglu.rules.policy")
    return parse_legibility(yaml.safe_load(folder.joinpath("legibility-1.yaml").read_text("utf-8")))
