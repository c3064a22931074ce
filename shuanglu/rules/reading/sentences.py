"""The sentences of a text that is read aloud, as the teleprompter shows and names them.

Stage: before anything is heard. It never drops a sign: the sentences, joined, are the text.
"""

from __future__ import annotations

import re
from functools import lru_cache

from shuanglu.rules.reading.numbers import read_out
from shuanglu.rules.words.spoken import CACHED_WORDINGS, Spoken, spoken

LEAST_SYLLABLES = 4
"""A shorter one ("请听。") is too easily heard by chance: it belongs to its neighbour."""
_SENTENCE = re.compile(r"[^。！？!?；;\n]*[。！？!?；;\n]*[”」』）)》\"']*")


@lru_cache(maxsize=CACHED_WORDINGS)
def sentences(text: str) -> tuple[str, ...]:
    """In order; a question mark, a semicolon or a new line ends one as a full stop does."""
    found: list[str] = []
    for part in _SENTENCE.findall(text.strip()):
        if not part:
            continue
        if found and (_is_short(part) or _is_short(found[-1])):
            found[-1] += part
        else:
            found.append(part)
    return tuple(found)


def _is_short(part: str) -> bool:
    return len(as_read(part)) < LEAST_SYLLABLES


def as_read(text: str) -> Spoken:
    """How the text sounds with its numbers read out: "10%" and "百分之十" are one."""
    return spoken(read_out(text))
