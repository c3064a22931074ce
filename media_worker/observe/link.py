"""One observer process as the media worker holds it: started, watched, restarted.

Stage: between sessions and the process that does the work. It never waits for
the process on behalf of a session, and the process's death disturbs nothing else.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, fields, replace
from typing import Protocol

import structlog
from pydantic import BaseModel

from media_worker.models.registry import Model
from media_worker.observe.messages import (
    Answer,
    CloseSession,
    OpenSession,
    Ready,
    Reply,
    reply_adapter,
)
from media_worker.observe.settings import ObserverSettings
from media_worker.pipe import frame, next_frame
from shuanglu.timeline.events import Metric

FIRST_RESTART_DELAY_S = 0.1
SOUND_LIFE_S = 30.0
"""A process that lived this long was sound: the next restart is quick again."""
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
}
"""More threads would wait for each other, spinning, for products of small matrices. Every look goes
over some 20 MB: in huge pages it takes 5 % less."""
WATCH_EVERY_S = 0.25

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ObserverModels:
    """The model files that are usable; ``None`` leaves its metrics absent."""

    face_detection: Model | None = None
    face_landmarks: Model | None = None
    face_recognition: Model | None = None
    passive_liveness: Model | None = None
    voice_activity: Model | None = None

    def arguments(self) -> list[str]:
        """For the command line of the process."""
        named = ((each.name, getattr(self, each.name)) for each in fields(self))
        return [f"{name}={model.path}" for name, model in named if model is not None]

    def used_for(self, metrics: Collection[Metric]) -> tuple[str, ...]:
        """Hashes of the models that these metrics come from."""
        used = ((model, metric) for metric, model in _MODEL_OF.items() if metric in metrics)
        found = (getattr(self, model) for model, _ in used)
        return tuple(model.sha256 for model in found if model is not None)


_MODEL_OF = {
    Metric.FACES: "face_detection",
    Metric.YAW: "face_landmarks",
    Metric.SAME_FACE: "face_recognition",
    Metric.PASSIVE_LIVE: "passive_liveness",
    Metric.VOICE: "voice_activity",
}
"""One metric of each model stands for all of it."""


class Pinned(Protocol):
    """A session as its process knows it."""

    number: int

    def opening(self) -> OpenSession:
        """What a process that does not know the session is told first."""
        ...

    def answered(self, answer: Answer, body: bytes) -> None:
        """One sample came back."""
        ...

    def lost(self) -> None:
        """The process is gone, and with it every sample in flight."""
        ...


class ObserverProcess:
    """Keeps one process alive; sessions are pinned to it."""

    def __init__(
        self, settings: ObserverSettings, models: ObserverModels, on_crash: Callable[[str], None]
    ) -> None:
        self._settings = settings
        self._models = models
        self._on_crash = on_crash
        self._sessions: dict[int, Pinned] = {}
        self._process: asyncio.subprocess.Process | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._settled = asyncio.Event()
        self._unanswered = 0
        self._progress_s = 0.0
        self._reason = ""
        self.ready: Ready | None = None
        self.restarts = 0

    @property
    def pid(self) -> int | None:
        """Process id while it runs and is ready."""
        return self._process.pid if self._process and self.ready else None

    @property
    def session_count(self) -> int:
        """Sessions pinned here."""
        return len(self._sessions)

    async def start(self) -> None:
        """Start it; returns when it is ready, or when its first life has ended."""
        self._tasks = [asyncio.create_task(self._keep_alive()), asyncio.create_task(self._watch())]
        await self._settled.wait()

    async def stop(self) -> None:
        """End it; idempotent."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    def open(self, session: Pinned) -> None:
        """Pin a session; it stays pinned over restarts."""
        self._sessions[session.number] = session
        self._write(session.opening())

    def close(self, session: Pinned) -> None:
        """Forget a session."""
        self._sessions.pop(session.number, None)
        self._write(CloseSession(session=session.number))

    def tell(self, message: BaseModel) -> None:
        """Hand on what has no answer."""
        self._write(message)

    def send(self, sample: BaseModel, body: bytes) -> bool:
        """Hand on one sample without waiting; ``False`` when there is no process now."""
        if not self._write(sample, body):
            return False
        if self._unanswered == 0:
            self._progress_s = time.monotonic()
        self._unanswered += 1
        return True

    def _write(self, message: BaseModel, body: bytes = b"") -> bool:
        if self.ready is None or self._process is None or self._process.stdin is None:
            return False
        self._process.stdin.write(frame(message, body))
        return True

    async def _keep_alive(self) -> None:
        delay_s = FIRST_RESTART_DELAY_S
        while True:
            began_s = time.monotonic()
            await self._live_once()
            self._went_down()
            if time.monotonic() - began_s > SOUND_LIFE_S:
                delay_s = FIRST_RESTART_DELAY_S
            await asyncio.sleep(delay_s)
            delay_s = min(delay_s * 2, self._settings.max_restart_delay_s)
            self.restarts += 1

    def _went_down(self) -> None:
        _log.warning("observer process ended", reason=self._reason)
        self._unanswered = 0
        for session in list(self._sessions.values()):
            _shielded(session.lost)
        _shielded(lambda: self._on_crash(self._reason))

    async def _live_once(self) -> None:
        self._reason = "ended"
        try:
            process = await self._spawn()
        except OSError:  # no memory, no process table entry: later perhaps
            self._reason = "not_started"
            self._settled.set()
            return
        self._process = process
        try:
            await self._begin(process)
            while True:
                self._answered(*await self._reply(process))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # it ended; the watch may already have said why
        except TimeoutError:
            self._reason = "start_deadline"
        except ValueError:
            self._reason = "malformed_answer"
        finally:
            if self.ready is None:
                self._without_mounted_model()
            self.ready = None
            self._settled.set()
            if process.returncode is None:
                process.kill()
            await process.wait()
            self._process = None

    def _without_mounted_model(self) -> None:
        """A process died while loading: a customer's own model must not keep it from working."""
        if self._models.passive_liveness is not None:
            _log.warning("passive model not used any more", reason=self._reason)
            self._models = replace(self._models, passive_liveness=None)

    async def _spawn(self) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *(*self._settings.launcher, sys.executable, "-m", "media_worker.observe.process"),
            *self._models.arguments(),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, **ENVIRONMENT},
            start_new_session=True,  # Ctrl-C in a terminal is for the parent, which ends this
        )

    async def _begin(self, process: asyncio.subprocess.Process) -> None:
        async with asyncio.timeout(self._settings.start_deadline_s):
            first, _ = await self._reply(process)
        if not isinstance(first, Ready):
            raise ValueError("an observer process begins with ready")  # noqa: TRY004 - bad data
        self.ready = first
        _log.info("observer process ready", isolated=first.isolated, problems=list(first.problems))
        self._settled.set()
        for session in self._sessions.values():
            self._write(session.opening())

    async def _reply(self, process: asyncio.subprocess.Process) -> tuple[Reply, bytes]:
        header, body = await next_frame(process)
        return reply_adapter.validate_json(header), body

    def _answered(self, reply: Reply, body: bytes) -> None:
        if not isinstance(reply, Answer):
            raise ValueError("an observer process says ready only once")  # noqa: TRY004 - bad data
        self._unanswered = max(0, self._unanswered - 1)
        self._progress_s = time.monotonic()
        if session := self._sessions.get(reply.session):
            _shielded(lambda: session.answered(reply, body))

    async def _watch(self) -> None:
        """End a process that has work and gives no answer: it hangs."""
        while True:
            await asyncio.sleep(WATCH_EVERY_S)
            late_s = time.monotonic() - self._progress_s
            if self._unanswered and late_s > self._settings.answer_deadline_s and self._process:
                self._reason = "answer_deadline"
                self._process.kill()
                self._progress_s = time.monotonic()


def _shielded(tell: Callable[[], None]) -> None:
    """One listener's failure must not end the process that serves the others."""
    try:
        tell()
    except Exception:  # noqa: BLE001 - the boundary to code that is not ours
        _log.exception("observer listener failed")
