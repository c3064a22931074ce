"""What the fake camera shows: frames of one seamless loop, for each thing that can be seen.

Stage: from a name to frames to a ``.y4m`` file, which Chromium takes as a camera.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path

import cv2
import numpy as np

from demo.animation import Pose, Puppet
from demo.portrait import HEIGHT_PX, WIDTH_PX, Pixels, landmarks, portrait

FRAMES_A_SECOND = 15
LOOP_S = 8
FRAME_COUNT = FRAMES_A_SECOND * LOOP_S
SENSOR_NOISE = 2.0
"""Standard deviation in grey levels, as a phone's camera has indoors."""
SEED = 20_261_123


class Scene(StrEnum):
    """What stands before the camera."""

    FACE = "face"
    EMPTY = "empty"
    TWO_FACES = "two_faces"
    BLACK = "black"
    FROZEN = "frozen"


def _bump(at_s: float, begin_s: float, end_s: float) -> float:
    """Up and down again between two times, smoothly."""
    share = (at_s - begin_s) / (end_s - begin_s)
    return math.sin(math.pi * share) ** 2 if 0 < share < 1 else 0.0


def _held(at_s: float, begin_s: float, end_s: float) -> float:
    """Quickly up, held, quickly down: a blink."""
    return float(np.clip(min(at_s - begin_s, end_s - at_s) / 0.1, 0, 1))


def pose_at(at_s: float) -> Pose:
    """The pose in a loop of ``LOOP_S`` seconds; its end joins its beginning."""
    turn = 2 * math.pi * at_s / LOOP_S
    return Pose(
        yaw=12 * _bump(at_s, 2.4, 4.0) - 12 * _bump(at_s, 4.2, 5.8) + 1.5 * math.sin(turn),
        pitch=1.2 * math.sin(2 * turn),
        roll=1.0 * math.sin(turn + 1),
        blink=max(_held(at_s, 1.2, 1.6), _held(at_s, 6.0, 6.4)),
        jaw=0.45 * max(_bump(at_s, 0.3, 0.9), _bump(at_s, 6.8, 7.5)),
        shift=(5 * math.sin(turn), 3 * math.sin(3 * turn)),
    )


def _faces() -> Iterator[Pixels]:
    puppet = Puppet(portrait(), landmarks())
    for number in range(FRAME_COUNT):
        yield puppet.frame(pose_at(number / FRAMES_A_SECOND))


def room(number: int) -> Pixels:
    """A wall, a shelf and a lamp whose shadow sways: nobody in it."""
    turn = 2 * math.pi * number / FRAME_COUNT
    shade = np.linspace(170, 120, WIDTH_PX) + 8 * math.sin(turn)
    wall = np.repeat(np.repeat(shade[None, :, None], HEIGHT_PX, 0), 3, 2)
    wall[330:342, 60:400] = (60, 90, 130)
    for book, x in enumerate(range(80, 360, 34)):
        wall[240 + 7 * (book % 3) : 330, x : x + 28] = (40 + 20 * book, 150 - 12 * book, 90)
    lamp_x = 500 + round(24 * math.sin(turn))
    cv2.circle(wall, (lamp_x, 150), 60, (190, 225, 235), -1)
    return wall.astype(np.uint8)


def _rooms() -> Iterator[Pixels]:
    return (room(number) for number in range(FRAME_COUNT))


def _two_faces() -> Iterator[Pixels]:
    """The first face smaller and to the left, a second one, mirrored, behind to the right."""
    frames = list(_faces())
    for number, first in enumerate(frames):
        second = frames[(number + FRAME_COUNT // 2) % FRAME_COUNT][:, ::-1]
        out = np.empty_like(first)
        half = WIDTH_PX // 2
        for place, picture in ((0, first), (half, second)):
            middle = picture[:, WIDTH_PX // 4 : WIDTH_PX // 4 + half]
            out[:, place : place + half] = middle
        yield out


def _blacks() -> Iterator[Pixels]:
    return (np.zeros((HEIGHT_PX, WIDTH_PX, 3), np.uint8) for _ in range(FRAME_COUNT))


def _frozen() -> Iterator[Pixels]:
    still = portrait()
    return (still for _ in range(FRAME_COUNT))


_SCENES: dict[Scene, Callable[[], Iterator[Pixels]]] = {
    Scene.FACE: _faces,
    Scene.EMPTY: _rooms,
    Scene.TWO_FACES: _two_faces,
    Scene.BLACK: _blacks,
    Scene.FROZEN: _frozen,
}


def frames(scene: Scene) -> Iterator[Pixels]:
    """The frames of the scene's loop, BGR, with sensor noise except where nothing moves."""
    noise = np.random.default_rng(SEED)
    for picture in _SCENES[scene]():
        if scene is Scene.FROZEN:
            yield picture
        else:
            grain = noise.normal(0, SENSOR_NOISE, picture.shape)
            yield np.clip(picture + grain, 0, 255).astype(np.uint8)


def write_y4m(path: Path, scene: Scene) -> None:
    """Write the loop as YUV4MPEG2, 4:2:0 (the one form that Chromium's fake camera takes)."""
    header = f"YUV4MPEG2 W{WIDTH_PX} H{HEIGHT_PX} F{FRAMES_A_SECOND}:1 Ip A1:1 C420mpeg2\n"
    with path.open("wb") as stream:
        stream.write(header.encode("ascii"))
        for picture in frames(scene):
            stream.write(b"FRAME\n")
            stream.write(cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420).tobytes())
