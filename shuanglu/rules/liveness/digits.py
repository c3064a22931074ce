"""Digits that were read aloud, in what the recogniser made of them.

Stage: pure. Digits come as figures or as characters; 幺 is a spoken one, 两 a spoken two.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from itertools import pairwise

from shuanglu.rules.measurement import Measurement
from shuanglu.rules.words import syllable
from shuanglu.timeline.events import Metric, SpeechRecognised

LEAST_STEPS = 5
"""Fewer steps of the mouth, beside the voice or during it, tell nothing."""
MOST_STEP_RATIO = 100.0


def digits_in(text: str, sounds: Mapping[str, str]) -> str:
    """The digits of a text, in order; ``sounds`` has the digit of a toneless syllable."""
    return "".join(_digit(sign, sounds) for sign in unicodedata.normalize("NFKC", text))


def _digit(sign: str, sounds: Mapping[str, str]) -> str:
    if sign.isascii():
        return sign if sign.isdigit() else ""
    return "0" if sign == "〇" else sounds.get(syllable(sign), "")


def said(words: Sequence[SpeechRecognised], sounds: Mapping[str, str]) -> str:
    """The digits of several utterances, in order of time."""
    in_order = sorted(words, key=lambda one: one.from_ms)
    return "".join(digits_in(each.text, sounds) for each in in_order)


def lips_step(
    measurements: Sequence[Measurement], voices: Sequence[tuple[int, int]]
) -> float | None:
    """How much more the mouth moved during the voice than beside it; ``None``: cannot be told.

    A mouth that is always on the move (a film, a cut-out) is in step with nothing.
    """
    series = [
        (m.at_ms, m.metrics[Metric.LIP_GAP]) for m in measurements if Metric.LIP_GAP in m.metrics
    ]
    during: list[float] = []
    beside: list[float] = []
    for (from_ms, before), (to_ms, after) in pairwise(series):
        speed = abs(after - before) / max(1, to_ms - from_ms)
        heard = any(start <= to_ms and from_ms <= end for start, end in voices)
        (during if heard else beside).append(speed)
    if min(len(during), len(beside)) < LEAST_STEPS:
        return None
    moved, rested = sum(during) / len(during), sum(beside) / len(beside)
    return MOST_STEP_RATIO if rested <= moved / MOST_STEP_RATIO else moved / rested
