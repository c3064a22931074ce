"""What a peer tells besides frames."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

TrackKind = Literal["audio", "video"]
CloseReason = Literal["closed", "disconnected", "failed", "hung_up"]


@dataclass(frozen=True, slots=True)
class Connected:
    """The phone's certificate matched its offer; media may come."""


@dataclass(frozen=True, slots=True)
class TrackSilent:
    """Nothing came on a track for a while. ``since_ms`` is media time of the session."""

    kind: TrackKind
    since_ms: int


@dataclass(frozen=True, slots=True)
class TrackBack:
    """A silent track delivers again."""

    kind: TrackKind


@dataclass(frozen=True, slots=True)
class ClocksStepped:
    """Audio was stepped onto the video clock by sender reports (RFC 3550 6.4.1)."""

    audio_step_ms: float


@dataclass(frozen=True, slots=True)
class PacketsLost:
    """Packets of a track never came; frames that needed them were not recorded."""

    kind: TrackKind
    packets: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class PeerClosed:
    """The connection is over; nothing more will come. Told once, and last."""

    reason: CloseReason


PeerEvent = Connected | TrackSilent | TrackBack | ClocksStepped | PacketsLost | PeerClosed
