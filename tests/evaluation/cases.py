"""What one run of the evaluation consists of: who, how, and which attack; drawn from one seed.

Stage: data for the runner. People on whom thresholds were tuned take part in no figure.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from demo.live_camera import Optics

SEED = 31_415_926
"""Not the seed of any test or demonstration: thresholds were never looked at with it."""
HELD_OUT: tuple[str, ...] = (
    "audrey",
    "bieber",
    "cage",
    "chuck",
    "clooney",
    "connery",
    "kim",
    "queen",
    "ri",
)
"""People before the browser's camera, each from the best photograph of him or her."""
VOICES = ("zf_xiaoxiao", "zf_xiaobei", "zm_yunxi", "zm_yunyang")
WOMEN = frozenset({"audrey", "kim", "queen", "ri"})


class Attack(StrEnum):
    """Against the liveness step."""

    NONE = "genuine"
    VIRTUAL_REPLAY = "yesterday's session through a virtual camera"
    SCREEN_REPLAY = "yesterday's session on a screen"
    PHOTO = "printed photo moved about"
    CUT_MOUTH = "photo with cut-out mouth"
    LATE_PUPPET = "live puppet on a screen, colours 0.9 s late"
    DARK_PUPPET = "live puppet on a screen, colours not given back"


@dataclass(frozen=True, slots=True)
class Genuine:
    """A genuine session and what is unusual about it."""

    person: str
    condition: str
    optics: Optics
    video_bps: int | None = None
    glasses: bool = False


@dataclass(frozen=True, slots=True)
class Liveness:
    """One session up to the end of its liveness step."""

    person: str
    attack: Attack


GENUINE_SESSIONS = 10
CONDITIONS: tuple[tuple[str, Optics, int | None, bool], ...] = (
    ("as usual", Optics(), None, False),
    ("dim room", Optics(light=0.55, noise=3.5), None, False),
    ("bright window", Optics(light=1.35), None, False),
    ("arm's length", Optics(distance=1.45), None, False),
    ("shaking hand", Optics(shake_px=7.0), None, False),
    ("glasses", Optics(), None, True),
    ("300 kbit/s", Optics(), 300_000, False),
)


def genuine_sessions() -> list[Genuine]:
    """Every condition once and more, everybody once."""
    cases = []
    for number in range(GENUINE_SESSIONS):
        who = HELD_OUT[number % len(HELD_OUT)]
        condition, optics, video_bps, glasses = CONDITIONS[number % len(CONDITIONS)]
        cases.append(Genuine(who, condition, optics, video_bps, glasses))
    return cases


def watched_people() -> list[str]:
    """Who goes through all anomalies."""
    return ["audrey", "connery", "bieber"]


def liveness_sessions() -> list[Liveness]:
    """Genuine ones and every attack, by people in turn."""
    plan = [
        *[Attack.NONE] * 3,
        *[Attack.VIRTUAL_REPLAY] * 3,
        *[Attack.SCREEN_REPLAY] * 3,
        Attack.PHOTO,
        *[Attack.CUT_MOUTH] * 2,
        Attack.LATE_PUPPET,
        Attack.DARK_PUPPET,
    ]
    return [Liveness(HELD_OUT[n % len(HELD_OUT)], attack) for n, attack in enumerate(plan)]


def voice_of(name: str) -> str:
    """A voice that could be theirs."""
    kind = "zf" if name in WOMEN else "zm"
    fitting = [voice for voice in VOICES if voice.startswith(kind)]
    return fitting[len(name) % len(fitting)]
