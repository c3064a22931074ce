"""The states of one connection: one table of legal moves, one writer.

Stage: inside a connection. It decides nothing; it refuses what the table does not have.
"""

from __future__ import annotations

from enum import StrEnum

import structlog

_log = structlog.get_logger(__name__)


class ConnectionState(StrEnum):
    """Where a connection stands."""

    OPENED = "opened"  # the socket is open; nobody knows whose it is
    ADMITTING = "admitting"  # a hello is being checked
    ADMITTED = "admitted"  # welcome was sent; messages are routed
    LEAVING = "leaving"  # nothing is taken any more; the last words are being sent
    CLOSED = "closed"  # the socket is closed and everything of it is released


TRANSITIONS: dict[ConnectionState, frozenset[ConnectionState]] = {
    ConnectionState.OPENED: frozenset({ConnectionState.ADMITTING, ConnectionState.LEAVING}),
    ConnectionState.ADMITTING: frozenset({ConnectionState.ADMITTED, ConnectionState.LEAVING}),
    ConnectionState.ADMITTED: frozenset({ConnectionState.LEAVING}),
    ConnectionState.LEAVING: frozenset({ConnectionState.CLOSED}),
    ConnectionState.CLOSED: frozenset(),
}
"""Every legal move."""


class IllegalMoveError(RuntimeError):
    """A fault of ours: the table has no such move."""


class Lifecycle:
    """Holds the state of one connection and is the only one to change it."""

    def __init__(self, connection_id: str) -> None:
        self._connection_id = connection_id
        self._state = ConnectionState.OPENED

    @property
    def state(self) -> ConnectionState:
        """Where the connection stands."""
        return self._state

    @property
    def is_going(self) -> bool:
        """Whether it takes no more messages."""
        return self._state in {ConnectionState.LEAVING, ConnectionState.CLOSED}

    def move(self, to: ConnectionState) -> None:
        """Make a legal move, and log it; raises ``IllegalMoveError``."""
        if to not in TRANSITIONS[self._state]:
            raise IllegalMoveError(f"{self._state} -> {to}")
        _log.info(
            "connection state",
            connection_id=self._connection_id,
            change=f"{self._state} -> {to}",
        )
        self._state = to
