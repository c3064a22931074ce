"""The background work of one session: started, logged when it fails, ended together.

Stage: beside the session. A task that fails takes nothing else with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

import structlog

from backing.bus.envelope import failure_fields
from shuanglu.errors import ShuangluError

_log = structlog.get_logger(__name__)


class SessionTasks:
    """Every task that one session started."""

    def __init__(self, session_id: str) -> None:
        self._session_id = session_id
        self._tasks: set[asyncio.Task[None]] = set()

    def spawn(self, coroutine: Coroutine[object, object, None]) -> asyncio.Task[None]:
        """Run it beside everything else."""
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    async def settle(self) -> None:
        """Cancel what still runs, and wait until it is gone."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, ShuangluError):
            _log.warning("session task refused", session_id=self._session_id, code=error.code)
        elif error is not None:
            fields = failure_fields(error)
            _log.error("session task failed", session_id=self._session_id, **fields)
