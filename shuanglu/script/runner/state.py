"""The state of a run: its phases, the legal moves between them, and what has happened.

Stage: inside the runner. It holds; it decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from shuanglu.script.conditions import Known
from shuanglu.script.runner.turn import Turn
from shuanglu.timeline import events as ev


class RunPhase(StrEnum):
    """Where the run of a script stands."""

    WAITING = "waiting"  # consents, device check or the first stored media are missing
    BETWEEN = "between"  # the next step may begin
    PROMPTING = "prompting"  # the step's speech must be played, with proof
    AWAITING = "awaiting"  # the customer's turn
    JUDGING = "judging"  # everything for this attempt is in; it must be decided
    FINISHING = "finishing"  # every step is completed, or the script was stopped
    STAFFED = "staffed"  # a person takes over
    CLOSED = "closed"  # the verdict is in the timeline


TRANSITIONS: dict[RunPhase, frozenset[RunPhase]] = {
    RunPhase.WAITING: frozenset({RunPhase.BETWEEN, RunPhase.STAFFED, RunPhase.CLOSED}),
    RunPhase.BETWEEN: frozenset(
        {
            RunPhase.PROMPTING,
            RunPhase.AWAITING,  # a step that a person reads aloud has no prompt
            RunPhase.FINISHING,
            RunPhase.STAFFED,
            RunPhase.CLOSED,
        }
    ),
    RunPhase.PROMPTING: frozenset(
        {RunPhase.AWAITING, RunPhase.JUDGING, RunPhase.BETWEEN, RunPhase.STAFFED, RunPhase.CLOSED}
    ),
    RunPhase.AWAITING: frozenset(
        {RunPhase.JUDGING, RunPhase.BETWEEN, RunPhase.STAFFED, RunPhase.CLOSED}
    ),
    RunPhase.JUDGING: frozenset(
        {RunPhase.BETWEEN, RunPhase.FINISHING, RunPhase.STAFFED, RunPhase.CLOSED}
    ),
    RunPhase.FINISHING: frozenset({RunPhase.BETWEEN, RunPhase.STAFFED, RunPhase.CLOSED}),
    RunPhase.STAFFED: frozenset({RunPhase.CLOSED}),
    RunPhase.CLOSED: frozenset(),
}
"""Every legal move. ``tests`` walk random histories and hold the fold to this table."""


@dataclass(frozen=True, slots=True)
class RunState:
    """What has happened so far, as far as the script is concerned."""

    phase: RunPhase = RunPhase.WAITING
    step_id: str | None = None
    attempt: int = 0
    prompt_started: bool = False
    meanwhile: Literal["card"] | None = None
    """What the customer may hold up while the speech is heard."""
    prompt_played: bool = False
    unproved: int = 0
    """How often in a row this attempt's speech was sent and its proof did not come or suffice."""
    turn: Turn = field(default_factory=Turn)
    completed: frozenset[str] = frozenset()
    attempts: dict[str, int] = field(default_factory=dict)
    counted_failures: dict[str, tuple[str, ...]] = field(default_factory=dict)
    liveness_owed: dict[str, frozenset[ev.ChallengeKind]] = field(default_factory=dict)
    """By step: the kinds of challenge that failed in an earlier attempt."""
    consents: frozenset[ev.ConsentKind] = frozenset()
    device_checked: bool = False
    media_stored: bool = False
    known: Known = field(default_factory=Known)
    stopped: ev.ScriptStopped | None = None
    outcome: ev.Outcome | None = None

    @property
    def answer_heard(self) -> bool:
        """Whether a voice was heard in this attempt at a question."""
        return self.turn.answer_heard

    @property
    def choice(self) -> str | None:
        """What was tapped in this attempt at a question."""
        return self.turn.choice
