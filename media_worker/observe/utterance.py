"""Utterances: stretches of voice cut out of one unbroken run of sound.

Stage: inside the observer process, behind the voice detector. It never holds more than
one utterance and never recognises a word.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace

import numpy as np

from media_worker.observe.voice import LEAST_MS, WINDOW_MS, Samples
from media_worker.utterance import (
    ENDS_AFTER_MS,
    MAX_UTTERANCE_MS,
    MAY_END_AFTER_MS,
    Utterance,
)

EDGE_MS = 200
"""So much before and after belongs to it: soft first and last sounds are no voice yet."""
BREATH_AFTER_MS = 11_000
BREATH_MS = 160
"""A voice that has lasted so long is split at the next breath, before it must be cut."""
_EDGE_WINDOWS = round(EDGE_MS / WINDOW_MS)


class UtteranceCutter:
    """Give it every window; it gives back each utterance when it has ended.

    ``is_awaited``: somebody waits for the words, and one that may have ended is given, too.
    """

    def __init__(self) -> None:
        self.is_awaited = False
        self._before: deque[Samples] = deque(maxlen=_EDGE_WINDOWS)
        self._begin()

    def _begin(self) -> None:
        self._windows: list[Samples] = []
        self._from_ms: float | None = None
        self._last_ms = 0.0
        self._voiced = 0
        self._after_last = 0
        self._is_told = False

    def hear(self, window: Samples, at_ms: float, *, voiced: bool) -> Utterance | None:
        """Take one window that begins at ``at_ms``; an utterance if one ends with it."""
        if voiced:
            self._take_voice(at_ms)
        elif self._from_ms is None:
            self._before.append(window)
            return None
        self._windows.append(window)
        self._after_last = 0 if voiced else self._after_last + 1
        if self._is_over(at_ms + WINDOW_MS):
            return self.end()
        return self._perhaps() if self._may_be_over(at_ms + WINDOW_MS) else None

    def _take_voice(self, at_ms: float) -> None:
        if self._from_ms is None:
            self._from_ms = at_ms
            self._windows = list(self._before)
        self._voiced += 1
        self._last_ms = at_ms + WINDOW_MS
        self._is_told = False

    def _is_over(self, until_ms: float) -> bool:
        lasted_ms = until_ms - (self._from_ms or 0.0)
        quiet_ms = until_ms - self._last_ms
        breath = lasted_ms >= BREATH_AFTER_MS and quiet_ms >= BREATH_MS
        return quiet_ms >= ENDS_AFTER_MS or breath or lasted_ms > MAX_UTTERANCE_MS - WINDOW_MS

    def _may_be_over(self, until_ms: float) -> bool:
        waits = self.is_awaited and not self._is_told
        return waits and until_ms - self._last_ms >= MAY_END_AFTER_MS

    def _perhaps(self) -> Utterance | None:
        """The same that ``end`` will give, if no voice comes."""
        self._is_told = True
        return replace(self._utterance(), ended=False) if self._is_more_than_a_click else None

    @property
    def _is_more_than_a_click(self) -> bool:
        return self._voiced * WINDOW_MS >= LEAST_MS

    def end(self) -> Utterance | None:
        """The utterance that is open, if it is more than a click; its sound is forgotten."""
        utterance = self._utterance() if self._is_more_than_a_click else None
        self._before.extend(self._windows[len(self._windows) - self._after_last :])
        self._begin()
        return utterance

    def _utterance(self) -> Utterance:
        too_much = max(0, self._after_last - _EDGE_WINDOWS)
        sound = np.concatenate(self._windows[: len(self._windows) - too_much])
        pcm = (np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes()
        return Utterance(round(self._from_ms or 0.0), round(self._last_ms), pcm)
