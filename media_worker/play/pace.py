"""How fast the voice speaks at each of its speeds.

Stage: data of rendering. It never renders.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from shuanglu.timeline.events import VoiceSpeed


@dataclass(frozen=True, slots=True)
class Pace:
    """``speed`` is Kokoro's own factor, 1 is its hurried default; pauses are stretched apart."""

    speed: float
    pause_share: float


PACES: Mapping[VoiceSpeed, Pace] = MappingProxyType(
    {
        VoiceSpeed.NORMAL: Pace(speed=0.85, pause_share=1.0),
        # 140 to 150 字/min: within the 120 to 160 that REG-30's source calls a normal rate.
        VoiceSpeed.SLOW: Pace(speed=0.65, pause_share=1.5),
    }
)
"""Measured on a disclosure: about 208 and 145 characters a minute (tests/speech)."""
