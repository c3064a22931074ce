"""The intake of one session: its phone's peer connection and the stretch that it fills.

Stage: joins receive and record. It numbers stretches, keeps the session's media clock,
tells every gap, and never decides what the script does about one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal, get_args

import structlog

from backing.objects import ObjectStore
from media_worker.frames import EncodedFrame
from media_worker.play.track import VoiceTrack
from media_worker.receive.events import TrackKind
from media_worker.receive.peer import (
    ClocksStepped,
    Connected,
    PeerClosed,
    PeerEvent,
    PhonePeer,
    TrackBack,
    TrackSilent,
)
from media_worker.receive.settings import ReceiveSettings
from media_worker.record.layout import StretchLayout
from media_worker.record.stretch import StoredCluster, StretchRecorder
from shuanglu.clock import Clock
from shuanglu.timeline import events as ev
from shuanglu.timeline.events import Event

ON_AIR_WITHIN_MS = 3000
"""Recording is true while a cluster (≤ 1 s) was stored within this time."""

TRACK_KINDS = frozenset(get_args(TrackKind))
EndReason = Literal["finished", "disconnected", "replaced"]

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class IntakeHooks:
    """Whom the intake tells; all are called on the event loop and must not block."""

    emit: Callable[[ev.Payload], None]
    on_frame: Callable[[EncodedFrame], None]
    on_change: Callable[[], None]
    on_interrupted: Callable[[], None]


class MediaClock:
    """Media time of a session: wall time since its origin, monotonic within this process."""

    def __init__(self, clock: Clock, origin: datetime | None, *, not_before_ms: int = 0) -> None:
        self._clock = clock
        self._zero_ms: float | None = None
        self.origin = origin
        if origin is not None:
            self._set(origin)
            # A wall clock that was set back must not record over what is there already.
            latest_zero_ms = clock.monotonic_ms() - not_before_ms
            self._zero_ms = min(self._zero_ms or latest_zero_ms, latest_zero_ms)

    def _set(self, origin: datetime) -> None:
        elapsed_ms = (self._clock.now() - origin) / timedelta(milliseconds=1)
        self._zero_ms = self._clock.monotonic_ms() - elapsed_ms

    @property
    def started(self) -> bool:
        """Whether the session has an origin."""
        return self._zero_ms is not None

    def start(self) -> datetime:
        """Make this moment the origin, in whole milliseconds."""
        now = self._clock.now()
        origin = self.origin = now.replace(microsecond=now.microsecond // 1000 * 1000)
        self._set(origin)
        return origin

    def now_ms(self) -> int:
        """Media time now; 0 before the origin."""
        if self._zero_ms is None:
            return 0
        return max(0, round(self._clock.monotonic_ms() - self._zero_ms))


class Intake:
    """Receives and records; one peer at a time, each in a stretch of its own."""

    def __init__(
        self,
        *,
        session_id: str,
        events: Sequence[Event],
        hooks: IntakeHooks,
        objects: ObjectStore,
        spool_dir: Path,
        receive: ReceiveSettings,
        clock: Clock,
    ) -> None:
        self._session_id = session_id
        self._hooks = hooks
        self._objects = objects
        self._spool_dir = spool_dir
        self._receive = receive
        self._wall = clock
        self._stretches = _stretch_ends(events)
        self.clock = MediaClock(clock, _origin_of(events), not_before_ms=self._last_end_ms())
        self._peer: PhonePeer | None = None
        self._recorder: StretchRecorder | None = None
        self._silent: set[str] = set()
        self._last_stored_ms: float | None = None
        self._current_stored_ms = 0
        self._gap_reason: Literal["disconnected", "server_restarted", "replaced"] = (
            "server_restarted"
        )
        self._failed = False
        self._breaking = False
        self.voice = VoiceTrack()

    # --- what others may know ----------------------------------------------------------

    def on_air(self) -> bool:
        """Both tracks arrive, and what arrives is on disk."""
        return self._stored_lately() and not self._silent and not self._failed

    def stored_ms(self) -> int:
        """Milliseconds of media on disk, over all stretches."""
        ended = sum(end - start for start, end in self._stretches.values())
        return ended + (self._current_stored_ms if self._recorder is not None else 0)

    def troubles(self) -> set[str]:
        """Guidance codes for what is wrong with the media itself."""
        codes = {f"{kind}_lost" for kind in self._silent}
        return codes | ({"recording_stopped"} if self._failed else set())

    def _stored_lately(self) -> bool:
        if self._peer is None or self._last_stored_ms is None:
            return False
        return self._wall.monotonic_ms() - self._last_stored_ms < ON_AIR_WITHIN_MS

    # --- one peer after another ----------------------------------------------------------

    async def accept(self, offer_sdp: str) -> str:
        """Answer an offer; a peer that was there is replaced. Raises ``InvalidInputError``."""
        voice = VoiceTrack()
        peer = PhonePeer(
            outgoing=voice,
            settings=self._receive,
            clock=self._wall,
            on_frame=lambda frame: self._on_frame(peer, frame),
            on_event=lambda event: self._on_event(peer, event),
            media_offset_ms=self._offset_ms,
        )
        answer = await peer.accept(offer_sdp)
        await self.end("replaced")
        # What stopped the stretch before (a full disk, say) may be over by now.
        self._failed = False
        self._peer, self.voice = peer, voice
        return answer

    async def flush(self) -> None:
        """Everything that has arrived is on disk and announced."""
        if self._recorder is not None:
            await self._recorder.flush()

    async def end(self, reason: EndReason) -> None:
        """End the stretch and the peer; idempotent."""
        peer, self._peer = self._peer, None
        recorder, self._recorder = self._recorder, None
        self._silent.clear()
        self._last_stored_ms = None
        self.voice.silence()
        if recorder is not None:
            await self._end_stretch(recorder, reason)
        if peer is not None:
            await peer.close()
        self._hooks.on_change()

    async def break_stretch(self) -> None:
        """End the stretch but not the peer: what still comes begins another, after a told gap."""
        recorder, self._recorder = self._recorder, None
        self._last_stored_ms = None
        if recorder is None:
            return
        self._breaking = True
        try:
            await self._end_stretch(recorder, "disconnected")
        finally:
            self._breaking = False

    async def _end_stretch(self, recorder: StretchRecorder, reason: EndReason) -> None:
        ended = await recorder.finish(reason)
        if not recorder.begun:
            # Nothing was ever stored: no stretch, and the gap goes on from the one before.
            return
        self._gap_reason = "replaced" if reason == "replaced" else "disconnected"
        self._stretches[ended.stretch] = (self._stretches[ended.stretch][0], ended.end_ms)
        self._hooks.emit(ended)

    def _last_end_ms(self) -> int:
        return max((end_ms for _, end_ms in self._stretches.values()), default=0)

    def _offset_ms(self) -> int:
        if not self.clock.started:
            self._hooks.emit(ev.RecordingStarted(origin=self.clock.start()))
        return self.clock.now_ms()

    # --- called by the peer ---------------------------------------------------------------

    def _on_frame(self, peer: PhonePeer, frame: EncodedFrame) -> None:
        if peer is not self._peer or self._failed or self._breaking:
            return
        if self._recorder is None:
            self._recorder = self._new_recorder(frame)
        self._recorder.write(frame)
        self._hooks.on_frame(frame)

    def _new_recorder(self, frame: EncodedFrame) -> StretchRecorder:
        # A first frame's own time may lie a little before its arrival, never in another stretch.
        start_ms = max(self._last_end_ms(), int(frame.pts_ms))
        self._current_stored_ms = 0
        return StretchRecorder(
            session_id=self._session_id,
            stretch=self._free_number(),
            start_ms=start_ms,
            spool_dir=self._spool_dir,
            objects=self._objects,
            on_begun=self._on_begun,
            on_cluster=self._on_cluster,
            on_segment=self._hooks.emit,
            on_failure=self._on_failure,
            video_codec=self._peer.video_codec if self._peer else "VP8",
            recording_origin=self.clock.origin,
        )

    def _free_number(self) -> int:
        """Beyond every stretch of the timeline, and beyond what a dying process left half made."""
        number = max(self._stretches, default=0) + 1
        while StretchLayout(self._spool_dir, self._session_id, number).folder.exists():
            number += 1
        return number

    def _on_begun(self, begun: ev.StretchBegun) -> None:
        before_ms = self._last_end_ms()
        if self._stretches and before_ms < begun.start_ms:
            self._hooks.emit(
                ev.MediaGap(from_ms=before_ms, to_ms=begun.start_ms, reason=self._gap_reason)
            )
        self._stretches[begun.stretch] = (begun.start_ms, begun.start_ms)
        self._hooks.emit(begun)

    def _on_cluster(self, stored: StoredCluster) -> None:
        self._last_stored_ms = self._wall.monotonic_ms()
        self._current_stored_ms = stored.stored_ms
        self._hooks.on_change()

    def _on_failure(self, reason: str) -> None:
        _log.error("recording stopped", session_id=self._session_id, reason=reason)
        self._failed = True
        self._hooks.on_interrupted()

    def _on_event(self, peer: PhonePeer, event: PeerEvent) -> None:
        if peer is not self._peer:
            return
        match event:
            case ClocksStepped(audio_step_ms=step_ms):
                if self._recorder is not None and self._recorder.begun:
                    number = max(self._stretches)
                    self._hooks.emit(ev.ClocksAligned(stretch=number, audio_step_ms=step_ms))
            case TrackSilent(kind=kind):
                self._silent.add(kind)
                self._hooks.on_interrupted()
            case TrackBack(kind=kind):
                self._silent.discard(kind)
            case PeerClosed():
                self._hooks.on_interrupted()
            case Connected():
                pass
        self._hooks.on_change()

    @property
    def has_peer(self) -> bool:
        """Whether a peer is there, connected or not yet."""
        return self._peer is not None

    @property
    def nothing_arrives(self) -> bool:
        """Whether every track is silent: the network is gone, though nobody has given up."""
        return len(self._silent) == len(TRACK_KINDS)

    @property
    def peer_is_closed(self) -> bool:
        """Whether the peer ended by itself and :meth:`end` is still due."""
        return self._peer is not None and self._peer.closed

    def request_key_frame(self) -> None:
        """Ask the phone for a whole picture."""
        if self._peer is not None:
            self._peer.request_key_frame()


def _origin_of(events: Sequence[Event]) -> datetime | None:
    for event in events:
        if isinstance(event.payload, ev.RecordingStarted):
            return event.payload.origin
    return None


def _stretch_ends(events: Sequence[Event]) -> dict[int, tuple[int, int]]:
    spans: dict[int, tuple[int, int]] = {}
    for event in events:
        match event.payload:
            case ev.StretchBegun(stretch=number, start_ms=start_ms):
                spans[number] = (start_ms, start_ms)
            case (
                ev.MediaStored(stretch=number, end_ms=end_ms)
                | ev.StretchEnded(stretch=number, end_ms=end_ms)
            ) if number in spans:
                spans[number] = (spans[number][0], end_ms)
    return spans
