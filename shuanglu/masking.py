"""Personal data made unreadable for screens that others may see. It never un-masks."""

from __future__ import annotations

MAX_STARS = 2
"""A star for each character would tell how long the name is."""


def mask_name(name: str) -> str:
    """The first character of each word and at most two stars: 张*, 欧**, J** S**."""
    return " ".join(_mask_word(word) for word in name.split())


def _mask_word(word: str) -> str:
    if len(word) == 1:
        return "*"
    return word[0] + "*" * min(len(word) - 1, MAX_STARS)
