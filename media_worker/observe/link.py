"""One observer process as the media worker holds it: started, watched, restarted.

Stage: between sessions and the process that does the work. It never waits for
the process on behalf of a session, and the process's death disturbs nothing else.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import structlog
from pydantic import BaseModel

from media_worker.models.registry import Model
from media_worker.observe.messages import (
    LENGTHS,
    Answer,
    CloseSession,
    OpenSession,
    Ready,
    Reply,
    checked_lengths,
    frame,
    reply_adapter,
)
from media_worker.observe.process import NO_MODEL
from media_worker.observe.settings import ObserverSettings

FIRST_RESTART_DELAY_S = 0.1
SOUND_LIFE_S = 30.0
"""A process that lived this long was sound: the next restart is quick again."""
WATCH_EVERY_S = 0.25

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ObserverModels:
    """The model files that are usable; ``None`` leaves its facts not evaluated."""

    face_detection: Model | None
    voice_activity: Model | None


class Pinned(Protocol):
    """A session as its process knows it."""

    number: int

    def answered(self, answer: Answer) -> None:
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
        self._write(OpenSession(session=session.number))

    def close(self, session: Pinned) -> None:
        """Forget a session."""
        self._sessions.pop(session.number, None)
        self._write(CloseSession(session=session.number))

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
                self._answered(await self._reply(process))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # it ended; the watch may already have said why
        except TimeoutError:
            self._reason = "start_deadline"
        except ValueError:
            self._reason = "malformed_answer"
        finally:
            self.ready = None
            self._settled.set()
            if process.returncode is None:
                process.kill()
            await process.wait()
            self._process = None

    async def _spawn(self) -> asyncio.subprocess.Process:
        models = (self._models.face_detection, self._models.voice_activity)
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "media_worker.observe.process"),
            *(str(model.path) if model else NO_MODEL for model in models),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,  # Ctrl-C in a terminal is for the parent, which ends this
        )

    async def _begin(self, process: asyncio.subprocess.Process) -> None:
        async with asyncio.timeout(self._settings.start_deadline_s):
            first = await self._reply(process)
        if not isinstance(first, Ready):
            raise ValueError("an observer process begins with ready")  # noqa: TRY004 - bad data
        self.ready = first
        _log.info("observer process ready", isolated=first.isolated, problems=list(first.problems))
        self._settled.set()
        for number in self._sessions:
            self._write(OpenSession(session=number))

    async def _reply(self, process: asyncio.subprocess.Process) -> Reply:
        if process.stdout is None:
            raise ConnectionError("no pipe")
        prefix = await process.stdout.readexactly(LENGTHS.size)
        header_length, body_length = checked_lengths(prefix)
        header = await process.stdout.readexactly(header_length)
        await process.stdout.readexactly(body_length)
        return reply_adapter.validate_json(header)

    def _answered(self, reply: Reply) -> None:
        if not isinstance(reply, Answer):
            raise ValueError("an observer process says ready only once")  # noqa: TRY004 - bad data
        self._unanswered = max(0, self._unanswered - 1)
        self._progress_s = time.monotonic()
        if session := self._sessions.get(reply.session):
            _shielded(lambda: session.answered(reply))

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
