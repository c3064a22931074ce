"""The verdict over a whole record: is every required moment there, stored, and sure?

Stage: a pure judgement of a timeline against its script. The director asks it
before a session closes; the offline verifier asks it again. It never appends.
"""

from __future__ import annotations

from collections.abc import Sequence

from shuanglu.rules.screen import ScreenPolicy, screen_note, shipped_screen
from shuanglu.script.model import Script
from shuanglu.script.runner import fold
from shuanglu.script.verdict.doubts import doubts
from shuanglu.script.verdict.missing import missing
from shuanglu.script.verdict.spans import stored_spans
from shuanglu.timeline import events as ev

__all__ = ["judge"]


def judge(script: Script, events: Sequence[ev.Event]) -> ev.VerdictGiven:
    """The verdict that follows from the timeline (everything before a ``verdict.given``).

    Raises ``InvalidInputError`` where the session names a policy that this software has not.
    """
    before = [event for event in events if not isinstance(event.payload, ev.VerdictGiven)]
    state = fold(script, before)
    lacking = missing(script, state, before)
    note, policy = _screen(before)
    unsure = doubts(script, state, before)
    if note is not None and policy is not None and policy.weight(note) == "review":
        unsure = [*unsure, ev.Missing(step_id=script.steps[-1].id, reason=note.value)]
    spans = stored_spans(before)
    recorded_ms = sum(span.to_ms - span.from_ms for span in spans)
    return ev.VerdictGiven(
        outcome=_outcome(lacking, unsure),
        missing=tuple(lacking),
        not_evaluated=tuple(unsure),
        recorded_ms=recorded_ms,
        gap_ms=max(0, (spans[-1].to_ms - spans[0].from_ms) - recorded_ms) if spans else 0,
        notes=None if note is None else (note,),
    )


def _screen(events: Sequence[ev.Event]) -> tuple[ev.ScreenNote | None, ScreenPolicy | None]:
    """By the policy that the session was created under; older sessions have none."""
    for event in events:
        match event.payload:
            case ev.SessionCreated(screen_policy_version=int() as version):
                policy = shipped_screen(version)
                return screen_note(events, policy), policy
    return None, None


def _outcome(lacking: list[ev.Missing], unsure: list[ev.Missing]) -> ev.Outcome:
    if lacking:
        return ev.Outcome.INCOMPLETE
    return ev.Outcome.NEEDS_REVIEW if unsure else ev.Outcome.COMPLETE
