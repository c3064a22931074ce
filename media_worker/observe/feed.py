"""Which frames of one session go to the observer process, and what to do with each there.

Stage: on the event loop, for every video frame. Pure. It never lets a frame through whose
reference was left out: after a gap the next key frame begins anew.
"""

from __future__ import annotations

import math

from media_worker.frames import EncodedFrame
from media_worker.observe.faces import WatchMode
from media_worker.observe.messages import Look
from media_worker.observe.settings import ObserverSettings
from media_worker.pipe import MAX_BODY_BYTES

_LAYERS = {
    WatchMode.WATCH: 0,
    WatchMode.ANSWER: 0,
    WatchMode.CARD: 0,
    WatchMode.CLOSE: 1,
}
"""Highest temporal layer that is decoded: a quarter or half of the frames of L1T3."""
SLOW_HZ = 22
"""Of a slower stream half the frames are decoded, which are as many as a quarter of a fast one:
a loop is known by its motion."""
HASTE_MS = 1500
"""What is undecided for longer than this will not be decided by looking more often."""
_ALL_FRAMES = 3
"""A stream without layers is decoded whole, or by key frames alone (below zero)."""
_KEYS_ONLY = -1


class PictureFeed:
    """Decides frame by frame. A new mode takes effect with the next key frame."""

    def __init__(self, settings: ObserverSettings) -> None:
        self._settings = settings
        self.hears_voice = False
        self.is_in_doubt = False
        self.is_face_asked = False
        """Somebody waits for the next faces."""
        self.is_attentive = True
        """Something is decided by how the face is just now: an answer, a challenge, a signature."""
        self.dropped = 0
        self._undecided_ms: float | None = None
        self._mode = WatchMode.WATCH
        self._deepest = _KEYS_ONLY
        self._chained = False
        self._waits_for_key = True
        self._hurries = False
        self._newest_ms = -math.inf
        self._looked_ms = -math.inf
        self._key_ms = -math.inf
        self._key_interval_ms = math.inf
        self._frames = 0

    @property
    def mode(self) -> WatchMode:
        """How closely the picture is looked at."""
        return self._mode

    @mode.setter
    def mode(self, mode: WatchMode) -> None:
        self._waits_for_key = self._waits_for_key or mode is not self._mode
        self._mode = mode

    @property
    def is_undecided(self) -> bool:
        """Whether one more look may change what is known of the picture."""
        return self._undecided_ms is not None

    @is_undecided.setter
    def is_undecided(self, is_undecided: bool) -> None:
        if not is_undecided:
            self._undecided_ms = None
        elif self._undecided_ms is None:
            self._undecided_ms = self._newest_ms

    @property
    def _makes_haste(self) -> bool:
        since_ms = self._undecided_ms
        return since_ms is not None and self._newest_ms - since_ms <= HASTE_MS

    @property
    def is_calm(self) -> bool:
        """Whether nothing waits for the pose, the eyes or the lips of the next picture."""
        waits = self.is_attentive or self.hears_voice or self.is_face_asked or self._hurries
        settles = self._makes_haste or self.is_in_doubt
        return self._mode is WatchMode.WATCH and not (waits or settles)

    @property
    def _interval_ms(self) -> int:
        """Least time between two looks, as things are."""
        settings = self._settings
        if self._mode is WatchMode.CLOSE:
            return settings.close_interval_ms
        if self._mode is WatchMode.CARD:
            return settings.card_interval_ms
        if self._mode is WatchMode.ANSWER:
            return settings.lips_interval_ms if self.hears_voice else settings.answer_interval_ms
        if self._makes_haste or self.is_face_asked:
            return settings.undecided_interval_ms
        if self.is_in_doubt:
            return settings.doubt_interval_ms
        return settings.voice_interval_ms if self.hears_voice else settings.watch_interval_ms

    @property
    def needs_key_frame(self) -> bool:
        """Whether nothing can be looked at before a key frame comes."""
        if self._waits_for_key:
            return True
        since_ms = self._newest_ms - self._looked_ms
        is_old = self._hurries or since_ms > self._settings.key_frame_after_ms
        comes_by_itself = self._chained and self._deepest != _KEYS_ONLY
        return is_old and not comes_by_itself

    def hurry(self) -> None:
        """Something changed: look at the next frame that can be decoded, to be sure."""
        self._hurries = True

    def broke(self) -> None:
        """A frame was left out or could not be decoded: what follows has no reference."""
        self._chained = False
        self._waits_for_key = self._waits_for_key or self._mode is not WatchMode.WATCH

    def begin_again(self) -> None:
        """The process is a new one and has no decoder yet."""
        self._chained, self._waits_for_key = False, True

    def take(self, frame: EncodedFrame, *, looking: int, decoding: int) -> Look | None:
        """What the process shall do with the frame; ``None``: it is not sent.

        ``looking`` pictures of the session wait to be measured, ``decoding`` in all wait.
        """
        self._newest_ms = max(self._newest_ms, frame.pts_ms)
        self._frames += 1
        if frame.is_key:
            self._begin_chain(frame)
        elif not self._belongs(frame):
            return None
        if decoding >= self._settings.max_decode_in_flight or len(frame.data) > MAX_BODY_BYTES:
            self.dropped += 1
            self.broke()
            return None
        due = self._hurries or frame.pts_ms - self._looked_ms >= self._interval_ms
        if due and looking < self._settings.max_video_in_flight:
            return self._mode.value
        self.dropped += due
        if self._goes_on(frame):
            return "decode"
        self._chained = False
        return None

    def sent(self, look: Look, pts_ms: float) -> None:
        """The frame is on its way."""
        self._chained = True
        if look != "decode":
            self._looked_ms, self._hurries = pts_ms, False

    def _begin_chain(self, frame: EncodedFrame) -> None:
        self._waits_for_key = False
        interval_ms = frame.pts_ms - self._key_ms
        self._key_interval_ms = interval_ms if interval_ms > 0 else math.inf
        self._key_ms = frame.pts_ms
        without_layers = _KEYS_ONLY if self._mode is WatchMode.WATCH else _ALL_FRAMES
        layered = frame.temporal_layer is not None
        is_known = math.isfinite(self._key_interval_ms)
        is_slow = is_known and self._frames * 1000 < SLOW_HZ * self._key_interval_ms
        deepest = 1 if is_slow else _LAYERS[self._mode]
        self._deepest = deepest if layered else without_layers
        self._frames = 0

    def _belongs(self, frame: EncodedFrame) -> bool:
        """Whether the decoder has what this frame refers to, and the frame is wanted."""
        layer = frame.temporal_layer if frame.temporal_layer is not None else _ALL_FRAMES
        return self._chained and layer <= self._deepest

    def _goes_on(self, frame: EncodedFrame) -> bool:
        """Whether a frame before the next key frame will be looked at, so that decoding pays."""
        if self._deepest == _KEYS_ONLY:
            return False
        if self._hurries or self._mode is not WatchMode.WATCH:
            return True
        interval_ms = self._interval_ms
        next_look_ms = max(self._looked_ms + interval_ms, frame.pts_ms)
        return next_look_ms < self._key_ms + self._key_interval_ms - interval_ms / 2
