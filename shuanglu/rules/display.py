"""From which age elder mode turns itself on: versioned data.

Stage: pure rules, asked when an identity was confirmed. It sees a birth date and hands on
only yes or no; the page is never told an age.
"""

from __future__ import annotations

from datetime import date
from importlib import resources

import yaml
from pydantic import BaseModel, ConfigDict, Field

from shuanglu.parsed import parsed
from shuanglu.rules.identity.checks import age_on
from shuanglu.rules.identity.number import birth_date_in


class DisplayPolicy(BaseModel):
    """One version of the policy; ``source`` is the regulation that it follows."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    version: int = Field(ge=1)
    in_force_from: date
    source: str = Field(pattern=r"^REG-[0-9]+$")
    elder_from_years: int = Field(ge=1, le=130)


def shipped_display() -> DisplayPolicy:
    """The policy that ships with this version of the software."""
    text = resources.files("shuanglu.rules.policy").joinpath("display-1.yaml").read_text("utf-8")
    return parsed(DisplayPolicy, yaml.safe_load(text), whole="policy")


def is_elder(citizen_number: str, today: date, policy: DisplayPolicy) -> bool:
    """Whether the birth date in a number (GB 11643) makes its holder an elder today."""
    born = birth_date_in(citizen_number)
    return born is not None and age_on(born, today) >= policy.elder_from_years
