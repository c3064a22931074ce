"""Removes from the spool what the object store holds, and nothing else.

Stage: after a session is over. A file goes only when an object of the same bytes stands under
its key; what was moved aside as torn, or could not be saved, stays where it is.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from backing.objects.interface import ObjectStore
from media_worker.record.layout import ENDED, HEADER, JOURNAL, ORIGIN, SEGMENT_SUFFIX, StretchLayout
from shuanglu.errors import NotFoundError

_OURS_ALONE = frozenset({ORIGIN, ENDED})
"""Notes for recovery; they say nothing that the timeline does not, and go last."""


async def clear_spool(spool_dir: Path, session_id: str, objects: ObjectStore) -> bool:
    """Remove what is stored; whether the session's folder is gone afterwards.

    Raises ``UnavailableError`` when the object store does not answer.
    """
    folder = spool_dir / session_id
    for stretch in await asyncio.to_thread(_stretches, folder):
        await _clear_stretch(StretchLayout(spool_dir, session_id, stretch), objects)
    return await asyncio.to_thread(_remove_if_empty, folder)


async def _clear_stretch(layout: StretchLayout, objects: ObjectStore) -> None:
    files = await asyncio.to_thread(lambda: sorted(layout.folder.iterdir()))
    for file in files:
        if _is_object(file.name) and await _is_stored(file, layout.key(file.name), objects):
            await asyncio.to_thread(file.unlink)
    await asyncio.to_thread(_remove_notes, layout.folder)


def _is_object(name: str) -> bool:
    return name in {HEADER, JOURNAL} or name.endswith(SEGMENT_SUFFIX)


async def _is_stored(file: Path, key: str, objects: ObjectStore) -> bool:
    try:
        stored = await objects.get(key)
    except NotFoundError:
        return False
    return stored == await asyncio.to_thread(file.read_bytes)


def _stretches(folder: Path) -> list[int]:
    names = (path.name for path in folder.glob("stretch-*") if path.is_dir())
    return sorted(int(name.removeprefix("stretch-")) for name in names)


def _remove_notes(folder: Path) -> None:
    left = {path.name for path in folder.iterdir()}
    if left <= _OURS_ALONE:
        for name in left:
            (folder / name).unlink()
        folder.rmdir()


def _remove_if_empty(folder: Path) -> bool:
    if not folder.exists():
        return True
    if any(folder.iterdir()):
        return False
    folder.rmdir()
    return True
