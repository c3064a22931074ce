"""The fake camera and the fake microphone as files, made once and kept.

Stage: before a demonstration or a test drives a browser. A file's name holds a
hash of what made it, so a changed maker makes a new file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from demo import animation, camera, microphone, portrait
from demo.camera import Scene
from media_worker.models.registry import ModelRegistry, ModelSettings
from media_worker.play import render_ogg, render_speech

HASH_DIGITS = 16


def fake_camera(folder: Path, scene: Scene = Scene.FACE) -> Path:
    """A ``.y4m`` of 640x480 at 15 frames a second, 8 s, seamless (55 MB; made in about 10 s).

    For Chromium's ``--use-file-for-fake-video-capture``.
    """
    name = f"camera-{scene}-{_makers(animation, camera, portrait)}.y4m"
    return _kept(folder / name, lambda path: camera.write_y4m(path, scene))


def fake_microphone(folder: Path, registry: ModelRegistry | None = None) -> Path:
    """A ``.wav``, 48 kHz mono: a voice within every two seconds. Made in about 5 s.

    For Chromium's ``--use-file-for-fake-audio-capture``. Needs the speech model.
    """
    models = registry or ModelRegistry(ModelSettings())
    name = f"microphone-{_makers(microphone, render_ogg, render_speech)}.wav"
    return _kept(folder / name, lambda path: microphone.write_wav(path, models))


def _makers(*modules: object) -> str:
    digest = hashlib.sha256()
    for module in modules:
        digest.update(Path(str(getattr(module, "__file__", ""))).read_bytes())
    digest.update(portrait.LANDMARKS_FILE.read_bytes())
    return digest.hexdigest()[:HASH_DIGITS]


def _kept(path: Path, make: Callable[[Path], None]) -> Path:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{path.name}.{uuid4().hex}.partial")  # two may make it at once
        make(partial)
        partial.replace(path)
    return path
