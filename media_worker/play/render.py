"""The prompts of a script, rendered once, stored by hash, loaded as packets.

Stage: before a session runs. It never plays anything and never speaks on the
event loop: a process of its own does, and only for what is not in the cache.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from backing.objects.interface import ObjectStore
from media_worker.models.registry import ModelRegistry
from media_worker.play.pace import PACES
from media_worker.play.prompt import RenderedPrompt
from media_worker.play.recording import Recordings
from media_worker.play.render_job import Job, Report, SpokenText
from media_worker.play.render_ogg import PACKET_MS, demux
from media_worker.play.render_run import NoVoiceError, RenderError, run_job
from shuanglu.errors import InvalidInputError, NotFoundError
from shuanglu.script.model import DisclosureStep, Script, Step
from shuanglu.timeline.chain import canonical_bytes, sha256_hex
from shuanglu.timeline.events import Sha256Hex, VoiceSpeed
from shuanglu.wire.views import Cue

RENDERING_VERSION = 1
"""Raised when the same text would sound different; older prompts stay as they are."""
TEST_SOUND_ID = "@test-sound"
"""Key of the loudspeaker check among the prompts; no step can be called this."""
TEST_SOUND_TEXT = "您好,能听到我的声音吗?"

Progress = Callable[[str, int, int], None]
"""Called with a step's id, how many texts are rendered, and of how many."""


class PromptIndex(BaseModel):
    """What the cache remembers of a prompt; the sound itself is the object ``prompts/…``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    audio_sha256: Sha256Hex
    text_sha256: Sha256Hex
    voice: str
    duration_ms: int
    packets: int
    cues: tuple[Cue, ...]
    synthetic: bool


def object_key(audio_sha256: str) -> str:
    """Where a prompt lies in the object store."""
    return f"prompts/{audio_sha256}.ogg"


async def prompts_for(
    script: Script,
    *,
    objects: ObjectStore,
    cache_dir: Path,
    registry: ModelRegistry,
    progress: Progress | None = None,
    speed: VoiceSpeed = VoiceSpeed.NORMAL,
) -> dict[str, RenderedPrompt]:
    """Every prompt by step id, and the loudspeaker test under ``TEST_SOUND_ID``.

    A step that a person reads aloud has none; a recorded voice is taken as it is.

    What the cache and the store do not hold is rendered (about half the length
    of the speech on one core) and stored. Raises :class:`RenderError` naming the step,
    ``ModelUnusableError`` naming the model file.
    """
    recorded = await _recorded(script, Recordings(objects, cache_dir))
    spoken = {step.id: step.say for step in script.steps if _is_synthesised(step)}
    texts = spoken | {TEST_SOUND_ID: TEST_SOUND_TEXT}
    # Hashing the model takes 0.1 s: not on the event loop.
    shelf = await asyncio.to_thread(_Shelf, objects, cache_dir, registry, script.voice, speed)
    found = {name: await shelf.load(say) for name, say in texts.items()}
    wanting = tuple(SpokenText(id=n, say=texts[n]) for n, prompt in found.items() if not prompt)
    if wanting:
        await _render(wanting, shelf, progress)
    loaded = {name: found[name] or await shelf.load(say) for name, say in texts.items()}
    return recorded | {name: _there(name, prompt) for name, prompt in loaded.items()}


def _is_synthesised(step: Step) -> bool:
    return not isinstance(step, DisclosureStep) or step.delivery is None


async def _recorded(script: Script, recordings: Recordings) -> dict[str, RenderedPrompt]:
    """The steps that a recorded voice speaks; it has one speed, its own."""
    found: dict[str, RenderedPrompt] = {}
    for step in script.steps:
        if isinstance(step, DisclosureStep) and step.recording is not None:
            sha256 = step.recording.sha256
            found[step.id] = await recordings.prompt(sha256, step.say, field=step.id)
    return found


def _there(name: str, prompt: RenderedPrompt | None) -> RenderedPrompt:
    if prompt is None:
        raise RenderError(f"step {name}: the rendered prompt could not be read back", field=name)
    return prompt


async def _render(texts: tuple[SpokenText, ...], shelf: _Shelf, progress: Progress | None) -> None:
    done = 0

    async def keep(report: Report, folder: Path) -> None:
        nonlocal done
        await shelf.store(report, texts, folder)
        done += 1
        if progress:
            progress(report.id, done, len(texts))

    await run_job(shelf.job(texts), keep)


class _Shelf:
    """Prompts of one voice and speed: index in the cache folder, sound in the object store."""

    def __init__(
        self,
        objects: ObjectStore,
        cache_dir: Path,
        registry: ModelRegistry,
        voice: str,
        speed: VoiceSpeed,
    ) -> None:
        self._objects = objects
        self._cache_dir = cache_dir
        self._voice = voice
        self._speed = speed
        self._pace = PACES[speed]
        self._model = registry.get("speech")
        self._vocabulary = registry.get("speech_vocabulary")
        try:
            self._style = registry.voice(voice)
        except InvalidInputError as error:
            raise NoVoiceError(f"there is no voice {voice!r}", field="voice") from error

    def _index_path(self, say: str) -> Path:
        pace = self._pace
        key = {
            "rendering": RENDERING_VERSION,
            "speed": str(pace.speed),
            "text": sha256_hex(say.encode()),
            "voice": [self._voice, self._style.sha256],
            "model": [self._model.sha256, self._vocabulary.sha256],
        }
        if pace.pause_share != 1.0:  # left out where it is 1: what is cached stays known
            key["pauses"] = str(pace.pause_share)
        return self._cache_dir / f"{sha256_hex(canonical_bytes(key))}.json"

    def job(self, texts: tuple[SpokenText, ...]) -> Job:
        """The job that renders ``texts``; the folder is set when it runs."""
        return Job(
            model=self._model.path,
            vocabulary=self._vocabulary.path,
            style=self._style.path,
            voice=self._voice,
            speed=self._pace.speed,
            pause_share=self._pace.pause_share,
            into=self._cache_dir,
            texts=texts,
        )

    async def load(self, say: str) -> RenderedPrompt | None:
        """The prompt for a text, or nothing if it must be rendered (again)."""
        try:
            index = PromptIndex.model_validate_json(self._index_path(say).read_bytes())
            ogg = await self._objects.get(object_key(index.audio_sha256))
        except (FileNotFoundError, ValidationError, NotFoundError):
            return None
        if sha256_hex(ogg) != index.audio_sha256:
            raise RenderError(f"{object_key(index.audio_sha256)} is not what its name says")
        return RenderedPrompt(
            sha256=index.audio_sha256,
            packets=demux(ogg),
            duration_ms=index.duration_ms,
            cues=index.cues,
            synthetic=index.synthetic,
            speed=self._speed,
        )

    async def store(self, report: Report, texts: tuple[SpokenText, ...], folder: Path) -> None:
        """Put the sound into the store first, then the index that points to it."""
        if report.error or not report.file:
            raise RenderError(f"step {report.id}: {report.error}", field=report.id)
        say = next(text.say for text in texts if text.id == report.id)
        ogg = (folder / report.file).read_bytes()
        index = _index(ogg, say, self._voice, report.cues)
        await self._objects.put(object_key(index.audio_sha256), ogg, content_type="audio/ogg")
        path = self._index_path(say)
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        partial.write_text(index.model_dump_json(), encoding="utf-8")
        partial.replace(path)


def _index(ogg: bytes, say: str, voice: str, cues: tuple[Cue, ...]) -> PromptIndex:
    count = len(demux(ogg))
    return PromptIndex(
        audio_sha256=sha256_hex(ogg),
        text_sha256=sha256_hex(say.encode()),
        voice=voice,
        duration_ms=count * PACKET_MS,
        packets=count,
        cues=cues,
        synthetic=True,
    )
