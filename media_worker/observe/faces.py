"""What the observers hand out about faces and cards, and in which ways they can look.

Stage: the interface of ``observe`` to the session that it watches. Plain data.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class WatchMode(StrEnum):
    """How closely the picture is looked at."""

    WATCH = "watch"  # all through the session, about once a second
    ANSWER = "answer"  # while a spoken answer is due: does the mouth move?
    CLOSE = "close"  # up to 15 a second, for a liveness challenge
    CARD = "card"  # while a card is held before the camera


@dataclass(frozen=True, slots=True)
class FaceTemplate:
    """A face as 128 float32. It leaves the worker only encrypted and never enters a record."""

    vector: bytes
    model_sha256: str


@dataclass(frozen=True, slots=True)
class CardStill:
    """A card at its best so far: the whole picture."""

    jpeg: bytes
    at_ms: int
    sharpness: float
    glare_share: float
    portrait: FaceTemplate | None
