"""What the observers saw and heard, and the alerts that rules made of it."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from shuanglu.timeline.events.payload import MediaMs, Payload, Sha256Hex


class Fact(StrEnum):
    """What an observer can state about the picture or the sound."""

    FACES = "faces"
    PICTURE = "picture"
    SOUND = "sound"


class ObservationChanged(Payload):
    """A measured fact took another value (facts that stay the same are not repeated)."""

    type: Literal["observation.changed"] = "observation.changed"
    fact: Fact
    value: str = Field(
        description="faces: 0, 1, 2, …; picture: clear, black, frozen; sound: heard, silent; "
        "any: not_evaluated"
    )
    score: float | None = None
    since_ms: MediaMs
    model_sha256: Sha256Hex | None = None


class AlertRaised(Payload):
    """A rule turned facts into an alert."""

    type: Literal["alert.raised"] = "alert.raised"
    alert: str
    severity: Literal["guidance", "ordinary", "severe"]
    rule_version: int
    since_ms: MediaMs


class AlertEnded(Payload):
    """The cause of the alert ended."""

    type: Literal["alert.ended"] = "alert.ended"
    alert: str
    since_ms: MediaMs
    until_ms: MediaMs
