"""Draws a challenge. The randomness is the caller's: ``secrets.SystemRandom`` in production."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from shuanglu.errors import ConflictError
from shuanglu.rules.liveness.policy import LivenessPolicy
from shuanglu.timeline.events import ChallengeKind, Gesture

COLOURS = ("#ff0000", "#00ff00", "#0000ff", "#ffff00", "#00ffff", "#ff00ff")
"""Saturated, so that chroma tells them apart; no black or white, which only change brightness."""
DIGITS = "0123456789"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Challenge:
    """What was drawn."""

    kind: ChallengeKind
    time_limit_ms: int
    gestures: tuple[Gesture, ...] = ()
    digits: str = ""
    colours: tuple[str, ...] = ()
    colour_ms: int = 0


def draw(
    policy: LivenessPolicy, random: Random, among: Collection[ChallengeKind] = tuple(ChallengeKind)
) -> Challenge:
    """A challenge of one of these kinds; ``ConflictError`` when there are none."""
    kinds = sorted(set(among))
    if not kinds:
        raise ConflictError("no kind of challenge is left")
    match random.choice(kinds):
        case ChallengeKind.GESTURES:
            return _gestures(policy, random)
        case ChallengeKind.DIGITS:
            digits = "".join(_unlike_before(DIGITS, policy.digits.count, random))
            limit_ms = policy.digits.time_limit_ms
            return Challenge(ChallengeKind.DIGITS, limit_ms, digits=digits)
        case _:
            return _flash(policy, random)


def _gestures(policy: LivenessPolicy, random: Random) -> Challenge:
    drawn = tuple(random.sample(sorted(Gesture), policy.gestures.count))
    return Challenge(ChallengeKind.GESTURES, policy.gestures.time_limit_ms, gestures=drawn)


def _flash(policy: LivenessPolicy, random: Random) -> Challenge:
    return Challenge(
        ChallengeKind.FLASH,
        policy.flash.time_limit_ms,
        colours=tuple(_unlike_before(COLOURS, policy.flash.count, random)),
        colour_ms=policy.flash.colour_ms,
    )


def _unlike_before(of: Sequence[T], count: int, random: Random) -> list[T]:
    """Drawn one by one, never the same twice in a row."""
    drawn: list[T] = []
    while len(drawn) < count:
        one = random.choice(of)
        if not drawn or one != drawn[-1]:
            drawn.append(one)
    return drawn
