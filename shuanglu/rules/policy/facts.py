"""How the value of a fact follows from metrics: thresholds as data.

Stage: part of the policy of observations. It only says what is written; see ``classify``.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shuanglu.timeline.events import Metric


class Part(BaseModel):
    """Base of everything in a policy."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Condition(Part):
    """One comparison, always strict. A metric that is absent fulfils no condition."""

    metric: Metric
    over: float | None = None
    under: float | None = None
    abs_over: float | None = None

    @model_validator(mode="after")
    def _compares_once(self) -> Condition:
        if sum(bound is not None for bound in (self.over, self.under, self.abs_over)) != 1:
            raise ValueError("a condition has exactly one of over, under, abs_over")
        return self

    def holds(self, measured: float | None) -> bool:
        """Whether a measured value fulfils it."""
        if measured is None:
            return False
        if self.over is not None:
            return measured > self.over
        if self.under is not None:
            return measured < self.under
        return self.abs_over is not None and abs(measured) > self.abs_over


class ValueRule(Part):
    """A value, and the conditions that must all hold for it."""

    value: str = Field(pattern=r"^[a-z][a-z_]{2,19}$")
    when: tuple[Condition, ...] = Field(min_length=1)


class FactRule(Part):
    """How one fact follows from a measurement.

    1. A metric of ``needs`` is absent, or a condition of ``unless`` holds: nothing is said.
    2. The first of ``values`` whose conditions all hold; else ``otherwise``, if there is one.

    A fact that is counted has ``count`` instead: its value is that metric, as a number.
    """

    needs: tuple[Metric, ...] = ()
    may_lack: tuple[Metric, ...] = Field(
        default=(), description="metrics without which the other conditions decide alone"
    )
    unless: tuple[Condition, ...] = ()
    count: Metric | None = None
    values: tuple[ValueRule, ...] = ()
    otherwise: str | None = None
    score: Metric | None = Field(
        default=None, description="the score that is told; else the metric that decided"
    )

    @model_validator(mode="after")
    def _is_whole(self) -> FactRule:
        if (self.count is None) == (not self.values):
            raise ValueError("a fact is either counted or has values")
        named = {*self.needs, *self.may_lack}
        for rule in self.values:
            for condition in rule.when:
                if condition.metric not in named:
                    raise ValueError(f"{condition.metric} is neither in needs nor in may_lack")
        if self.otherwise is not None and not self.needs:
            raise ValueError("a value by default needs something measured: never good by absence")
        return self

    @property
    def possible(self) -> frozenset[str]:
        """Every value that it can give; empty for a fact that is counted."""
        given = {rule.value for rule in self.values}
        return frozenset(given | ({self.otherwise} if self.otherwise else set()))
