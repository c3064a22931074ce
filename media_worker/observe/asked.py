"""What the session was asked to bring back from the next pictures: faces, or a card's still.

Stage: on the event loop, between a question and the answers of the observer process. It keeps
no face longer than its question is open.
"""

from __future__ import annotations

import asyncio
import math
import statistics
from collections.abc import Callable, Sequence
from typing import Literal

from media_worker.models.registry import Model
from media_worker.observe.faces import CardStill, FaceTemplate
from media_worker.observe.likeness import cosine
from media_worker.observe.messages import CardShown, Template
from shuanglu.rules.measurement import Measurement
from shuanglu.timeline.events import Metric

CardHint = Literal[
    "card_missing", "card_small", "card_blurred", "card_glare", "card_skewed", "card_dark"
]

FACES_ASKED = 3
CARD_SHARE, CARD_GLARE, CARD_SKEW, CARD_SHARPNESS = 0.14, 0.03, 14.0, 14.0
"""What a card needs to be read: shares, degrees, and the measure of ``sharpness``."""
CARD_LUMA = 45.0
"""Below, the whole picture is dark and a card that is there may not be found."""
STILLS_COMPARED = 4
PORTRAIT_PATIENCE_STILLS = 8
"""So many good pictures without a portrait: it will not be found."""


class _Question:
    """Faces that somebody waits for."""

    def __init__(self, of: Callable[[Template], bool]) -> None:
        self.found: list[Template] = []
        self.full = asyncio.Event()
        self._of = of

    def take(self, face: Template) -> None:
        if self._of(face):
            self.found.append(face)
        if len(self.found) >= FACES_ASKED:
            self.full.set()


class AskedFaces:
    """Collects the faces of the next pictures while anyone asks."""

    def __init__(self) -> None:
        self._open: list[_Question] = []

    @property
    def is_open(self) -> bool:
        """Whether the next picture's face is wanted."""
        return bool(self._open)

    def take(self, face: Template | None) -> None:
        """The face of a picture, if it had one."""
        if face is None:
            return
        for question in self._open:
            question.take(face)

    async def next_ones(
        self, timeout_s: float, *, of: Callable[[Template], bool] = lambda _face: True
    ) -> Sequence[Template]:
        """The next ``FACES_ASKED`` faces of whom it shall be, or as many as came in time."""
        question = _Question(of)
        self._open.append(question)
        try:
            async with asyncio.timeout(timeout_s):
                await question.full.wait()
        except TimeoutError:
            pass  # fewer than asked
        finally:
            self._open.remove(question)
        return question.found

    @staticmethod
    def likeness(found: Sequence[Template], vector: bytes) -> float | None:
        """Median cosine of the faces with a template; ``None`` without a face."""
        return statistics.median(cosine(each.raw(), vector) for each in found) if found else None


class AskedStill:
    """Collects the best still of a card while it is asked for."""

    def __init__(self) -> None:
        self.newest: Measurement | None = None
        self._full = asyncio.Event()
        self.begin()
        self.above: float | None = None

    def begin(self, *, wants_portrait: bool = True) -> None:
        """Forget what was seen of another card."""
        self.above = 0.0
        self.newest = None
        self._wants_portrait = wants_portrait
        self._best: CardStill | None = None
        self._good = 0
        self._full.clear()

    def saw(self, measured: Measurement) -> None:
        """A picture was measured; enough good ones end the waiting."""
        if Metric.CARD_AREA not in measured.metrics:
            return
        self.newest = measured
        if hint_of(measured) is not None:
            return
        self._good += 1
        if self._best is None or self._good < STILLS_COMPARED:
            return
        has_all = not self._wants_portrait or self._best.portrait is not None
        if has_all or self._good >= PORTRAIT_PATIENCE_STILLS:
            self._full.set()

    def take(self, card: CardShown, jpeg: bytes, model: Model | None) -> None:
        """A better still came."""
        if self.above is None or card.quality <= self.above:
            return
        self.above = card.quality
        face = card.portrait
        self._best = CardStill(
            jpeg=jpeg,
            at_ms=card.at_ms,
            sharpness=card.sharpness,
            glare_share=card.glare_share,
            portrait=FaceTemplate(face.raw(), model.sha256) if face and model else None,
        )

    async def wait(self, timeout_s: float) -> CardStill | None:
        """The best still when enough good ones were seen; ``None`` if that never happened."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._full.wait()
        except TimeoutError:
            return self._best if self._good else None
        finally:
            self.above = None
        return self._best


def hint_of(measured: Measurement | None) -> CardHint | None:
    """What is wrong with the card in a picture, the first thing to mend first."""
    if measured is None:
        return "card_missing"
    metrics = measured.metrics
    area = metrics.get(Metric.CARD_AREA, 0.0)
    if area <= 0:
        is_dark = metrics.get(Metric.LUMA, math.inf) < CARD_LUMA
        return "card_dark" if is_dark else "card_missing"
    checks: tuple[tuple[CardHint, bool], ...] = (
        ("card_small", area < CARD_SHARE),
        ("card_skewed", metrics[Metric.CARD_SKEW] > CARD_SKEW),
        ("card_glare", metrics[Metric.CARD_GLARE] > CARD_GLARE),
        ("card_dark", metrics.get(Metric.LUMA, math.inf) < CARD_LUMA),
        ("card_blurred", metrics[Metric.CARD_SHARPNESS] < CARD_SHARPNESS),
    )
    return next((hint for hint, is_wrong in checks if is_wrong), None)
