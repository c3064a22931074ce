"""Liveness: what the server asked for at random, and what the picture and sound answered."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from shuanglu.timeline.events.payload import MediaMs, Payload, Sha256Hex


class ChallengeKind(StrEnum):
    """The active challenges."""

    GESTURES = "gestures"
    DIGITS = "digits"
    FLASH = "flash"


class Gesture(StrEnum):
    """What can be asked for; left and right are the customer's own."""

    BLINK = "blink"
    TURN_LEFT = "turn_left"
    TURN_RIGHT = "turn_right"
    NOD = "nod"
    OPEN_MOUTH = "open_mouth"


class ChallengeOutcome(StrEnum):
    """Never "passed" for what could not be measured."""

    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"
    NOT_EVALUATED = "not_evaluated"


class LivenessChallenged(Payload):
    """The server drew a challenge from its own randomness; nobody could know it before."""

    type: Literal["liveness.challenged"] = "liveness.challenged"
    step_id: str
    attempt: int
    challenge: int = Field(ge=1, description="number within the attempt")
    kind: ChallengeKind
    gestures: tuple[Gesture, ...] = ()
    digits: str = Field(default="", pattern=r"^[0-9]{0,8}$")
    colours: tuple[str, ...] = Field(
        default=(), description="#rrggbb, in order, full screen; before and after it is black"
    )
    colour_ms: int = Field(default=0, description="how long each colour is shown")
    policy_version: int


class LivenessPerformed(Payload):
    """The phone says when it showed what; times are media time, as the server heard of it."""

    type: Literal["liveness.performed"] = "liveness.performed"
    step_id: str
    attempt: int
    challenge: int
    from_ms: MediaMs
    to_ms: MediaMs
    shown_ms: tuple[int, ...] = Field(
        description="when each gesture, digit or colour came on, ms after from_ms"
    )


class LivenessJudged(Payload):
    """What the measurements of that span say, by the policy."""

    type: Literal["liveness.judged"] = "liveness.judged"
    step_id: str
    attempt: int
    challenge: int
    kind: ChallengeKind
    outcome: ChallengeOutcome
    reasons: tuple[str, ...] = Field(description="e.g. gesture_missing:nod, flash_weak, digits")
    scores: dict[str, float] = Field(description="what was measured against which threshold")
    passive_score: float | None = Field(
        default=None, description="of a mounted passive model; None: not evaluated"
    )
    policy_version: int
    model_sha256s: tuple[Sha256Hex, ...] = ()


class LivenessDeclined(Payload):
    """The customer cannot or will not do this kind (photosensitive, voice, …): another is asked."""

    type: Literal["liveness.declined"] = "liveness.declined"
    step_id: str
    attempt: int
    challenge: int
    kind: ChallengeKind
