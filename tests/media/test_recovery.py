"""kill -9 while recording: at most 1.1 s are lost, the rest plays and chains."""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backing.objects.folder import FolderObjectStore
from media_worker.record.recovery import RecoveredStretch, recover_files, recover_spool
from tests.media.assets import Media
from tests.media.recording import (
    SESSION,
    assert_chained,
    frames_of,
    journal_of,
    packets_of,
    recording,
    stretch_of,
)

PREFIX = f"sessions/{SESSION}/stretch-0001/"


def lay_media(media: Media, spool: Path) -> None:
    spool.mkdir(parents=True)
    (spool / "media.pickle").write_bytes(pickle.dumps(media))


async def killed_while_recording(media: Media, spool: Path, objects: Path, after_ms: int) -> int:
    """Media time of the last frame that the killed process had taken."""
    lay_media(media, spool)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.media.recording_process",
        str(spool),
        str(objects),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    last_ms = 0
    while last_ms < after_ms:
        last_ms = int(await asyncio.wait_for(process.stdout.readline(), timeout=30))
    os.kill(process.pid, signal.SIGKILL)
    rest = await process.stdout.read()
    await process.wait()
    taken = [int(line) for line in rest.split(b"\n")[:-1]]
    return taken[-1] if taken else last_ms


@pytest.mark.parametrize("after_ms", [1300, 2650, 3390])
async def test_a_killed_process_loses_at_most_its_open_cluster(
    vp8: Media, tmp_path: Path, after_ms: int
) -> None:
    spool, objects = tmp_path / "spool", tmp_path / "objects"
    last_ms = await killed_while_recording(vp8, spool, objects, after_ms)
    store = FolderObjectStore(objects)
    (found,) = await recover_spool(spool, SESSION, objects=store)
    folder = spool / SESSION / "stretch-0001"
    entries = assert_chained(folder)
    assert last_ms - found.ended.end_ms <= 1100
    packets = packets_of(stretch_of(folder))
    assert [d for _, d in packets["video"]] == [p.data for p in vp8.video[: len(packets["video"])]]
    assert found.ended.reason == "recovered"
    assert (found.ended.head, found.ended.clusters) == (entries[-1].head, len(entries))
    assert found.stored[-1].head == found.ended.head
    assert found.begun.start_ms == 0
    assert not found.damage
    stored = [await store.get(PREFIX + name) for name in ("header", "journal.jsonl")]
    assert stored == [(folder / name).read_bytes() for name in ("header", "journal.jsonl")]
    segments = [key for key in await store.keys(PREFIX) if key.endswith(".seg")]
    assert len(segments) == len(found.stored)


async def test_recovering_twice_gives_the_same(vp8: Media, tmp_path: Path) -> None:
    spool, objects = tmp_path / "spool", tmp_path / "objects"
    await killed_while_recording(vp8, spool, objects, 1300)
    first = recover_files(spool, SESSION)
    before = stretch_of(spool / SESSION / "stretch-0001")
    again = recover_files(spool, SESSION)
    assert [(r.begun, r.stored, r.ended) for r in first] == [
        (r.begun, r.stored, r.ended) for r in again
    ]
    assert stretch_of(spool / SESSION / "stretch-0001") == before


async def test_a_finished_stretch_keeps_its_own_end(vp8: Media, tmp_path: Path) -> None:
    async with recording(tmp_path) as run:
        for frame in frames_of(vp8):
            run.recorder.write(frame)
        ended = await run.recorder.finish("replaced")
    (found,) = await recover_spool(run.spool_dir, SESSION, objects=run.objects)
    assert found.ended == ended
    assert list(found.stored) == run.told.segments
    assert found.begun == run.told.begun[0]
    assert not found.damage
    assert not found.torn_bytes


async def test_nothing_in_the_spool_is_no_stretch(tmp_path: Path) -> None:
    store = FolderObjectStore(tmp_path / "objects")
    assert await recover_spool(tmp_path, SESSION, objects=store) == []
    (tmp_path / SESSION / "stretch-0001").mkdir(parents=True)
    assert await recover_spool(tmp_path, SESSION, objects=store) == []


# --- torn and damaged files -------------------------------------------------------------


@pytest.fixture(scope="module")
def crashed(vp8: Media, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of a stretch that nobody ended, all bytes there."""
    place = tmp_path_factory.mktemp("crashed")

    async def record() -> None:
        async with recording(place) as run:
            for frame in frames_of(vp8):
                run.recorder.write(frame)

    asyncio.run(record())
    folder = place / "spool" / SESSION / "stretch-0001"
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.name != "ended.json"}


def lay_out(files: dict[str, bytes], place: Path) -> Path:
    folder = place / SESSION / "stretch-0001"
    folder.mkdir(parents=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def recovered(files: dict[str, bytes], place: Path) -> tuple[RecoveredStretch, Path]:
    folder = lay_out(files, place)
    (found,) = recover_files(place, SESSION)
    return found, folder


def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("spool")


SLOW_FILES = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@SLOW_FILES
@given(data=st.data())
def test_a_torn_last_segment_leaves_whole_clusters(
    crashed: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """The journal ends no later than the media: its line follows the synced cluster."""
    last = max(name for name in crashed if name.endswith(".seg"))
    lines = crashed["journal.jsonl"].splitlines(keepends=True)
    closed = [line for line in lines if f'"segment":{int(last[:6])},'.encode() not in line]
    cut = data.draw(st.integers(0, len(crashed[last])))
    files = crashed | {last: crashed[last][:cut], "journal.jsonl": b"".join(closed)}
    found, folder = recovered(files, fresh(tmp_path_factory))
    entries = assert_chained(folder)
    assert not found.damage
    assert len(entries) >= len(closed)
    aside = [p for p in folder.iterdir() if ".torn-at-" in p.name]
    kept = (folder / last).stat().st_size if (folder / last).exists() else 0
    assert sum(p.stat().st_size for p in aside) == found.torn_bytes == cut - kept


@SLOW_FILES
@given(data=st.data())
def test_a_torn_journal_is_rebuilt(
    crashed: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    journal = crashed["journal.jsonl"]
    cut = data.draw(st.integers(0, len(journal)))
    found, folder = recovered(crashed | {"journal.jsonl": journal[:cut]}, fresh(tmp_path_factory))
    assert not found.damage
    rebuilt = [e.model_dump(exclude={"end_ms"}) for e in journal_of(folder)]
    whole = fresh(tmp_path_factory)
    original = [e.model_dump(exclude={"end_ms"}) for e in journal_of(lay_out(crashed, whole))]
    assert rebuilt == original
    assert found.ended.head == original[-1]["head"]


@SLOW_FILES
@given(data=st.data())
def test_a_flipped_bit_in_journalled_media_is_reported_and_not_repaired(
    crashed: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(sorted(n for n in crashed if n.endswith(".seg"))))
    damaged = bytearray(crashed[name])
    bit = data.draw(st.integers(0, len(damaged) * 8 - 1))
    damaged[bit // 8] ^= 1 << (bit % 8)
    found, folder = recovered(crashed | {name: bytes(damaged)}, fresh(tmp_path_factory))
    assert found.damage
    assert (folder / name).read_bytes() == bytes(damaged)
    assert (folder / "journal.jsonl").read_bytes() == crashed["journal.jsonl"]
    assert found.ended.head == journal_of(folder)[-1].head


def test_a_missing_segment_is_reported(crashed: dict[str, bytes], tmp_path: Path) -> None:
    files = {name: data for name, data in crashed.items() if name != "000002.seg"}
    found, _ = recovered(files, tmp_path)
    assert found.damage
