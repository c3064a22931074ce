"""Renders the speech of scripts that are about to be published, and says how far it is.

Stage: beside the sessions, at the worker's entrance. It answers at once and renders one
script at a time; a session that begins meanwhile does not wait for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog

from media_worker.models.registry import ModelUnusableError
from media_worker.play.prompt import RenderedPrompt
from media_worker.play.recording import RecordingError
from media_worker.play.render import TEST_SOUND_ID
from media_worker.play.render_run import NoVoiceError, RenderingBrokeError
from shuanglu.errors import InvalidInputError, ShuangluError, TooManyAttemptsError
from shuanglu.script.model import Script
from shuanglu.wire.bus import SpeechRequest
from shuanglu.wire.scripts import SpeechRefusal, SpeechView, StepSpeech

MAX_WAITING = 8
"""Scripts that wait for their turn or are rendered; more are asked to come again."""

Prompts = Callable[[Script], Awaitable[Mapping[str, RenderedPrompt]]]

_log = structlog.get_logger(__name__)


class SpeechDesk:
    """One task for each script that was asked for and is not told yet."""

    def __init__(self, prompts: Prompts) -> None:
        self._prompts = prompts
        self._turn = asyncio.Lock()
        self._tasks: dict[str, asyncio.Task[SpeechView]] = {}

    async def answer(self, request: SpeechRequest) -> SpeechView:
        """How far it is. A refusal is told once, so that the next question tries again."""
        key = request.script.sha256
        task = self._tasks.get(key) or self._begun(key, request.script)
        if not task.done():
            # What lies in the cache is there within a moment: one answer instead of two.
            await asyncio.wait([task], timeout=0.5)
        if not task.done():
            return SpeechView(state="rendering")
        del self._tasks[key]
        return task.result()

    async def stop(self) -> None:
        """End what is under way; idempotent."""
        tasks, self._tasks = tuple(self._tasks.values()), {}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begun(self, key: str, script: Script) -> asyncio.Task[SpeechView]:
        for other in [other for other, task in self._tasks.items() if task.done()]:
            self._tasks.pop(other).exception()  # nobody came back for it; the cache has it
        if len(self._tasks) >= MAX_WAITING:
            raise TooManyAttemptsError("the speech of other scripts is being rendered")
        task = asyncio.create_task(self._rendered(script))
        self._tasks[key] = task
        return task

    async def _rendered(self, script: Script) -> SpeechView:
        async with self._turn:
            try:
                prompts = await self._prompts(script)
            except (InvalidInputError, ModelUnusableError) as error:
                _log.info("speech_refused", script_id=script.id, step_id=error.field)
                return SpeechView(
                    state="refused",
                    refused_step=error.field,
                    refused_because=error.detail,
                    refused_reason=_reason(error),
                )
        steps = (
            StepSpeech(step_id=name, audio_sha256=prompt.sha256, duration_ms=prompt.duration_ms)
            for name, prompt in prompts.items()
            if name != TEST_SOUND_ID
        )
        return SpeechView(state="ready", steps=tuple(steps))


def _reason(error: ShuangluError) -> SpeechRefusal:
    match error:
        case NoVoiceError():
            return SpeechRefusal.NO_VOICE
        case RecordingError():
            return SpeechRefusal.NO_RECORDING
        case RenderingBrokeError() | ModelUnusableError():
            return SpeechRefusal.FAILED
    return SpeechRefusal.NO_WORDS
