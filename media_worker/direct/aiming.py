"""Somebody aims a card or a paper at the camera: how long is waited, and what is told meanwhile.

Stage: behind the desks that take stills. It captures nothing itself.
"""

from __future__ import annotations

import asyncio

from media_worker.direct.stage import Stage

STILL_TIMEOUT_S = 20.0
"""For one good still; then it is waited again."""
HINT_EVERY_S = 0.3


async def shown_hints(stage: Stage) -> None:
    """Let the phone show what keeps it from being captured, until cancelled."""
    shown = None
    while True:
        hint = stage.senses.card_hint
        if hint != shown:
            shown = hint
            stage.changed()
        await asyncio.sleep(HINT_EVERY_S)
