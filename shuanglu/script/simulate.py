"""Which steps a customer would go through, and how long the speech of each lasts.

Stage: while a script is written. It never runs a session.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from shuanglu.script.branches import known_of
from shuanglu.script.conditions import Circumstance, Condition, Known, holds
from shuanglu.script.due import steps_due
from shuanglu.script.model import Script
from shuanglu.script.steps import Text

CHARACTERS_A_MINUTE = 140
"""REG-30 calls 120 to 160 normal."""
_MARKS = "，。！？；：、,.!?;:\n \"'“”‘’（）()《》"


class SimulatedSale(BaseModel):
    """What is known of a customer and a sale; what is left out is not known."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    age: int | None = Field(default=None, ge=0, le=120)
    product_risk: int | None = Field(default=None, ge=1, le=5)
    channel: Literal["self_service", "counter", "field", "remote"] | None = None
    province: str | None = Field(default=None, min_length=1, max_length=20)
    death_benefit: bool | None = None
    returning: bool | None = None
    risk_level: int | None = Field(default=None, ge=1, le=5)
    answers: dict[str, str] = Field(default_factory=dict, description="choice by step")


class SimulatedStep(BaseModel):
    """One step: whether it applies, why not, and how long its speech lasts."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    step_id: str
    kind: str
    title: Text
    clauses: tuple[str, ...]
    applies: bool
    reason: Text | None = Field(description="why it is left out, or done although undecided")
    speech_ms: int


def simulate(script: Script, sale: SimulatedSale) -> tuple[SimulatedStep, ...]:
    """Every step in order; those that are left out say why."""
    told = sale.model_dump(exclude={"answers"}, exclude_none=True)
    known = known_of({Circumstance(name): value for name, value in told.items()}, sale.answers)
    due = {step.id for step in steps_due(script, known)}
    left_out = frozenset(step.id for step in script.steps) - due
    known = replace(known, left_out=left_out)
    return tuple(
        SimulatedStep(
            step_id=step.id,
            kind=step.kind,
            title=step.title,
            clauses=step.clauses,
            applies=step.id in due,
            reason=_reason(step.when, known),
            speech_ms=speech_ms(step.say),
        )
        for step in script.steps
    )


def speech_ms(say: str) -> int:
    """About how long it takes to say, at a normal pace; marks are not spoken."""
    return sum(sign not in _MARKS for sign in say) * 60_000 // CHARACTERS_A_MINUTE


def _reason(when: Condition | None, known: Known) -> Text | None:
    held = True if when is None else holds(when, known)
    if held is True:
        return None
    if held is None:
        return Text(zh="条件还不清楚,所以要做", en="the condition is undecided, so it is done")
    return Text(zh="条件不成立", en="the condition does not hold")
