"""Where each model lies and which bytes it is: every verdict names a model and its hash.

Stage: start-up of whatever runs a model. It never loads a model and never
returns a file whose hash is not the pinned one, except where the settings
replace a model by path on purpose; then the hash is that file's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from media_worker.models.lock import DEFAULT_DIRECTORY, LOCK_NAME, file_sha256, read_lock
from shuanglu.errors import UnavailableError


class ModelUnusableError(UnavailableError):
    """A model file is missing or is not the file that the lock pins; it is not used."""

    code = "model_unusable"
    retryable = False


class ModelSettings(BaseSettings):
    """Where models are. A path replaces one model; the rest stay as pinned."""

    model_config = SettingsConfigDict(env_prefix="SHUANGLU_MODELS_", frozen=True)

    directory: Path = Field(
        default=DEFAULT_DIRECTORY, description="folder that `make models` filled"
    )
    face_detection: Path | None = Field(default=None, description="YuNet-like ONNX, by path")
    face_landmarks: Path | None = Field(
        default=None, description="MediaPipe face landmarker .task, by path"
    )
    face_recognition: Path | None = Field(default=None, description="SFace-like ONNX, by path")
    passive_liveness: Path | None = Field(
        default=None,
        description="ONNX that tells a living face; none is shipped, and then nobody passes it",
    )
    voice_activity: Path | None = Field(
        default=None, description="silero-vad's sequence ONNX (input, h, c), by path"
    )
    speech: Path | None = Field(default=None, description="Kokoro-like ONNX, by path")
    speech_vocabulary: Path | None = Field(default=None, description="its vocabulary, by path")
    voices: Path | None = Field(default=None, description="folder of `<voice>.bin`, by path")


@dataclass(frozen=True, slots=True)
class Model:
    """One usable model file."""

    name: str
    path: Path
    sha256: str


class ModelRegistry:
    """Gives models by name, verified. One instance remembers what it has verified."""

    def __init__(self, settings: ModelSettings) -> None:
        self._settings = settings
        self._verified: dict[str, Model] = {}

    def get(self, name: str) -> Model:
        """The model; raises :class:`ModelUnusableError` naming the file.

        Reads the whole file the first time (kokoro: 92 MB, about 0.1 s): not for the event loop.
        """
        if name not in self._verified:
            replaced = self._replaced(name)
            self._verified[name] = _as_found(name, replaced) if replaced else self._pinned(name)
        return self._verified[name]

    def optional(self, name: str) -> Model | None:
        """A model that is used only where the settings mount one; ``None`` where they do not."""
        return self.get(name) if self.is_replaced(name) else None

    def is_replaced(self, name: str) -> bool:
        """Whether the settings name a file of their own for it, usable or not."""
        return self._replaced(name) is not None

    def voice(self, voice: str) -> Model:
        """The style vectors of a voice, e.g. ``zf_xiaoxiao``."""
        return self.get(f"voice_{voice}")

    def _replaced(self, name: str) -> Path | None:
        if name.startswith("voice_") and name != "voice_activity":
            folder = self._settings.voices
            return folder / f"{name.removeprefix('voice_')}.bin" if folder else None
        path = getattr(self._settings, name, None)
        return path if isinstance(path, Path) else None

    def _pinned(self, name: str) -> Model:
        # The committed lock counts, not one that lies beside files in another folder.
        locked = read_lock(DEFAULT_DIRECTORY / LOCK_NAME).file(name)
        model = _as_found(name, self._settings.directory / locked.file)
        if model.sha256 != locked.sha256:
            raise ModelUnusableError(
                f"{model.path}: SHA-256 is {model.sha256}, the lock says {locked.sha256}; "
                "not used. Run `make models`"
            )
        return model


def _as_found(name: str, path: Path) -> Model:
    if not path.is_file():
        raise ModelUnusableError(f"{path}: missing (model {name}). Run `make models`")
    return Model(name=name, path=path, sha256=file_sha256(path))
