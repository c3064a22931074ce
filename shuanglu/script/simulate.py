"""Which steps a customer would go through, and how long the speech of each lasts.

Stage: while a script is written. It never runs a session.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from shuanglu.script.model import Script
from shuanglu.script.steps import Text

CHARACTERS_A_MINUTE = 140
"""REG-30 calls 120–160 normal."""


class Circumstances(BaseModel):
    """What is known of a sale before it begins."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    age: int | None = Field(default=None, ge=0, le=130)
    product_risk: int | None = Field(default=None, ge=1, le=5)
    channel: Literal["self_service", "counter", "field", "remote"] | None = None
    province: str | None = Field(default=None, max_length=20)
    death_benefit: bool | None = None
    returning: bool | None = None


class SimulatedStep(BaseModel):
    """One step: whether it applies, why not, and how long its speech lasts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    step_id: str
    kind: str
    title: Text
    clauses: tuple[str, ...]
    applies: bool
    reason: Text | None
    speech_ms: int


def simulate(script: Script, circumstances: Circumstances) -> tuple[SimulatedStep, ...]:
    """Every step in order; those that do not apply say why."""
    del circumstances  # no step has a condition yet
    return tuple(
        SimulatedStep(
            step_id=step.id,
            kind=step.kind,
            title=step.title,
            clauses=step.clauses,
            applies=True,
            reason=None,
            speech_ms=len(step.say) * 60_000 // CHARACTERS_A_MINUTE,
        )
        for step in script.steps
    )
