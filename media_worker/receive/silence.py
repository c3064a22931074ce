"""Notices tracks that stop and come back. Neither ICE nor DTLS tells that in time."""

from __future__ import annotations

from media_worker.receive.events import TrackBack, TrackKind, TrackSilent
from media_worker.receive.settings import ReceiveSettings
from media_worker.receive.track import ReceivedTrack


class SilenceWatch:
    """Looks at when the last packet of each track came."""

    def __init__(self, tracks: tuple[ReceivedTrack, ...], settings: ReceiveSettings) -> None:
        self._tracks = tracks
        self._silent_after_ms = settings.silent_after_ms
        self._closed_after_ms = settings.closed_after_ms
        self._since_ms: float | None = None
        self._silent: set[TrackKind] = set()

    def look(self, now_ms: float, media_now_ms: int) -> list[TrackSilent | TrackBack]:
        """What changed. ``now_ms`` is the clock's, ``media_now_ms`` the session's."""
        if self._since_ms is None:
            self._since_ms = now_ms
        changes: list[TrackSilent | TrackBack] = []
        for track in self._tracks:
            quiet_ms = now_ms - self._last_ms(track)
            if quiet_ms >= self._silent_after_ms and track.kind not in self._silent:
                self._silent.add(track.kind)
                changes.append(TrackSilent(track.kind, max(0, round(media_now_ms - quiet_ms))))
            elif quiet_ms < self._silent_after_ms and track.kind in self._silent:
                self._silent.discard(track.kind)
                changes.append(TrackBack(track.kind))
        return changes

    def is_over(self, now_ms: float) -> bool:
        """Whether nothing has come on any track for so long that the phone is gone."""
        return self._since_ms is not None and all(
            now_ms - self._last_ms(track) >= self._closed_after_ms for track in self._tracks
        )

    def _last_ms(self, track: ReceivedTrack) -> float:
        since_ms = self._since_ms or 0.0
        return since_ms if track.last_packet_ms is None else track.last_packet_ms
