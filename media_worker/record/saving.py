"""Carries closed files from the spool to the object store, in order, until they are there.

Stage: behind the spool. An object store that is away delays saving and never stops
recording: the files wait in the spool.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import structlog

from backing.objects.interface import ObjectStore
from media_worker.record.settings import RecordSettings
from shuanglu.errors import ShuangluError

_log = structlog.get_logger(__name__)


class Waiting(NamedTuple):
    """A finished file that belongs in the object store."""

    key: str
    path: Path
    content_type: str


class ObjectSaver:
    """Puts files one after another, retrying with growing pauses while the store is away."""

    def __init__(
        self,
        objects: ObjectStore,
        settings: RecordSettings,
        on_refused: Callable[[str], None],
    ) -> None:
        self._objects = objects
        self._settings = settings
        self._on_refused = on_refused
        self._waiting: deque[Waiting] = deque()
        self._task: asyncio.Task[None] | None = None
        self.refused: list[str] = []
        """Keys that the store refused for good: other bytes are there already."""

    @property
    def waiting(self) -> int:
        """Files that are not in the object store yet."""
        return len(self._waiting)

    def add(self, file: Waiting) -> None:
        """Save ``file`` as soon as those before it are saved."""
        self._waiting.append(file)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    async def saved(self, *, deadline_ms: int) -> bool:
        """Wait until everything is saved, at most ``deadline_ms``; goes on afterwards."""
        if self._task is None:
            return True
        done, _ = await asyncio.wait({self._task}, timeout=deadline_ms / 1000)
        return bool(done) and not self._waiting and not self.refused

    async def stop(self) -> None:
        """Give up; what is not saved stays in the spool for recovery."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while self._waiting:
            await self._save(self._waiting[0])
            self._waiting.popleft()

    async def _save(self, file: Waiting) -> None:
        pause_ms = self._settings.put_retry_ms
        while not await self._put(file):
            await asyncio.sleep(pause_ms / 1000)
            pause_ms = min(pause_ms * 2, self._settings.max_put_retry_ms)

    async def _put(self, file: Waiting) -> bool:
        """Try once; says whether there is no use in trying again."""
        try:
            await self._objects.put_file(file.key, file.path, content_type=file.content_type)
        except ShuangluError as error:
            _log.warning("object not saved", code=error.code, waiting=len(self._waiting))
            if not error.retryable:
                self.refused.append(file.key)
                self._on_refused(file.key)
            return not error.retryable
        except OSError as error:
            _log.warning("object not saved", code="os_error", errno=error.errno)
            return False
        return True
