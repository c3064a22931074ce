"""What happened or went unseen while the observers watched: severe alerts, blind time.

Stage: inside the verdict. Nothing here is ever "missing": a person looks at it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shuanglu.script.model import Script
from shuanglu.script.runner import RunState
from shuanglu.script.verdict.spans import Span, completed_spans
from shuanglu.timeline import events as ev
from shuanglu.timeline.events import Fact

BLIND_REASONS = {
    Fact.FACES: "face_not_evaluated",
    Fact.PICTURE: "picture_not_evaluated",
    Fact.SOUND: "sound_not_evaluated",
}
"""Facts that must be known while a step is done, and what a verdict says when they are not."""
BLIND_TOLERANCE_MS = 1000
"""A fact counts as unknown only long after its last measurement (the policy's own limit);
this forgives the edge between two steps, no more."""
_PERSON = frozenset({"identity", "liveness"})
_OWN_CHECKS = _PERSON | {"show"}
"""Kinds of step that show a card, a paper or a challenge, and judge what was seen themselves."""


def is_watched(script: Script) -> bool:
    """Whether a script demands to know who the customer is, and so to be watched throughout.

    Older scripts do not, and their records keep the verdict that they were sealed with.
    """
    return any(step.kind in _PERSON for step in script.steps)


def severe_alerts(script: Script, events: Sequence[ev.Event]) -> Iterator[ev.Missing]:
    """Every severe alert, at the step during which it was raised."""
    at_hand = script.steps[0].id
    for event in events:
        match event.payload:
            case ev.StepBegun(step_id=step_id):
                at_hand = step_id
            case ev.AlertRaised(severity="severe", alert=alert):
                yield ev.Missing(step_id=at_hand, reason=alert)


def blind_time(script: Script, state: RunState, events: Sequence[ev.Event]) -> Iterator[ev.Missing]:
    """Steps that stand although a needed fact was not evaluated for some of their time."""
    if not is_watched(script):
        return
    spans = completed_spans(events)
    blind = {fact: _blind_spans(fact, events) for fact in BLIND_REASONS}
    for step in script.steps:
        span = spans.get(step.id)
        if span is None or step.id not in state.completed or step.kind in _OWN_CHECKS:
            continue
        for fact, reason in BLIND_REASONS.items():
            if sum(span.shared_ms(each) for each in blind[fact]) > BLIND_TOLERANCE_MS:
                yield ev.Missing(step_id=step.id, reason=reason)


def _blind_spans(fact: Fact, events: Sequence[ev.Event]) -> list[Span]:
    """Where a fact was not evaluated: from the beginning until somebody states it, and so on."""
    spans: list[Span] = []
    blind_since_ms: int | None = 0
    end_ms = 0
    for event in events:
        end_ms = max(end_ms, event.media_time_ms or 0)
        match event.payload:
            case ev.ObservationChanged(fact=found, value=value, since_ms=since_ms) if found is fact:
                if value == "not_evaluated":
                    blind_since_ms = since_ms if blind_since_ms is None else blind_since_ms
                elif blind_since_ms is not None:
                    spans.append(Span(blind_since_ms, max(blind_since_ms, since_ms)))
                    blind_since_ms = None
    if blind_since_ms is not None:
        spans.append(Span(blind_since_ms, max(blind_since_ms, end_ms)))
    return spans
