"""RTP time stamps of two tracks to one media time.

Stage: between assembly and everything that uses ``pts_ms``. Both tracks begin on the
arrival of their first packet; when the sender reports of both are known, audio is
stepped onto the video clock. A phone that is too busy loses samples of its microphone without
a trace in their time stamps, and its sound falls behind the picture by as much: only sender
reports tell. So audio is stepped again when two of its reports agree that it has drifted.
Sender (NTP) and local clocks are never mixed: only differences between two sender times are used.
Source: RFC 3550 6.4.1.
"""

from __future__ import annotations

from collections.abc import Callable

from media_worker.receive.events import TrackKind

TICKS_PER_MS = {"audio": 48.0, "video": 90.0}
MAX_STEP_MS = 2000.0
"""A larger step is a lie or a broken clock, not an offset between two tracks."""
MAX_DRIFT_MS = 60.0
"""Further apart, sound and picture are told to be out of step (EBU R 37: 40 ms early, 60 ms
late). Reports of one busy Chromium scattered by 14 ms; of phones none were measured."""
MAX_OFF_ARRIVAL_MS = 3000.0
"""Further than this from its arrival, a time stamp has jumped; the track starts anew."""
MIN_ADVANCE_MS = 1.0
NTP_FRACTION = 1 << 32


class MediaClock:
    """Media time of the session for frames of one peer; monotonic in each track."""

    def __init__(
        self, media_offset_ms: Callable[[], int], on_step: Callable[[float], None]
    ) -> None:
        self._media_offset_ms = media_offset_ms
        self._on_step = on_step
        self._base_ms: dict[TrackKind, float] = {}
        self._sender_zero_ms: dict[TrackKind, float] = {}
        self._last_ms: dict[TrackKind, float] = {}
        self._zero_ms: float | None = None
        self._aligned = False
        self._apart_before_ms = 0.0

    def media_time(self, kind: TrackKind, timestamp: int, arrival_ms: float) -> float:
        """Media time of a frame, in milliseconds; ``timestamp`` is unwrapped."""
        age_ms = timestamp / TICKS_PER_MS[kind]
        base_ms = self._base_ms.get(kind)
        if base_ms is None or abs(base_ms + age_ms - arrival_ms) > MAX_OFF_ARRIVAL_MS:
            base_ms = self._begin_track(kind, arrival_ms - age_ms)
        local_ms = base_ms + age_ms
        if self._zero_ms is None:
            self._zero_ms = local_ms - self._media_offset_ms()
        media_ms = local_ms - self._zero_ms
        last_ms = self._last_ms.get(kind)
        if last_ms is not None and media_ms < last_ms + MIN_ADVANCE_MS:
            media_ms = last_ms + MIN_ADVANCE_MS
        media_ms = max(0.0, media_ms)
        self._last_ms[kind] = media_ms
        return media_ms

    def _begin_track(self, kind: TrackKind, base_ms: float) -> float:
        self._base_ms[kind] = base_ms
        self._sender_zero_ms.pop(kind, None)
        self._aligned = False
        return base_ms

    def restart(self, kind: TrackKind) -> None:
        """The track's time stamps begin anew with its next frame."""
        self._base_ms.pop(kind, None)
        self._sender_zero_ms.pop(kind, None)
        self._aligned = False

    def sender_report(self, kind: TrackKind, ntp: int, timestamp: int) -> None:
        """Note when, on the phone's clock, an (unwrapped) time stamp was sampled."""
        if ntp == 0 or kind not in self._base_ms:
            return
        sender_ms = ntp / NTP_FRACTION * 1000
        self._sender_zero_ms[kind] = sender_ms - timestamp / TICKS_PER_MS[kind]
        if not self._aligned:
            self._align()
        elif kind == "audio":
            self._follow()

    def _align(self) -> None:
        if len(self._sender_zero_ms) < len(TICKS_PER_MS):
            return
        apart_ms = self._apart_ms()
        if abs(apart_ms) <= MAX_STEP_MS:
            self._aligned, self._apart_before_ms = True, 0.0
            self._step(apart_ms)

    def _follow(self) -> None:
        """Step by what two reports in a row agree on; either of them may be the wrong one."""
        apart_ms, before_ms = self._apart_ms(), self._apart_before_ms
        if abs(apart_ms) > MAX_STEP_MS:
            apart_ms = 0.0
        if apart_ms * before_ms > 0:
            agreed_ms = min(apart_ms, before_ms, key=abs)
            if abs(agreed_ms) > MAX_DRIFT_MS:
                self._step(agreed_ms)
                apart_ms -= agreed_ms
        self._apart_before_ms = apart_ms

    def _apart_ms(self) -> float:
        """How far audio's base is from where the sender reports put it, beside video's."""
        apart_ms = self._sender_zero_ms["audio"] - self._sender_zero_ms["video"]
        return self._base_ms["video"] + apart_ms - self._base_ms["audio"]

    def _step(self, step_ms: float) -> None:
        self._base_ms["audio"] += step_ms
        self._on_step(step_ms)
