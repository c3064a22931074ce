from __future__ import annotations

import wave
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from demo.camera import Scene, frames
from demo.media_assets import fake_microphone
from media_worker.models.registry import ModelRegistry, ModelSettings
from media_worker.observe.pool import ObserverPool, ObserverSettings
from media_worker.observe.voice import VoiceModel
from tests.observe.encoding import Pixels, Samples
from tests.observe.process_under_test import ProcessUnderTest

ARTIFACTS = Path(__file__).parents[1] / "artifacts" / "media"


@pytest.fixture(scope="session")
def registry() -> ModelRegistry:
    return ModelRegistry(ModelSettings())


@pytest.fixture(scope="session")
def observed(registry: ModelRegistry) -> Iterator[ProcessUnderTest]:
    """An observer process with the shipped models of the picture."""
    names = ("face_detection", "face_landmarks", "face_recognition")
    with ProcessUnderTest({name: registry.get(name).path for name in names}) as process:
        yield process


@pytest.fixture(scope="session")
def voice_model(registry: ModelRegistry) -> VoiceModel:
    return VoiceModel(registry.get("voice_activity").path)


@pytest.fixture(scope="session")
def pictures() -> Callable[[Scene], list[Pixels]]:
    """One picture a second of a scene's loop."""
    made: dict[Scene, list[Pixels]] = {}

    def of(scene: Scene) -> list[Pixels]:
        if scene not in made:
            made[scene] = [frame for n, frame in enumerate(frames(scene)) if n % 15 == 0]
        return made[scene]

    return of


@pytest.fixture(scope="session")
def customer_speech(registry: ModelRegistry) -> Samples:
    """The demonstration's customer: speech at 48 kHz."""
    with wave.open(str(fake_microphone(ARTIFACTS, registry))) as sound:
        data = np.frombuffer(sound.readframes(sound.getnframes()), np.int16)
    return (data / 32768).astype(np.float32)


@pytest.fixture
async def pool(registry: ModelRegistry) -> AsyncIterator[ObserverPool]:
    pool = ObserverPool(ObserverSettings(answer_deadline_s=2.0), registry)
    await pool.start()
    yield pool
    await pool.stop()
