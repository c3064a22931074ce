"""Who is connected to which session: one phone each, and the newest wins.

Stage: above the connections of this process. A second phone with the same token takes
the place of the first; the first is told, and the timeline has both in order.
"""

from __future__ import annotations

import asyncio

import structlog

from backing.bus.envelope import failure_fields
from shuanglu.errors import UnavailableError
from signalling.connection import Connection
from signalling.presence import Presence
from signalling.settings import SignallingSettings
from signalling.state import ConnectionState

_log = structlog.get_logger(__name__)

_STRANGERS = frozenset({ConnectionState.OPENED, ConnectionState.ADMITTING})


class Rooms:
    """Every connection of this process."""

    def __init__(self, settings: SignallingSettings, presence: Presence) -> None:
        self._settings = settings
        self._presence = presence
        self._connections: set[Connection] = set()
        self._by_session: dict[str, Connection] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False

    def require_room(self, address: str) -> None:
        """Raises ``UnavailableError`` at a limit, and while stopping."""
        strangers = [c.address for c in self._connections if c.state in _STRANGERS]
        full = len(self._connections) >= self._settings.max_connections
        if self._stopping or full or len(strangers) >= self._settings.max_strangers:
            raise UnavailableError("no more connections are taken now")
        if strangers.count(address) >= self._settings.max_strangers_per_address:
            raise UnavailableError("too many connections from there have not said hello")

    async def serve(self, connection: Connection) -> None:
        """Run a connection to its end, also when whoever called is cancelled.

        aiohttp may cancel a handler when the phone is gone; what must be said of that
        to the timeline and the worker is said all the same.
        """
        task = asyncio.create_task(self._run(connection))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        await asyncio.shield(task)

    async def _run(self, connection: Connection) -> None:
        self._connections.add(connection)
        try:
            await connection.run()
        except Exception as error:  # noqa: BLE001 - task boundary: one connection, not the server
            _log.error("connection failed", **failure_fields(error))
        finally:
            self._ended(connection)

    def admitted(self, connection: Connection) -> None:
        """It is a session's phone now; the one before it leaves."""
        session_id = connection.session_id or ""
        older = self._by_session.get(session_id)
        self._by_session[session_id] = connection
        if older is not None:
            self._presence.left(session_id, older.connection_id)
            older.leave("replaced")
        self._presence.came(session_id, connection.connection_id)

    def _ended(self, connection: Connection) -> None:
        """It is over."""
        session_id = connection.session_id or ""
        if self._by_session.get(session_id) is connection:
            del self._by_session[session_id]
            self._presence.left(session_id, connection.connection_id)
        self._connections.discard(connection)

    async def close(self) -> None:
        """Tell everybody that the server stops, and let them go."""
        self._stopping = True
        for connection in tuple(self._connections):
            connection.leave("server_stopping")
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=2 * self._settings.flush_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self._presence.settled(timeout_s=self._settings.flush_s)

    def dump(self) -> dict[str, str]:
        """State by connection, for inspection."""
        return {c.connection_id: c.state for c in self._connections}
