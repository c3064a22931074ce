"""What looking at one session costs: the observer process's time for a running stream.

``python -m bench.observers``: prints shares of a core, and how much was measured; then what a
session costs when many are looked at at once: a process that sleeps wakes with cold caches.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from bench.analysis_time import cpu_seconds
from demo.animation import Puppet
from demo.camera import pose_at
from demo.portrait import landmarks, portrait
from media_worker.frames import EncodedFrame
from media_worker.models.registry import ModelRegistry, ModelSettings
from media_worker.observe.pool import ObserverPool, ObserverSettings, SessionObserver, WatchMode
from shuanglu.rules.measurement import Measurement
from tests.observe.encoding import Pixels, stream

RATE_HZ = 30
PASS_S = 8
SENSOR_NOISE = 2.0
AT_ONCE = (1, 4, 10)
APART_S = 0.37
"""One session begins so long after another: no two are looked at in the same moment."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one way to look."""

    name: str
    core_share: float
    measured_a_second: float
    dropped: int


def _camera() -> Iterator[Pixels]:
    """720p30: the animated portrait with sensor noise."""
    puppet, noise = Puppet(portrait(), landmarks()), np.random.default_rng(1)
    for number in range(RATE_HZ * PASS_S):
        if number % 2 == 0:
            small = puppet.frame(pose_at(number / RATE_HZ))
            large = cv2.resize(small, (1280, 960), interpolation=cv2.INTER_CUBIC)[120:840]
        grain = noise.normal(0, SENSOR_NOISE, large.shape[:2])[..., None]
        yield np.clip(large + grain, 0, 255).astype(np.uint8)


async def measure(passes: int = 3) -> list[Cost]:
    """Every way to look, one after the other, in real time."""
    pictures = list(_camera())
    layered = stream(pictures, key_every=2 * RATE_HZ)
    plain = stream(pictures, layered=False, key_every=2 * RATE_HZ)
    keys = stream(pictures, layered=False, key_every=RATE_HZ)
    ways = (
        ("watch, L1T3", layered, WatchMode.WATCH),
        ("watch, key frames alone, one a second", keys, WatchMode.WATCH),
        ("close, L1T3", layered, WatchMode.CLOSE),
        ("close, without layers", plain, WatchMode.CLOSE),
        ("card, L1T3", layered, WatchMode.CARD),
    )
    pool = ObserverPool(ObserverSettings(), ModelRegistry(ModelSettings()))
    await pool.start()
    try:
        return [await _cost(pool, *way, passes) for way in ways]
    finally:
        await pool.stop()


async def measure_at_once(passes: int = 3) -> list[Cost]:
    """The usual way to look, at one customer and at many in one process."""
    frames = stream(list(_camera()), key_every=2 * RATE_HZ)
    pool = ObserverPool(ObserverSettings(), ModelRegistry(ModelSettings()))
    await pool.start()
    try:
        return [await _cost_at_once(pool, frames, count, passes) for count in AT_ONCE]
    finally:
        await pool.stop()


async def _cost_at_once(
    pool: ObserverPool, frames: list[EncodedFrame], count: int, passes: int
) -> Cost:
    measured: list[Measurement] = []
    sessions = [await _open(pool, measured) for _ in range(count)]
    for session in sessions:
        session.attentive = False
    (pid,) = pool.processes
    began_s, began_cpu_s = time.monotonic(), cpu_seconds(pid)
    async with asyncio.TaskGroup() as playing:
        for number, session in enumerate(sessions):
            playing.create_task(_play_later(session, frames, number * APART_S, passes))
    each_s = (cpu_seconds(pid) - began_cpu_s) / count
    dropped = sum(session.dropped.pictures for session in sessions)
    for session in sessions:
        await session.close()
    seconds = passes * PASS_S
    name = f"watch, nobody answers, {count} at once, {time.monotonic() - began_s:.0f} s"
    return Cost(name, each_s / seconds, len(measured) / seconds / count, dropped)


async def _play_later(
    session: SessionObserver, frames: list[EncodedFrame], after_s: float, passes: int
) -> None:
    await asyncio.sleep(after_s)
    for number in range(passes):
        await _play(session, frames, number * PASS_S * 1000)


async def _open(pool: ObserverPool, measured: list[Measurement]) -> SessionObserver:
    return await pool.open_session(
        "ses_BENCH",
        on_measurement=measured.append,
        on_voice=lambda _span: None,
        on_utterance=lambda _utterance: None,
        on_lost=lambda: None,
    )


async def _cost(
    pool: ObserverPool, name: str, frames: list[EncodedFrame], mode: WatchMode, passes: int
) -> Cost:
    measured: list[Measurement] = []
    session = await _open(pool, measured)
    session.mode = mode
    (pid,) = pool.processes
    enrolling = asyncio.create_task(session.enrol(10.0))
    await asyncio.sleep(0)
    await _play(session, frames, 0)
    await enrolling  # from here on the likeness is measured, too
    began_s, at_first = cpu_seconds(pid), len(measured)
    for number in range(passes):
        await _play(session, frames, (number + 1) * PASS_S * 1000)
    spent_s = cpu_seconds(pid) - began_s
    await session.close()
    seconds = passes * PASS_S
    rate = (len(measured) - at_first) / seconds
    return Cost(name, spent_s / seconds, rate, session.dropped.pictures)


async def _play(session: SessionObserver, frames: list[EncodedFrame], from_ms: float) -> None:
    began_s = time.monotonic()
    for number, frame in enumerate(frames):
        await asyncio.sleep(max(0.0, began_s + number / RATE_HZ - time.monotonic()))
        session.push(
            EncodedFrame(
                frame.kind,
                frame.codec,
                from_ms + number * 1000 / RATE_HZ,
                frame.is_key,
                frame.temporal_layer,
                frame.data,
            )
        )


def main() -> None:
    """Print the table."""
    for cost in (*asyncio.run(measure()), *asyncio.run(measure_at_once())):
        print(
            f"{cost.name:45} {cost.core_share:.4f} of a core, "
            f"{cost.measured_a_second:.2f} measured a second, {cost.dropped} dropped"
        )


if __name__ == "__main__":
    main()
