from __future__ import annotations

from pathlib import Path

import pytest

from backing.objects.folder import FolderObjectStore
from media_worker.models.registry import ModelRegistry, ModelSettings
from media_worker.play.pace import PACES
from media_worker.play.render_speech import Voice
from shuanglu.timeline.events import VoiceSpeed


@pytest.fixture(scope="session")
def registry() -> ModelRegistry:
    return ModelRegistry(ModelSettings())


@pytest.fixture(scope="session")
def voice(registry: ModelRegistry) -> Voice:
    return Voice(
        model=registry.get("speech").path,
        vocabulary=registry.get("speech_vocabulary").path,
        style=registry.voice("zf_xiaoxiao").path,
        speed=PACES[VoiceSpeed.NORMAL].speed,
    )


@pytest.fixture(scope="session")
def slow_voice(registry: ModelRegistry) -> Voice:
    return Voice(
        model=registry.get("speech").path,
        vocabulary=registry.get("speech_vocabulary").path,
        style=registry.voice("zf_xiaoxiao").path,
        speed=PACES[VoiceSpeed.SLOW].speed,
    )


@pytest.fixture
def objects(tmp_path: Path) -> FolderObjectStore:
    return FolderObjectStore(tmp_path / "objects")
