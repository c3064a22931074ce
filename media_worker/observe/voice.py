"""Voice activity of one session by silero-vad: probabilities to spans of voice.

Stage: inside the observer process, after decoding. It never recognises words.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from media_worker.observe.messages import Voice
from media_worker.observe.network import single_threaded

RATE_HZ = 16_000
WINDOW = 512
"""Samples a step, 32 ms: the model's own."""
WINDOW_MS = WINDOW * 1000 / RATE_HZ
CONTEXT = 64
BEGINS_AT = 0.5
GOES_ON_AT = 0.35
"""silero's own advice: leave a voice later than it was entered."""
ENDS_AFTER_MS = 250
LEAST_MS = 90
"""A click is no voice: three windows are the least."""

Samples = npt.NDArray[np.float32]
State = tuple[Samples, Samples]
"""Of the network's LSTM: hidden and cell, each (1, 1, 128)."""


class VoiceModel:
    """The network; one for the whole process. State belongs to the sessions."""

    def __init__(self, model: Path) -> None:
        self._session = single_threaded(str(model))
        self.probabilities(np.zeros((1, CONTEXT + WINDOW), np.float32), fresh_state())

    def probabilities(self, windows: Samples, state: State) -> tuple[Samples, State]:
        """Probability of voice in each of (n, 576) windows with contexts; the state after them.

        Many at once cost half of what they cost one by one, and give the same.
        """
        feed = {"input": windows, "h": state[0], "c": state[1]}
        out, hidden, cell = self._session.run(None, feed)
        return np.asarray(out, np.float32), (hidden, cell)


def fresh_state() -> State:
    """State before any sound."""
    return np.zeros((1, 1, 128), np.float32), np.zeros((1, 1, 128), np.float32)


class VoiceTracker:
    """Spans of voice in one unbroken run of sound."""

    def __init__(self, model: VoiceModel) -> None:
        self._model = model
        self._state = fresh_state()
        self._context = np.zeros((1, CONTEXT), np.float32)
        self._from_ms: float | None = None
        self._last_ms = 0.0
        self.voiced = False
        """Whether there was a voice in the newest window."""

    def probabilities(self, windows: Samples) -> Samples:
        """Of voice in each of the next (n, 512) windows; then ``hear`` is told of each."""
        whole = windows.reshape(-1, WINDOW)
        before = np.concatenate([self._context, whole[:-1, -CONTEXT:]])
        fed = np.concatenate([before, whole], axis=1)
        found, self._state = self._model.probabilities(fed, self._state)
        self._context = whole[-1:, -CONTEXT:]
        return found

    def silence(self, windows: Samples) -> Samples:
        """The same where it is too quiet for a voice: the network is not asked.

        Its state stays what it was when it last heard anything.
        """
        self._context = windows[-1:, -CONTEXT:]
        return np.zeros(len(windows), np.float32)

    def hear(self, probability: float, at_ms: float) -> Voice | None:
        """The window that begins at ``at_ms``; tell of a voice that began, grew or ended."""
        self.voiced = probability >= (BEGINS_AT if self._from_ms is None else GOES_ON_AT)
        if self.voiced:
            return self._voiced(at_ms)
        return self._unvoiced(at_ms)

    def _voiced(self, at_ms: float) -> Voice | None:
        if self._from_ms is None:
            self._from_ms = at_ms
        self._last_ms = at_ms + WINDOW_MS
        return self._span(ended=False)

    def _unvoiced(self, at_ms: float) -> Voice | None:
        if self._from_ms is None or at_ms + WINDOW_MS - self._last_ms < ENDS_AFTER_MS:
            return None
        return self.end()

    def end(self) -> Voice | None:
        """Close the span that is open, if one is."""
        span = self._span(ended=True)
        self._from_ms = None
        return span

    def _span(self, *, ended: bool) -> Voice | None:
        if self._from_ms is None or self._last_ms - self._from_ms < LEAST_MS:
            return None
        return Voice(from_ms=round(self._from_ms), to_ms=round(self._last_ms), ended=ended)
