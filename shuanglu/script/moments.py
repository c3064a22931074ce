"""Which moment of the script it is, for rules that hold only then.

Stage: a pure view of the run, live and over a record.
"""

from __future__ import annotations

from collections.abc import Sequence

from shuanglu.script.model import Script
from shuanglu.script.runner import RunPhase, RunState, apply
from shuanglu.timeline import events as ev

_OF_THE_CUSTOMERS_TURN = {
    "question": "answer",
    "consent": "answer",
    "summary": "answer",
    "show": "card",
    "signature": "signing",
    "identity": "card",
    "liveness": "liveness",
}


def moment_of(script: Script, state: RunState) -> frozenset[str]:
    """Names as in the policy of observations (``during``)."""
    if state.phase is RunPhase.PROMPTING and state.prompt_started:
        # A card before the face hides it, and its portrait is a second one: as while it is shown.
        return frozenset({state.meanwhile or "prompt"})
    if state.phase is RunPhase.AWAITING and state.step_id is not None:
        kind = script.step(state.step_id).kind
        if kind == "disclosure":
            # Two people, and the voice of the one who is not filmed: most rules rest.
            return frozenset({"reading"})
        return frozenset({_OF_THE_CUSTOMERS_TURN.get(kind, "idle")})
    return frozenset({"idle"})


def is_only_listening(script: Script, state: RunState) -> bool:
    """Whether the customer is spoken to and no more, as for most of a sale.

    How a face is at rest before a challenge is measured while that is announced.
    """
    if state.step_id is None or moment_of(script, state) != {"prompt"}:
        return False
    return script.step(state.step_id).kind != "liveness"


def moments_in(script: Script, events: Sequence[ev.Event]) -> list[tuple[int, frozenset[str]]]:
    """From which media time on it was which moment, over a whole record."""
    state = RunState()
    changes: list[tuple[int, frozenset[str]]] = []
    last = moment_of(script, state)
    for event in events:
        state = apply(script, state, event.payload)
        moment = moment_of(script, state)
        if moment != last and event.media_time_ms is not None:
            last = moment
            changes.append((event.media_time_ms, moment))
    return changes
