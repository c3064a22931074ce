from __future__ import annotations

import os
import signal
from pathlib import Path

from demo.camera import Scene
from media_worker.models.registry import ModelRegistry, ModelSettings
from media_worker.observe.pool import (
    ObserverPool,
    ObserverSettings,
)
from shuanglu.timeline.events import Metric
from tests.observe.encoding import Samples, key_frames, opus_frames
from tests.observe.pool_sink import Pictures, Sink, moved, show
from tests.observe.waiting import until


async def test_no_processes_leave_everything_not_evaluated(registry: ModelRegistry) -> None:
    pool = ObserverPool(ObserverSettings(processes=0), registry)
    await pool.start()
    sink = Sink()
    session = await sink.open(pool)
    assert sink.lost == 1
    assert sink.measured == []
    assert await session.enrol(timeout_s=1) is None
    assert not session.needs_key_frame
    assert await session.wait_evaluated(1000, timeout_s=1) is False
    assert session.voice_between(0, 1000).evaluated is False
    assert session.faces_between(0, 1000) == "not_evaluated"
    assert set(pool.status().not_evaluated) == {
        "faces", "landmarks", "identity", "passive_liveness", "picture", "voice"
    }  # fmt: skip
    await pool.stop()


async def test_a_missing_or_altered_model_is_said_and_not_used(
    registry: ModelRegistry, pictures: Pictures, tmp_path: Path
) -> None:
    good = registry.get("voice_activity").path
    (tmp_path / good.name).write_bytes(good.read_bytes()[:-1] + b"\x00\x00")
    pool = ObserverPool(ObserverSettings(), ModelRegistry(ModelSettings(directory=tmp_path)))
    await pool.start()
    status = pool.status()
    absent = ("faces", "landmarks", "identity", "passive_liveness", "voice")
    assert status.not_evaluated == absent
    assert status.degraded == ("faces", "landmarks", "identity", "voice"), "none was mounted"
    assert any("face_detection" in problem and "missing" in problem for problem in status.problems)
    assert any("silero_vad_16k_sequence.onnx" in p and "not used" in p for p in status.problems)
    assert pool.vad_sha256 == ""
    sink = Sink()
    await show(await sink.open(pool), sink, key_frames(pictures(Scene.FACE)[:1]))
    assert sink.column(Metric.FACES) == []
    assert len(sink.column(Metric.LUMA)) == 1
    await pool.stop()


async def test_a_customers_broken_model_leaves_the_rest_alone(
    customer_speech: Samples, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"not a model")
    settings = ModelSettings(face_detection=broken)
    pool = ObserverPool(ObserverSettings(), ModelRegistry(settings))
    await pool.start()
    assert pool.status().not_evaluated == ("faces", "passive_liveness")
    session = await Sink().open(pool)
    for frame in opus_frames(customer_speech):
        session.push(frame)
    assert await session.wait_evaluated(3000, timeout_s=10)
    assert session.voice_between(0, 3000).speech_ms > 300
    await pool.stop()


async def test_a_listener_that_fails_ends_nothing(pool: ObserverPool, pictures: Pictures) -> None:
    def fail(*_told: object) -> None:
        raise RuntimeError("a listener's own fault")

    failing = await pool.open_session(
        "ses_B", on_measurement=fail, on_voice=fail, on_utterance=fail, on_lost=fail
    )
    sink = Sink()
    session = await sink.open(pool)
    frames = key_frames(pictures(Scene.FACE)[:2])
    failing.push(frames[0])
    await show(session, sink, frames[:1])
    os.kill(pool.processes[0], signal.SIGKILL)
    await until(lambda: sink.lost == 1, "the crash is told")
    await until(lambda: bool(pool.processes), "a new process is ready")
    await show(session, sink, [moved(frames[1], 10_000)])
    assert sink.column(Metric.FACES) == [1, 1]


async def test_a_session_opened_while_the_process_is_down_is_watched_afterwards(
    pool: ObserverPool, pictures: Pictures
) -> None:
    first = Sink()
    await first.open(pool)
    os.kill(pool.processes[0], signal.SIGKILL)
    await until(lambda: first.lost == 1, "the crash is told")
    sink = Sink()
    session = await sink.open(pool)
    assert sink.lost == 1
    await until(lambda: bool(pool.processes), "a new process is ready")
    await show(session, sink, key_frames(pictures(Scene.FACE)[:1]))
    assert sink.column(Metric.FACES) == [1]


async def test_control_c_in_a_terminal_is_not_for_the_processes(pool: ObserverPool) -> None:
    assert os.getsid(pool.processes[0]) != os.getsid(0)


async def test_sessions_are_spread_over_the_processes(
    registry: ModelRegistry, pictures: Pictures
) -> None:
    pool = ObserverPool(ObserverSettings(processes=2), registry)
    await pool.start()
    sinks = [Sink(), Sink()]
    sessions = [await sink.open(pool) for sink in sinks]
    os.kill(pool.processes[0], signal.SIGKILL)
    await until(lambda: any(s.lost for s in sinks), "one session's process is gone")
    told = [bool(sink.lost) for sink in sinks]
    assert sorted(told) == [False, True]
    unharmed = told.index(False)
    await show(sessions[unharmed], sinks[unharmed], key_frames(pictures(Scene.FACE)[:1]))
    assert sinks[unharmed].column(Metric.FACES) == [1]
    await pool.stop()
