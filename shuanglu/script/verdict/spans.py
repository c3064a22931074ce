"""Stretches of media time: where media is stored, and where the steps that stand lie."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from shuanglu.timeline import events as ev

COVERAGE_TOLERANCE_MS = 1000
"""A step's edge may fall this far outside stored media: one cluster's length, since a
cluster is announced only when it is on disk."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of media time, ``from_ms`` ≤ ``to_ms``."""

    from_ms: int
    to_ms: int

    def holds(self, at_ms: int) -> bool:
        """Whether a moment lies in it."""
        return self.from_ms <= at_ms <= self.to_ms

    def shared_ms(self, other: Span) -> int:
        """How long both last together."""
        return max(0, min(self.to_ms, other.to_ms) - max(self.from_ms, other.from_ms))


def stored_spans(events: Sequence[ev.Event]) -> list[Span]:
    """Where media is stored, one span per stretch, in order."""
    starts: dict[int, int] = {}
    ends: dict[int, int] = {}
    for event in events:
        match event.payload:
            case ev.StretchBegun(stretch=number, start_ms=start_ms):
                starts[number] = start_ms
            case ev.MediaStored(stretch=number, end_ms=end_ms):
                ends[number] = end_ms
            case ev.StretchEnded(stretch=number, end_ms=end_ms):
                ends[number] = end_ms
    return [Span(starts[n], ends[n]) for n in sorted(starts) if n in ends and ends[n] > starts[n]]


def completed_spans(events: Iterable[ev.Event]) -> Mapping[str, Span]:
    """By step: from the beginning to the completion of the attempt that was completed last."""
    begun: dict[tuple[str, int], int] = {}
    spans: dict[str, Span] = {}
    for event in events:
        at_ms = event.media_time_ms
        if at_ms is None:
            continue
        match event.payload:
            case ev.StepBegun(step_id=step_id, attempt=attempt):
                begun[step_id, attempt] = at_ms
            case ev.StepCompleted(step_id=step_id, attempt=attempt):
                from_ms = begun.get((step_id, attempt))
                if from_ms is not None:
                    spans[step_id] = Span(from_ms, max(from_ms, at_ms))
    return spans


def is_covered(wanted: Span | None, spans: Iterable[Span]) -> bool:
    """One take: the whole attempt lies in a single stretch."""
    return wanted is not None and any(
        span.from_ms <= wanted.from_ms + COVERAGE_TOLERANCE_MS
        and wanted.to_ms <= span.to_ms + COVERAGE_TOLERANCE_MS
        for span in spans
    )
