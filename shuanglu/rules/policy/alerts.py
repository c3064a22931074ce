"""Which facts raise which alert, after how long, how gravely, and who must look by when.

Stage: part of the policy of observations. It never looks at a session.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from shuanglu.rules.policy.facts import FactRule, Part
from shuanglu.timeline.events import Fact

MANY = "many"
"""Two faces or more: for a rule, three are not another thing than two."""
OTHERWISE = "otherwise"
NOT_EVALUATED = "not_evaluated"

Moment = Literal["prompt", "answer", "reading", "signing", "liveness", "card", "idle"]
Severity = Literal["guidance", "ordinary", "severe"]


class _Alert(Part):
    alert: str = Field(pattern=r"^[a-z][a-z_]{2,39}$")
    severity: Severity
    respond_within_s: int | None = Field(default=None, ge=1)


class AlertRule(_Alert):
    """One alert that follows from a fact. Durations in milliseconds of media time."""

    fact: Fact
    values: frozenset[str] = Field(min_length=1)
    during: frozenset[Moment] | None = Field(default=None, description="None: always")
    after_ms: int = Field(ge=0, description="the cause must have lasted this long")
    settle_ms: int = Field(
        default=0, ge=0, description="of a moment in which it holds, passed before it begins"
    )
    ends_after_ms: int = Field(ge=0, description="and been away this long for the alert to end")


class ToldAlert(_Alert):
    """One alert that comes from elsewhere: from words, from the run of the script."""

    lasts_ms: int | None = Field(
        default=None, ge=1, description="since it was last told; None: until it is ended"
    )


class AlertPolicy(Part):
    """One version of the policy; its number stands in every alert that it raised."""

    version: int = Field(ge=1)
    in_force_from: date
    facts: dict[Fact, FactRule] = Field(
        default_factory=dict, description="how values follow from metrics; from version 2 on"
    )
    stale_after_ms: dict[Fact, int]
    confirm_samples: dict[Fact, dict[str, int]]
    confirm_ms: dict[Fact, dict[str, int]] = Field(default_factory=dict)
    alerts: tuple[AlertRule, ...]
    told: tuple[ToldAlert, ...] = ()

    @model_validator(mode="after")
    def _is_whole(self) -> AlertPolicy:
        names = [rule.alert for rule in (*self.alerts, *self.told)]
        if len(set(names)) != len(names):
            raise ValueError("two rules raise the same alert")
        if set(self.stale_after_ms) != set(self.confirm_samples):
            raise ValueError("stale_after_ms and confirm_samples speak of different facts")
        for fact, counts in self.confirm_samples.items():
            if OTHERWISE not in counts:
                raise ValueError(f"confirm_samples of {fact} lacks {OTHERWISE!r}")
        for fact in (*self.facts, *self.confirm_ms, *(rule.fact for rule in self.alerts)):
            if fact not in self.confirm_samples:
                raise ValueError(f"stale_after_ms lacks {fact}")
        for rule in self.alerts:
            self._require_possible(rule)
        return self

    def _require_possible(self, rule: AlertRule) -> None:
        stated = self.facts.get(rule.fact)
        if stated is None or not stated.possible:
            return
        if strange := rule.values - stated.possible - {NOT_EVALUATED}:
            raise ValueError(f"{rule.alert}: {rule.fact} is never {', '.join(sorted(strange))}")

    def samples_needed(self, fact: Fact, kind: str) -> int:
        """How many samples in a row make a value of this kind count."""
        counts = self.confirm_samples[fact]
        return counts.get(kind, counts[OTHERWISE])

    def ms_needed(self, fact: Fact, kind: str) -> int:
        """How long, from the first of those samples to the last, it must have been so."""
        return self.confirm_ms.get(fact, {}).get(kind, 0)

    def told_alert(self, alert: str) -> ToldAlert:
        """The rule of an alert that comes from elsewhere; raises ``KeyError``."""
        return {rule.alert: rule for rule in self.told}[alert]


def kind_of(fact: Fact, value: str) -> str:
    """The value as rules see it: two faces or more are ``many``."""
    if fact is Fact.FACES and value.isdecimal() and int(value) > 1:
        return MANY
    return value
