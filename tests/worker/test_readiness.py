"""A worker that cannot check says so by name, and is ready all the same: recording goes on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from media_worker import readiness
from media_worker.models.registry import ModelRegistry, ModelSettings
from media_worker.observe.pool import ObserverPool
from media_worker.observe.settings import ObserverSettings
from tests.worker.studio import Studio

UNSEEN = ["faces", "landmarks", "identity", "picture", "voice", "words", "card_text"]


async def degraded(rooms: Studio) -> list[str]:
    response = await rooms.stage.request("GET", "/readyz")
    assert response.status == 200, await response.text()
    found: list[str] = (await response.json())["degraded"]
    return found


async def test_without_observers_and_recognisers_each_check_is_named(rooms: Studio) -> None:
    await rooms.start_worker()
    assert await degraded(rooms) == UNSEEN


async def test_a_mounted_model_that_does_not_work_is_named_too(
    rooms: Studio, tmp_path: Path
) -> None:
    mounted = ModelRegistry(ModelSettings(passive_liveness=tmp_path / "none.onnx"))
    observers = ObserverPool(ObserverSettings(processes=0), mounted)
    await rooms.start_worker(replace(rooms.deps(), observers=observers))
    assert "passive_liveness" in await degraded(rooms)


async def test_a_model_process_that_sees_a_network_is_named(rooms: Studio) -> None:
    deps = rooms.deps()
    observers, recognisers = deps.observers.status(), deps.recognisers.status()
    assert "isolation" not in readiness.degraded(observers, recognisers), "there is no process"
    exposed = replace(observers, ready=1, isolated=False)
    assert "isolation" in readiness.degraded(exposed, recognisers)
    apart = replace(observers, ready=1, isolated=True)
    assert "isolation" not in readiness.degraded(apart, recognisers)
    reading = replace(recognisers, card_text_ready=True, isolated=False)
    assert "isolation" in readiness.degraded(apart, reading)


async def test_without_a_worker_nothing_is_recorded(rooms: Studio) -> None:
    worker = await rooms.start_worker()
    await worker.stop()
    response = await rooms.stage.request("GET", "/readyz")
    await rooms.stage.problem(response, 503, "unavailable")
