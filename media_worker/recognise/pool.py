"""The recognisers: one process for speech, one for cards. What they cannot say is ``None``.

Stage: owned by the media worker, one for all its sessions. It never raises for what was
said or shown, and a session goes on without it.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Literal

import structlog

from media_worker.models.lock import file_sha256
from media_worker.models.registry import Model, ModelRegistry, ModelUnusableError
from media_worker.pipe import MAX_BODY_BYTES
from media_worker.recognise.link import RecogniserProcess
from media_worker.recognise.messages import (
    CardText,
    Handwriting,
    LoadCardText,
    LoadSpeech,
    TextLine,
    Words,
)
from media_worker.recognise.settings import RecogniserSettings
from media_worker.recognise.speech import main_file
from media_worker.utterance import Utterance

__all__ = [
    "CardText",
    "Handwriting",
    "RecogniserPool",
    "RecogniserSettings",
    "RecogniserStatus",
    "TextLine",
    "Words",
]

WHISPER_FILES = (
    "speech_recognition",
    "speech_recognition_config",
    "speech_recognition_tokenizer",
    "speech_recognition_vocabulary",
)
SHIPPED_SPEECH = "whisper-base"

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RecogniserStatus:
    """What the health page says of the recognisers."""

    speech_ready: bool
    card_text_ready: bool
    speech_model: str
    isolated: bool
    restarts: int
    not_evaluated: tuple[str, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Running:
    link: RecogniserProcess
    model: str
    model_sha256: str


class RecogniserPool:
    """Starts, keeps and stops the processes; asks them on behalf of sessions."""

    def __init__(self, settings: RecogniserSettings, registry: ModelRegistry) -> None:
        self._settings = settings
        self._registry = registry
        self._speech: _Running | None = None
        self._card: _Running | None = None
        self._problems: tuple[str, ...] = ()

    async def start(self) -> None:
        """Verify the models and begin to load them; returns before they are loaded."""
        problems: list[str] = []
        self._speech, self._card = await asyncio.to_thread(self._prepare, problems)
        self._problems = tuple(problems)
        for running in self._all():
            running.link.start()

    async def stop(self) -> None:
        """End every process; idempotent."""
        await asyncio.gather(*(running.link.stop() for running in self._all()))
        self._speech = self._card = None

    async def words(
        self, utterance: Utterance, timeout_s: float, *, digits: bool = False
    ) -> Words | None:
        """The words of an utterance; ``None``: not evaluated (late, full, crashed, missing).

        ``digits``: some are due.
        """
        running = self._speech
        if running is None or len(utterance.pcm) > MAX_BODY_BYTES:
            return None
        kind: Literal["sound", "digits"] = "digits" if digits else "sound"
        answer = await running.link.ask(kind, utterance.pcm, timeout_s)
        if answer is None or answer.words is None:
            return None
        return Words(
            text=answer.words.text,
            confidence=answer.words.confidence,
            model=running.model,
            model_sha256=running.model_sha256,
        )

    async def card_text(self, jpeg: bytes, timeout_s: float) -> CardText | None:
        """The lines on a card; ``None`` when it could not be read."""
        running = self._card
        if running is None or len(jpeg) > MAX_BODY_BYTES:
            return None
        answer = await running.link.ask("card", jpeg, timeout_s)
        if answer is None or answer.lines is None:
            return None
        return CardText(lines=answer.lines, model_sha256=running.model_sha256)

    async def handwriting(self, stored: bytes, timeout_s: float) -> Handwriting | None:
        """What the strokes of a signature read as; ``None``: not evaluated."""
        running = self._card
        if running is None or len(stored) > MAX_BODY_BYTES:
            return None
        answer = await running.link.ask("strokes", stored, timeout_s)
        if answer is None or answer.words is None:
            return None
        return Handwriting(
            text=answer.words.text,
            confidence=answer.words.confidence,
            model_sha256=running.model_sha256,
        )

    def status(self) -> RecogniserStatus:
        """What works, what does not, and whether the processes are cut off from the network."""
        running = self._all()
        ready = [each.link.ready for each in running if each.link.ready]
        there = (("words", self._speech), ("card_text", self._card))
        told = (each.link for each in running if each.link.problem)
        return RecogniserStatus(
            speech_ready=_is_ready(self._speech),
            card_text_ready=_is_ready(self._card),
            speech_model=self._speech.model if self._speech else "",
            isolated=bool(ready) and all(each.isolated for each in ready),
            restarts=sum(each.link.restarts for each in running),
            not_evaluated=tuple(name for name, each in there if not _is_ready(each)),
            problems=self._problems + tuple(str(link.problem) for link in told),
        )

    @property
    def processes(self) -> dict[str, int]:
        """Process ids of those that are ready: ``speech``, ``card_text``."""
        named = (("speech", self._speech), ("card_text", self._card))
        return {name: each.link.pid for name, each in named if each and each.link.pid}

    def _all(self) -> list[_Running]:
        return [each for each in (self._speech, self._card) if each]

    def _prepare(self, problems: list[str]) -> tuple[_Running | None, _Running | None]:
        made: list[_Running | None] = []
        for name, wanted, prepare in (
            ("words", self._settings.speech, self._prepare_speech),
            ("card_text", self._settings.card_text, self._prepare_card),
        ):
            try:
                made.append(prepare() if wanted else None)
            except (ModelUnusableError, OSError) as error:
                reason = error.detail if isinstance(error, ModelUnusableError) else str(error)
                _log.warning("model not usable", recogniser=name, reason=reason)
                problems.append(f"{name}: {reason}")
                made.append(None)
        return made[0], made[1]

    def _prepare_speech(self) -> _Running:
        kind, folder = self._settings.speech_kind, self._settings.speech_folder
        if folder is None:
            files = [self._registry.get(name) for name in WHISPER_FILES]
            load = LoadSpeech(kind="whisper", folder=files[0].path.parent)
            return self._running("speech", load, SHIPPED_SPEECH, files[0].sha256)
        sha256 = file_sha256(main_file(kind, folder))
        return self._running("speech", LoadSpeech(kind=kind, folder=folder), kind, sha256)

    def _prepare_card(self) -> _Running:
        detection: Model = self._registry.get("card_text_detection")
        recognition = self._registry.get("card_text_recognition")
        load = LoadCardText(detection=detection.path, recognition=recognition.path)
        return self._running("card_text", load, "PP-OCRv6-small", recognition.sha256)

    def _running(
        self, name: str, load: LoadSpeech | LoadCardText, model: str, sha256: str
    ) -> _Running:
        return _Running(RecogniserProcess(name, load, self._settings), model, sha256)


def _is_ready(running: _Running | None) -> bool:
    return running is not None and running.link.ready is not None
