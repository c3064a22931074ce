"""Watchers of the list: which sessions changed since each was told last.

Stage: between the bus and the open event streams. A watcher that is slow gets fewer,
newer rows; its backlog is a set of ids and bounded. It never reads the database.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from shuanglu.errors import UnavailableError
from shuanglu.wire.bus import AlertsChanged, SessionChanged


@dataclass(slots=True, eq=False)
class Watcher:
    """One open stream."""

    max_backlog: int
    changed: dict[str, None] = field(default_factory=dict)
    has_overflowed: bool = False
    alerts_changed: bool = False
    is_closed: bool = False
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    def touch(self, session_id: str) -> None:
        """That session's row is new."""
        if session_id not in self.changed and len(self.changed) >= self.max_backlog:
            self.changed.clear()
            self.has_overflowed = True
        else:
            self.changed[session_id] = None
        self._woken.set()

    def touch_alerts(self) -> None:
        """The alert cases are new."""
        self.alerts_changed = True
        self._woken.set()

    def take_alerts(self) -> bool:
        """Whether alert cases changed; begins anew."""
        taken, self.alerts_changed = self.alerts_changed, False
        return taken

    def close(self) -> None:
        """Ends the stream at its next turn."""
        self.is_closed = True
        self._woken.set()

    async def wait(self, timeout_s: float) -> bool:
        """Until something changed; ``False`` when nothing did in that time."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._woken.wait()
        except TimeoutError:
            return False
        self._woken.clear()
        return True

    def take(self) -> tuple[list[str], bool]:
        """What changed, and whether changes were lost; both begin anew."""
        taken, lost = list(self.changed), self.has_overflowed
        self.changed.clear()
        self.has_overflowed = False
        return taken, lost


class LiveFeed:
    """All open streams of this process."""

    def __init__(self, *, max_watchers: int, max_backlog: int) -> None:
        self._max_watchers = max_watchers
        self._max_backlog = max_backlog
        self._watchers: set[Watcher] = set()
        self._closed = False

    def __len__(self) -> int:
        return len(self._watchers)

    def watch(self) -> Watcher:
        """A new watcher; raises ``UnavailableError`` past the limit."""
        if self._closed or len(self._watchers) >= self._max_watchers:
            raise UnavailableError("too many open event streams")
        watcher = Watcher(self._max_backlog)
        self._watchers.add(watcher)
        return watcher

    def leave(self, watcher: Watcher) -> None:
        """The stream ended."""
        self._watchers.discard(watcher)

    async def on_changed(self, message: SessionChanged) -> None:
        """What the bus tells."""
        for watcher in self._watchers:
            watcher.touch(message.session_id)

    async def on_alerts_changed(self, _message: AlertsChanged) -> None:
        """What the bus tells."""
        for watcher in self._watchers:
            watcher.touch_alerts()

    def close(self) -> None:
        """The server stops: every stream ends."""
        self._closed = True
        for watcher in self._watchers:
            watcher.close()
