"""What the fake microphone hears: a synthetic customer who answers, again and again.

Stage: from text to a ``.wav`` file, which Chromium takes as a microphone and loops.
"""

from __future__ import annotations

import wave
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from media_worker.models.registry import ModelRegistry
from media_worker.play.render_ogg import RATE_HZ, normalise
from media_worker.play.render_speech import SAMPLE_RATE_HZ, Voice

VOICE = "zm_yunyang"
LINES = ("清楚。", "是的,我确认。")
PAUSE_S = 1.2
ROOM_NOISE_DBFS = -58.0
SEED = 20_261_123

Samples = npt.NDArray[np.float32]


def customer_speech(registry: ModelRegistry) -> Samples:
    """One round of the lines with pauses, 24 kHz, on faint room noise."""
    voice = Voice(
        model=registry.get("speech").path,
        vocabulary=registry.get("speech_vocabulary").path,
        style=registry.voice(VOICE).path,
        speed=1.0,
    )
    pause = np.zeros(int(PAUSE_S * SAMPLE_RATE_HZ), np.float32)
    parts = [part for line in LINES for part in (voice.speak(line), pause)]
    speech = normalise(np.concatenate(parts))
    noise = np.random.default_rng(SEED).normal(0, 10 ** (ROOM_NOISE_DBFS / 20), len(speech))
    return (speech + noise).astype(np.float32)


def to_48_khz(samples: Samples) -> npt.NDArray[np.int16]:
    """16-bit samples at 48 kHz."""
    frame = av.AudioFrame.from_ndarray(samples[None], format="flt", layout="mono")
    frame.sample_rate = SAMPLE_RATE_HZ
    resampler = av.AudioResampler("s16", "mono", RATE_HZ)
    out = [*resampler.resample(frame), *resampler.resample(None)]
    return np.concatenate([part.to_ndarray()[0] for part in out])


def write_wav(path: Path, registry: ModelRegistry) -> None:
    """Write one round: 48 kHz, mono, 16 bit."""
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE_HZ)
        sound.writeframes(to_48_khz(customer_speech(registry)).tobytes())
