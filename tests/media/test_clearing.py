"""The spool gives up only what the object store really holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from backing.objects.folder import FolderObjectStore
from media_worker.record.clearing import clear_spool
from media_worker.record.layout import ENDED, HEADER, JOURNAL, ORIGIN, StretchLayout

SESSION = "ses_CLEAR"
OBJECTS = {HEADER: b"header", "000001.seg": b"one", "000002.seg": b"two", JOURNAL: b"{}\n"}


@pytest.fixture
def layout(tmp_path: Path) -> StretchLayout:
    layout = StretchLayout(tmp_path / "spool", SESSION, 1)
    layout.folder.mkdir(parents=True)
    for name, data in {**OBJECTS, ORIGIN: b"{}", ENDED: b"{}"}.items():
        (layout.folder / name).write_bytes(data)
    return layout


async def _store(layout: StretchLayout, root: Path, names: set[str]) -> FolderObjectStore:
    objects = FolderObjectStore(root / "objects")
    for name in names:
        await objects.put(layout.key(name), OBJECTS[name], content_type="x/y")
    return objects


async def test_a_stored_session_leaves_nothing_behind(
    layout: StretchLayout, tmp_path: Path
) -> None:
    objects = await _store(layout, tmp_path, set(OBJECTS))
    assert await clear_spool(layout.spool_dir, SESSION, objects)
    assert not (layout.spool_dir / SESSION).exists()
    assert await clear_spool(layout.spool_dir, SESSION, objects), "again is fine"


@pytest.mark.parametrize("missing", sorted(OBJECTS))
async def test_what_is_not_stored_stays(
    layout: StretchLayout, tmp_path: Path, missing: str
) -> None:
    objects = await _store(layout, tmp_path, set(OBJECTS) - {missing})
    assert not await clear_spool(layout.spool_dir, SESSION, objects)
    left = {path.name for path in layout.folder.iterdir()}
    assert left == {missing, ORIGIN, ENDED}


async def test_other_bytes_under_the_key_and_torn_tails_keep_the_file(
    layout: StretchLayout, tmp_path: Path
) -> None:
    objects = await _store(layout, tmp_path, set(OBJECTS) - {HEADER})
    await objects.put(layout.key(HEADER), b"HEADER", content_type="x/y")
    (layout.folder / "000002.seg.torn").write_bytes(b"half")
    assert not await clear_spool(layout.spool_dir, SESSION, objects)
    left = {path.name for path in layout.folder.iterdir()}
    assert left == {HEADER, "000002.seg.torn", ORIGIN, ENDED}
