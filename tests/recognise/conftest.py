from __future__ import annotations

import numpy as np
import pytest

from demo.speech import spoken_digits
from media_worker.models.registry import ModelRegistry, ModelSettings
from media_worker.play.render_speech import Voice
from media_worker.recognise.speech import Samples
from tests.recognise.speaking import to_16_khz


@pytest.fixture(scope="session")
def registry() -> ModelRegistry:
    return ModelRegistry(ModelSettings())


@pytest.fixture(scope="session")
def voice(registry: ModelRegistry) -> Voice:
    """A synthetic one."""
    return Voice(
        model=registry.get("speech").path,
        vocabulary=registry.get("speech_vocabulary").path,
        style=registry.voice("zf_xiaoxiao").path,
        speed=0.95,
    )


@pytest.fixture(scope="session")
def sentence(voice: Voice) -> Samples:
    """A forbidden sentence, 16 kHz."""
    return to_16_khz(voice.speak("买这个产品稳赚不赔。"))


@pytest.fixture(scope="session")
def digits_read(voice: Voice) -> dict[str, Samples]:
    """Rows of digits, read aloud two by two, 16 kHz."""
    rows = ("3719", "6204", "5816", "9035")
    return {
        row: np.concatenate([to_16_khz(voice.speak(pair)) for pair in spoken_digits(row)])
        for row in rows
    }
