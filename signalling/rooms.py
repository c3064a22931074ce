"""Who is connected to which session: one phone each, and the newest wins.

Stage: above the connections of this process. A second phone with the same token takes
the place of the first; the first is told, and the timeline has both in order.
"""

from __future__ import annotations

import asyncio
import contextlib

from shuanglu.errors import UnavailableError
from signalling.connection import Connection
from signalling.presence import Presence
from signalling.settings import SignallingSettings
from signalling.state import ConnectionState

_STRANGERS = frozenset({ConnectionState.OPENED, ConnectionState.ADMITTING})


class Rooms:
    """Every connection of this process."""

    def __init__(self, settings: SignallingSettings, presence: Presence) -> None:
        self._settings = settings
        self._presence = presence
        self._connections: set[Connection] = set()
        self._by_session: dict[str, Connection] = {}
        self._empty = asyncio.Event()
        self._empty.set()
        self._stopping = False

    def require_room(self) -> None:
        """Raises ``UnavailableError`` at a limit, and while stopping."""
        strangers = sum(connection.state in _STRANGERS for connection in self._connections)
        full = len(self._connections) >= self._settings.max_connections
        if self._stopping or full or strangers >= self._settings.max_strangers:
            raise UnavailableError("no more connections are taken now")

    def opened(self, connection: Connection) -> None:
        """A connection begins; nobody knows whose it is."""
        self._connections.add(connection)
        self._empty.clear()

    def admitted(self, connection: Connection) -> None:
        """It is a session's phone now; the one before it leaves."""
        session_id = connection.session_id or ""
        older = self._by_session.get(session_id)
        self._by_session[session_id] = connection
        if older is not None:
            self._presence.left(session_id, older.connection_id)
            older.leave("replaced")
        self._presence.came(session_id, connection.connection_id)

    def ended(self, connection: Connection) -> None:
        """It is over."""
        session_id = connection.session_id or ""
        if self._by_session.get(session_id) is connection:
            del self._by_session[session_id]
            self._presence.left(session_id, connection.connection_id)
        self._connections.discard(connection)
        if not self._connections:
            self._empty.set()

    async def close(self) -> None:
        """Tell everybody that the server stops, and let them go."""
        self._stopping = True
        for connection in tuple(self._connections):
            connection.leave("server_stopping")
        with contextlib.suppress(TimeoutError):  # the web server cancels what is left
            await asyncio.wait_for(self._empty.wait(), 2 * self._settings.flush_s)
        await self._presence.settled(timeout_s=self._settings.flush_s)

    def dump(self) -> dict[str, str]:
        """State by connection, for inspection."""
        return {c.connection_id: c.state for c in self._connections}
