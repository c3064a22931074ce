"""Says whether an uploaded recording can be played, and converts it while it is at it.

Stage: beside the sessions, at the worker's entrance; one file at a time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from media_worker.play.prompt import RenderedPrompt
from shuanglu.wire.recordings import RecordingRequest, RecordingView

UPLOADED_WORDS = "试听"
"""Captions of a recording that belongs to no step yet."""
Recorded = Callable[[str, str], Awaitable[RenderedPrompt]]
"""A recording by its hash, and the words that are said in it."""


class RecordingDesk:
    """Looks at recordings when they are uploaded."""

    def __init__(self, recorded: Recorded) -> None:
        self._recorded = recorded
        self._turn = asyncio.Lock()

    async def answer(self, request: RecordingRequest) -> RecordingView:
        """What is played of it; raises ``RecordingError`` saying why it cannot be."""
        async with self._turn:
            prompt = await self._recorded(request.sha256, UPLOADED_WORDS)
        return RecordingView(
            sha256=request.sha256, audio_sha256=prompt.sha256, duration_ms=prompt.duration_ms
        )
