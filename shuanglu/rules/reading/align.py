"""Finds one sentence in a run of heard syllables: where it is, and what of it is there.

Stage: inside the reading. The best place is taken, syllables in order, few foreign ones in
between; a syllable counts by its toneless sound as elsewhere (zh=z, -ng=-n).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from shuanglu.rules.words.spoken import NEVER_NEAR, Spoken

NUMERALS = "零二三四五六七八九十百千万亿"
"""Without 一, which stands in many words that are no number."""
KEY = frozenset(NEVER_NEAR + NUMERALS)
"""Characters that must all be heard: without them a sentence says something else."""
FOREIGN_COSTS = 0.5
"""A syllable in between that is not in the sentence costs half of one that is."""
WORTH_A_LOOK = 0.3
"""Share of the sentence's syllables that must be about, in any order, to look closer."""


@dataclass(frozen=True, slots=True)
class Found:
    """The best place of a sentence: ``start`` to ``end`` of the run, and what was heard there."""

    start: int
    end: int
    heard: int
    missed: str
    """Negators and numerals of the sentence that are not there."""
    added: str
    """Negators and numerals that are there and not in the sentence."""


def find(sentence: Spoken, run: Spoken) -> Found | None:
    """The best place of the sentence in the run; nothing where hardly anything of it is."""
    if not _is_about(sentence, run):
        return None
    pairs = _best_pairs(sentence.syllables, run.syllables)
    if not pairs:
        return None
    start, end = pairs[0][1], pairs[-1][1] + 1
    matched, used = {s for s, _ in pairs}, {r for _, r in pairs}
    missed = [c for n, c in enumerate(sentence.characters) if c in KEY and n not in matched]
    # What stands where the sentence's unheard first and last syllables belong counts as well.
    first, last = max(0, start - pairs[0][0]), end + len(sentence) - 1 - pairs[-1][0]
    around = enumerate(run.characters[first:last], first)
    added = [c for n, c in around if c in KEY and n not in used]
    return Found(start, end, len(pairs), "".join(missed), "".join(added))


def _is_about(sentence: Spoken, run: Spoken) -> bool:
    shared = Counter(sentence.syllables) & Counter(run.syllables)
    return shared.total() >= WORTH_A_LOOK * len(sentence)


class _Move(Enum):
    MATCH = 1
    OTHER = 2
    SWALLOWED = 3
    FOREIGN = 4


def _best_pairs(sought: Sequence[str], run: Sequence[str]) -> list[tuple[int, int]]:
    """Matched positions, in order, of the local alignment that scores best.

    A match gains 1, a foreign syllable of the run costs ``FOREIGN_COSTS``, one that the
    reader swallowed costs nothing here: it is missing from the share.
    """
    width = len(run) + 1
    scores = [[0.0] * width]
    moves: list[list[_Move]] = [[_Move.FOREIGN] * width]
    for row, syllable in enumerate(sought, start=1):
        above, here, move = scores[row - 1], [0.0] * width, [_Move.FOREIGN] * width
        for column in range(1, width):
            best, step = above[column], _Move.SWALLOWED
            if syllable == run[column - 1] and above[column - 1] + 1 >= best:
                best, step = above[column - 1] + 1, _Move.MATCH
            elif above[column - 1] > best:
                best, step = above[column - 1], _Move.OTHER
            if here[column - 1] - FOREIGN_COSTS > best:
                best, step = here[column - 1] - FOREIGN_COSTS, _Move.FOREIGN
            here[column], move[column] = best, step
        scores.append(here)
        moves.append(move)
    return _traced(moves, max(range(width), key=scores[-1].__getitem__))


def _traced(moves: Sequence[Sequence[_Move]], column: int) -> list[tuple[int, int]]:
    row, pairs = len(moves) - 1, []
    while row > 0 and column > 0:
        match moves[row][column]:
            case _Move.MATCH:
                row, column = row - 1, column - 1
                pairs.append((row, column))
            case _Move.OTHER:
                row, column = row - 1, column - 1
            case _Move.SWALLOWED:
                row -= 1
            case _Move.FOREIGN:
                column -= 1
    return pairs[::-1]
