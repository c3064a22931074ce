"""The policy of alerts: which facts raise what. Versioned data in YAML beside this module.

Stage: read once, handed to every :class:`~shuanglu.rules.watch.Watch`. It never
looks at a session.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from importlib import resources
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from shuanglu.parsed import parsed
from shuanglu.timeline.events import Fact, Metric

MANY = "many"
"""Two faces or more: for a rule, three are not another thing than two."""
OTHERWISE = "otherwise"
SHIPPED_VERSION = 2


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Condition(_Part):
    """A metric past a threshold; a metric that was not measured is past none."""

    metric: Metric
    over: float | None = None
    under: float | None = None
    abs_over: float | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Condition:
        if [self.over, self.under, self.abs_over].count(None) != 2:  # noqa: PLR2004 - of three
            raise ValueError("a condition has one of over, under, abs_over")
        return self

    def holds(self, metrics: Mapping[Metric, float]) -> bool:
        """Whether the metric was measured and is past the threshold."""
        value = metrics.get(self.metric)
        if value is None:
            return False
        if self.over is not None:
            return value > self.over
        if self.under is not None:
            return value < self.under
        return self.abs_over is not None and abs(value) > self.abs_over


class Case(_Part):
    """A value of a fact, and the conditions that all must hold for it."""

    value: str
    when: tuple[Condition, ...] = Field(min_length=1)


class FactRule(_Part):
    """How a fact follows from metrics: the first case that holds, else ``otherwise``."""

    needs: tuple[Metric, ...] = Field(
        default=(), description="without all of these a measurement says nothing of the fact"
    )
    count: Metric | None = Field(default=None, description="the value is this number")
    cases: tuple[Case, ...] = ()
    otherwise: str | None = Field(
        default=None, description="absent: a measurement without a case says nothing"
    )


class AlertRule(_Part):
    """One alert. Durations in milliseconds of media time."""

    alert: str = Field(pattern=r"^[a-z][a-z_]{2,39}$")
    fact: Fact
    values: frozenset[str] = Field(min_length=1)
    during: frozenset[str] = Field(
        default=frozenset(), description="moments of the script in which it holds; none: all"
    )
    not_during: frozenset[str] = Field(default=frozenset(), description="moments left out")
    after_ms: int = Field(ge=0, description="the cause must have lasted this long")
    ends_after_ms: int = Field(ge=0, description="and been away this long for the alert to end")
    severity: Literal["guidance", "ordinary", "severe"]

    def holds_in(self, moment: frozenset[str]) -> bool:
        """Whether the rule holds in this moment of the script."""
        if moment & self.not_during:
            return False
        return not self.during or bool(moment & self.during)


class OtherAlert(_Part):
    """An alert that comes from words or from the run of the script, not from one fact."""

    alert: str = Field(pattern=r"^[a-z][a-z_]{2,39}$")
    severity: Literal["guidance", "ordinary", "severe"]
    ends_after_ms: int | None = Field(
        default=None, description="ends by itself this long after it was last raised"
    )


class AlertPolicy(_Part):
    """One version of the policy; its number stands in every alert that it raised."""

    version: int = Field(ge=1)
    in_force_from: date
    stale_after_ms: dict[Fact, int]
    confirm_samples: dict[Fact, dict[str, int]]
    alerts: tuple[AlertRule, ...]
    facts: dict[Fact, FactRule] = Field(
        default_factory=dict, description="how values follow from metrics; from version 2 on"
    )
    other_alerts: tuple[OtherAlert, ...] = ()
    respond_within_s: dict[Literal["ordinary", "severe"], int] = Field(
        default_factory=dict, description="R4: when an alert escalates by itself"
    )

    @model_validator(mode="after")
    def _is_whole(self) -> AlertPolicy:
        names = [rule.alert for rule in self.alerts]
        names += [other.alert for other in self.other_alerts]
        if len(set(names)) != len(names):
            raise ValueError("two rules raise the same alert")
        for fact in {*self.facts, *(rule.fact for rule in self.alerts)}:
            if fact not in self.stale_after_ms:
                raise ValueError(f"stale_after_ms lacks {fact}")
        for fact in self.stale_after_ms:
            if OTHERWISE not in self.confirm_samples.get(fact, {}):
                raise ValueError(f"confirm_samples of {fact} lacks {OTHERWISE!r}")
        return self

    def deadline_s(self, severity: str) -> int | None:
        """Seconds until somebody must have looked, if the severity has a deadline."""
        return next((s for known, s in self.respond_within_s.items() if known == severity), None)

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


def shipped_policy(version: int = SHIPPED_VERSION) -> AlertPolicy:
    """A policy that ships with this version of the software; earlier ones stay."""
    text = resources.files(__name__).joinpath(f"observation-{version}.yaml").read_text("utf-8")
    return parse_policy(yaml.safe_load(text))
