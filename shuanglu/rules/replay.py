"""A policy over an old record: which alerts it would have raised, beside those that were.

Stage: pure, asked by an auditor or before a policy is changed. It reads the measurements in
the timeline (``observation.sampled``), not the media: what was never measured cannot be
replayed. Alerts that were told (words, liveness) do not follow from measurements and are
left out of the comparison. Nothing in the record changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from shuanglu.rules.measurement import Measurement
from shuanglu.rules.policy import AlertPolicy
from shuanglu.rules.watch import Watch
from shuanglu.timeline import events as ev

TICK_MS = 1000
SAME_WITHIN_MS = 3000
"""Two alerts of one name that overlap, or miss each other by no more than this, are the same."""

Moments = Sequence[tuple[int, frozenset[str]]]
"""From which media time on which moment of the script it was, in order."""


@dataclass(frozen=True, slots=True)
class AlertSpan:
    """One alert; ``to_ms`` is ``None`` if it stood to the end."""

    alert: str
    severity: str
    from_ms: int
    to_ms: int | None

    def meets(self, other: AlertSpan) -> bool:
        """Whether both tell of the same cause."""
        if self.alert != other.alert:
            return False
        ends_before = self.to_ms is not None and self.to_ms + SAME_WITHIN_MS < other.from_ms
        begins_after = other.to_ms is not None and other.to_ms + SAME_WITHIN_MS < self.from_ms
        return not ends_before and not begins_after


@dataclass(frozen=True, slots=True)
class Replay:
    """What a policy makes of a record's measurements, compared with the record."""

    policy_version: int
    measurements: int
    recorded: tuple[AlertSpan, ...]
    replayed: tuple[AlertSpan, ...]

    @property
    def only_recorded(self) -> tuple[AlertSpan, ...]:
        """Alerts that this policy would not have raised."""
        return _unmatched(self.recorded, self.replayed)

    @property
    def only_replayed(self) -> tuple[AlertSpan, ...]:
        """Alerts that only this policy raises."""
        return _unmatched(self.replayed, self.recorded)


def replay(events: Sequence[ev.Event], policy: AlertPolicy, moments: Moments = ()) -> Replay:
    """Run ``policy`` over the record's measurements, gaps and moments."""
    told = {rule.alert for rule in policy.told}
    measured = measurements_of(events)
    recorded = spans_of(event.payload for event in events)
    return Replay(
        policy_version=policy.version,
        measurements=len(measured),
        recorded=tuple(span for span in recorded if span.alert not in told),
        replayed=tuple(spans_of(_watched(events, measured, policy, moments))),
    )


def measurements_of(events: Iterable[ev.Event]) -> list[Measurement]:
    """Every measurement of a record, in order of media time."""
    found = [
        Measurement(
            at_ms=at_ms,
            source=batch.source,
            metrics={
                metric: value
                for metric, column in batch.columns.items()
                if row < len(column) and (value := column[row]) is not None
            },
            model_sha256s=batch.model_sha256s,
        )
        for event in events
        if isinstance(batch := event.payload, ev.ObservationsSampled)
        for row, at_ms in enumerate(batch.at_ms)
    ]
    return sorted(found, key=lambda each: each.at_ms)


def spans_of(payloads: Iterable[ev.Payload]) -> list[AlertSpan]:
    """Alerts from their beginning to their end, in the order in which they were raised."""
    spans: list[AlertSpan] = []
    standing: dict[str, int] = {}
    for payload in payloads:
        match payload:
            case ev.AlertRaised(alert=alert, severity=severity, since_ms=since_ms):
                standing[alert] = len(spans)
                spans.append(AlertSpan(alert, severity, since_ms, None))
            case ev.AlertEnded(alert=alert, until_ms=until_ms) if alert in standing:
                place = standing.pop(alert)
                raised = spans[place]
                spans[place] = AlertSpan(alert, raised.severity, raised.from_ms, until_ms)
    return spans


def _watched(
    events: Sequence[ev.Event],
    measured: Sequence[Measurement],
    policy: AlertPolicy,
    moments: Moments,
) -> Iterator[ev.Payload]:
    """What the watch would have appended: everything in order of media time, ticks between."""
    watch = Watch(policy)
    happened: list[tuple[int, Measurement | frozenset[str] | None]] = [
        *((each.at_ms, each) for each in measured),
        *moments,
        *((gap_ms, None) for gap_ms in _gaps(events)),
    ]
    ticked_ms = 0
    for at_ms, what in sorted(happened, key=lambda each: each[0]):
        for tick_ms in range(ticked_ms + TICK_MS, at_ms, TICK_MS):
            yield from watch.tick(tick_ms)
        ticked_ms = max(ticked_ms, at_ms)
        match what:
            case Measurement():
                yield from watch.measure(what)
            case None:
                yield from watch.suspend(at_ms)
            case _:
                watch.moment = what


def _gaps(events: Iterable[ev.Event]) -> Iterator[int]:
    for event in events:
        if isinstance(event.payload, ev.MediaGap):
            yield event.payload.from_ms


def _unmatched(spans: Sequence[AlertSpan], others: Sequence[AlertSpan]) -> tuple[AlertSpan, ...]:
    return tuple(span for span in spans if not any(span.meets(other) for other in others))
