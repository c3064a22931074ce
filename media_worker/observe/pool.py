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
from media_worker.observe.asked import CardHint
from media_worker.observe.faces import CardStill, FaceTemplate, WatchMode
from media_worker.observe.link import ObserverModels, ObserverProcess
from media_worker.observe.session import (
    Listeners,
    OnMeasurement,
    OnUtterance,
    OnVoice,
    SessionObserver,
)
from media_worker.observe.settings import ObserverSettings
from media_worker.utterance import Utterance
from shuanglu.rules.observation import VoiceEvidence, VoiceSpan

__all__ = [
    "CardHint",
    "CardStill",
    "FaceTemplate",
    "ObserverPool",
    "ObserverSettings",
    "ObserverStatus",
    "SessionObserver",
    "Utterance",
    "VoiceEvidence",
    "VoiceSpan",
    "WatchMode",
]

MOUNTED = "passive_liveness"
"""No such model is shipped: it is there only where the settings mount one."""

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
    degraded: tuple[str, ...]
    """Like ``not_evaluated``, without what nobody asked for: a model that is not mounted."""


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
        self._models = ObserverModels()
        self._problems: tuple[str, ...] = ()
        self._not_asked_for = () if registry.is_replaced(MOUNTED) else (MOUNTED,)
        self._links: list[ObserverProcess] = []
        self._next_session = 0

    async def start(self) -> None:
        """Verify the models and start the processes; returns when each is ready or has failed."""
        problems: list[str] = []
        self._models = await asyncio.to_thread(self._usable_models, problems)
        self._problems = tuple(problems)
        self._links = [
            ObserverProcess(self._settings, self._models, self._on_crash)
            for _ in range(self._settings.processes)
        ]
        await asyncio.gather(*(link.start() for link in self._links))

    def _usable_models(self, problems: list[str]) -> ObserverModels:
        shipped = ("face_detection", "face_landmarks", "face_recognition", "voice_activity")
        found = {name: self._usable(name, self._registry.get, problems) for name in shipped}
        found[MOUNTED] = self._usable(MOUNTED, self._registry.optional, problems)
        return ObserverModels(**found)

    def _usable(
        self, name: str, get: Callable[[str], Model | None], problems: list[str]
    ) -> Model | None:
        try:
            return get(name)
        except ModelUnusableError as error:
            _log.warning("model not usable", model=name, reason=error.detail)
            problems.append(f"{name}: {error.detail}")
            return None

    async def stop(self) -> None:
        """End every process; idempotent."""
        await asyncio.gather(*(link.stop() for link in self._links))
        self._links = []

    async def open_session(
        self,
        session_id: str,
        *,
        on_measurement: OnMeasurement,
        on_voice: OnVoice,
        on_utterance: OnUtterance,
        on_lost: Callable[[], None],
    ) -> SessionObserver:
        """Begin to watch a session, on the process that watches the fewest."""
        self._next_session += 1
        link = min(self._links, key=lambda each: each.session_count, default=None)
        session = SessionObserver(
            self._next_session,
            link=link,
            settings=self._settings,
            models=self._models,
            listeners=Listeners(on_measurement, on_voice, on_utterance, on_lost),
        )
        if link is None or link.ready is None:
            _log.warning("session is not observed now", session_id=session_id)
            on_lost()
        if link is not None:
            link.open(session)
        return session

    @property
    def vad_sha256(self) -> str:
        """Hash of the voice model; empty when there is none, and then nothing is evaluated."""
        return self._models.voice_activity.sha256 if self._models.voice_activity else ""

    @property
    def face_sha256(self) -> str | None:
        """Hash of the model that compares faces, if there is one."""
        return self._models.face_recognition.sha256 if self._models.face_recognition else None

    @property
    def processes(self) -> tuple[int, ...]:
        """Process ids of those that are ready."""
        return tuple(link.pid for link in self._links if link.pid is not None)

    def status(self) -> ObserverStatus:
        """What works, what does not, and whether the processes are cut off from the network."""
        ready = [link.ready for link in self._links if link.ready]
        there = {
            "faces": all(each.face_detection for each in ready),
            "landmarks": all(each.face_landmarks for each in ready),
            "identity": all(each.face_recognition for each in ready),
            "passive_liveness": all(each.passive_liveness for each in ready),
            "picture": True,
            "voice": all(each.voice_activity for each in ready),
        }
        absent = tuple(name for name, here in there.items() if not (ready and here))
        return ObserverStatus(
            processes=len(self._links),
            ready=len(ready),
            isolated=bool(ready) and all(each.isolated for each in ready),
            restarts=sum(link.restarts for link in self._links),
            not_evaluated=absent,
            problems=self._problems + tuple(p for each in ready for p in each.problems),
            degraded=tuple(name for name in absent if name not in self._not_asked_for),
        )
