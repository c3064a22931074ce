"""Whether a copied sentence is the one that was to be copied, and if not, where it differs.

Stage: pure; asked by the desk before an event is appended, by the fold and by the verifier
after. ``web_client/customer/documents/copied_sentence.ts`` says the same on the phone.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from shuanglu.script.parts import Text

_DASHES = re.compile("[\u2010-\u2015\u2212\uff0d]")
_NUMERIC_MARKS = ".-/:~"
"""Between two digits these are part of a number: 4.35 is not 435, 10-20 is not 1020."""
_KEPT = "%\u2030"
"""Punctuation to Unicode, but part of what is said."""


@dataclass(frozen=True, slots=True)
class CopyDifference:
    """The first place at which a copy differs; ``place`` counts compared signs from 1."""

    place: int
    expected: str
    """Empty: the copy goes on where the sentence ends."""
    found: str
    """Empty: the copy ends too early."""


def compared_signs(words: str) -> str:
    """What counts of words: neither spaces, punctuation, width nor capitals do."""
    plain = _DASHES.sub("-", unicodedata.normalize("NFKC", words)).casefold()
    return "".join(
        sign
        for at, sign in enumerate(plain)
        if _counts(sign) or (sign in _NUMERIC_MARKS and _is_between_digits(plain, at))
    )


def difference(wanted: str, copied: str) -> CopyDifference | None:
    """Where ``copied`` first differs from ``wanted``; ``None`` when it does not."""
    expected, found = compared_signs(wanted), compared_signs(copied)
    if expected == found:
        return None
    shorter = min(len(expected), len(found))
    at = next((n for n in range(shorter) if expected[n] != found[n]), shorter)
    return CopyDifference(at + 1, expected[at : at + 1], found[at : at + 1])


def is_copy_of(sentence: Text, copied: str) -> bool:
    """Whether it is the sentence in either of the languages that it was shown in."""
    return any(difference(words, copied) is None for words in (sentence.zh, sentence.en))


def _counts(sign: str) -> bool:
    return sign in _KEPT or unicodedata.category(sign)[0] not in "PZC"


def _is_between_digits(words: str, at: int) -> bool:
    return 0 < at < len(words) - 1 and words[at - 1].isdigit() and words[at + 1].isdigit()
