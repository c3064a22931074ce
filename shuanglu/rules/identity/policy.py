"""From which cosine on two faces are one person's: versioned data."""

from __future__ import annotations

from datetime import date
from importlib import resources
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from shuanglu.parsed import parsed
from shuanglu.timeline.events import FaceOutcome


class IdentityPolicy(BaseModel):
    """One version of the thresholds; between the two a person decides."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    version: int = Field(ge=1)
    in_force_from: date
    same_from: float = Field(ge=-1, le=1)
    other_below: float = Field(ge=-1, le=1)
    most_yaw_deg: float = Field(default=25, gt=0, le=90)
    other_samples: int = Field(default=2, ge=1)

    @model_validator(mode="after")
    def _in_order(self) -> IdentityPolicy:
        if self.other_below >= self.same_from:
            raise ValueError("other_below must be below same_from: a near miss goes to a person")
        return self


def parse_identity(data: Any) -> IdentityPolicy:  # noqa: ANN401 - what YAML or JSON gave
    """Validate a policy; raises ``InvalidInputError`` naming the field."""
    return parsed(IdentityPolicy, data, whole="policy")


def shipped_identity() -> IdentityPolicy:
    """The policy that ships with this version of the software."""
    text = resources.files("shuanglu.rules.policy").joinpath("identity-1.yaml").read_text("utf-8")
    return parse_identity(yaml.safe_load(text))


def face_outcome(score: float | None, policy: IdentityPolicy) -> FaceOutcome:
    """What a cosine means; no cosine is "not evaluated"."""
    if score is None:
        return FaceOutcome.NOT_EVALUATED
    if score >= policy.same_from:
        return FaceOutcome.SAME
    return FaceOutcome.OTHER if score < policy.other_below else FaceOutcome.UNSURE
