"""The papers' desk: a certificate or a page before the camera, frozen as a still.

Stage: beside the director, for steps of the kind show. The still is taken from the running
stream, when it is sharp and without glare. It reads nothing on the paper.
"""

from __future__ import annotations

import asyncio

from media_worker.direct.aiming import STILL_TIMEOUT_S, shown_hints
from media_worker.direct.stage import Stage
from shuanglu.script.runner import CaptureStill
from shuanglu.timeline import events as ev
from shuanglu.timeline.events import Actor


class PaperDesk:
    """Takes one session's papers."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._aims = False

    @property
    def hint(self) -> str | None:
        """What keeps the paper from being captured, while somebody aims."""
        return self._stage.senses.card_hint if self._aims else None

    async def capture(self, action: CaptureStill) -> None:
        """Watch until a good still is stored."""
        self._aims = True
        self._stage.senses.look("card")
        hints = asyncio.create_task(shown_hints(self._stage))
        try:
            still = None
            while still is None:
                # The back of a card has no portrait either: nothing is looked for on it.
                still = await self._stage.senses.card_still(
                    ev.CardSide.BACK, timeout_s=STILL_TIMEOUT_S
                )
            sha256 = await self._stage.keep(still.jpeg, content_type="image/jpeg")
            captured = ev.StillCaptured(
                step_id=action.step_id,
                attempt=action.attempt,
                at_ms=still.at_ms,
                still_sha256=sha256,
                still_bytes=len(still.jpeg),
                sharpness=still.sharpness,
                glare_share=still.glare_share,
            )
            await self._stage.append(Actor.SYSTEM, captured)
        finally:
            hints.cancel()
            self._aims = False
            self._stage.senses.look("watch")
