"""The job that seals: one session after another, whenever a timeline closes, and at start.

Stage: beside the requests. The database says what is due (a closed timeline without a
record), so a crash at any point loses nothing and doing it twice does nothing. It
never gives up on a session whose objects are only late.
"""

from __future__ import annotations

import asyncio

import structlog

from backing.bus import Bus, Subscription
from backing.bus.envelope import failure_fields
from server.evidence.repository import RecordRepository
from server.evidence.sealing import SealingService, SealRefusedError
from server.sessions.receipts import receipt_of_session
from server.storage.engine import Database
from shuanglu.errors import NotFoundError, ShuangluError
from shuanglu.timeline.events import VerdictGiven
from shuanglu.wire.bus import Committed, ToPhone
from shuanglu.wire.signalling import Sealed

FIRST_RETRY_S = 0.25
LONGEST_RETRY_S = 30.0
SWEEP_EVERY_S = 60.0
"""Catches what another process closed, and a message that was lost."""

_log = structlog.get_logger(__name__)


class Sealer:
    """Runs from :meth:`start` to :meth:`stop`; seals one session at a time."""

    def __init__(
        self, database: Database, bus: Bus, sealing: SealingService, *, public_url: str
    ) -> None:
        self._database = database
        self._bus = bus
        self._sealing = sealing
        self._public_url = public_url
        self._one_at_a_time = asyncio.Lock()
        self._due: dict[str, asyncio.Task[None]] = {}
        self._refused: set[str] = set()
        self._watching: Subscription | None = None
        self._sweeping: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Watch for verdicts, and take up what an earlier process left."""
        self._watching = await self._bus.subscribe("timeline.*", Committed, self._on_committed)
        self._sweeping = asyncio.create_task(self._sweep_for_ever())

    async def stop(self) -> None:
        """Stop; what is under way is begun anew by the next process. Idempotent."""
        if self._watching is not None:
            await self._watching.close()
        tasks = [*self._due.values(), *([self._sweeping] if self._sweeping else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._due.clear()

    async def sweep(self) -> None:
        """Take up every closed session without a record."""
        async with self._database.read() as session:
            waiting = await RecordRepository(session).unsealed_sessions()
        for session_id in waiting:
            self._take_up(session_id)

    async def _sweep_for_ever(self) -> None:
        while True:
            try:
                await self.sweep()
            except ShuangluError as error:
                _log.warning("seal_sweep_failed", code=error.code)
            await asyncio.sleep(SWEEP_EVERY_S)

    async def _on_committed(self, message: Committed) -> None:
        if isinstance(message.event.payload, VerdictGiven):
            self._take_up(message.event.session_id)

    def _take_up(self, session_id: str) -> None:
        if session_id in self._due or session_id in self._refused:
            return
        task = asyncio.create_task(self._seal_until_done(session_id))
        self._due[session_id] = task
        task.add_done_callback(lambda _: self._due.pop(session_id, None))

    async def _seal_until_done(self, session_id: str) -> None:
        retry_s = FIRST_RETRY_S
        while not await self._tried(session_id):
            await asyncio.sleep(retry_s)
            retry_s = min(retry_s * 2, LONGEST_RETRY_S)

    async def _tried(self, session_id: str) -> bool:
        """Whether there is no use in trying again."""
        try:
            async with self._one_at_a_time:
                await self._sealing.seal(session_id)
            await self._tell_phone(session_id)
        except SealRefusedError:
            self._refused.add(session_id)
            return True
        except ShuangluError as error:
            late = error.retryable or isinstance(error, NotFoundError)
            tell = _log.info if late else _log.warning
            tell("seal_waits", session_id=session_id, code=error.code, late=late)
            return False
        except Exception as error:  # noqa: BLE001 - task boundary: the next try may find it mended
            _log.error("seal_failed", session_id=session_id, **failure_fields(error))
            return False
        return True

    async def _tell_phone(self, session_id: str) -> None:
        async with self._database.read() as session:
            receipt = await receipt_of_session(session, session_id, public_url=self._public_url)
        if receipt is not None:
            message = ToPhone(message=Sealed(receipt=receipt))
            await self._bus.publish(f"phone.{session_id}", message)
