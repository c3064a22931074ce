from __future__ import annotations

import asyncio
import itertools
import os
import signal
from itertools import pairwise
from pathlib import Path

import numpy as np

from demo.camera import Scene
from media_worker.frames import EncodedFrame
from media_worker.models.registry import ModelRegistry
from media_worker.observe.pool import (
    FaceTemplate,
    ObserverPool,
    ObserverSettings,
    WatchMode,
)
from shuanglu.rules.identity import shipped_identity
from shuanglu.timeline.events import Metric
from tests.observe.encoding import Samples, VideoCodec, key_frames, opus_frames, silence, stream
from tests.observe.pool_sink import Pictures, Sink, enrolled, moved, show
from tests.observe.waiting import until

OWN_FROM = shipped_identity().same_from


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


async def test_a_launcher_is_put_before_the_command(registry: ModelRegistry) -> None:
    pool = ObserverPool(ObserverSettings(launcher=("env", "LAUNCHED=observer")), registry)
    await pool.start()
    try:
        (pid,) = pool.processes
        environment = await asyncio.to_thread(Path(f"/proc/{pid}/environ").read_bytes)
        assert b"LAUNCHED=observer" in environment.split(b"\0")
    finally:
        await pool.stop()


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
    close = key_frames(pictures(Scene.FACE)[:4], interval_ms=320.0)
    delta = EncodedFrame("video", "VP8", 700.0, is_key=False, temporal_layer=None, data=b"\x01" * 9)
    await show(session, sink, close[:1])
    for frame in (*close[1:3], delta):
        session.push(frame)
    await show(session, sink, close[3:])
    assert [seen.at_ms for seen in sink.pictures] == [0, 960]
    assert session.dropped.pictures == 0


async def test_a_customer_who_is_only_spoken_to_is_looked_at_more_briefly(
    pool: ObserverPool, pictures: Pictures
) -> None:
    seen = []
    for is_attentive in (True, False):
        sink = Sink()
        session = await sink.open(pool)
        session.attentive = is_attentive
        await show(session, sink, key_frames(pictures(Scene.FACE)[:8]))
        assert sink.column(Metric.FACES) == [1] * 8
        seen.append(len(sink.column(Metric.YAW)))
        await session.close()
    assert seen[0] == 8
    assert 4 <= seen[1] < 8


async def test_frames_that_are_only_decoded_wait_for_the_next_look(
    pool: ObserverPool, pictures: Pictures
) -> None:
    sink = Sink()
    session = await sink.open(pool)
    frames = stream(pictures(Scene.FACE)[:1] * 40, key_every=60)
    await show(session, sink, frames[:1])
    for frame in frames[1:27]:
        session.push(frame)
    assert not session.is_waiting  # six of them are wanted, and held
    await show(session, sink, frames[28:29])  # layer 0 again, 0.93 s after the look before
    assert sink.column(Metric.FACES) == [1, 1], "it was decoded from what was held"
    assert session.dropped.pictures == 0
    await session.close()


async def test_sound_that_is_nearly_a_batch_goes_with_a_look(
    pool: ObserverPool, pictures: Pictures
) -> None:
    for seconds, goes in ((0.1, False), (0.3, True)):
        session = await Sink().open(pool)
        for frame in opus_frames(silence(seconds)):
            session.push(frame)
        assert not session.is_waiting
        (look,) = key_frames(pictures(Scene.FACE)[:1], start_ms=seconds * 1000)
        session.push(look)
        assert bool(session._outbox.sounds) is goes
        await session.close()


async def test_sound_goes_at_once_while_words_are_waited_for(pool: ObserverPool) -> None:
    for mode, goes in ((WatchMode.WATCH, False), (WatchMode.ANSWER, True)):
        session = await Sink().open(pool)
        session.mode = mode
        for frame in opus_frames(silence(0.2)):
            session.push(frame)
        assert session.is_waiting is goes
        await session.close()


async def test_a_killed_process_is_told_and_replaced_and_knows_the_face(
    pool: ObserverPool, pictures: Pictures
) -> None:
    sink, other = Sink(), Sink()
    session, neighbour = await sink.open(pool), await other.open(pool)
    frames = key_frames(pictures(Scene.FACE)[:4])
    template = await enrolled(session, sink, frames[:3])
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
    template = await enrolled(session, sink, frames[:3])
    comparing = asyncio.create_task(session.compare(template, own_from=OWN_FROM, timeout_s=20))
    await asyncio.sleep(0)
    await show(session, sink, frames[3:])
    likeness = await comparing
    assert likeness is not None
    assert likeness > 0.8
    foreign = FaceTemplate(template.vector, "0" * 64)
    assert await session.compare(foreign, own_from=OWN_FROM, timeout_s=20) is None


async def test_a_portrait_before_the_face_is_not_compared_with_itself(
    pool: ObserverPool, pictures: Pictures
) -> None:
    sink = Sink()
    session = await sink.open(pool)
    frames = key_frames(pictures(Scene.FACE)[:6])
    on_the_card = await enrolled(session, sink, frames[:3])
    somebody = np.random.default_rng(1).normal(size=128).astype("<f4")
    vector = (somebody / np.linalg.norm(somebody)).tobytes()
    session.use_reference(FaceTemplate(vector, on_the_card.model_sha256))
    comparing = asyncio.create_task(session.compare(on_the_card, own_from=OWN_FROM, timeout_s=2))
    await asyncio.sleep(0)
    await show(session, sink, frames[3:])
    assert await comparing is None


async def test_without_a_reference_nothing_says_whose_face_it_is(
    pool: ObserverPool, registry: ModelRegistry
) -> None:
    session = await Sink().open(pool)
    template = FaceTemplate(b"\0" * 512, registry.get("face_recognition").sha256)
    assert await session.compare(template, own_from=OWN_FROM, timeout_s=2) is None


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
