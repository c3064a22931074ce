"""What an observer states: one measured fact at one media time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from shuanglu.timeline.events import Fact

NOT_EVALUATED = "not_evaluated"

FacesInSpan = Literal["present", "absent", "several", "not_evaluated"]


@dataclass(frozen=True, slots=True)
class Observation:
    """``value`` as in ``ObservationChanged``; ``score`` is the model's own, if it has one."""

    fact: Fact
    value: str
    at_ms: int
    score: float | None = None
    model_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class VoiceSpan:
    """A voice, from its first to its last sound so far; ``ended`` when silence followed."""

    from_ms: int
    to_ms: int
    ended: bool = True


@dataclass(frozen=True, slots=True)
class VoiceEvidence:
    """What was heard in a span. ``evaluated`` only if its sound was really processed."""

    speech_ms: int
    first_ms: int | None
    last_ms: int | None
    evaluated: bool
