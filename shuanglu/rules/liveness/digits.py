"""Digits that were read aloud, in what the recogniser made of them.

Stage: pure. Digits come as figures or as characters; 幺 is a spoken one, 两 a spoken two.
"""

from __future__ import annotations

from collections.abc import Sequence

from shuanglu.timeline.events import SpeechRecognised

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
SPOKEN = {sign: digit for digit, signs in HEARD_AS.items() for sign in signs}


def digits_in(text: str) -> str:
    """The digits of a text, in order."""
    return "".join(SPOKEN[sign] for sign in text if sign in SPOKEN)


def said(words: Sequence[SpeechRecognised]) -> str:
    """The digits of several utterances, in order of time."""
    return "".join(digits_in(each.text) for each in sorted(words, key=lambda one: one.from_ms))
