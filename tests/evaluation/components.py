"""Figures that need no browser: words through the recogniser, and what looking costs.

A component tier: real encoders, real detectors and recognisers, each in the product's own
process, fed by the bench. It says so in its details.
"""

from __future__ import annotations

import asyncio
from typing import Any

from bench import observers, words

HEARD_TARGET = 0.92
CORE_TARGET = 0.05
ALERT_TARGET_S = 2.0
SCRIPT_S = {"watch, L1T3": 95.0, "card, L1T3": 5.0, "close, L1T3": 32.0}
"""How long a whole sale of 132 s is looked at in each way: taken from a timeline."""

Figure = dict[str, Any]


def figures() -> list[Figure]:
    """``phrases_heard``, ``phrases_false``, ``phrase_alert_p95_s``, ``analysis_core_share``."""
    spoken = asyncio.run(words.measure())
    return [*_words(spoken), _cost(asyncio.run(observers.measure()))]


def _words(run: words.Run) -> list[Figure]:
    heard, heard_details = words.phrases_heard(run)
    false, false_details = words.phrases_false(run)
    late, late_details = words.phrase_alert_p95_s(run)
    return [
        _figure("phrases_heard", round(heard, 3), "share", f">= {HEARD_TARGET}", heard_details,
                holds=heard >= HEARD_TARGET),
        _figure("phrases_false", false, "phrases", "0", false_details, holds=false == 0),
        _figure("phrase_alert_p95_s", round(late, 2), "s", f"<= {ALERT_TARGET_S:g}",
                late_details, holds=late <= ALERT_TARGET_S),
    ]  # fmt: skip


def _cost(costs: list[observers.Cost]) -> Figure:
    share = {cost.name: cost.core_share for cost in costs}
    seconds = sum(SCRIPT_S.values())
    average = sum(share[name] * lasts for name, lasts in SCRIPT_S.items()) / seconds
    details = {
        "by_way": {cost.name: round(cost.core_share, 4) for cost in costs},
        "measured_a_second": {cost.name: round(cost.measured_a_second, 2) for cost in costs},
        "dropped": {cost.name: cost.dropped for cost in costs},
        "script_s": SCRIPT_S,
        "without": "recognition of words and of the card's text",
    }
    target = f"<= {CORE_TARGET}"
    return _figure("analysis_core_share", round(average, 4), "cores", target, details,
                   holds=average <= CORE_TARGET)  # fmt: skip


def _figure(
    name: str, value: float, unit: str, target: str, details: Figure, *, holds: bool
) -> Figure:
    return {
        "name": name,
        "value": value,
        "unit": unit,
        "target": target,
        "holds": holds,
        "details": {"tier": "component", **details},
    }
