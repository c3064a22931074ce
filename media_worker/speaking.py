"""The session's own voice: the script's speech at the speed chosen, and what is said beside it.

Stage: beside the session. The script's prompts are played by the director, which takes
them from here; the loudspeaker test and what is read again are played from here. Nothing
that is played from here counts as heard.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from media_worker.play.library import loudspeaker_test
from media_worker.play.prompt import RenderedPrompt
from media_worker.session_tasks import SessionTasks
from shuanglu.timeline.events import VoiceSpeed
from shuanglu.wire.signalling import ServerMessage, TestSoundStarted

Prompts = Mapping[str, RenderedPrompt]


@dataclass(frozen=True, slots=True)
class SpeakingHooks:
    """What the voice needs of its session."""

    tell: Callable[[ServerMessage], Awaitable[None]]
    play: Callable[[RenderedPrompt], Awaitable[None]]
    speed: Callable[[], VoiceSpeed]
    changed: Callable[[], None]


@dataclass(frozen=True, slots=True)
class ScriptSpeech:
    """A script's prompts, and how to get the slow ones, which may have to be rendered yet."""

    normal: Prompts
    slow: Callable[[], Awaitable[Prompts]]


class Speaking:
    """One session's voice."""

    def __init__(self, speech: ScriptSpeech, tasks: SessionTasks, hooks: SpeakingHooks) -> None:
        self._normal = speech.normal
        self._get_slow = speech.slow
        self._slow: Prompts | None = None
        self._tasks = tasks
        self._hooks = hooks
        self._test: asyncio.Task[None] | None = None
        self._again: asyncio.Task[None] | None = None

    async def fetch_slow(self) -> None:
        """Get the slow prompts; until they are there the normal ones are played, and named so."""
        self._slow = await self._get_slow()

    @property
    def prompts(self) -> Prompts:
        """The script's speech as it is to be played now."""
        wants_slow = self._hooks.speed() is VoiceSpeed.SLOW
        return self._slow if wants_slow and self._slow is not None else self._normal

    @property
    def is_reading_again(self) -> bool:
        """Whether a step's speech is being read once more."""
        return self._again is not None and not self._again.done()

    def test_sound(self) -> None:
        """Play the loudspeaker test, without waiting for its end; a second call begins again."""
        if self._test is not None:
            self._test.cancel()
        self._test = self._tasks.spawn(self._play_test(loudspeaker_test(self.prompts)))

    async def _play_test(self, sentence: RenderedPrompt) -> None:
        await self._hooks.tell(TestSoundStarted(duration_ms=sentence.duration_ms))
        await self._hooks.play(sentence)

    def read_again(self, prompt: RenderedPrompt) -> None:
        """Read it once more, without waiting for its end; the script's next prompt cuts it."""
        self._again = self._tasks.spawn(self._play_again(prompt))
        self._again.add_done_callback(lambda _: self._hooks.changed())
        self._hooks.changed()

    async def _play_again(self, prompt: RenderedPrompt) -> None:
        await self._hooks.play(prompt)
