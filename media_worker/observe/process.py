"""The observer process: reads samples from stdin, answers measurements on stdout, one by one.

Stage: the only place where what a phone sent is decoded. It never reaches a
network, never writes a file, and knows sessions only by a number.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from media_worker.isolation import cut_network
from media_worker.observe.messages import (
    Answer,
    CloseSession,
    OpenSession,
    Picture,
    Ready,
    Request,
    Sound,
    Spoken,
    UseReference,
    request_adapter,
)
from media_worker.pipe import frame, frames, stdout_for_answers

if TYPE_CHECKING:
    from media_worker.observe.picture import PictureModels, PictureObserver
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

    picture: PictureModels
    voice: VoiceModel | None
    problems: list[str]


@dataclass
class Watched:
    """One session's observers."""

    picture: PictureObserver
    sound: SoundObserver


def load_models(paths: Mapping[str, str]) -> Loaded:
    """Load what is there; a model that cannot be loaded leaves its metrics absent."""
    # Loaded only now: the process must still have one thread when it leaves the network.
    from media_worker.observe.detection import FaceDetector, FaceRecogniser  # noqa: PLC0415
    from media_worker.observe.landmarks import FaceLandmarker  # noqa: PLC0415
    from media_worker.observe.passive import PassiveModel  # noqa: PLC0415
    from media_worker.observe.picture import PictureModels  # noqa: PLC0415
    from media_worker.observe.voice import VoiceModel  # noqa: PLC0415 - as above

    problems: list[str] = []

    def load(model: Callable[[Path], T], name: str) -> T | None:
        return _try(model, paths.get(name, NO_MODEL), name, problems)

    picture = PictureModels(
        faces=load(FaceDetector, "face_detection"),
        landmarks=load(FaceLandmarker, "face_landmarks"),
        recogniser=load(FaceRecogniser, "face_recognition"),
        passive=load(PassiveModel, "passive_liveness") if "passive_liveness" in paths else None,
    )
    return Loaded(picture, load(VoiceModel, "voice_activity"), problems)


def _try(load: Callable[[Path], T], path: str, name: str, problems: list[str]) -> T | None:
    if path == NO_MODEL:
        problems.append(f"{name}: no usable model file")
        return None
    try:
        return load(Path(path))
    except Exception as error:  # noqa: BLE001 - OpenCV and onnxruntime raise what they like
        problems.append(f"{name}: {type(error).__name__}")
        return None


class Observers:
    """Answers requests; holds the observers of every open session."""

    def __init__(self, loaded: Loaded) -> None:
        self._loaded = loaded
        self._sessions: dict[int, Watched] = {}

    def answer(self, request: Request, body: bytes) -> tuple[Answer, bytes] | None:
        """The answer to a sample, and its body; opening and closing have none."""
        match request:
            case OpenSession(session=session):
                self._sessions[session] = self._begin(request)
            case CloseSession(session=session):
                self._sessions.pop(session, None)
            case UseReference(session=session) if watched := self._sessions.get(session):
                watched.picture.recognition.reference = request.reference
            case Picture(session=session) if watched := self._sessions.get(session):
                return _look(watched.picture, request, body)
            case Sound(session=session) if watched := self._sessions.get(session):
                return _hear(watched.sound, request, body)
            case Picture() | Sound():
                return Answer(session=request.session, sample=request.sample), b""
        return None

    def _begin(self, request: OpenSession) -> Watched:
        # Loaded only now, as in load_models.
        from media_worker.observe.picture import PictureObserver  # noqa: PLC0415
        from media_worker.observe.sound import SoundObserver  # noqa: PLC0415

        picture = PictureObserver(self._loaded.picture, request.reference)
        return Watched(picture, SoundObserver(self._loaded.voice))


def _look(picture: PictureObserver, request: Picture, body: bytes) -> tuple[Answer, bytes]:
    """What is in a picture; a broken one says so, and the next key frame begins anew."""
    from media_worker.observe.decoding import UndecodableError  # noqa: PLC0415 - as above

    session, sample = request.session, request.sample
    try:
        seen = picture.observe(request, body)
    except UndecodableError:
        return Answer(session=session, sample=sample, undecodable=True), b""
    measured = tuple(seen.samples)
    answer = Answer(
        session=session, sample=sample, measured=measured, face=seen.face, card=seen.card
    )
    return answer, seen.jpeg


def _packets(request: Sound, body: bytes) -> Iterator[tuple[float, bytes]]:
    start = 0
    for pts_ms, size in zip(request.pts_ms, request.sizes, strict=True):
        yield pts_ms, body[start : start + size]
        start += size


def _hear(sound: SoundObserver, request: Sound, body: bytes) -> tuple[Answer, bytes]:
    sound.observe(_packets(request, body), words_awaited=request.words_awaited)
    heard = sound.take()
    answer = Answer(
        session=request.session,
        sample=request.sample,
        measured=tuple(heard.samples),
        voices=tuple(heard.voices),
        utterances=tuple(
            Spoken(from_ms=each.from_ms, to_ms=each.to_ms, size=len(each.pcm), ended=each.ended)
            for each in heard.utterances
        ),
        processed=tuple(heard.processed),
    )
    return answer, b"".join(each.pcm for each in heard.utterances)


def main() -> None:
    """Cut the network, load the models, answer until the pipe closes."""
    isolated = cut_network()
    os.nice(NICENESS)
    out = stdout_for_answers()
    began = time.monotonic()
    loaded = load_models(dict(each.split("=", 1) for each in sys.argv[1:]))
    out.write(frame(_ready(loaded, isolated=isolated, began_s=began)))
    out.flush()
    observers = Observers(loaded)
    for header, body in frames(sys.stdin.buffer):
        answered = observers.answer(request_adapter.validate_json(header), body)
        if answered:
            out.write(frame(*answered))
            out.flush()


def _ready(loaded: Loaded, *, isolated: bool, began_s: float) -> Ready:
    return Ready(
        isolated=isolated,
        face_detection=loaded.picture.faces is not None,
        face_landmarks=loaded.picture.landmarks is not None,
        face_recognition=loaded.picture.recogniser is not None,
        passive_liveness=loaded.picture.passive is not None,
        voice_activity=loaded.voice is not None,
        load_ms=round((time.monotonic() - began_s) * 1000),
        problems=tuple(loaded.problems),
    )


if __name__ == "__main__":
    main()
