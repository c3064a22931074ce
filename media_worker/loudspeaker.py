"""The loudspeaker test of the device check: one sentence, from its beginning each time.

Stage: beside the session, before the script begins. Nothing of it enters the record.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from media_worker.play.prompt import RenderedPrompt
from media_worker.session_tasks import SessionTasks
from shuanglu.wire.signalling import ServerMessage, TestSoundStarted


class LoudspeakerTest:
    """Plays the sentence to one phone."""

    def __init__(
        self,
        sentence: RenderedPrompt,
        tasks: SessionTasks,
        *,
        tell: Callable[[ServerMessage], Awaitable[None]],
        play: Callable[[RenderedPrompt], Awaitable[None]],
    ) -> None:
        self._sentence = sentence
        self._tasks = tasks
        self._tell = tell
        self._play = play
        self._playing: asyncio.Task[None] | None = None

    def play(self) -> None:
        """Play it, without waiting for its end; a second call begins again."""
        if self._playing is not None:
            self._playing.cancel()
        self._playing = self._tasks.spawn(self._run())

    async def _run(self) -> None:
        await self._tell(TestSoundStarted(duration_ms=self._sentence.duration_ms))
        await self._play(self._sentence)
