"""Observers that can take no more cost the record nothing: it is whole, and not evaluated."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from media_worker.models.registry import ModelRegistry, ModelSettings
from media_worker.observe.pool import ObserverPool, ObserverSettings
from shuanglu.timeline import events as ev
from tests.media.assets import Media
from tests.media.recording import packets_of
from tests.media.test_peer import assert_consecutive
from tests.worker.customer import Customer
from tests.worker.studio import Studio, count
from tests.worker.test_whole_record import through

CUSTOMERS = 3
_LONGER_THAN_THE_SESSIONS_S = 600.0


@pytest.fixture
async def saturated(rooms: Studio) -> AsyncIterator[ObserverPool]:
    """A process that is behind for ever: it is stopped, and nobody ends it for that."""
    settings = ObserverSettings(processes=1, answer_deadline_s=_LONGER_THAN_THE_SESSIONS_S)
    pool = ObserverPool(settings, ModelRegistry(ModelSettings()))
    await pool.start()
    (process,) = pool.processes
    await rooms.start_worker(replace(rooms.deps(), observers=pool))
    os.kill(process, signal.SIGSTOP)
    yield pool
    os.kill(process, signal.SIGCONT)
    await rooms.stop_workers()
    await pool.stop()


async def stored(rooms: Studio, session_id: str) -> bytes:
    """The session's only stretch, from the store."""
    objects = rooms.stage.parts.objects
    folder = f"sessions/{session_id}/stretch-0001/"
    parts = [key for key in sorted(await objects.keys(folder)) if key.endswith(".seg")]
    return b"".join([await objects.get(key) for key in (folder + "header", *parts)])


def assert_whole(stretch: bytes, media: Media) -> None:
    """Every picture and every packet of sound between the first and the last, byte for byte."""
    packets = packets_of(stretch)
    known = {picture.data: number for number, picture in enumerate(media.video)}
    assert_consecutive([known[data] for _, data in packets["video"]], len(media.video))
    sent = media.audio * 2
    first = [data for _, data in packets["audio"]][: len(media.audio)]
    start = next(n for n in range(len(media.audio)) if list(sent[n : n + len(first)]) == first)
    for number, (_, data) in enumerate(packets["audio"], start=start):
        assert data == media.audio[number % len(media.audio)]


async def test_every_packet_is_recorded_and_the_verdict_says_what_was_not_seen(
    rooms: Studio, saturated: ObserverPool
) -> None:
    customers = [await Customer.joined(rooms) for _ in range(CUSTOMERS)]
    for customer in customers:
        await customer.on_air()
    await asyncio.gather(*map(through, customers))
    for customer in customers:
        payloads = await rooms.until(
            customer.session_id, lambda found: isinstance(found[-1], ev.VerdictGiven)
        )
        verdict = payloads[-1]
        assert isinstance(verdict, ev.VerdictGiven)
        assert {"face_not_evaluated", "voice_not_evaluated"} <= {
            missing.reason for missing in verdict.not_evaluated
        }
        assert count(payloads, ev.MediaGap) == 0
        assert_whole(await stored(rooms, customer.session_id), rooms.media)
    assert saturated.status().restarts == 0
    for customer in customers:
        await customer.close()
