"""What one person can do before a camera, rendered once: idling, gestures, a mouth that opens.

Stage: from a portrait to raw frames in a file that is mapped into memory. A frame takes
53 ms to render, so nothing is rendered while a camera runs. It never adds noise or light.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from uuid import uuid4

import cv2
import numpy as np
import numpy.typing as npt

from demo import animation
from demo.animation import Pose, Puppet
from demo.camera import FRAMES_A_SECOND
from demo.portrait import HEIGHT_PX, WIDTH_PX, Pixels, Points, landmarks, portrait

PLANES_HEIGHT_PX = HEIGHT_PX * 3 // 2
"""Rows of a picture as I420: luma, then the two planes of colour."""
IDLE_S = 6.0
JAW_STEPS = 9
_HASH_DIGITS = 16

Frames = npt.NDArray[np.uint8]


class Clip(StrEnum):
    """One thing that a person does; every clip begins and ends in the same pose."""

    IDLE_1 = "idle_1"
    IDLE_2 = "idle_2"
    IDLE_3 = "idle_3"
    BLINK = "blink"
    TURN_LEFT = "turn_left"
    TURN_RIGHT = "turn_right"
    NOD = "nod"
    OPEN_MOUTH = "open_mouth"
    JAW = "jaw"


IDLING = (Clip.IDLE_1, Clip.IDLE_2, Clip.IDLE_3)
_LENGTH_S = {
    Clip.BLINK: 0.9,
    Clip.TURN_LEFT: 1.8,
    Clip.TURN_RIGHT: 1.8,
    Clip.NOD: 1.4,
    Clip.OPEN_MOUTH: 1.4,
}
_TURN_DEG = 34.0
"""Of the puppet; a landmark model sees about 25."""
_NOD_DEG = 20.0


@dataclass(frozen=True, slots=True)
class Person:
    """A portrait at camera size and its 468 landmarks."""

    name: str
    picture: Pixels
    points: Points


def demo_person() -> Person:
    """The demonstration's own, in the public domain."""
    return Person("collins", portrait(), landmarks())


@dataclass(frozen=True, slots=True)
class FaceArea:
    """An ellipse around the face, in pixels."""

    centre: tuple[float, float]
    half: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Film:
    """All frames of one person, I420, and where each clip lies among them."""

    frames: Frames
    spans: dict[Clip, range]
    face: FaceArea

    def picture(self, number: int) -> Pixels:
        """One frame, BGR, as a copy of its own."""
        return np.asarray(cv2.cvtColor(self.frames[number], cv2.COLOR_YUV2BGR_I420), np.uint8)


def film_of(person: Person, folder: Path) -> Film:
    """The film, rendered if it is not there yet (about 6 s, 170 MB)."""
    path = folder / f"film-{person.name}-{_makers(person)}.i420"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{path.name}.{uuid4().hex}.partial")  # two may make it at once
        _render(person, partial)
        partial.replace(path)
    frames = np.memmap(path, np.uint8, "r").reshape(-1, PLANES_HEIGHT_PX, WIDTH_PX)
    return Film(np.asarray(frames), _spans(), _face_area(person.points))


def _makers(person: Person) -> str:
    digest = hashlib.sha256(person.picture.tobytes() + person.points.tobytes())
    for source in (Path(__file__), Path(animation.__file__)):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:_HASH_DIGITS]


def _render(person: Person, path: Path) -> None:
    puppet = Puppet(person.picture, person.points)
    with path.open("wb") as stream:
        for clip in Clip:
            for pose in _poses(clip):
                planes = cv2.cvtColor(puppet.frame(pose), cv2.COLOR_BGR2YUV_I420)
                stream.write(planes.tobytes())


def _spans() -> dict[Clip, range]:
    spans, at = {}, 0
    for clip in Clip:
        count = sum(1 for _ in _poses(clip))
        spans[clip] = range(at, at + count)
        at += count
    return spans


def _poses(clip: Clip) -> Iterator[Pose]:
    if clip is Clip.JAW:
        yield from (Pose(jaw=step / (JAW_STEPS - 1)) for step in range(JAW_STEPS))
        return
    length_s = IDLE_S if clip in IDLING else _LENGTH_S[clip]
    count = round(length_s * FRAMES_A_SECOND)
    for number in range(count):
        share = number / count
        yield _idle(clip, share) if clip in IDLING else _gesture(clip, share)


def _idle(clip: Clip, share: float) -> Pose:
    """Sways a little and blinks twice; another way in each of the three clips."""
    kind = IDLING.index(clip) + 1
    turn = 2 * math.pi * share
    blinks = [(0.10 + 0.07 * kind), (0.55 + 0.09 * kind)]
    return Pose(
        yaw=(3.0 - kind) * math.sin(turn) + 1.2 * math.sin(kind * turn),
        pitch=1.2 * math.sin((kind + 1) * turn),
        roll=1.0 * math.sin(turn) * (-1) ** kind,
        blink=max(_held(share * IDLE_S, at * IDLE_S, 0.28) for at in blinks),
        shift=(2.5 * kind * math.sin(turn), 2.0 * math.sin((4 - kind) * turn)),
    )


def _gesture(clip: Clip, share: float) -> Pose:
    seconds = share * _LENGTH_S[clip]
    there_and_back = math.sin(math.pi * share) ** 2
    match clip:
        case Clip.BLINK:
            return Pose(blink=_held(seconds, 0.25, 0.45))
        case Clip.TURN_LEFT:
            return Pose(yaw=-_TURN_DEG * there_and_back)
        case Clip.TURN_RIGHT:
            return Pose(yaw=_TURN_DEG * there_and_back)
        case Clip.NOD:
            return Pose(pitch=_NOD_DEG * there_and_back)
        case _:
            return Pose(jaw=0.75 * there_and_back)


def _held(at_s: float, begin_s: float, length_s: float) -> float:
    """Quickly shut, held, quickly open."""
    return float(np.clip(min(at_s - begin_s, begin_s + length_s - at_s) / 0.07, 0, 1))


def _face_area(points: Points) -> FaceArea:
    low, high = points[:, :2].min(0), points[:, :2].max(0)
    x, y = (low + high) / 2
    width, height = (high - low) / 2
    return FaceArea((float(x), float(y)), (float(width) * 1.05, float(height) * 1.15))
