"""The observer process: reads samples from stdin, answers facts on stdout, one by one.

Stage: the only place where what a phone sent is decoded. It never reaches a
network, never writes a file, and knows sessions only by a number.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from media_worker.observe.isolation import cut_network
from media_worker.observe.messages import (
    LENGTHS,
    Answer,
    CloseSession,
    OpenSession,
    Picture,
    Ready,
    Request,
    Sound,
    checked_lengths,
    frame,
    request_adapter,
)

if TYPE_CHECKING:
    from media_worker.observe.picture import FaceDetector, PictureObserver
    from media_worker.observe.sound import SoundObserver
    from media_worker.observe.voice import VoiceModel

T = TypeVar("T")
NICENESS = 5
"""Recording goes before observing when there is not enough processor for both."""
NO_MODEL = "-"
"""Stands for a model that is not there, on the command line."""


@dataclass
class Loaded:
    """The models that could be loaded, and why the others could not."""

    faces: FaceDetector | None
    voice: VoiceModel | None
    problems: list[str]


@dataclass
class Watched:
    """One session's observers."""

    picture: PictureObserver
    sound: SoundObserver


def load_models(face_detection: str, voice_activity: str) -> Loaded:
    """Load what is there; a model that cannot be loaded leaves its facts not evaluated."""
    # Loaded only now: the process must still have one thread when it leaves the network.
    from media_worker.observe.picture import FaceDetector  # noqa: PLC0415
    from media_worker.observe.voice import VoiceModel  # noqa: PLC0415

    problems: list[str] = []
    faces = _try(FaceDetector, face_detection, "face_detection", problems)
    voice = _try(VoiceModel, voice_activity, "voice_activity", problems)
    return Loaded(faces, voice, problems)


def _try(load: Callable[[Path], T], path: str, name: str, problems: list[str]) -> T | None:
    if path == NO_MODEL:
        problems.append(f"{name}: no usable model file")
        return None
    try:
        return load(Path(path))
    except Exception as error:  # noqa: BLE001 - OpenCV and onnxruntime raise what they like
        problems.append(f"{name}: {type(error).__name__}")
        return None


def requests(stream: BinaryIO) -> Iterator[tuple[Request, bytes]]:
    """Requests and their bodies until the pipe closes."""
    while len(prefix := stream.read(LENGTHS.size)) == LENGTHS.size:
        header_length, body_length = checked_lengths(prefix)
        header = stream.read(header_length)
        yield request_adapter.validate_json(header), stream.read(body_length)


class Observers:
    """Answers requests; holds the observers of every open session."""

    def __init__(self, loaded: Loaded) -> None:
        self._loaded = loaded
        self._sessions: dict[int, Watched] = {}

    def answer(self, request: Request, body: bytes) -> Answer | None:
        """The answer to a sample; opening and closing have none."""
        match request:
            case OpenSession(session=session):
                self._sessions[session] = self._begin()
            case CloseSession(session=session):
                self._sessions.pop(session, None)
            case Picture(session=session) if watched := self._sessions.get(session):
                seen = watched.picture.observe(request.codec, body, request.pts_ms)
                return Answer(session=session, sample=request.sample, measured=tuple(seen))
            case Sound(session=session) if watched := self._sessions.get(session):
                return _hear(watched.sound, request, body)
            case Picture() | Sound():
                return Answer(session=request.session, sample=request.sample)
        return None

    def _begin(self) -> Watched:
        # Loaded only now, as in load_models.
        from media_worker.observe.picture import PictureObserver  # noqa: PLC0415
        from media_worker.observe.sound import SoundObserver  # noqa: PLC0415

        return Watched(PictureObserver(self._loaded.faces), SoundObserver(self._loaded.voice))


def _packets(request: Sound, body: bytes) -> Iterator[tuple[float, bytes]]:
    start = 0
    for pts_ms, size in zip(request.pts_ms, request.sizes, strict=True):
        yield pts_ms, body[start : start + size]
        start += size


def _hear(sound: SoundObserver, request: Sound, body: bytes) -> Answer:
    sound.observe(_packets(request, body))
    measured, voices, processed = sound.take()
    return Answer(
        session=request.session,
        sample=request.sample,
        measured=tuple(measured),
        voices=tuple(voices),
        processed=tuple(processed),
    )


def main() -> None:
    """Cut the network, load the models, answer until the pipe closes."""
    isolated = cut_network()
    os.nice(NICENESS)
    # Libraries print; the pipe is for answers alone.
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    began = time.monotonic()
    loaded = load_models(*sys.argv[1:3])
    ready = Ready(
        isolated=isolated,
        face_detection=loaded.faces is not None,
        voice_activity=loaded.voice is not None,
        load_ms=round((time.monotonic() - began) * 1000),
        problems=tuple(loaded.problems),
    )
    out.write(frame(ready))
    out.flush()
    observers = Observers(loaded)
    for request, body in requests(sys.stdin.buffer):
        answer = observers.answer(request, body)
        if answer:
            out.write(frame(answer))
            out.flush()


if __name__ == "__main__":
    main()
