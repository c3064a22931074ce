"""The observer processes, and which session is watched by which.

Stage: owned by the media worker, one for all its sessions. It never looks at
a frame itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from media_worker.models.registry import Model, ModelRegistry, ModelUnusableError
from media_worker.observe.link import ObserverModels, ObserverProcess
from media_worker.observe.session import OnObservation, OnVoice, SessionObserver
from media_worker.observe.settings import ObserverSettings
from shuanglu.rules.observation import VoiceEvidence, VoiceSpan

__all__ = [
    "ObserverPool",
    "ObserverSettings",
    "ObserverStatus",
    "SessionObserver",
    "VoiceEvidence",
    "VoiceSpan",
]

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ObserverStatus:
    """What the health page says of the observers."""

    processes: int
    ready: int
    isolated: bool
    restarts: int
    not_evaluated: tuple[str, ...]
    problems: tuple[str, ...]


def _ignore(_reason: str) -> None:
    """Default for ``on_crash``: the log already says it."""


class ObserverPool:
    """Starts, keeps and stops the processes; pins each session to one of them."""

    def __init__(
        self,
        settings: ObserverSettings,
        registry: ModelRegistry,
        on_crash: Callable[[str], None] | None = None,
    ) -> None:
        self._settings = settings
        self._registry = registry
        self._on_crash = on_crash or _ignore
        self._models = ObserverModels(None, None)
        self._problems: tuple[str, ...] = ()
        self._links: list[ObserverProcess] = []
        self._next_session = 0

    async def start(self) -> None:
        """Verify the models and start the processes; returns when each is ready or has failed."""
        problems: list[str] = []
        self._models = ObserverModels(
            await asyncio.to_thread(self._usable, "face_detection", problems),
            await asyncio.to_thread(self._usable, "voice_activity", problems),
        )
        self._problems = tuple(problems)
        self._links = [
            ObserverProcess(self._settings, self._models, self._on_crash)
            for _ in range(self._settings.processes)
        ]
        await asyncio.gather(*(link.start() for link in self._links))

    def _usable(self, name: str, problems: list[str]) -> Model | None:
        try:
            return self._registry.get(name)
        except ModelUnusableError as error:
            _log.warning("model not usable", model=name, reason=error.detail)
            problems.append(f"{name}: {error.detail}")
            return None

    async def stop(self) -> None:
        """End every process; idempotent."""
        await asyncio.gather(*(link.stop() for link in self._links))
        self._links = []

    async def open_session(
        self, session_id: str, *, on_observation: OnObservation, on_voice: OnVoice
    ) -> SessionObserver:
        """Begin to watch a session, on the process that watches the fewest."""
        self._next_session += 1
        link = min(self._links, key=lambda each: each.session_count, default=None)
        session = SessionObserver(
            self._next_session,
            link=link,
            settings=self._settings,
            models=self._models,
            on_observation=on_observation,
            on_voice=on_voice,
        )
        if link is None or link.ready is None:
            _log.warning("session is not observed now", session_id=session_id)
            session.not_evaluated()
        if link is not None:
            link.open(session)
        return session

    @property
    def vad_sha256(self) -> str:
        """Hash of the voice model; empty when there is none, and then nothing is evaluated."""
        return self._models.voice_activity.sha256 if self._models.voice_activity else ""

    @property
    def processes(self) -> tuple[int, ...]:
        """Process ids of those that are ready."""
        return tuple(link.pid for link in self._links if link.pid is not None)

    def status(self) -> ObserverStatus:
        """What works, what does not, and whether the processes are cut off from the network."""
        ready = [link.ready for link in self._links if link.ready]
        faces = bool(ready) and all(each.face_detection for each in ready)
        voice = bool(ready) and all(each.voice_activity for each in ready)
        missing = (("faces", faces), ("picture", bool(ready)), ("voice", voice))
        return ObserverStatus(
            processes=len(self._links),
            ready=len(ready),
            isolated=bool(ready) and all(each.isolated for each in ready),
            restarts=sum(link.restarts for link in self._links),
            not_evaluated=tuple(name for name, there in missing if not there),
            problems=self._problems + tuple(p for each in ready for p in each.problems),
        )
