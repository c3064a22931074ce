"""The verdict over a whole record: is every required moment there, and stored?

Stage: a pure judgement of a timeline against its script. The director asks it
before a session closes; the offline verifier asks it again. It never appends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shuanglu.rules.playback import refusal_of
from shuanglu.script.model import Script, SignatureStep
from shuanglu.script.runner import RunPhase, RunState, fold
from shuanglu.timeline import events as ev

COVERAGE_TOLERANCE_MS = 1000
"""A step's edge may fall this far outside stored media: one cluster's length, since a
cluster is announced only when it is on disk."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of media time, ``from_ms`` ≤ ``to_ms``."""

    from_ms: int
    to_ms: int


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


def judge(script: Script, events: Sequence[ev.Event]) -> ev.VerdictGiven:
    """The verdict that follows from the timeline (everything before a ``verdict.given``)."""
    before = [event for event in events if not isinstance(event.payload, ev.VerdictGiven)]
    state = fold(script, before)
    spans = stored_spans(before)
    missing = _missing(script, state, before, spans)
    unsure = _not_evaluated(script, before)
    recorded_ms = sum(span.to_ms - span.from_ms for span in spans)
    return ev.VerdictGiven(
        outcome=_outcome(missing, unsure),
        missing=tuple(missing),
        not_evaluated=tuple(unsure),
        recorded_ms=recorded_ms,
        gap_ms=max(0, (spans[-1].to_ms - spans[0].from_ms) - recorded_ms) if spans else 0,
    )


def _outcome(missing: list[ev.Missing], unsure: list[ev.Missing]) -> ev.Outcome:
    if missing:
        return ev.Outcome.INCOMPLETE
    return ev.Outcome.NEEDS_REVIEW if unsure else ev.Outcome.COMPLETE


def _missing(
    script: Script, state: RunState, events: Sequence[ev.Event], spans: list[Span]
) -> list[ev.Missing]:
    out = []
    for step in script.steps:
        if step.id not in state.completed:
            out.append(ev.Missing(step_id=step.id, reason="not_completed"))
        elif not _covered(completed_span(events, step.id), spans):
            out.append(ev.Missing(step_id=step.id, reason="media_missing"))
        elif not _heard(events, step.id):
            out.append(ev.Missing(step_id=step.id, reason="playback_not_proved"))
    if state.phase not in {RunPhase.FINISHING, RunPhase.CLOSED} and not out:
        out.append(ev.Missing(step_id=script.steps[-1].id, reason="not_completed"))
    return out


def completed_span(events: Sequence[ev.Event], step_id: str) -> Span | None:
    """From the beginning to the completion of the attempt that stands."""
    begun: dict[int, int] = {}
    span = None
    for event in events:
        match event.payload:
            case ev.StepBegun(step_id=found, attempt=attempt) if found == step_id:
                begun[attempt] = event.media_time_ms if event.media_time_ms is not None else -1
            case ev.StepCompleted(step_id=found, attempt=attempt) if found == step_id:
                if event.media_time_ms is not None and begun.get(attempt, -1) >= 0:
                    span = Span(begun[attempt], event.media_time_ms)
    return span


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
                if sent and not refusal_of(
                    proof, sent_packets=sent.packets, duration_ms=sent.duration_ms
                ):
                    proved.add(attempt)
            case ev.StepCompleted(step_id=found, attempt=attempt) if found == step_id:
                standing = attempt in proved
    return standing


def _covered(wanted: Span | None, spans: list[Span]) -> bool:
    """One take: the whole attempt lies in a single stretch."""
    return wanted is not None and any(
        span.from_ms <= wanted.from_ms + COVERAGE_TOLERANCE_MS
        and wanted.to_ms <= span.to_ms + COVERAGE_TOLERANCE_MS
        for span in spans
    )


def _not_evaluated(script: Script, events: Sequence[ev.Event]) -> list[ev.Missing]:
    """A check that could not run is never "passed"; a person looks at it."""
    standing: dict[str, ev.Missing] = {}
    for event in events:
        match event.payload:
            case ev.StepBegun(step_id=step_id):
                standing.pop(step_id, None)
            case ev.AnswerJudged(step_id=step_id, basis="tap_voice_not_evaluated"):
                standing[step_id] = ev.Missing(step_id=step_id, reason="voice_not_evaluated")
            case ev.SignatureMade(step_id=step_id, face="not_evaluated") if isinstance(
                script.step(step_id), SignatureStep
            ):
                standing[step_id] = ev.Missing(step_id=step_id, reason="face_not_evaluated")
    return [standing[step.id] for step in script.steps if step.id in standing]
