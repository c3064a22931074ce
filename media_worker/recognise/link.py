"""One recogniser process as the media worker holds it: asked one by one, watched, restarted.

Stage: between whoever wants words and the process that finds them. It never waits longer
than it was told to, and never lets more wait than the settings allow.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections import deque
from dataclasses import dataclass
from typing import Literal

import structlog

from media_worker.pipe import frame, next_frame
from media_worker.recognise.messages import (
    Answer,
    Load,
    Ready,
    Reply,
    Request,
    reply_adapter,
)
from media_worker.recognise.settings import RecogniserSettings

FIRST_RESTART_DELAY_S = 0.1
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "HF_HUB_OFFLINE": "1",
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",  # weights of 80 MB are gone over for each sign
}

Kind = Literal["sound", "digits", "card", "strokes"]

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    kind: Kind
    body: bytes
    answer: asyncio.Future[Answer | None]


class RecogniserProcess:
    """Keeps one process alive and hands it one request at a time."""

    def __init__(self, name: str, load: Load, settings: RecogniserSettings) -> None:
        self._name = name
        self._load = load
        self._settings = settings
        self._waiting: deque[_Job] = deque()
        self._at_work: _Job | None = None
        self._number = 0
        self._process: asyncio.subprocess.Process | None = None
        self._task: asyncio.Task[None] | None = None
        self._work = asyncio.Event()
        self.ready: Ready | None = None
        self.problem: str | None = None
        self.restarts = 0

    @property
    def pid(self) -> int | None:
        """Process id while it runs and its model is loaded."""
        return self._process.pid if self._process and self.ready else None

    def start(self) -> None:
        """Begin to start it; requests may wait for it meanwhile."""
        self._task = asyncio.create_task(self._keep_alive())

    async def stop(self) -> None:
        """End it; idempotent. What waits is not evaluated."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        if self._process is not None:  # stopped while it was being buried
            await self._bury(self._process)
        while self._waiting:
            _settle(self._waiting.popleft(), None)

    async def ask(self, kind: Kind, body: bytes, timeout_s: float) -> Answer | None:
        """The answer; ``None`` if it is late, if too many wait, or if the process died over it."""
        if self._task is None or len(self._waiting) >= self._settings.max_waiting:
            return None
        job = _Job(kind, body, asyncio.get_running_loop().create_future())
        self._waiting.append(job)
        self._work.set()
        try:
            async with asyncio.timeout(timeout_s):
                return await job.answer
        except TimeoutError:
            return None
        finally:
            if job in self._waiting:
                self._waiting.remove(job)

    async def _keep_alive(self) -> None:
        delay_s = FIRST_RESTART_DELAY_S
        while True:
            answered_before = self._number
            self.problem = await self._live_once()
            _log.warning("recogniser process ended", recogniser=self._name, reason=self.problem)
            sound = self._number > answered_before + 1
            delay_s = FIRST_RESTART_DELAY_S if sound else delay_s
            await asyncio.sleep(delay_s)
            delay_s = min(delay_s * 4, self._settings.max_restart_delay_s)
            self.restarts += 1

    async def _live_once(self) -> str:
        """One life of the process; why it ended."""
        spawning = asyncio.ensure_future(self._spawn())
        try:
            self._process = process = await asyncio.shield(spawning)
        except OSError:  # no memory, no process table entry: later perhaps
            return "not_started"
        except asyncio.CancelledError:  # stopped meanwhile: the process must not be left behind
            await self._bury(await spawning)
            raise
        try:
            await self._begin(process)
            while True:
                await self._serve_one(process)
        except (asyncio.IncompleteReadError, ConnectionError):
            return self.problem or "ended"
        except TimeoutError:
            return "deadline"
        except ValueError:
            return "malformed_answer"
        finally:
            await self._bury(process)

    async def _spawn(self) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *(*self._settings.launcher, sys.executable, "-m", "media_worker.recognise.process"),
            self._load.model_dump_json(),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, **ENVIRONMENT},
            start_new_session=True,  # Ctrl-C in a terminal is for the parent, which ends this
        )

    async def _bury(self, process: asyncio.subprocess.Process) -> None:
        """End it and wait for its end, even if nobody waits for this any more."""
        self.ready = None
        if self._at_work:
            _settle(self._at_work, None)
            self._at_work = None
        if process.returncode is None:
            process.kill()
        if process.stdin is not None:
            process.stdin.close()
        await process.wait()
        self._process = None

    async def _begin(self, process: asyncio.subprocess.Process) -> None:
        async with asyncio.timeout(self._settings.start_deadline_s):
            first = await _reply(process)
        if not isinstance(first, Ready):
            raise ValueError("a recogniser process begins with ready")  # noqa: TRY004 - bad data
        self.problem = first.problem
        if first.problem is None:
            self.ready = first
            _log.info("recogniser ready", recogniser=self._name, load_ms=first.load_ms)

    async def _serve_one(self, process: asyncio.subprocess.Process) -> None:
        job = await self._next(process)
        if job.answer.done() or process.stdin is None:
            return
        self._at_work, self._number = job, self._number + 1
        process.stdin.write(frame(Request(number=self._number, kind=job.kind), job.body))
        async with asyncio.timeout(self._settings.answer_deadline_s):
            answer = await _reply(process)
        if not isinstance(answer, Answer) or answer.number != self._number:
            raise ValueError("an answer to another request")
        self._at_work = None
        _settle(job, answer)

    async def _next(self, process: asyncio.subprocess.Process) -> _Job:
        """The next request; raises ``ConnectionError`` when the process ends meanwhile."""
        ended = asyncio.ensure_future(process.wait())
        try:
            while not self._waiting:
                self._work.clear()
                work = asyncio.ensure_future(self._work.wait())
                await asyncio.wait({work, ended}, return_when=asyncio.FIRST_COMPLETED)
                work.cancel()
                if ended.done():
                    raise ConnectionError("the process ended")
        finally:
            ended.cancel()
        return self._waiting.popleft()


def _settle(job: _Job, answer: Answer | None) -> None:
    if not job.answer.done():
        job.answer.set_result(answer)


async def _reply(process: asyncio.subprocess.Process) -> Reply:
    header, _ = await next_frame(process)
    return reply_adapter.validate_json(header)
