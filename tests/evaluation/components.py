"""Figures that need no browser: words through the recogniser.

A component tier: the real encoder, detector and recogniser, each in the product's own process,
fed by the bench. It says so in its details. What looking costs is measured over a whole sale,
by ``make bench ONLY=script_time``.
"""

from __future__ import annotations

import asyncio
from typing import Any

from bench import words

HEARD_TARGET = 0.92
ALERT_TARGET_S = 2.0
Figure = dict[str, Any]


def figures() -> list[Figure]:
    """``phrases_heard``, ``phrases_false``, ``phrase_alert_p95_s``."""
    return _words(asyncio.run(words.measure()))


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
