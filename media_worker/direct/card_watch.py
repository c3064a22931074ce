"""Watches for the sides of a card, one after the other, and reads each.

Stage: behind the identity desk. It may begin while the speech still asks for the card: nothing
that it finds is stored, or counts, before the desk takes it. It judges nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from media_worker.direct.aiming import STILL_TIMEOUT_S, shown_hints
from media_worker.direct.stage import CardText, Stage, Still
from shuanglu.rules.identity import CardFields, TextLine, read_card
from shuanglu.timeline.events import CardSide

UNREADABLE_TRIES = 3
"""Stills without a number on them that are thrown away before one is shown as it is."""

WatchState = Literal["aim", "reading", "taken"]


@dataclass(frozen=True, slots=True)
class ReadSide:
    """One side: its still, and what was read on it; ``text`` is ``None`` where nothing could be."""

    still: Still
    text: CardText | None
    fields: CardFields


class CardWatch:
    """One attempt at a time. The camera is looked at for cards from ``begin`` to the last side."""

    def __init__(self, stage: Stage, on_state: Callable[[CardSide, WatchState], None]) -> None:
        self._stage = stage
        self._on_state = on_state
        self._of: tuple[str, int] | None = None
        self._looks = False
        self._sides: dict[CardSide, asyncio.Task[ReadSide]] = {}

    def begin(self, of: tuple[str, int], sides: Sequence[CardSide]) -> None:
        """Watch for these sides, in order; idempotent within an attempt, ``of`` a step."""
        if of == self._of:
            return
        self.stop()
        self._of, self._looks = of, True
        self._stage.senses.look("card")
        before = None
        for side in sides:
            before = asyncio.create_task(self._side(side, before, is_last=side is sides[-1]))
            before.add_done_callback(_retrieved)
            self._sides[side] = before

    async def found(self, side: CardSide) -> ReadSide:
        """That side, once it was seen and read; what is being found goes on when nobody waits."""
        return await asyncio.shield(self._sides[side])

    def stop(self) -> None:
        """Watch no more, and forget what was found; idempotent."""
        for task in self._sides.values():
            task.cancel()
        self._of, self._sides = None, {}
        self._look_away()

    def _look_away(self) -> None:
        if self._looks:
            self._looks = False
            self._stage.senses.look("watch")

    async def _side(
        self, side: CardSide, before: asyncio.Task[ReadSide] | None, *, is_last: bool
    ) -> ReadSide:
        if before is not None:
            await before
        hints = asyncio.create_task(shown_hints(self._stage))
        try:
            found = await self._readable(side)
        finally:
            hints.cancel()
        if is_last:
            self._look_away()
            self._on_state(side, "taken")
        return found

    async def _readable(self, side: CardSide) -> ReadSide:
        tries = 0
        while True:
            self._on_state(side, "aim")
            still = await self._stage.senses.card_still(side, timeout_s=STILL_TIMEOUT_S)
            if still is None:
                continue
            self._on_state(side, "reading")
            text = await self._stage.senses.card_text(still.jpeg)
            lines = _lines(text)
            fields = read_card(side, lines)
            if _shows_the_other(side, lines):
                continue  # a card that was not turned over yet is no failure to read it
            tries += 1
            if text is None or _is_readable(side, fields) or tries >= UNREADABLE_TRIES:
                return ReadSide(still, text, fields)


def _retrieved(task: asyncio.Task[ReadSide]) -> None:
    """Whoever asks for the side is told of its failure; nobody may ever ask."""
    if not task.cancelled():
        task.exception()


def _lines(text: CardText | None) -> Sequence[TextLine]:
    return [TextLine(line.text, line.confidence) for line in text.lines] if text else ()


def _is_readable(side: CardSide, fields: CardFields) -> bool:
    if side is CardSide.BACK:
        return fields.valid_until is not None
    return fields.number is not None and fields.name is not None


def _shows_the_other(side: CardSide, lines: Sequence[TextLine]) -> bool:
    """Whether it is the card's other side that is held up, legibly."""
    other = CardSide.FRONT if side is CardSide.BACK else CardSide.BACK
    return _is_readable(other, read_card(other, lines))
