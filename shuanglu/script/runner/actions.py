"""What the runner can ask the director to do. One action at a time, each to its end."""

from __future__ import annotations

from dataclasses import dataclass

from shuanglu.timeline import events as ev
from shuanglu.timeline.events import CardSide, ChallengeKind


@dataclass(frozen=True, slots=True)
class Append:
    """Append this to the timeline."""

    payload: ev.Payload


@dataclass(frozen=True, slots=True)
class PlayPrompt:
    """Play the step's speech, collect the phone's proof, append what came of it."""

    step_id: str
    attempt: int


@dataclass(frozen=True, slots=True)
class JudgeAnswer:
    """A choice was tapped: wait briefly for the voice, then append ``answer.judged``."""

    step_id: str
    attempt: int
    choice: str


@dataclass(frozen=True, slots=True)
class CaptureCard:
    """Watch for that side of the card; append ``identity.captured`` and ``identity.read``."""

    step_id: str
    attempt: int
    side: CardSide


@dataclass(frozen=True, slots=True)
class CaptureStill:
    """Watch for a paper before the camera; append ``still.captured``."""

    step_id: str
    attempt: int


@dataclass(frozen=True, slots=True)
class CompareFace:
    """Compare the card's portrait with the live face; append ``face.compared``, purpose card."""

    step_id: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Challenge:
    """Draw a challenge of a kind that is ``due``, and see it through to its end.

    The customer may decline it where another is ``left`` that could be asked instead.

    Its end is ``liveness.judged`` or ``liveness.declined``. One that the next ``decide``
    finds without an end was abandoned, and fails the attempt.
    """

    step_id: str
    attempt: int
    number: int
    due: frozenset[ChallengeKind]
    left: frozenset[ChallengeKind]


@dataclass(frozen=True, slots=True)
class JudgeReading:
    """Somebody says that all was read: wait for its words, then append ``reading.heard``."""

    step_id: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Finish:
    """Store what is in flight, judge the whole record, append what came of it."""


@dataclass(frozen=True, slots=True)
class CountAssessments:
    """Ask how often this customer was assessed before; append ``suitability.checked``."""


Action = (
    Append
    | PlayPrompt
    | JudgeAnswer
    | JudgeReading
    | CaptureCard
    | CaptureStill
    | CompareFace
    | CountAssessments
    | Challenge
    | Finish
)
