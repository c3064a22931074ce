"""The policy of alerts: which facts raise what. Versioned data in YAML beside this module.

Stage: read once, handed to every :class:`~shuanglu.rules.watch.Watch`. It never
looks at a session.
"""

from __future__ import annotations

from datetime import date
from importlib import resources
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from shuanglu.parsed import parsed
from shuanglu.timeline.events import Fact

MANY = "many"
"""Two faces or more: for a rule, three are not another thing than two."""
OTHERWISE = "otherwise"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AlertRule(_Part):
    """One alert. Durations in milliseconds of media time."""

    alert: str = Field(pattern=r"^[a-z][a-z_]{2,39}$")
    fact: Fact
    values: frozenset[str] = Field(min_length=1)
    after_ms: int = Field(ge=0, description="the cause must have lasted this long")
    ends_after_ms: int = Field(ge=0, description="and been away this long for the alert to end")
    severity: Literal["guidance", "ordinary", "severe"]


class AlertPolicy(_Part):
    """One version of the policy; its number stands in every alert that it raised."""

    version: int = Field(ge=1)
    in_force_from: date
    stale_after_ms: dict[Fact, int]
    confirm_samples: dict[Fact, dict[str, int]]
    alerts: tuple[AlertRule, ...]

    @model_validator(mode="after")
    def _is_whole(self) -> AlertPolicy:
        names = [rule.alert for rule in self.alerts]
        if len(set(names)) != len(names):
            raise ValueError("two rules raise the same alert")
        for fact in Fact:
            if fact not in self.stale_after_ms:
                raise ValueError(f"stale_after_ms lacks {fact}")
            if OTHERWISE not in self.confirm_samples.get(fact, {}):
                raise ValueError(f"confirm_samples of {fact} lacks {OTHERWISE!r}")
        return self

    def samples_needed(self, fact: Fact, kind: str) -> int:
        """How many samples in a row make a value of this kind count."""
        counts = self.confirm_samples[fact]
        return counts.get(kind, counts[OTHERWISE])


def kind_of(fact: Fact, value: str) -> str:
    """The value as rules see it: two faces or more are ``many``."""
    if fact is Fact.FACES and value.isdecimal() and int(value) > 1:
        return MANY
    return value


def parse_policy(data: Any) -> AlertPolicy:  # noqa: ANN401 - what YAML or JSON gave
    """Validate a policy; raises :class:`InvalidInputError` naming the field."""
    return parsed(AlertPolicy, data, whole="policy")


def shipped_policy() -> AlertPolicy:
    """The policy that ships with this version of the software."""
    text = resources.files(__name__).joinpath("observation-1.yaml").read_text("utf-8")
    return parse_policy(yaml.safe_load(text))
