"""A rendered prompt: speech that was synthesised or recorded before, ready to be sent."""

from __future__ import annotations

from dataclasses import dataclass

from shuanglu.timeline.events import VoiceSpeed
from shuanglu.wire.views import Cue


@dataclass(frozen=True, slots=True)
class RenderedPrompt:
    """``packets`` are 20 ms Opus packets at 48 kHz mono; ``sha256`` is of the Ogg file."""

    sha256: str
    packets: tuple[bytes, ...]
    duration_ms: int
    cues: tuple[Cue, ...]
    synthetic: bool
    speed: VoiceSpeed = VoiceSpeed.NORMAL
