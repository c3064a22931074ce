from __future__ import annotations

import asyncio
import itertools
import os
import signal
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest

from demo.camera import Scene
from media_worker.frames import EncodedFrame
from media_worker.models.registry import ModelRegistry, ModelSettings
from media_worker.observe.pool import (
    FaceTemplate,
    ObserverPool,
    ObserverSettings,
    SessionObserver,
    WatchMode,
)
from media_worker.utterance import Utterance
from shuanglu.rules.measurement import Measurement
from shuanglu.rules.observation import VoiceSpan
from shuanglu.timeline.events import Metric
from tests.observe.encoding import Pixels, Samples, VideoCodec, key_frames, opus_frames, stream
from tests.observe.waiting import until

Pictures = Callable[[Scene], list[Pixels]]


@dataclass
class Sink:
    """What a session is told."""

    measured: list[Measurement] = field(default_factory=list)
    voices: list[VoiceSpan] = field(default_factory=list)
    utterances: list[Utterance] = field(default_factory=list)
    lost: int = 0

    def column(self, metric: Metric) -> list[float]:
        return [each.metrics[metric] for each in self.measured if metric in each.metrics]

    @property
    def pictures(self) -> list[Measurement]:
        return [each for each in self.measured if each.source == "picture"]

    def lose(self) -> None:
        self.lost += 1

    async def open(self, pool: ObserverPool) -> SessionObserver:
        return await pool.open_session(
            "ses_TEST",
            on_measurement=self.measured.append,
            on_voice=self.voices.append,
            on_utterance=self.utterances.append,
            on_lost=self.lose,
        )


@pytest.fixture
async def pool(registry: ModelRegistry) -> AsyncIterator[ObserverPool]:
    pool = ObserverPool(ObserverSettings(answer_deadline_s=2.0), registry)
    await pool.start()
    yield pool
    await pool.stop()


def moved(frame: EncodedFrame, by_ms: float) -> EncodedFrame:
    return EncodedFrame(
        frame.kind, frame.codec, frame.pts_ms + by_ms, frame.is_key, None, frame.data
    )


async def show(session: SessionObserver, sink: Sink, frames: list[EncodedFrame]) -> None:
    """Push pictures one after the other, each when the one before was answered."""
    for frame in frames:
        seen = len(sink.pictures)
        session.push(frame)
        await until(lambda n=seen: len(sink.pictures) > n, "a picture is answered")  # type: ignore[misc]


async def test_faces_come_back_with_the_models_hashes(
    pool: ObserverPool, pictures: Pictures, registry: ModelRegistry
) -> None:
    sink = Sink()
    session = await sink.open(pool)
    await show(session, sink, key_frames(pictures(Scene.FACE)[:4]))
    assert sink.column(Metric.FACES) == [1] * 4
    used = ("face_detection", "face_landmarks")
    assert set(sink.measured[0].model_sha256s) == {registry.get(name).sha256 for name in used}
    assert session.faces_between(1000, 3000) == "present"
    assert session.faces_between(20_000, 21_000) == "not_evaluated"
    assert [m.at_ms for m in session.measurements_between(1000, 2000)] == [1000, 2000]
    await session.close()


async def test_voice_is_waited_for_and_found(pool: ObserverPool, customer_speech: Samples) -> None:
    sink = Sink()
    session = await sink.open(pool)
    for frame in opus_frames(customer_speech):
        session.push(frame)
    assert await session.wait_evaluated(3900, timeout_s=10)
    evidence = session.voice_between(0, 3900)
    assert evidence.evaluated
    assert evidence.speech_ms >= 800
    assert evidence.first_ms is not None
    assert evidence.first_ms < 400
    assert any(span.ended for span in sink.voices)
    assert session.voice_between(3900, 60_000).evaluated is False


async def test_a_stream_without_layers_is_sampled_by_key_frames(
    pool: ObserverPool, pictures: Pictures
) -> None:
    sink = Sink()
    session = await sink.open(pool)
    close = key_frames(pictures(Scene.FACE)[:4], interval_ms=250.0)
    delta = EncodedFrame("video", "VP8", 600.0, is_key=False, temporal_layer=None, data=b"\x01" * 9)
    await show(session, sink, close[:1])
    for frame in (*close[1:3], delta):
        session.push(frame)
    await show(session, sink, close[3:])
    assert [seen.at_ms for seen in sink.pictures] == [0, 750]
    assert session.dropped.pictures == 0


async def test_a_killed_process_is_told_and_replaced_and_knows_the_face(
    pool: ObserverPool, pictures: Pictures
) -> None:
    sink, other = Sink(), Sink()
    session, neighbour = await sink.open(pool), await other.open(pool)
    frames = key_frames(pictures(Scene.FACE)[:4])
    enrolling = asyncio.create_task(session.enrol(timeout_s=20))
    await asyncio.sleep(0)
    await show(session, sink, frames[:3])
    template = await enrolling
    assert template is not None
    assert len(template.vector) == 512
    (first_pid,) = pool.processes
    os.kill(first_pid, signal.SIGKILL)
    await until(lambda: sink.lost == 1 and other.lost == 1, "the crash is told")
    assert session.needs_key_frame
    await until(lambda: bool(pool.processes), "a new process is ready")
    assert pool.processes != (first_pid,)
    await show(session, sink, [moved(frame, 10_000) for frame in frames[2:]])
    assert sink.column(Metric.FACES)[-2:] == [1, 1]
    assert sink.column(Metric.SAME_FACE)[-1] > 0.8
    assert session.faces_between(0, 12_000) == "not_evaluated"
    assert session.faces_between(12_000, 13_000) == "present"
    neighbour.use_reference(template)
    await show(neighbour, other, [moved(frames[0], 20_000)])
    assert other.column(Metric.SAME_FACE)[-1] > 0.8
    assert pool.status().restarts == 1


async def test_a_face_is_compared_on_demand(pool: ObserverPool, pictures: Pictures) -> None:
    sink = Sink()
    session = await sink.open(pool)
    frames = key_frames(pictures(Scene.FACE)[:6])
    enrolling = asyncio.create_task(session.enrol(timeout_s=20))
    await asyncio.sleep(0)
    await show(session, sink, frames[:3])
    template = await enrolling
    assert template is not None
    comparing = asyncio.create_task(session.compare(template, timeout_s=20))
    await asyncio.sleep(0)
    await show(session, sink, frames[3:])
    likeness = await comparing
    assert likeness is not None
    assert likeness > 0.8
    foreign = FaceTemplate(template.vector, "0" * 64)
    assert await session.compare(foreign, timeout_s=20) is None


async def test_nobody_before_the_camera_is_not_compared(
    pool: ObserverPool, pictures: Pictures
) -> None:
    sink = Sink()
    session = await sink.open(pool)
    enrolling = asyncio.create_task(session.enrol(timeout_s=1.5))
    await asyncio.sleep(0)
    await show(session, sink, key_frames(pictures(Scene.EMPTY)[:2]))
    assert await enrolling is None


async def test_layer_zero_is_watched_and_half_of_all_frames_in_close_mode(
    pool: ObserverPool, pictures: Pictures
) -> None:
    sink = Sink()
    session = await sink.open(pool)
    shown = [picture for picture in pictures(Scene.FACE)[:4] for _ in range(15)]
    for frame in stream(shown, key_every=30):
        session.push(frame)
        await asyncio.sleep(0)
    assert await session.wait_evaluated(0, timeout_s=20) is False
    watched = [each.at_ms for each in sink.pictures]
    assert watched[0] == 0
    assert all(late - early >= 500 for early, late in pairwise(watched))
    session.mode = WatchMode.CLOSE
    assert session.needs_key_frame
    for frame in stream(shown[:16], start_ms=4000.0):
        before = len(sink.pictures)
        session.push(frame)
        if frame.temporal_layer in {0, 1}:
            await until(lambda n=before: len(sink.pictures) > n, "every other frame is measured")  # type: ignore[misc]
    close = [each for each in sink.pictures if each.at_ms >= 4000]
    assert len(close) == 8
    assert all(Metric.SKIN_R in each.metrics for each in close)


async def test_a_hanging_process_is_ended_by_its_deadline(
    registry: ModelRegistry, pictures: Pictures
) -> None:
    crashes: list[str] = []
    settings = ObserverSettings(answer_deadline_s=0.5)
    pool = ObserverPool(settings, registry, on_crash=crashes.append)
    await pool.start()
    sink = Sink()
    session = await sink.open(pool)
    frames = key_frames(pictures(Scene.FACE)[:2])
    await show(session, sink, frames[:1])
    os.kill(pool.processes[0], signal.SIGSTOP)
    session.push(frames[1])
    await until(lambda: bool(crashes), "the hanging process is ended")
    assert crashes == ["answer_deadline"]
    assert sink.lost == 1
    await until(lambda: bool(pool.processes), "a new process is ready")
    await pool.stop()


async def test_an_idle_process_is_not_taken_for_hanging(
    registry: ModelRegistry, pictures: Pictures
) -> None:
    pool = ObserverPool(ObserverSettings(answer_deadline_s=0.6), registry)
    await pool.start()
    sink = Sink()
    session = await sink.open(pool)
    frames = key_frames(pictures(Scene.FACE)[:2])
    await show(session, sink, frames[:1])
    assert not await session.wait_evaluated(60_000, timeout_s=1.5)
    await show(session, sink, frames[1:])
    assert pool.status().restarts == 0
    await pool.stop()


async def test_late_samples_are_dropped_not_queued(
    pool: ObserverPool, pictures: Pictures, customer_speech: Samples
) -> None:
    sink = Sink()
    session = await sink.open(pool)
    os.kill(pool.processes[0], signal.SIGSTOP)
    try:
        for frame in key_frames(pictures(Scene.FACE)):
            session.push(frame)
        for round_ in range(4):
            for frame in opus_frames(customer_speech, start_ms=4000.0 * round_):
                session.push(frame)
    finally:
        os.kill(pool.processes[0], signal.SIGCONT)
    assert session.dropped.pictures == 6
    assert session.needs_key_frame  # the newest picture that is looked at is old by now
    assert session.dropped.sounds > 0
    await until(lambda: len(sink.pictures) == 2, "those that were sent are answered")
    assert await session.wait_evaluated(4000, timeout_s=10)
    assert session.voice_between(0, 4000).evaluated
    assert session.voice_between(0, 16_000).evaluated is False


async def test_a_closed_session_sends_nothing_and_disturbs_nobody(
    pool: ObserverPool, pictures: Pictures
) -> None:
    sink, other = Sink(), Sink()
    session, neighbour = await sink.open(pool), await other.open(pool)
    frames = key_frames(pictures(Scene.FACE)[:3])
    await session.close()
    await session.close()
    session.push(frames[0])
    assert await session.wait_evaluated(1000, timeout_s=1) is False
    await show(neighbour, other, frames)
    assert sink.measured == []
    assert session.dropped.pictures == 1


async def test_hostile_frames_do_not_end_the_process(pool: ObserverPool) -> None:
    sink = Sink()
    session = await sink.open(pool)
    rubbish = [b"", b"\x00" * 10, os.urandom(4000), b"\x00\x00\x00\x01\x65" + b"\xff" * 99]
    codecs: tuple[VideoCodec, ...] = ("VP8", "H264")
    frames = [
        EncodedFrame("video", codec, 1000.0 * number, is_key=True, temporal_layer=None, data=data)
        for number, (codec, data) in enumerate(itertools.product(codecs, rubbish))
    ]
    for frame in frames:
        session.push(frame)
        await until(lambda: not session.is_waiting, "the frame is answered")
    for number in range(60):
        noise = os.urandom(200)
        frame = EncodedFrame(
            "audio", "OPUS", 20.0 * number, is_key=True, temporal_layer=None, data=noise
        )
        session.push(frame)
    await session.wait_evaluated(1200, timeout_s=5)
    assert set(sink.column(Metric.FACES)) <= {0}
    assert pool.status().restarts == 0


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
    assert any("face_detection" in problem and "missing" in problem for problem in status.problems)
    assert any("silero_vad.onnx" in p and "not used" in p for p in status.problems)
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
