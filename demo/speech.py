"""What a synthetic person says, synthesised once and kept.

Stage: from text and a voice to samples and to a ``.wav`` file. It never plays anything.
"""

from __future__ import annotations

import hashlib
import io
import threading
import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from demo.camera import FRAMES_A_SECOND
from media_worker.models.registry import ModelRegistry, ModelSettings
from media_worker.play.render_ogg import normalise
from media_worker.play.render_speech import SAMPLE_RATE_HZ, Samples, Voice

_HASH_DIGITS = 16
_DIGITS = dict(zip("0123456789", "零一二三四五六七八九", strict=True))
WIDEST = 0.7
"""Of a mouth that speaks; 1 is a yawn."""


def spoken_digits(digits: str) -> tuple[str, ...]:
    """Digits as a person reads them aloud, two by two."""
    said = [_DIGITS[digit] for digit in digits]
    return tuple("".join(said[at : at + 2]) + "。" for at in range(0, len(said), 2))


class Speech:
    """All voices; each is loaded when it is first used (1.5 s)."""

    def __init__(self, folder: Path, registry: ModelRegistry | None = None) -> None:
        self._folder = folder
        self._registry = registry or ModelRegistry(ModelSettings())
        self._voices: dict[str, Voice] = {}
        self._lock = threading.Lock()

    def wav(self, text: str, voice: str) -> bytes:
        """24 kHz, mono, 16 bit. Blocks while it is synthesised (a third of its length)."""
        name = hashlib.sha256(f"{voice} {text}".encode()).hexdigest()[:_HASH_DIGITS]
        path = self._folder / f"said-{name}.wav"
        with self._lock:
            if not path.exists():
                self._folder.mkdir(parents=True, exist_ok=True)
                path.write_bytes(_as_wav(normalise(self._voice(voice).speak(text))))
            return path.read_bytes()

    def ready(self, voice: str) -> None:
        """Load the voice now: who speaks without a script has no time for it later. Blocks."""
        with self._lock:
            self._voice(voice)

    def row(self, texts: Sequence[str], voice: str, *, pause_s: float = 0.25) -> bytes:
        """Several texts one after the other, with a pause after each."""
        pause = np.zeros(int(pause_s * SAMPLE_RATE_HZ), np.float32)
        parts = [part for text in texts for part in (samples_of(self.wav(text, voice)), pause)]
        return _as_wav(np.concatenate(parts))

    def _voice(self, name: str) -> Voice:
        if name not in self._voices:
            self._voices[name] = Voice(
                model=self._registry.get("speech").path,
                vocabulary=self._registry.get("speech_vocabulary").path,
                style=self._registry.voice(name).path,
                speed=1.0,
            )
        return self._voices[name]


def _as_wav(samples: Samples) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(SAMPLE_RATE_HZ)
        sound.writeframes((np.clip(samples, -1, 1) * 32767).astype(np.int16).tobytes())
    return out.getvalue()


def samples_of(wav: bytes) -> npt.NDArray[np.float32]:
    """Samples of a mono 16-bit file, -1 to 1."""
    with wave.open(io.BytesIO(wav)) as sound:
        raw = sound.readframes(sound.getnframes())
    return np.asarray(np.frombuffer(raw, np.int16) / 32768, np.float32)


def openings(wav: bytes) -> list[float]:
    """How far the mouth is open at each frame of the camera while this is said.

    It opens with every syllable and all but closes between two: by the loudness beside that of
    the loudest moments.
    """
    samples = samples_of(wav)
    window = SAMPLE_RATE_HZ // FRAMES_A_SECOND
    whole = samples[: len(samples) // window * window].reshape(-1, window)
    loudness = np.sqrt((whole**2).mean(1))
    loud = max(float(np.quantile(loudness, 0.9)), 1e-6) if len(loudness) else 1.0
    return [float(share) * WIDEST for share in np.clip((loudness / loud - 0.2) / 0.8, 0, 1)]
