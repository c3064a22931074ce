"""Measurements on their way into the record: some seconds of them are one event.

Stage: between the observers and the timeline. It drops nothing and judges nothing; it
keeps the record small by writing columns, so that rules can be run over them again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from shuanglu.rules.measurement import Measurement, Source
from shuanglu.timeline import events as ev

BATCH_MS = 5000
MAX_SAMPLES = 100
"""At the rate of a challenge (15 a second) a batch is full in less than its seconds."""
DIGITS = 4
"""A record needs no more of a measurement than this many decimal places."""


class Sampling:
    """Collects measurements per source and hands on whole batches."""

    def __init__(self, emit: Callable[[ev.Payload], None]) -> None:
        self._emit = emit
        self._waiting: dict[Source, list[Measurement]] = {}

    def take(self, measured: Measurement) -> None:
        """One more measurement."""
        waiting = self._waiting.setdefault(measured.source, [])
        waiting.append(measured)
        if len(waiting) >= MAX_SAMPLES or measured.at_ms - waiting[0].at_ms >= BATCH_MS:
            self._hand_on(measured.source)

    def flush(self) -> None:
        """Hand on what waits."""
        for source in tuple(self._waiting):
            self._hand_on(source)

    def _hand_on(self, source: Source) -> None:
        waiting = self._waiting.pop(source, [])
        if waiting:
            self._emit(sampled(source, waiting))


def sampled(source: Source, measured: Sequence[Measurement]) -> ev.ObservationsSampled:
    """The event that holds these measurements."""
    names = sorted({name for each in measured for name in each.metrics})
    return ev.ObservationsSampled(
        source=source,
        at_ms=tuple(max(0, each.at_ms) for each in measured),
        columns={name: tuple(_value(each, name) for each in measured) for name in names},
        model_sha256s=tuple(sorted({sha for each in measured for sha in each.model_sha256s})),
    )


def _value(measured: Measurement, name: ev.Metric) -> float | None:
    value = measured.metrics.get(name)
    return None if value is None else round(float(value), DIGITS)
