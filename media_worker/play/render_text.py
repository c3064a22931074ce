"""Cuts what is said into pieces that are spoken, and captioned, one at a time.

Stage: first of rendering. It never drops a word: the pieces, joined, are the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

SENTENCE_PAUSE_MS = 450
CLAUSE_PAUSE_MS = 220
MIN_PIECE_CHARACTERS = 6
"""A shorter clause joins its neighbour: a voice needs a breath's length to sound right."""
MAX_PIECE_CHARACTERS = 60
"""Two lines on a phone, and well below the 510 phonemes that the model takes."""

_PIECE = re.compile(r"[^。！？!?；;，,、：:\n]*[。！？!?；;，,、：:\n]*[”」』）)》\"']*")
_SENTENCE_END = re.compile(r"[。！？!?；;\n][”」』）)》\"']*$")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_LONG_NUMBER = re.compile(r"(?<![\d.])\d{5,}(?![\d.])(?!\s*[元万亿天年月日份股%％个块点倍人次])")
_WORD = re.compile(r"\w")
_KEPT_COMMA = "\ue000"
"""Stands for a comma between thousands while the text is cut; private use, never spoken."""
_DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Piece:
    """One caption's worth of text and the silence after it."""

    text: str
    pause_ms: int


def pieces(text: str) -> list[Piece]:
    """The pieces of ``text``, in order; their texts joined are ``text`` without outer blanks."""
    joined = _THOUSANDS.sub(_KEPT_COMMA, text.strip())
    clauses = [clause for clause in _PIECE.findall(joined) if clause]
    merged: list[str] = []
    for clause in (part for whole in clauses for part in _short_enough(whole)):
        if merged and _belongs_to(merged[-1], clause):
            merged[-1] += clause
        else:
            merged.append(clause)
    return [Piece(part.replace(_KEPT_COMMA, ","), _pause_ms(part)) for part in merged]


def _short_enough(clause: str) -> list[str]:
    return [
        clause[start : start + MAX_PIECE_CHARACTERS]
        for start in range(0, len(clause), MAX_PIECE_CHARACTERS)
    ]


def _belongs_to(before: str, clause: str) -> bool:
    if not _WORD.search(before) or not _WORD.search(clause):
        return True  # marks alone make no sound
    if _SENTENCE_END.search(before) or len(before) + len(clause) > MAX_PIECE_CHARACTERS:
        return False
    return min(len(before), len(clause)) < MIN_PIECE_CHARACTERS


def _pause_ms(piece: str) -> int:
    return SENTENCE_PAUSE_MS if _SENTENCE_END.search(piece) else CLAUSE_PAUSE_MS


def readable(text: str) -> str:
    """Numbers as a person reads them: long ones without a unit digit by digit.

    ``95588`` is a telephone number, ``10000元`` is an amount. Shorter numbers and
    those with a unit are left to the grapheme-to-phoneme step.
    """
    plain = _THOUSANDS.sub("", text)
    return _LONG_NUMBER.sub(lambda found: "".join(_DIGITS[int(d)] for d in found.group()), plain)
