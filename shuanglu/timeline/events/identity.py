"""Who the customer is: the card that was shown, what was read on it, and the face beside it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import Field

from shuanglu.timeline.events.payload import MediaMs, Payload, Sha256Hex


class CardSide(StrEnum):
    """Which side of a card the camera saw."""

    FRONT = "front"  # portrait, name, number
    BACK = "back"  # authority, validity


class FaceOutcome(StrEnum):
    """What a 1:1 comparison came to, by the policy's two thresholds."""

    SAME = "same"
    UNSURE = "unsure"  # a near miss: a person decides
    OTHER = "other"
    NOT_EVALUATED = "not_evaluated"


class IdentityCaptured(Payload):
    """A still of a card, taken from the running stream; the JPEG is an object named by hash."""

    type: Literal["identity.captured"] = "identity.captured"
    step_id: str
    attempt: int
    side: CardSide
    at_ms: MediaMs
    still_sha256: Sha256Hex
    still_bytes: int = Field(ge=1)
    sharpness: float
    glare_share: float = Field(ge=0, le=1)


class IdentityRead(Payload):
    """What was read on the card, and which checks it passed. Personal data: the record only."""

    type: Literal["identity.read"] = "identity.read"
    step_id: str
    attempt: int
    side: CardSide
    name: str | None
    number: str | None = Field(description="citizen number, 18 characters (GB 11643)")
    sex: Literal["male", "female"] | None
    birth_date: date | None
    valid_from: date | None
    valid_until: date | None = Field(description="9999-12-31 for 长期")
    confidence: float = Field(ge=0, le=1, description="least confidence of the lines used")
    failed_checks: tuple[str, ...] = Field(
        description="check_digit, birth_date, sex, age, expired, not_yet_valid, name_differs, …; "
        "not_evaluated: the card could not be read by a machine"
    )
    model_sha256: Sha256Hex | None


class IdentityConfirmed(Payload):
    """The customer saw the masked fields and said that they are right, or corrected them."""

    type: Literal["identity.confirmed"] = "identity.confirmed"
    step_id: str
    attempt: int
    name: str
    number: str
    corrected: tuple[Literal["name", "number"], ...]
    failed_checks: tuple[str, ...] = Field(description="checks of what was confirmed")


class FaceCompared(Payload):
    """Two faces compared 1:1. The templates themselves are never part of a record."""

    type: Literal["face.compared"] = "face.compared"
    purpose: Literal["card", "answer", "signature", "continuity"]
    step_id: str | None
    attempt: int | None
    at_ms: MediaMs
    score: float | None = Field(description="cosine similarity; None if not evaluated")
    same_from: float = Field(description="threshold at and above which it is the same person")
    other_below: float = Field(description="threshold below which it is another person")
    outcome: FaceOutcome
    policy_version: int
    model_sha256: Sha256Hex | None
