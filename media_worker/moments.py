"""Which moment of the script it is, for rules that hold only then.

Stage: a pure view of the run, handed to the rules.
"""

from __future__ import annotations

from shuanglu.script.model import Script
from shuanglu.script.runner import RunPhase, RunState

_OF_THE_CUSTOMERS_TURN = {
    "question": "answer",
    "signature": "signing",
    "identity": "card",
    "liveness": "liveness",
}


def moment_of(script: Script, state: RunState) -> frozenset[str]:
    """Names as in the policy of observations (``during``)."""
    if state.phase is RunPhase.PROMPTING and state.prompt_started:
        return frozenset({"prompt"})
    if state.phase is RunPhase.AWAITING and state.step_id is not None:
        kind = script.step(state.step_id).kind
        return frozenset({_OF_THE_CUSTOMERS_TURN.get(kind, "idle")})
    return frozenset({"idle"})
