"""What was said: recognised words, and the phrases that rules found in them. Advisory."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from shuanglu.timeline.events.payload import MediaMs, Payload, Sha256Hex


class Speaker(StrEnum):
    """Whose track it is, not whose voice: a second person beside the phone is on it too."""

    CUSTOMER = "customer"
    AGENT = "agent"


class SpeechRecognised(Payload):
    """One utterance as words, or that its words are not known."""

    type: Literal["speech.recognised"] = "speech.recognised"
    speaker: Speaker
    from_ms: MediaMs
    to_ms: MediaMs
    evaluated: bool = Field(description="False: the recogniser was missing, late or failed")
    text: str = Field(max_length=2000)
    confidence: float | None = Field(ge=0, le=1)
    lips: Literal["moving", "still", "not_seen"] = Field(
        description="the customer's mouth meanwhile; still: somebody else may be speaking"
    )
    model: str
    model_sha256: Sha256Hex | None


class PhraseHeard(Payload):
    """A phrase of the policy in one utterance."""

    type: Literal["phrase.heard"] = "phrase.heard"
    phrase: str = Field(description="id of the phrase in the policy")
    topic: str
    kind: Literal["forbidden", "required"]
    speaker: Speaker
    text: str = Field(description="the words as recognised")
    how: Literal["exact", "pinyin"]
    from_ms: MediaMs
    to_ms: MediaMs
    policy_version: int
