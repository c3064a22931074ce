"""After an unclean end: what the disk holds is told once, and the session goes on."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from media_worker.record.layout import StretchLayout
from media_worker.record.stretch import StretchRecorder
from shuanglu.clock import SystemClock
from shuanglu.timeline import events as ev
from tests.media.recording import frames_of
from tests.worker.customer import Customer
from tests.worker.studio import Studio, count
from tests.worker.test_interruptions import assert_every_hole_is_told, spans


def nothing(told: object) -> None:
    """The process was killed before it could say so."""
    del told


async def recorded_and_killed(
    rooms: Studio, session_id: str, *, stretch: int, start_ms: int, origin: datetime
) -> None:
    """Two seconds on disk of which the timeline has heard nothing."""
    recorder = StretchRecorder(
        session_id=session_id,
        stretch=stretch,
        start_ms=start_ms,
        spool_dir=rooms.spool_dir,
        objects=rooms.stage.parts.objects,
        on_begun=nothing,
        on_cluster=nothing,
        on_segment=nothing,
        on_failure=nothing,
        recording_origin=origin,
    )
    for frame in frames_of(rooms.media, start_ms=start_ms):
        recorder.write(frame)
    await recorder.flush()


@pytest.mark.parametrize("said", ["the beginning", "nothing"])
async def test_what_was_not_said_is_appended_exactly_once(rooms: Studio, said: str) -> None:
    session_id, _ = await rooms.joined()
    origin = SystemClock().now().replace(microsecond=0) - timedelta(minutes=1)
    if said == "the beginning":
        await rooms.append(session_id, (ev.RecordingStarted(origin=origin), 0))
    for stretch, start_ms in ((1, 0), (2, 10_000)):
        await recorded_and_killed(
            rooms, session_id, stretch=stretch, start_ms=start_ms, origin=origin
        )
    await rooms.start_worker()
    first = await rooms.events(session_id)
    payloads = [event.payload for event in first]
    assert [p.origin for p in payloads if isinstance(p, ev.RecordingStarted)] == [origin]
    assert [p.reason for p in payloads if isinstance(p, ev.StretchEnded)] == ["recovered"] * 2
    assert count(payloads, ev.MediaStored) >= 2
    assert count(payloads, ev.MediaGap) == 1
    assert_every_hole_is_told(payloads)
    await rooms.stop_workers()
    await rooms.start_worker()
    assert await rooms.events(session_id) == first


async def test_the_session_goes_on_after_what_was_recovered(rooms: Studio) -> None:
    customer = await Customer.joined(rooms)
    origin = SystemClock().now() - timedelta(minutes=1)
    await recorded_and_killed(rooms, customer.session_id, stretch=1, start_ms=0, origin=origin)
    await rooms.start_worker()
    await customer.on_air()
    await customer.turn("ask")
    payloads = [event.payload for event in await rooms.events(customer.session_id)]
    assert len(spans(payloads)) == 2
    assert_every_hole_is_told(payloads)
    await customer.close()


async def test_a_folder_that_was_half_made_does_not_stop_the_recording(rooms: Studio) -> None:
    """The process died between making the folder and its header."""
    customer = await Customer.joined(rooms)
    StretchLayout(rooms.spool_dir, customer.session_id, 1).folder.mkdir(parents=True)
    await rooms.start_worker()
    await customer.on_air()
    await customer.turn("ask")
    payloads = [event.payload for event in await rooms.events(customer.session_id)]
    assert [p.stretch for p in payloads if isinstance(p, ev.StretchBegun)] == [2]
    assert count(payloads, ev.MediaGap) == 0
    await customer.close()


def litter(spool_dir: Path, stretch: Path) -> None:
    (spool_dir / "lost+found").mkdir(parents=True)
    (spool_dir / "a file").write_bytes(b"")
    stretch.mkdir(parents=True)
    (stretch / "stretch.json").write_text('{"stretch":1,"start_ms":0,"video_codec":"VP8"}')
    (stretch / "header").write_bytes(b"")
    (stretch / "000001.seg").symlink_to(stretch / "000001.seg")
    (stretch / "journal.jsonl").mkdir()


async def test_what_does_not_belong_there_stops_no_start(rooms: Studio) -> None:
    session_id, _ = await rooms.joined()
    litter(rooms.spool_dir, StretchLayout(rooms.spool_dir, session_id, 1).folder)
    worker = await rooms.start_worker()
    assert worker.dump() == {}
