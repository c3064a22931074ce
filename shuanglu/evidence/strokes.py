"""The strokes of a handwritten signature, as the object that its hash names.

Stage: between the customer's page and the record. It never judges a handwriting.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from shuanglu.evidence.canonical import CanonicalObject
from shuanglu.evidence.check import canonical_json, validated
from shuanglu.timeline.events import SignatureMade
from shuanglu.wire.http import Signature, StrokePoint

FORMAT: Final = "shuanglu-strokes-1"


class Strokes(CanonicalObject):
    """Every point with its time and pressure, in the pad's own pixels."""

    format: Literal["shuanglu-strokes-1"] = FORMAT
    session_id: str
    step_id: str
    attempt: int = Field(ge=1)
    width_px: float
    height_px: float
    strokes: tuple[Annotated[tuple[StrokePoint, ...], Field(min_length=1)], ...] = Field(
        min_length=1
    )

    @property
    def point_count(self) -> int:
        """Points of all strokes."""
        return sum(len(stroke) for stroke in self.strokes)

    @property
    def duration_ms(self) -> int:
        """From the first pen down to the last point."""
        times = [point.t_ms for stroke in self.strokes for point in stroke]
        return round(max(times) - min(times))

    def is_told_by(self, made: SignatureMade) -> bool:
        """Whether a timeline event speaks of exactly these strokes."""
        told = (made.step_id, made.attempt, made.strokes, made.points, made.strokes_sha256)
        own = (self.step_id, self.attempt, len(self.strokes), self.point_count, self.sha256)
        return told == own


def strokes_of(session_id: str, signature: Signature) -> Strokes:
    """The object for a signature that the page sent."""
    return Strokes(session_id=session_id, **dict(signature))


def parse_strokes(data: bytes) -> Strokes:
    """Read the object; raises ``CheckFailedError``."""
    value = canonical_json(data, what="the strokes")
    return validated(lambda: Strokes.model_validate(value), what="the strokes")
