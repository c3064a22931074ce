from __future__ import annotations

import itertools
import os
import signal
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from demo.camera import Scene
from media_worker.frames import EncodedFrame
from media_worker.models.registry import ModelRegistry, ModelSettings
from media_worker.observe.pool import ObserverPool, ObserverSettings, SessionObserver
from shuanglu.rules.observation import Observation, VoiceSpan
from shuanglu.timeline.events import Fact
from tests.observe.encoding import Pixels, Samples, VideoCodec, key_frames, opus_frames
from tests.observe.waiting import until

Pictures = Callable[[Scene], list[Pixels]]


@dataclass
class Sink:
    """What a session is told."""

    observations: list[Observation] = field(default_factory=list)
    voices: list[VoiceSpan] = field(default_factory=list)

    def values(self, fact: Fact) -> list[str]:
        return [seen.value for seen in self.observations if seen.fact is fact]

    async def open(self, pool: ObserverPool) -> SessionObserver:
        return await pool.open_session(
            "ses_TEST", on_observation=self.observations.append, on_voice=self.voices.append
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
        seen = len(sink.values(Fact.FACES))
        session.push(frame)
        await until(lambda n=seen: len(sink.values(Fact.FACES)) > n, "a picture is answered")  # type: ignore[misc]


async def test_faces_come_back_with_the_models_hash(
    pool: ObserverPool, pictures: Pictures, registry: ModelRegistry
) -> None:
    sink = Sink()
    session = await sink.open(pool)
    await show(session, sink, key_frames(pictures(Scene.FACE)[:4]))
    assert sink.values(Fact.FACES) == ["1"] * 4
    assert sink.observations[0].model_sha256 == registry.get("face_detection").sha256
    assert session.faces_between(1000, 3000) == "present"
    assert session.faces_between(20_000, 21_000) == "not_evaluated"
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


async def test_only_key_frames_far_enough_apart_are_sampled(
    pool: ObserverPool, pictures: Pictures
) -> None:
    sink = Sink()
    session = await sink.open(pool)
    close = key_frames(pictures(Scene.FACE)[:4], interval_ms=300.0)
    delta = EncodedFrame("video", "VP8", 5000.0, is_key=False, temporal_layer=0, data=b"\x01" * 9)
    await show(session, sink, close[:1])
    for frame in (delta, *close[1:3]):
        session.push(frame)
    await show(session, sink, close[3:])
    assert [seen.at_ms for seen in sink.observations if seen.fact is Fact.FACES] == [0, 900]
    assert session.dropped.pictures == 0


async def test_a_killed_process_is_told_and_replaced(
    pool: ObserverPool, pictures: Pictures
) -> None:
    sink, other = Sink(), Sink()
    session, neighbour = await sink.open(pool), await other.open(pool)
    frames = key_frames(pictures(Scene.FACE)[:4])
    await show(session, sink, frames[:2])
    (first_pid,) = pool.processes
    os.kill(first_pid, signal.SIGKILL)
    await until(lambda: sink.values(Fact.FACES)[-1] == "not_evaluated", "the crash is told")
    assert {seen.value for seen in sink.observations[-3:]} == {"not_evaluated"}
    assert {seen.fact for seen in other.observations} == set(Fact)
    await until(lambda: bool(pool.processes), "a new process is ready")
    assert pool.processes != (first_pid,)
    await show(session, sink, [moved(frame, 10_000) for frame in frames[2:]])
    assert sink.values(Fact.FACES)[-2:] == ["1", "1"]
    assert session.faces_between(0, 12_000) == "not_evaluated"
    assert session.faces_between(12_000, 13_000) == "present"
    await show(neighbour, other, [moved(frames[0], 20_000)])
    assert pool.status().restarts == 1


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
    assert sink.values(Fact.FACES)[-1] == "not_evaluated"
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
    assert session.dropped.pictures == 7
    assert session.dropped.sounds > 0
    await until(lambda: len(sink.values(Fact.FACES)) == 1, "the one that was sent is answered")
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
    assert sink.observations == []
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
    await show(session, sink, frames)
    for number in range(60):
        noise = os.urandom(200)
        frame = EncodedFrame(
            "audio", "OPUS", 20.0 * number, is_key=True, temporal_layer=None, data=noise
        )
        session.push(frame)
    await session.wait_evaluated(1200, timeout_s=5)
    assert set(sink.values(Fact.FACES)) <= {"not_evaluated", "0"}
    assert pool.status().restarts == 0


async def test_no_processes_leave_everything_not_evaluated(registry: ModelRegistry) -> None:
    pool = ObserverPool(ObserverSettings(processes=0), registry)
    await pool.start()
    sink = Sink()
    session = await sink.open(pool)
    assert {seen.value for seen in sink.observations} == {"not_evaluated"}
    assert await session.wait_evaluated(1000, timeout_s=1) is False
    assert session.voice_between(0, 1000).evaluated is False
    assert session.faces_between(0, 1000) == "not_evaluated"
    assert pool.status().not_evaluated == ("faces", "picture", "voice")
    await pool.stop()


async def test_a_missing_or_altered_model_is_said_and_not_used(
    registry: ModelRegistry, pictures: Pictures, tmp_path: Path
) -> None:
    good = registry.get("voice_activity").path
    (tmp_path / good.name).write_bytes(good.read_bytes()[:-1] + b"\x00\x00")
    pool = ObserverPool(ObserverSettings(), ModelRegistry(ModelSettings(directory=tmp_path)))
    await pool.start()
    status = pool.status()
    assert status.not_evaluated == ("faces", "voice")
    assert any("face_detection" in problem and "missing" in problem for problem in status.problems)
    assert any("silero_vad.onnx" in p and "not used" in p for p in status.problems)
    assert pool.vad_sha256 == ""
    sink = Sink()
    await show(await sink.open(pool), sink, key_frames(pictures(Scene.FACE)[:1]))
    assert sink.values(Fact.FACES) == ["not_evaluated"]
    assert sink.values(Fact.PICTURE) == ["clear"]
    await pool.stop()


async def test_a_customers_broken_model_leaves_the_rest_alone(
    customer_speech: Samples, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"not a model")
    settings = ModelSettings(face_detection=broken)
    pool = ObserverPool(ObserverSettings(), ModelRegistry(settings))
    await pool.start()
    assert pool.status().not_evaluated == ("faces",)
    session = await Sink().open(pool)
    for frame in opus_frames(customer_speech):
        session.push(frame)
    assert await session.wait_evaluated(3000, timeout_s=10)
    assert session.voice_between(0, 3000).speech_ms > 300
    await pool.stop()


async def test_a_listener_that_fails_ends_nothing(pool: ObserverPool, pictures: Pictures) -> None:
    def fail(_observation: Observation) -> None:
        raise RuntimeError("a listener's own fault")

    await pool.open_session("ses_A", on_observation=fail, on_voice=lambda _span: None)
    failing = await pool.open_session("ses_B", on_observation=fail, on_voice=lambda _span: None)
    sink = Sink()
    session = await sink.open(pool)
    frames = key_frames(pictures(Scene.FACE)[:2])
    failing.push(frames[0])
    await show(session, sink, frames[:1])
    os.kill(pool.processes[0], signal.SIGKILL)
    await until(lambda: sink.values(Fact.FACES)[-1] == "not_evaluated", "the crash is told")
    await until(lambda: bool(pool.processes), "a new process is ready")
    await show(session, sink, [moved(frames[1], 10_000)])
    assert sink.values(Fact.FACES)[-1] == "1"


async def test_a_session_opened_while_the_process_is_down_is_watched_afterwards(
    pool: ObserverPool, pictures: Pictures
) -> None:
    first = Sink()
    await first.open(pool)
    os.kill(pool.processes[0], signal.SIGKILL)
    await until(lambda: bool(first.observations), "the crash is told")
    sink = Sink()
    session = await sink.open(pool)
    assert sink.values(Fact.FACES) == ["not_evaluated"]
    await until(lambda: bool(pool.processes), "a new process is ready")
    await show(session, sink, key_frames(pictures(Scene.FACE)[:1]))
    assert sink.values(Fact.FACES)[-1] == "1"


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
    await until(lambda: any(s.observations for s in sinks), "one session's process is gone")
    told = [bool(sink.observations) for sink in sinks]
    assert sorted(told) == [False, True]
    unharmed = told.index(False)
    await show(sessions[unharmed], sinks[unharmed], key_frames(pictures(Scene.FACE)[:1]))
    assert sinks[unharmed].values(Fact.FACES) == ["1"]
    await pool.stop()
