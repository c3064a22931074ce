"""A camera that runs: a thread writes one frame after the other under Chromium's nose.

Stage: between a subject and Chromium's fake camera. Chromium reads the one frame of a
``.y4m`` file again and again, 15 times a second; this writes it anew as often. It never
renders: what it does to a picture takes some 4 ms.
"""

from __future__ import annotations

import math
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import cv2
import numpy as np
import numpy.typing as npt

from demo.camera import FRAMES_A_SECOND, SENSOR_NOISE
from demo.portrait import HEIGHT_PX, WIDTH_PX, Pixels
from demo.screen_light import Colour, parse_colour
from demo.subject import Subject

HEADER = f"YUV4MPEG2 W{WIDTH_PX} H{HEIGHT_PX} F{FRAMES_A_SECOND}:1 Ip A1:1 C420mpeg2\nFRAME\n"
BLACK: Colour = (0.0, 0.0, 0.0)
_NOISE_FRAMES = 4
_PRIORITY = -10
_HAND_PX = 2.5
"""A hand that holds a phone: how far the picture trembles, in pixels."""
_DRIFT_SHARE = 2.5
"""An arm that tires drifts over seconds, farther than the hand trembles: a degree is 9 px."""
_TREMBLES, _DRIFTS = 0.92, 0.99
"""How much is left of a tremble and of a drift after a frame: 0.8 s and 6.6 s of memory."""

Veil = Callable[[Pixels], Pixels]
Place = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Optics:
    """How the camera is held and how it sees."""

    noise: float = SENSOR_NOISE
    shake_px: float = _HAND_PX
    distance: float = 1.0
    """1: as in the portrait; 2: the face half as large."""
    light: float = 1.0
    """Exposure: below 1 darker, above brighter."""
    latency_s: float = 0.08
    """From the screen's light to the frame."""


class LiveCamera:
    """One camera file for ``--use-file-for-fake-video-capture``, kept alive by a thread."""

    def __init__(
        self, path: Path, subject: Subject, *, seed: int, optics: Optics | None = None
    ) -> None:
        self.path = path
        self.subject = subject
        self.optics = optics or Optics()
        self.veil: Veil | None = None
        self.frozen = False
        self.virtual = False
        """A virtual camera passes pictures on as they are: no hand, no lens, no noise."""
        self.written: Callable[[Pixels], None] | None = None
        """Is given each frame as the lens saw it, for who records it."""
        self._noise = _noise_bank(np.random.default_rng(seed))
        self._random = np.random.default_rng(seed + 1)
        self._lights: deque[tuple[float, Colour]] = deque()
        self._colour = BLACK
        self._hand = np.zeros(2)
        self._arm = np.zeros(2)
        self._number = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="live-camera", daemon=True)
        self._file = -1

    def __enter__(self) -> Self:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o644)
        os.write(self._file, HEADER.encode("ascii"))
        self._write(self._seen())
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()
        os.close(self._file)

    def show(self, subject: Subject) -> None:
        """Point it at somebody or something else."""
        self.subject = subject

    def screen(self, colour: str | None) -> None:
        """The phone's screen shows this colour (``#rrggbb``) from now; nothing: it is dark."""
        light = BLACK if colour is None else parse_colour(colour)
        self._lights.append((time.monotonic() + self.optics.latency_s, light))

    def look(self) -> Pixels:
        """One more picture as the lens would give it now; it is not written."""
        return self._seen()

    def seen(self, colour: Colour) -> Pixels:
        """The same under that light of the screen; for who makes a recording beforehand."""
        self._lights.clear()
        self._colour = colour
        return self._seen()

    @staticmethod
    def clock() -> float:
        """What the camera goes by, in seconds."""
        return time.monotonic()

    def _run(self) -> None:
        with suppress(PermissionError):  # a lens does not wait for a busy machine
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _PRIORITY)
        due = time.monotonic()
        while not self._stop.is_set():
            if not self.frozen:
                self._write(self._seen())
            due = max(due + 1 / FRAMES_A_SECOND, time.monotonic() - 0.5)
            self._stop.wait(max(0.0, due - time.monotonic()))

    def _seen(self) -> Pixels:
        self._number += 1
        subject = self.subject
        if self.virtual:
            return subject.next_picture()
        picture = self._held(subject.lit(subject.next_picture(), self._light_now()))
        if self.optics.light != 1.0:
            picture = np.asarray(cv2.convertScaleAbs(picture, alpha=self.optics.light), np.uint8)
        if self.veil is not None:
            picture = self.veil(picture)
        start = int(self._random.integers(0, self._noise.size - picture.size))
        grain = self._noise[start : start + picture.size].reshape(picture.shape)
        if self.optics.noise != SENSOR_NOISE:
            scaled = grain.astype(np.float32) * (self.optics.noise / SENSOR_NOISE)
            grain = scaled.astype(np.int16)
        return np.asarray(cv2.add(picture, grain, dtype=cv2.CV_8U), np.uint8)

    def _held(self, picture: Pixels) -> Pixels:
        """Shaken by a hand, at the distance: never twice the same."""
        optics = self.optics
        self._hand = self._wandered(self._hand, _TREMBLES, optics.shake_px)
        self._arm = self._wandered(self._arm, _DRIFTS, _DRIFT_SHARE * optics.shake_px)
        scale = 1 / optics.distance
        off_x, off_y = (float(off) for off in self._hand + self._arm)
        roll = math.radians(0.15 * float(self._hand[0]))
        cosine, sine = scale * math.cos(roll), scale * math.sin(roll)
        x, y = WIDTH_PX / 2, HEIGHT_PX / 2
        move_x = x - cosine * x + sine * y + off_x
        move_y = y - sine * x - cosine * y + off_y
        matrix = np.array([[cosine, -sine, move_x], [sine, cosine, move_y]], np.float32)
        size = (WIDTH_PX, HEIGHT_PX)
        # A mirrored edge looks natural where it is a few pixels; further away it would show heads.
        border = cv2.BORDER_REFLECT_101 if scale >= 1 else cv2.BORDER_REPLICATE
        held = cv2.warpAffine(picture, matrix, size, borderMode=border)
        return np.asarray(held, np.uint8)

    def _wandered(self, place: Place, memory: float, spread_px: float) -> Place:
        """One frame later; in the long run it is ``spread_px`` away."""
        step_px = spread_px * math.sqrt(1 - memory**2)
        return memory * place + self._random.normal(0, step_px, 2)

    def _light_now(self) -> Colour:
        while self._lights and self._lights[0][0] <= time.monotonic():
            self._colour = self._lights.popleft()[1]
        return self._colour

    def _write(self, picture: Pixels) -> None:
        planes = cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420)
        os.pwrite(self._file, planes.tobytes(), len(HEADER))
        if self.written is not None:
            self.written(picture)


def _noise_bank(generator: np.random.Generator) -> npt.NDArray[np.int16]:
    count = _NOISE_FRAMES * WIDTH_PX * HEIGHT_PX * 3
    return generator.normal(0, SENSOR_NOISE, count).round().astype(np.int16)
