from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from demo.camera import Scene
from media_worker.models.registry import ModelRegistry, ModelSettings, ModelUnusableError
from media_worker.observe.pool import ObserverPool, ObserverSettings
from shuanglu.timeline.events import Metric
from tests.observe.encoding import Pixels, key_frames
from tests.observe.onnx_file import mean_of_picture
from tests.observe.pool_sink import Sink, show
from tests.observe.process_under_test import ProcessUnderTest

Pictures = Callable[[Scene], list[Pixels]]


def test_none_is_shipped_and_then_nothing_is_measured(registry: ModelRegistry) -> None:
    assert registry.optional("passive_liveness") is None


def test_a_mounted_path_that_is_no_file_is_said(tmp_path: Path) -> None:
    settings = ModelSettings(passive_liveness=tmp_path / "nothing.onnx")
    with pytest.raises(ModelUnusableError):
        ModelRegistry(settings).optional("passive_liveness")


async def test_a_mounted_model_scores_the_face(pictures: Pictures, tmp_path: Path) -> None:
    mounted = tmp_path / "passive.onnx"
    mounted.write_bytes(mean_of_picture(scale=1 / 255))
    registry = ModelRegistry(ModelSettings(passive_liveness=mounted))
    pool = ObserverPool(ObserverSettings(), registry)
    await pool.start()
    assert pool.status().not_evaluated == ()
    sink = Sink()
    session = await sink.open(pool)
    await show(session, sink, key_frames([*pictures(Scene.FACE)[:1], *pictures(Scene.EMPTY)[:1]]))
    (score,) = sink.column(Metric.PASSIVE_LIVE)
    assert score == pytest.approx(np.mean(pictures(Scene.FACE)[0]) / 255, abs=0.2)
    assert registry.get("passive_liveness").sha256 in sink.measured[0].model_sha256s
    await pool.stop()


def test_a_broken_model_leaves_the_rest_alone(
    registry: ModelRegistry, pictures: Pictures, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"not a model")
    models = {"face_detection": registry.get("face_detection").path, "passive_liveness": broken}
    with ProcessUnderTest(models) as process:
        assert not process.ready.passive_liveness
        assert any(problem.startswith("passive_liveness") for problem in process.ready.problems)
        (seen,) = process.metrics(pictures(Scene.FACE)[:1])
    assert seen[Metric.FACES] == 1
    assert Metric.PASSIVE_LIVE not in seen
