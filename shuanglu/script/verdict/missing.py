"""What a record lacks: steps without completion, media, proof of playback, or the same face.

Stage: inside the verdict. What could not be checked is not missing: see ``doubts``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shuanglu.rules.playback import proves
from shuanglu.script.due import steps_due
from shuanglu.script.model import DisclosureStep, Script, Step
from shuanglu.script.runner import RunPhase, RunState
from shuanglu.script.verdict.reading import was_read
from shuanglu.script.verdict.spans import Span, completed_spans, is_covered, stored_spans
from shuanglu.timeline import events as ev
from shuanglu.timeline.events import FaceOutcome


def missing(script: Script, state: RunState, events: Sequence[ev.Event]) -> list[ev.Missing]:
    """Every step that applies and does not stand, in script order, each with its first reason."""
    stored, spans = stored_spans(events), completed_spans(events)
    strangers = _steps_of_another(state, events, spans)
    due = {step.id for step in steps_due(script, state.known)}
    out = []
    for step in script.steps:
        reason: str | None = None
        if state.stopped is not None and step.id == state.stopped.step_id:
            reason = state.stopped.reason  # also of questions that an earlier level spares
        elif step.id not in due:
            continue
        elif step.id not in state.completed:
            reason = "not_completed"
        elif not is_covered(spans.get(step.id), stored):
            reason = "media_missing"
        elif unproved := _unproved(step, events):
            reason = unproved
        elif step.id in strangers:
            reason = "other_face"
        if reason:
            out.append(ev.Missing(step_id=step.id, reason=reason))
    if state.phase not in {RunPhase.FINISHING, RunPhase.CLOSED} and not out:
        out.append(ev.Missing(step_id=script.steps[-1].id, reason="not_completed"))
    return out


def _unproved(step: Step, events: Sequence[ev.Event]) -> str | None:
    """What there is no proof of: that it was played, or that it was read aloud."""
    if isinstance(step, DisclosureStep) and step.reader is not None:
        return None if was_read(step, events) else "reading_not_proved"
    return None if _heard(events, step.id) else "playback_not_proved"


def _heard(events: Sequence[ev.Event], step_id: str) -> bool:
    """The proof of the attempt that stands, judged again: nobody's word is taken for it."""
    started: dict[int, ev.PromptStarted] = {}
    proved: set[int] = set()
    standing = False
    for event in events:
        match event.payload:
            case ev.PromptStarted(step_id=found, attempt=attempt) if found == step_id:
                started[attempt] = event.payload
            case ev.PromptPlayed(step_id=found, attempt=attempt, proof=proof) if found == step_id:
                sent = started.get(attempt)
                if sent and proves(proof, sent_packets=sent.packets, duration_ms=sent.duration_ms):
                    proved.add(attempt)
            case ev.StepCompleted(step_id=found, attempt=attempt) if found == step_id:
                standing = attempt in proved
    return standing


def _steps_of_another(
    state: RunState, events: Sequence[ev.Event], spans: Mapping[str, Span]
) -> set[str]:
    """Steps in whose standing attempt another person's face was found."""
    others: set[str] = set()
    for event in events:
        match event.payload:
            case ev.FaceCompared(outcome=FaceOutcome.OTHER) as face:
                others |= _steps_of(face, state, spans)
    return others


def _steps_of(face: ev.FaceCompared, state: RunState, spans: Mapping[str, Span]) -> set[str]:
    if face.step_id is not None and face.attempt is not None:
        stands = state.attempts.get(face.step_id) == face.attempt
        return {face.step_id} if stands else set()
    return {step_id for step_id, span in spans.items() if span.holds(face.at_ms)}
