"""How often a customer's risk tolerance may be assessed, and how long a result is valid (REG-24).

Stage: pure rules over what the server counted. They never know who the customer is.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib import resources
from typing import Protocol

import yaml
from pydantic import BaseModel, ConfigDict, Field

from shuanglu.parsed import parsed


class SuitabilityPolicy(BaseModel):
    """One version of the limits."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    version: int = Field(ge=1)
    in_force_from: date
    most_a_day: int = Field(ge=1)
    most_in_12_months: int = Field(ge=1)
    valid_months: int = Field(ge=1, le=120)


class Assessed(Protocol):
    """What is known of a customer's earlier assessments; a ``suitability.checked`` has it all."""

    @property
    def evaluated(self) -> bool:
        """Whether it could be asked at all."""
        ...

    @property
    def today(self) -> int:
        """How many there were today."""
        ...

    @property
    def last_12_months(self) -> int:
        """Today's included."""
        ...

    @property
    def previous_on(self) -> date | None:
        """The day of the last one."""
        ...


@cache
def shipped_suitability() -> SuitabilityPolicy:
    """The policy that ships with this version of the software; read once, it never changes."""
    text = (
        resources.files("shuanglu.rules.policy").joinpath("suitability-1.yaml").read_text("utf-8")
    )
    return parsed(SuitabilityPolicy, yaml.safe_load(text), whole="policy")


def may_assess(assessed: Assessed, policy: SuitabilityPolicy) -> bool:
    """Whether one more is permitted; what could not be asked forbids nothing."""
    if not assessed.evaluated:
        return True
    return assessed.today < policy.most_a_day and assessed.last_12_months < policy.most_in_12_months


def is_valid(assessed: Assessed, on: date, policy: SuitabilityPolicy) -> bool:
    """Whether the last result still counts on that day; it ends the day before its anniversary."""
    if not assessed.evaluated or assessed.previous_on is None:
        return False
    return on < _months_later(assessed.previous_on, policy.valid_months)


def _months_later(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    for back in range(4):  # 31 January and a month is the last day of February
        try:
            return date(day.year + years, month + 1, day.day - back)
        except ValueError:
            continue
    raise ValueError("no such day")
