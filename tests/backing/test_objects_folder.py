"""What only a folder must hold: links are not followed, half-written files are never seen."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from backing.objects import FolderObjectStore
from backing.objects.folder import INCOMING, INCOMING_MAX_AGE_S
from shuanglu.errors import NotFoundError

WEBM = "video/webm"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "objects"


@pytest.fixture
def store(root: Path) -> FolderObjectStore:
    return FolderObjectStore(root)


async def test_a_second_store_on_the_same_folder_reads_the_first(
    store: FolderObjectStore, root: Path
) -> None:
    await store.put("a/b", b"kept", content_type=WEBM)
    assert await FolderObjectStore(root).get("a/b") == b"kept"


async def test_a_linked_file_is_not_read(
    store: FolderObjectStore, root: Path, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    (root / "linked").symlink_to(tmp_path / "secret")
    with pytest.raises(NotFoundError):
        await store.get("linked")
    assert not await store.exists("linked")
    assert await store.keys("") == []


async def test_a_linked_folder_is_not_entered(
    store: FolderObjectStore, root: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_bytes(b"secret")
    (root / "sessions").symlink_to(outside)
    with pytest.raises(NotFoundError):
        await store.get("sessions/file")
    with pytest.raises(NotFoundError):
        await store.put("sessions/new", b"x", content_type=WEBM)
    assert await store.keys("") == []
    assert await store.keys("sessions/") == []
    assert [path.name for path in outside.iterdir()] == ["file"]


async def test_a_file_on_the_way_is_no_folder(store: FolderObjectStore) -> None:
    await store.put("a", b"x", content_type=WEBM)
    with pytest.raises(NotFoundError):
        await store.get("a/b")


async def test_a_stored_file_is_a_hard_link(
    store: FolderObjectStore, root: Path, tmp_path: Path
) -> None:
    segment = tmp_path / "seg"
    segment.write_bytes(b"cluster")
    await store.put_file("s/000001.seg", segment, content_type=WEBM)
    assert (root / "s/000001.seg").samefile(segment)


async def test_nothing_is_left_behind_and_others_cannot_look(
    store: FolderObjectStore, root: Path
) -> None:
    await store.put("s/one", b"x", content_type=WEBM)
    await store.put("s/one", b"x", content_type=WEBM)
    assert list((root / INCOMING).iterdir()) == []
    assert (root / "s").stat().st_mode & 0o077 == 0
    assert (root / "s/one").stat().st_mode & 0o077 == 0


async def test_leftovers_of_a_crash_are_removed_once_they_are_old(
    store: FolderObjectStore, root: Path
) -> None:
    old, fresh = root / INCOMING / "old", root / INCOMING / "fresh"
    for leftover in (old, fresh):
        leftover.write_bytes(b"half")
    long_ago = old.stat().st_mtime - INCOMING_MAX_AGE_S - 60
    os.utime(old, (long_ago, long_ago))
    assert await store.keys("") == []
    FolderObjectStore(root)
    assert [path.name for path in (root / INCOMING).iterdir()] == ["fresh"]


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Path]:
    """A file on another file system than the store's."""
    file = Path("/dev/shm") / f"shuanglu-{os.getpid()}"  # noqa: S108 - memory-backed on Linux
    if not file.parent.is_dir() or file.parent.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no second file system here")
    file.write_bytes(b"elsewhere" * 300_000)
    yield file
    file.unlink()


async def test_a_file_of_another_file_system_is_copied(
    store: FolderObjectStore, root: Path, elsewhere: Path
) -> None:
    for _ in range(2):
        await store.put_file("s/copied", elsewhere, content_type=WEBM)
    assert (root / "s/copied").read_bytes() == b"elsewhere" * 300_000
    assert list((root / INCOMING).iterdir()) == []
