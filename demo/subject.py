"""Who or what stands before the live camera: a person who idles, does gestures and speaks.

Stage: gives one picture after the other, without noise, shake or veil. Other subjects (a
photo, a screen, a recording) have the same two methods.
"""

from __future__ import annotations

import random
import threading
from collections import deque
from collections.abc import Sequence
from typing import Protocol

from demo.camera import FRAMES_A_SECOND
from demo.film import IDLING, JAW_STEPS, Clip, Film
from demo.portrait import Pixels
from demo.screen_light import Colour, ScreenLight, face_mask

LINGERS = 0.2
"""Share of idle pictures that stay for another frame: nobody sways to a clock, and a clip that
is played again exactly is what the check for loops is there to find."""
SKIN_LIGHT = 0.2
"""The screen's light on the face as a share of the room's: an arm's length, indoors."""


class Subject(Protocol):
    """What a camera can be pointed at."""

    def next_picture(self) -> Pixels:
        """The next frame, BGR, 640x480."""

    def lit(self, picture: Pixels, colour: Colour) -> Pixels:
        """The frame while the phone's screen shows that colour."""


class LivePerson:
    """Idles until it is told to do something, then idles again."""

    def __init__(self, film: Film, *, seed: int, skin_light: float = SKIN_LIGHT) -> None:
        self._film = film
        self._random = random.Random(seed)  # noqa: S311 - chooses a clip, guards nothing
        self._light = ScreenLight(face_mask(film.face), skin_light)
        self._queue: deque[int] = deque()
        self._idle: deque[int] = deque()
        self._idled: Clip | None = None
        self._lock = threading.Lock()

    @property
    def film(self) -> Film:
        """What it can do."""
        return self._film

    def do(self, clip: Clip) -> float:
        """Begin the clip now; how long it takes, in seconds."""
        frames = self._film.spans[clip]
        with self._lock:
            self._queue.clear()
            self._queue.extend(frames)
        return len(frames) / FRAMES_A_SECOND

    def mouth(self, openings: Sequence[float]) -> None:
        """Move the mouth: one opening a frame, 0 to 1."""
        jaw = self._film.spans[Clip.JAW]
        steps = [round(min(1.0, max(0.0, opening)) * (JAW_STEPS - 1)) for opening in openings]
        with self._lock:
            self._queue.clear()
            self._queue.extend(jaw[step] for step in steps)

    def next_picture(self) -> Pixels:
        """The next frame of what it does."""
        with self._lock:
            number = self._queue.popleft() if self._queue else None
        return self._film.picture(self._next_idle() if number is None else number)

    def _next_idle(self) -> int:
        if not self._idle:
            others = [clip for clip in IDLING if clip is not self._idled]
            self._idled = self._random.choice(others)
            self._idle.extend(self._film.spans[self._idled])
        if self._random.random() < LINGERS:
            return self._idle[0]
        return self._idle.popleft()

    def lit(self, picture: Pixels, colour: Colour) -> Pixels:
        """Skin gives the colour back; the room behind hardly does."""
        return self._light.fall(picture, colour)
