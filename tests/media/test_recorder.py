"""What is announced is on disk, chained, byte for byte what came in, and it plays."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from backing.objects.folder import FolderObjectStore
from media_worker.record.settings import RecordSettings
from shuanglu.container.h264 import length_prefixed
from shuanglu.container.scan import scan_clusters
from shuanglu.errors import ConflictError, UnavailableError
from shuanglu.evidence.journal import first_head
from tests.media.assets import Media, make_media
from tests.media.recording import (
    SESSION,
    as_received,
    assert_chained,
    frames_of,
    journal_of,
    packets_of,
    picture,
    recording,
    sound,
    stretch_of,
)
from tests.media.session import joined, until


@pytest.mark.parametrize("codec", ["vp8", "h264"])
async def test_a_stretch_holds_what_came_in(
    codec: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    media: Media = request.getfixturevalue(codec)
    async with recording(tmp_path, start_ms=5000) as run:
        for frame in frames_of(media, start_ms=5000.4):
            run.recorder.write(frame)
        ended = await run.recorder.finish("finished")
        await run.recorder.finish("finished")
    entries = assert_chained(run.folder)
    stretch = stretch_of(run.folder)
    packets = packets_of(stretch)
    sent = [as_received(media, n) for n in range(len(media.video))]
    if codec == "h264":
        sent = [length_prefixed(data) for data in sent]
    assert [data for _, data in packets["video"]] == sent
    assert [data for _, data in packets["audio"]] == list(media.audio)
    assert [at for at, _ in packets["video"]] == [round(n * 1000 / 30 + 0.4) for n in range(120)]
    assert entries[0].start_ms == 5000
    assert (ended.clusters, ended.stored_bytes, ended.head) == (
        len(entries),
        len(stretch),
        entries[-1].head,
    )
    assert ended.end_ms == entries[-1].end_ms
    assert run.told.begun[0].init_sha256 == first_head((run.folder / "header").read_bytes())
    assert run.told.begun[0].video_codec == media.codec
    assert not run.told.failures


async def test_clusters_are_short_and_segments_begin_with_key_frames(
    vp8: Media, tmp_path: Path
) -> None:
    async with recording(tmp_path) as run:
        for frame in frames_of(vp8, loops=3):
            run.recorder.write(frame)
    entries = assert_chained(run.folder)
    assert all(e.end_ms - e.start_ms <= 1000 for e in entries)
    assert run.told.segments[0].clusters == 1, "the first is closed at once, to be announced"
    assert entries[0].end_ms <= 450
    begins = {e.segment: e for e in reversed(entries)}
    assert all(begins[number].begins_with_key_frame for number in begins if number != 2)
    lengths = [
        max(e.end_ms for e in entries if e.segment == n) - begins[n].start_ms for n in begins
    ]
    assert max(lengths[1:]) <= 4000


async def test_segments_arrive_in_the_object_store(vp8: Media, tmp_path: Path) -> None:
    async with recording(tmp_path) as run:
        for frame in frames_of(vp8):
            run.recorder.write(frame)
        await run.recorder.finish("disconnected")
    prefix = f"sessions/{SESSION}/stretch-0001/"
    names = [key.removeprefix(prefix) for key in await run.objects.keys(prefix)]
    segments = [f"{n:06d}.seg" for n in range(1, len(run.told.segments) + 1)]
    assert names == [*segments, "header", "journal.jsonl"]
    parts = [await run.objects.get(prefix + name) for name in ["header", *segments]]
    assert b"".join(parts) == stretch_of(run.folder)
    assert run.recorder.unsaved_objects == 0


async def test_what_is_told_is_on_disk_at_that_moment(vp8: Media, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    async with recording(tmp_path) as run:
        for frame in frames_of(vp8):
            run.recorder.write(frame)
            await asyncio.sleep(0.002)  # paced, so that the disk answers in between
            if run.told.clusters:
                claimed = run.told.clusters[-1].stored_bytes
                seen.append((claimed, len(stretch_of(run.folder))))
    assert seen
    assert all(on_disk >= claimed for claimed, on_disk in seen)


async def test_a_cluster_is_cut_on_time_when_frames_stop(vp8: Media, tmp_path: Path) -> None:
    """A phone that goes silent must not keep what it sent in memory."""
    async with recording(tmp_path) as run:
        for frame in list(frames_of(vp8))[:10]:
            run.recorder.write(frame)
        await until(lambda: bool(run.told.clusters), within_s=2)
        assert len(packets_of(stretch_of(run.folder))["video"]) >= 3


async def test_flush_puts_everything_out(vp8: Media, tmp_path: Path) -> None:
    async with recording(tmp_path) as run:
        for frame in list(frames_of(vp8))[:100]:
            run.recorder.write(frame)
        await run.recorder.flush()
        count = sum(
            c.frames
            for c in scan_clusters(stretch_of(run.folder), _header_size(run.folder)).clusters
        )
        assert count == 100
        assert run.told.segments[-1].clusters == len(journal_of(run.folder))
        for frame in list(frames_of(vp8))[100:]:
            run.recorder.write(frame)
    assert len(packets_of(stretch_of(run.folder))["video"]) == len(vp8.video)


def _header_size(folder: Path) -> int:
    return (folder / "header").stat().st_size


async def test_sound_alone_is_recorded_after_a_wait(vp8: Media, tmp_path: Path) -> None:
    settings = RecordSettings(wait_for_video_ms=50)
    async with recording(tmp_path, settings=settings) as run:
        tone = [f for f in frames_of(vp8) if f.kind == "audio"]
        for frame in tone[:50]:
            run.recorder.write(frame)
        await until(lambda: bool(run.told.begun))
        for frame in frames_of(vp8):
            if frame.kind == "video" or frame.pts_ms >= 1000:
                run.recorder.write(frame)
    packets = packets_of(stretch_of(run.folder))
    assert [data for _, data in packets["audio"]] == list(vp8.audio)
    assert len(packets["video"]) == len(vp8.video)


async def test_pictures_before_the_first_key_frame_are_counted(vp8: Media, tmp_path: Path) -> None:
    async with recording(tmp_path) as run:
        for frame in list(frames_of(vp8))[5:]:
            run.recorder.write(frame)
    assert run.recorder.counts.video_before_key_frame > 0
    video = packets_of(stretch_of(run.folder))["video"]
    assert len(video) + run.recorder.counts.video_before_key_frame == len(
        [f for f in list(frames_of(vp8))[5:] if f.kind == "video"]
    )


async def test_a_change_of_size_stays_decodable(vp8: Media, tmp_path: Path) -> None:
    larger = make_media("VP8", width=480, height=360, seconds=1)
    async with recording(tmp_path) as run:
        for frame in frames_of(vp8):
            run.recorder.write(frame)
        for frame in frames_of(larger, start_ms=4000):
            run.recorder.write(frame)
    packets = packets_of(stretch_of(run.folder))
    assert len(packets["video"]) == len(vp8.video) + len(larger.video)


async def test_another_codec_ends_the_recording_openly(
    vp8: Media, h264: Media, tmp_path: Path
) -> None:
    async with recording(tmp_path) as run:
        for frame in frames_of(vp8):
            run.recorder.write(frame)
        await run.recorder.flush()
        run.recorder.write(next(f for f in frames_of(h264, start_ms=4000) if f.kind == "video"))
        assert run.told.failures == ["video_codec_changed"]
        ended = await run.recorder.finish("finished")
    assert ended.clusters == len(assert_chained(run.folder))


async def test_hostile_times_never_stop_the_recording(vp8: Media, tmp_path: Path) -> None:
    times = [0, 10, 1e9, -5e9, 100, 90_000, 5, 90_001, 90_002.5]
    key = vp8.video[0].data
    async with recording(tmp_path) as run:
        for at_ms in times:
            run.recorder.write(picture(at_ms, key))
            run.recorder.write(sound(at_ms, vp8.audio[0]))
    assert not run.told.failures
    assert_chained(run.folder)


# --- stores and disks that fail -------------------------------------------------------


class AbsentStore(FolderObjectStore):
    """A real store that is away at first."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.is_away = True
        self.refusals = 0

    async def put_file(self, key: str, path: Path, *, content_type: str) -> None:
        if self.is_away:
            self.refusals += 1
            raise UnavailableError("the store is away")
        await super().put_file(key, path, content_type=content_type)


async def test_recording_goes_on_while_the_object_store_is_away(vp8: Media, tmp_path: Path) -> None:
    store = AbsentStore(tmp_path / "objects")
    settings = RecordSettings(put_retry_ms=5, max_put_retry_ms=10, put_deadline_ms=5000)
    async with recording(tmp_path, objects=store, settings=settings) as run:
        for frame in frames_of(vp8):
            run.recorder.write(frame)
        await run.recorder.flush()
        await until(lambda: store.refusals > 3)
        assert run.told.segments
        assert run.recorder.unsaved_objects > 0
        store.is_away = False
        await run.recorder.finish("finished")
    assert run.recorder.unsaved_objects == 0
    keys = await store.keys(f"sessions/{SESSION}/")
    assert len(keys) == len(run.told.segments) + 2


async def test_finish_does_not_wait_for_ever_for_the_object_store(
    vp8: Media, tmp_path: Path
) -> None:
    store = AbsentStore(tmp_path / "objects")
    settings = RecordSettings(put_retry_ms=5, max_put_retry_ms=10, put_deadline_ms=50)
    async with recording(tmp_path, objects=store, settings=settings) as run:
        for frame in frames_of(vp8):
            run.recorder.write(frame)
        ended = await run.recorder.finish("finished")
        assert ended.clusters == len(assert_chained(run.folder))
        assert run.recorder.unsaved_objects > 0
        store.is_away = False
        await until(lambda: run.recorder.unsaved_objects == 0)


async def test_an_object_with_other_bytes_is_told(vp8: Media, tmp_path: Path) -> None:
    store = FolderObjectStore(tmp_path / "objects")
    key = f"sessions/{SESSION}/stretch-0001/000001.seg"
    await store.put(key, b"something else", content_type="application/octet-stream")
    async with recording(tmp_path, objects=store) as run:
        for frame in frames_of(vp8):
            run.recorder.write(frame)
        await run.recorder.finish("finished")
    assert run.told.failures == ["object_refused"]
    assert await store.get(key) == b"something else"
    with pytest.raises(ConflictError):
        await store.put_file(key, run.folder / "000001.seg", content_type="")


async def test_a_disk_that_fails_stops_openly_and_keeps_what_was_stored(
    vp8: Media, tmp_path: Path
) -> None:
    frames = list(frames_of(vp8))
    async with recording(tmp_path) as run:
        for frame in frames[:150]:
            run.recorder.write(frame)
        await run.recorder.flush()
        stored = len(journal_of(run.folder))
        # A real failure: the next segment's name is taken, as by another process.
        (run.folder / f"{len(run.told.segments) + 1:06d}.seg").mkdir()
        for frame in frames[150:]:
            run.recorder.write(frame)
        await until(lambda: run.told.failures == ["disk_error"])
        run.recorder.write(frames[-1])
        ended = await run.recorder.finish("finished")
        assert run.recorder.counts.after_stop >= 1
    (run.folder / f"{len(run.told.segments) + 1:06d}.seg").rmdir()
    assert ended.clusters == stored == len(assert_chained(run.folder))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
async def test_a_full_disk_stops_openly(vp8: Media, tmp_path: Path) -> None:
    async with recording(tmp_path) as run:
        frames = list(frames_of(vp8))
        for frame in frames[:100]:
            run.recorder.write(frame)
        await run.recorder.flush()
        (run.folder / f"{len(run.told.segments) + 1:06d}.seg").symlink_to("/dev/full")
        for frame in frames[100:]:
            run.recorder.write(frame)
        await until(lambda: run.told.failures == ["disk_error"])


async def test_a_folder_that_exists_is_never_written_over(vp8: Media, tmp_path: Path) -> None:
    async with recording(tmp_path) as run:
        for frame in frames_of(vp8):
            run.recorder.write(frame)
    before = stretch_of(run.folder)
    async with recording(tmp_path) as again:
        for frame in frames_of(vp8):
            again.recorder.write(frame)
        ended = await again.recorder.finish("finished")
    assert again.told.failures == ["disk_error"]
    assert ended.clusters == 0
    assert stretch_of(run.folder) == before


async def test_a_disk_that_never_answers_bounds_memory(vp8: Media, tmp_path: Path) -> None:
    settings = RecordSettings(max_pending_bytes=50_000)
    async with recording(tmp_path, settings=settings) as run:
        for frame in frames_of(vp8, loops=4):  # no pause: the disk cannot answer in between
            run.recorder.write(frame)
        assert run.told.failures == ["disk_too_slow"]


async def test_a_live_phone_is_recorded(vp8: Media, tmp_path: Path) -> None:
    async with recording(tmp_path) as run:
        async with joined(vp8, on_frame=run.recorder.write) as session:
            await session.received(video=60, audio=80)
        await run.recorder.finish("finished")
    packets = packets_of(stretch_of(run.folder))
    assert [d for _, d in packets["video"]] == [f.data for f in session.of("video")]
    assert [d for _, d in packets["audio"]] == [f.data for f in session.of("audio")]
    assert_chained(run.folder)
