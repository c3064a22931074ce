"""Voice activity of one session by silero-vad: probabilities to spans of voice.

Stage: inside the observer process, after decoding. It never recognises words.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime

from media_worker.observe.messages import Voice

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


class VoiceModel:
    """The network; one for the whole process. State belongs to the sessions."""

    def __init__(self, model: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(model), options, providers=["CPUExecutionProvider"]
        )
        self._rate = np.array(RATE_HZ, np.int64)
        self.probability(np.zeros((1, CONTEXT + WINDOW), np.float32), fresh_state())

    def probability(self, window: Samples, state: Samples) -> tuple[float, Samples]:
        """Probability of voice in one window with its context, and the next state."""
        feed = {"input": window, "state": state, "sr": self._rate}
        out, next_state = self._session.run(None, feed)
        return float(out[0, 0]), next_state


def fresh_state() -> Samples:
    """State before any sound."""
    return np.zeros((2, 1, 128), np.float32)


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

    def hear(self, window: Samples, at_ms: float) -> Voice | None:
        """Take one window that begins at ``at_ms``; tell of a voice that began, grew or ended."""
        fed = np.concatenate([self._context, window[None]], axis=1)
        probability, self._state = self._model.probability(fed, self._state)
        self._context = fed[:, -CONTEXT:]
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
