"""Keeps what a viewer is watching the same file while it is watched, though it grows.

A player asks for a file range by range. While a session runs, each look would find a
longer file with another index; so a request from the beginning takes a snapshot of
the index, and later ranges of the same login are answered from it.
"""

from __future__ import annotations

from collections import OrderedDict

from server.review.index import StretchIndex
from server.review.playable import PlayableStretch

MAX_SNAPSHOTS = 512

Viewing = tuple[str, str, int]
"""Login, session, stretch."""
Snapshot = tuple[PlayableStretch, str]
"""The file, and its video codec."""


class Playback:
    """Snapshots of viewings, bounded; the longest unused is forgotten first."""

    def __init__(self, index: StretchIndex) -> None:
        self._index = index
        self._snapshots: OrderedDict[Viewing, Snapshot] = OrderedDict()

    async def look(self, viewing: Viewing, *, from_beginning: bool) -> Snapshot:
        """The file for this viewing; raises ``NotFoundError``."""
        if from_beginning or viewing not in self._snapshots:
            _, session_id, stretch = viewing
            self._snapshots[viewing] = await self._index.find(session_id, stretch)
        self._snapshots.move_to_end(viewing)
        while len(self._snapshots) > MAX_SNAPSHOTS:
            self._snapshots.popitem(last=False)
        return self._snapshots[viewing]
