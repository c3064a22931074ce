from __future__ import annotations

import pytest

from media_worker.models.registry import ModelRegistry, ModelSettings
from media_worker.play.render_speech import Voice
from media_worker.recognise.speech import Samples
from tests.recognise.speaking import to_16_khz


@pytest.fixture(scope="session")
def registry() -> ModelRegistry:
    return ModelRegistry(ModelSettings())


@pytest.fixture(scope="session")
def sentence(registry: ModelRegistry) -> Samples:
    """A forbidden sentence in a synthetic voice, 16 kHz."""
    voice = Voice(
        model=registry.get("speech").path,
        vocabulary=registry.get("speech_vocabulary").path,
        style=registry.voice("zf_xiaoxiao").path,
        speed=0.95,
    )
    return to_16_khz(voice.speak("买这个产品稳赚不赔。"))
