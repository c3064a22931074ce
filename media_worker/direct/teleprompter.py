"""The teleprompter: the sentences to be read aloud, which were heard, which comes now.

Stage: a pure view, for the live status. It decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from shuanglu.rules.reading import sentences, still_missing
from shuanglu.script.model import DisclosureStep
from shuanglu.script.runner.reading import ReadAloud, still_missing_of
from shuanglu.wire.reading import ReadingSentence, ReadingView


def reading_view(step: DisclosureStep, reading: ReadAloud) -> ReadingView | None:
    """Where the reading stands; nothing where a machine speaks."""
    if step.reader is None:
        return None
    texts = sentences(step.say)
    numbers = range(1, len(texts) + 1)
    unheard = still_missing(reading.heard, numbers, step.reader.min_share)
    wanted = still_missing_of(step, reading.heard)

    def state_of(no: int) -> Literal["heard", "coming", "missing"]:
        if no not in unheard:
            return "heard"
        return "missing" if reading.rounds and no in wanted else "coming"

    return ReadingView(
        sentences=tuple(
            ReadingSentence(no=no, text=text, state=state_of(no), required=no in step.wanted)
            for no, text in zip(numbers, texts, strict=True)
        ),
        current=_current(numbers, unheard, wanted if reading.rounds else ()),
        checking=reading.claimed,
        rounds_left=max(0, step.max_attempts - reading.rounds),
    )


def _current(numbers: Sequence[int], unheard: Sequence[int], asked: Sequence[int]) -> int | None:
    """What was asked for again; before that, what follows the last sentence that was heard."""
    if asked:
        return asked[0]
    last = max((no for no in numbers if no not in unheard), default=0)
    return next((no for no in unheard if no > last), unheard[0] if unheard else None)
