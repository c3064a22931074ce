"""Measurements to values of facts, by the policy's thresholds.

Stage: between what was measured and the fold of facts. Pure. A measurement that lacks what
a fact needs says nothing of it: time makes that "not evaluated".
"""

from __future__ import annotations

from shuanglu.rules.measurement import Measurement
from shuanglu.rules.observation import Observation
from shuanglu.rules.policy import AlertPolicy, Condition, FactRule
from shuanglu.timeline.events import Fact


def classify(measured: Measurement, policy: AlertPolicy) -> list[Observation]:
    """What one measurement says, fact by fact."""
    said = (_of(fact, rule, measured) for fact, rule in policy.facts.items())
    return [observation for observation in said if observation is not None]


def _of(fact: Fact, rule: FactRule, measured: Measurement) -> Observation | None:
    metrics = measured.metrics
    if any(needed not in metrics for needed in rule.needs):
        return None
    if rule.count is not None:
        return _observation(fact, str(round(metrics[rule.count])), None, measured)
    for case in rule.cases:
        if all(condition.holds(metrics) for condition in case.when):
            return _observation(fact, case.value, case.when[0], measured)
    if rule.otherwise is None:
        return None
    deciding = rule.cases[0].when[0] if rule.cases else None
    return _observation(fact, rule.otherwise, deciding, measured)


def _observation(
    fact: Fact, value: str, deciding: Condition | None, measured: Measurement
) -> Observation:
    score = measured.metrics.get(deciding.metric) if deciding is not None else None
    return Observation(
        fact=fact,
        value=value,
        at_ms=max(0, measured.at_ms),
        score=None if score is None else round(float(score), 4),
        model_sha256=measured.model_sha256s[0] if measured.model_sha256s else None,
    )
