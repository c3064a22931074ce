"""What came of each labelled case: plain records, written to JSON lines as the run goes on."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

QUIET = "before the anomalies"
"""Condition of the genuine stretch at the beginning of a session with anomalies."""
Verdict = Literal["caught", "missed", "inconclusive"]


@dataclass(frozen=True)
class EpisodeOutcome:
    """One anomaly in one session."""

    person: str
    name: str
    sense: str
    verdict: Verdict
    to_alert_s: float | None
    alert: str | None
    false_alarms: tuple[str, ...]


@dataclass(frozen=True)
class GenuineOutcome:
    """One genuine session, or one of its stretches."""

    person: str
    condition: str
    seconds: float
    false_alarms: tuple[str, ...]
    failed_steps: tuple[str, ...] = ()


@dataclass(frozen=True)
class LivenessOutcome:
    """One session up to the end of its liveness step."""

    person: str
    attack: str
    passed: bool
    judged: tuple[str, ...]
    alerts: tuple[str, ...]
    to_end_s: float


@dataclass(frozen=True)
class FacePair:
    """A card's portrait against a live face."""

    card: str
    live: str
    score: float
    one_photograph: bool


@dataclass
class Outcomes:
    """Everything of one run."""

    episodes: list[EpisodeOutcome] = field(default_factory=list)
    standins: list[EpisodeOutcome] = field(default_factory=list)
    genuine: list[GenuineOutcome] = field(default_factory=list)
    liveness: list[LivenessOutcome] = field(default_factory=list)
    faces: list[FacePair] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    """Cases that could not be played; they count for nothing and are named."""

    def renewed_by(self, newer: Outcomes) -> Outcomes:
        """With the newer cases in the place of those of the same tier."""
        quiet = [case for case in self.genuine if case.condition == QUIET]
        whole = [case for case in self.genuine if case.condition != QUIET]
        newer_quiet = [case for case in newer.genuine if case.condition == QUIET]
        newer_whole = [case for case in newer.genuine if case.condition != QUIET]
        return Outcomes(
            newer.episodes or self.episodes,
            newer.standins or self.standins,
            [*(newer_quiet or quiet), *(newer_whole or whole)],
            newer.liveness or self.liveness,
            newer.faces or self.faces,
            newer.broken,
        )

    def as_json(self) -> dict[str, Any]:
        """For the file that keeps every case."""
        return asdict(self)
