"""One measurement to facts, by the thresholds of a policy.

Stage: between the observers and the watch. Pure. What was not measured is not spoken of:
the watch makes it "not evaluated" when nothing was said of it for too long.
"""

from __future__ import annotations

from collections.abc import Mapping

from shuanglu.rules.measurement import Measurement
from shuanglu.rules.observation import Observation
from shuanglu.rules.policy import AlertPolicy, FactRule, ValueRule
from shuanglu.timeline.events import Fact, Metric


def classify(measurement: Measurement, policy: AlertPolicy) -> list[Observation]:
    """What the measurement says of each fact, in the policy's order."""
    stated = (_state(fact, rule, measurement) for fact, rule in policy.facts.items())
    return [observation for observation in stated if observation is not None]


def _state(fact: Fact, rule: FactRule, measurement: Measurement) -> Observation | None:
    metrics = measurement.metrics
    if any(metric not in metrics for metric in rule.needs):
        return None
    if any(condition.holds(metrics.get(condition.metric)) for condition in rule.unless):
        return None
    value, decided_by = _value(rule, metrics)
    if value is None:
        return None
    score = metrics.get(rule.score or decided_by)
    sha256s = measurement.model_sha256s
    return Observation(
        fact=fact,
        value=value,
        at_ms=measurement.at_ms,
        score=None if score is None else round(float(score), 4),
        model_sha256=sha256s[0] if len(sha256s) == 1 else None,
    )


def _value(rule: FactRule, metrics: Mapping[Metric, float]) -> tuple[str | None, Metric]:
    """The value, and the metric that decided it."""
    if rule.count is not None:
        counted = metrics.get(rule.count)
        return (None if counted is None else str(max(0, round(counted)))), rule.count
    for value in rule.values:
        if all(condition.holds(metrics.get(condition.metric)) for condition in value.when):
            return value.value, value.when[0].metric
    return rule.otherwise, _first_metric(rule.values)


def _first_metric(values: tuple[ValueRule, ...]) -> Metric:
    """Of the value that came nearest to being in the way: the first that is asked for."""
    return values[0].when[0].metric
