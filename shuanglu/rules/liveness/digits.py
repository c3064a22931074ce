"""Digits that were read aloud, in what the recogniser made of them.

Stage: pure. Digits come as figures or as characters; 幺 is a spoken one, 两 a spoken two.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from shuanglu.rules.measurement import Measurement
from shuanglu.timeline.events import Metric, SpeechRecognised

HEARD_AS = {
    "0": "0零〇领灵另林",
    "1": "1一幺腰妖邀医衣依",
    "2": "2二两俩而儿耳尔",
    "3": "3三山伞",
    "4": "4四司思",
    "5": "5五吴武无舞物",
    "6": "6六留柳刘流",
    "7": "7七期其起奇妻",
    "8": "8八爸吧巴叭把",
    "9": "9九久酒救",
}
"""Characters that sound like a digit but for the tone: the recogniser picks among them."""
LEAST_STEPS = 5
"""Fewer steps of the mouth, beside the voice or during it, tell nothing."""
MOST_STEP_RATIO = 100.0
SPOKEN = {sign: digit for digit, signs in HEARD_AS.items() for sign in signs}


def digits_in(text: str) -> str:
    """The digits of a text, in order."""
    return "".join(SPOKEN[sign] for sign in text if sign in SPOKEN)


def said(words: Sequence[SpeechRecognised]) -> str:
    """The digits of several utterances, in order of time."""
    return "".join(digits_in(each.text) for each in sorted(words, key=lambda one: one.from_ms))


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
