"""The prompts of every script that this worker has met, rendered once a speed and kept.

Stage: between sessions and the renderer. It never renders on the event loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from weakref import WeakValueDictionary

from backing.objects import ObjectStore
from media_worker.models.registry import ModelRegistry
from media_worker.play.prompt import RenderedPrompt
from media_worker.play.recording import Recordings
from media_worker.play.render import TEST_SOUND_ID, Progress, prompts_for
from shuanglu.script.model import Script
from shuanglu.timeline.events import VoiceSpeed

MAX_SCRIPTS = 32
"""Scripts whose packets are held in memory; what falls out is read again from the store."""


class PromptLibrary:
    """Prompts by script version; the loudspeaker test comes with every script."""

    def __init__(
        self,
        registry: ModelRegistry,
        objects: ObjectStore,
        *,
        cache_dir: Path,
        progress: Progress | None = None,
    ) -> None:
        self._registry = registry
        self._objects = objects
        self._cache_dir = cache_dir
        self._progress = progress
        self._kept: dict[tuple[str, VoiceSpeed], Mapping[str, RenderedPrompt]] = {}
        self._rendering: MutableMapping[tuple[str, VoiceSpeed], asyncio.Lock] = (
            WeakValueDictionary()
        )

    async def prompts(
        self, script: Script, speed: VoiceSpeed = VoiceSpeed.NORMAL
    ) -> Mapping[str, RenderedPrompt]:
        """Speech by step id, and the loudspeaker test under ``TEST_SOUND_ID``.

        Raises ``InvalidInputError`` naming the step whose text cannot be spoken.
        """
        # A lock a script and speed: a session waits for no draft, and for no slow voice.
        key = (script.sha256, speed)
        async with self._rendering.setdefault(key, asyncio.Lock()):
            prompts = self._kept.get(key)
            if prompts is None:
                prompts = await self._render(script, speed)
                while len(self._kept) >= MAX_SCRIPTS * len(VoiceSpeed):
                    self._kept.pop(next(iter(self._kept)))
                self._kept[key] = prompts
        return prompts

    async def recorded(self, sha256: str, say: str) -> RenderedPrompt:
        """An uploaded recording; raises ``RecordingError`` saying why it cannot be played."""
        return await Recordings(self._objects, self._cache_dir).prompt(sha256, say)

    async def _render(self, script: Script, speed: VoiceSpeed) -> Mapping[str, RenderedPrompt]:
        return await prompts_for(
            script,
            objects=self._objects,
            cache_dir=self._cache_dir,
            registry=self._registry,
            # Who starts the server waits for the normal voice only, and is told of no other.
            progress=self._progress if speed is VoiceSpeed.NORMAL else None,
            speed=speed,
        )


def loudspeaker_test(prompts: Mapping[str, RenderedPrompt]) -> RenderedPrompt:
    """The loudspeaker test among a script's prompts."""
    return prompts[TEST_SOUND_ID]
