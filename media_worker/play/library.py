"""The prompts of every script that this worker has met, rendered once and kept.

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
from media_worker.play.render import TEST_SOUND_ID, Progress, prompts_for
from shuanglu.script.model import Script

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
        self._by_script: dict[str, Mapping[str, RenderedPrompt]] = {}
        self._rendering: MutableMapping[str, asyncio.Lock] = WeakValueDictionary()

    async def prompts(self, script: Script) -> Mapping[str, RenderedPrompt]:
        """Speech by step id, and the loudspeaker test under ``TEST_SOUND_ID``.

        Raises ``InvalidInputError`` naming the step whose text cannot be spoken.
        """
        # A lock a script: a session need not wait until a draft of the editor is rendered.
        async with self._rendering.setdefault(script.sha256, asyncio.Lock()):
            prompts = self._by_script.get(script.sha256)
            if prompts is None:
                prompts = await self._render(script)
                while len(self._by_script) >= MAX_SCRIPTS:
                    self._by_script.pop(next(iter(self._by_script)))
                self._by_script[script.sha256] = prompts
        return prompts

    async def _render(self, script: Script) -> Mapping[str, RenderedPrompt]:
        return await prompts_for(
            script,
            objects=self._objects,
            cache_dir=self._cache_dir,
            registry=self._registry,
            progress=self._progress,
        )


def loudspeaker_test(prompts: Mapping[str, RenderedPrompt]) -> RenderedPrompt:
    """The loudspeaker test among a script's prompts."""
    return prompts[TEST_SOUND_ID]
