"""Does one thing again and again while the application runs.

Stage: beside the requests. What is due is asked of the database each time, so a restart
loses nothing; the act itself must be idempotent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from backing.bus.envelope import failure_fields
from shuanglu.errors import ShuangluError

_log = structlog.get_logger(__name__)


class Sweeper:
    """Runs from :meth:`start` to :meth:`stop`."""

    def __init__(self, name: str, act: Callable[[], Awaitable[object]], *, every_s: float) -> None:
        self._name = name
        self._act = act
        self._every_s = every_s
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Once now, then again and again."""
        self._task = asyncio.create_task(self._for_ever())

    async def stop(self) -> None:
        """Stop; what is under way is begun anew by the next process. Idempotent."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _for_ever(self) -> None:
        while True:
            try:
                await self._act()
            except ShuangluError as error:
                _log.warning("sweep_failed", sweep=self._name, code=error.code)
            except Exception as error:  # noqa: BLE001 - task boundary: the next turn may find it mended
                _log.error("sweep_failed", sweep=self._name, **failure_fields(error))
            await asyncio.sleep(self._every_s)
