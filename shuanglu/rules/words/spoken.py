"""A text as it is spoken: characters without punctuation, and how each of them sounds.

Stage: before any rule about words. It never guesses a word: it only says that two
wordings sound the same to a recogniser that confuses zh with z and -ng with -n.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from pypinyin import Style, lazy_pinyin

How = Literal["exact", "pinyin"]

_DIGITS = str.maketrans("0123456789", "零一二三四五六七八九")
_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"))
CACHED_WORDINGS = 4096
"""The wordings of policies and scripts come again and again; what was said does not."""
NEAR_FROM = 4
"""Shorter wordings are too often one syllable away from something harmless."""
NEVER_NEAR = "不没非未无别"
_INITIAL = re.compile(r"[bpmfdtnlgkhjqxrzcsyw]?")


@dataclass(frozen=True, slots=True)
class Spoken:
    """``syllables[i]`` is how ``characters[i]`` sounds, without its tone."""

    characters: str
    syllables: tuple[str, ...]

    def __len__(self) -> int:
        """Characters, which are syllables."""
        return len(self.characters)

    def nearly_at(self, start: int, wording: Spoken) -> bool:
        """Whether all but one of its syllables are there, and that one sounds much alike.

        For long wordings only; a negator never stands for another syllable ("这不是存款").
        """
        end = start + len(wording)
        if len(wording) < NEAR_FROM or end > len(self):
            return False
        here = self.syllables[start:end]
        odd = [n for n, sound in enumerate(wording.syllables) if here[n] != sound]
        if len(odd) != 1 or self.characters[start + odd[0]] in NEVER_NEAR:
            return False
        return alike(here[odd[0]], wording.syllables[odd[0]])

    def at(self, start: int, wording: Spoken, *, by_sound: bool) -> How | None:
        """Whether the wording begins at ``start``, and how that is known."""
        end = start + len(wording)
        if self.characters[start:end] == wording.characters:
            return "exact"
        if by_sound and self.syllables[start:end] == wording.syllables:
            return "pinyin"
        return None


def spoken(text: str) -> Spoken:
    """The text without punctuation and space, full width folded, digits as words."""
    folded = unicodedata.normalize("NFKC", text).lower()
    kept = "".join(sign for sign in folded if sign.isalnum()).translate(_DIGITS)
    sounds = lazy_pinyin(kept, style=Style.NORMAL, errors=_each)
    if len(sounds) != len(kept):  # a rare sign that is read as two: compare it as it is written
        sounds = [syllable(sign) for sign in kept]
    return Spoken(kept, tuple(merged(sound) for sound in sounds))


def _each(run: str) -> Any:  # noqa: ANN401 - pypinyin takes lists, its types do not say so
    """What cannot be read stands for itself, sign by sign."""
    return list(run)


def syllable(sign: str) -> str:
    """How one character sounds, without its tone; what cannot be read stands for itself."""
    return "".join(lazy_pinyin(sign, style=Style.NORMAL, errors=_each))


@lru_cache(maxsize=CACHED_WORDINGS)
def wording(text: str) -> Spoken:
    """The same for a wording of a policy or a script; remembered."""
    return spoken(text)


def merged(syllable: str) -> str:
    """A toneless syllable with zh/z, ch/c, sh/s and -ng/-n taken for the same."""
    for long, short in _INITIALS:
        if syllable.startswith(long):
            syllable = short + syllable.removeprefix(long)
    for final in ("ang", "eng", "ing"):
        if syllable.endswith(final):
            return syllable[:-1]
    return syllable


def alike(one: str, other: str) -> bool:
    """Whether two merged syllables share their beginning or their end."""
    initials = [match[0] if (match := _INITIAL.match(each)) else "" for each in (one, other)]
    finals = [one.removeprefix(initials[0]), other.removeprefix(initials[1])]
    return finals[0] == finals[1] or (initials[0] == initials[1] != "")
